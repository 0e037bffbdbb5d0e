//! Templates of formats that are text: every interpolation is escaped for the format.
//!
//! A value enters a text only through [`Template::render`], which writes it as *one word* of the
//! format or refuses it. There is no filter that lets a value through as it is, so a template that
//! forgets something refuses a value; it never lets one become syntax.
//!
//! | filter | writes | in |
//! |---|---|---|
//! | none | one word, quoted where the format needs it | all |
//! | `line` | the text of a comment | all |
//! | `exec` | a JSON list, as `CMD` and `ENTRYPOINT` read it | Dockerfile |
//! | `paths` | a JSON list in which `$` stays a `$`, as `COPY` reads it | Dockerfile |
//! | `quoted` | a double-quoted value, as `ENV` and `LABEL` read it | Dockerfile |
//! | `shell` | one word of the shell that `RUN` starts | Dockerfile |

use std::fmt;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};
use serde::Serialize;

/// A format that is written as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// POSIX shell and bash.
    Shell,
    /// A Dockerfile.
    Dockerfile,
    /// `NAME=value` lines, as docker compose reads them.
    Dotenv,
}

/// A template that ships with a target.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// Its file name, for messages.
    pub name: &'static str,
    /// What it writes.
    pub format: Format,
    /// Its text: `{{ value }}`, `{% for … %}`, and `{## … ##}` for a comment, as `${#` is shell.
    pub source: &'static str,
}

/// Why a template could not be rendered: a value its format cannot carry, or a fault of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault(String);

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TemplateFault {}

impl Template {
    /// The text for some values. A line that holds nothing but a `{% … %}` leaves no line behind.
    ///
    /// # Errors
    /// When a value is missing, is no scalar where one is written, has a character that the format
    /// cannot carry, or when an interpolation stands within quotes.
    pub fn render(&self, values: &impl Serialize) -> Result<String, TemplateFault> {
        if let Some(line) = quoted_interpolation(self.source) {
            let name = self.name;
            return Err(TemplateFault(format!("{name}:{line}: an interpolation within quotes")));
        }
        let environment = environment(self.format).map_err(|error| self.fault(&error))?;
        environment
            .template_from_named_str(self.name, self.source)
            .and_then(|template| template.render(Serde(values)))
            .map_err(|error| self.fault(&error))
    }

    /// Says the kind and the place; never a value, which might be meant for few eyes.
    fn fault(&self, error: &Error) -> TemplateFault {
        let line = error.line().map_or_else(String::new, |line| format!(":{line}"));
        let detail = error.detail().unwrap_or_default();
        TemplateFault(format!("{}{line}: {}: {detail}", self.name, error.kind()))
    }
}

/// The line of an interpolation that stands within quotes, where a quoted word would end the quotes.
/// Quotes do not span lines around an interpolation in templates of ours.
fn quoted_interpolation(source: &str) -> Option<usize> {
    source.lines().enumerate().find_map(|(index, line)| {
        let mut quote = None;
        let mut rest = line;
        while let Some(sign) = rest.chars().next() {
            if rest.starts_with("{{") {
                if quote.is_some() {
                    return Some(index + 1);
                }
                // What stands in the braces is of the template, not of the text.
                rest = rest.split_once("}}").map_or("", |(_, after)| after);
                continue;
            }
            match (quote, sign) {
                // A comment may hold an apostrophe.
                (None, '#') if line.trim_start().starts_with('#') => break,
                (None, '\'' | '"') => quote = Some(sign),
                (Some(open), _) if open == sign => quote = None,
                (None | Some('"'), '\\') => rest = rest.get(1..).unwrap_or_default(),
                _ => {}
            }
            rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
        }
        None
    })
}

fn environment(format: Format) -> Result<Environment<'static>, Error> {
    // An empty environment has no filter at all, least of all one that declares a value safe.
    let mut environment = Environment::empty();
    let syntax = SyntaxConfig::builder()
        .comment_delimiters("{##", "##}")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(move |output: &mut Output, _: &mut State, value: &Value| {
        let text = match value.is_safe() {
            true => value.to_string(),
            false => word(format, &scalar(value)?)?,
        };
        output.write_str(&text).map_err(Error::from)
    });
    environment.add_filter("line", |value: Value| written(scalar(&value)?));
    if format == Format::Dockerfile {
        environment.add_filter("exec", |list: Vec<String>| written(json(&list)?));
        environment.add_filter("paths", |list: Vec<String>| {
            let list: Vec<_> = list.iter().map(|path| path.replace('$', "\\$")).collect();
            written(json(&list)?)
        });
        environment.add_filter("quoted", |value: Value| written(quoted(&scalar(&value)?)));
        environment.add_filter("shell", |value: Value| written(shell_word(&scalar(&value)?)));
    }
    Ok(environment)
}

/// What a filter has escaped already.
fn written(text: String) -> Result<Value, Error> {
    Ok(Value::from_safe_string(text))
}

/// A text, number or truth value without characters that no text format carries in one line.
fn scalar(value: &Value) -> Result<String, Error> {
    let text = match value.kind() {
        ValueKind::String | ValueKind::Number | ValueKind::Bool => value.to_string(),
        kind => return refuse(format!("a {kind} is no word")),
    };
    one_line(text)
}

fn one_line(text: String) -> Result<String, Error> {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    match text.chars().find(|c| breaks(*c)) {
        Some(c) => {
            refuse(format!("the control character U+{:04X} has no place here", u32::from(c)))
        }
        None => Ok(text),
    }
}

fn refuse<T>(why: String) -> Result<T, Error> {
    Err(Error::new(ErrorKind::InvalidOperation, why))
}

/// Whether a text is a word in every format as it stands.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c))
}

fn word(format: Format, text: &str) -> Result<String, Error> {
    match format {
        Format::Shell => Ok(shell_word(text)),
        _ if is_plain(text) => Ok(text.to_owned()),
        Format::Dockerfile => refuse("a word of a Dockerfile cannot be quoted".to_owned()),
        // Within single quotes compose expands nothing and knows no escape.
        Format::Dotenv if text.contains('\'') => refuse("it has an apostrophe".to_owned()),
        Format::Dotenv => Ok(format!("'{text}'")),
    }
}

fn shell_word(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Double quotes of a Dockerfile: a backslash takes the meaning from what follows.
/// Source: Dockerfile reference, "Environment replacement".
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', r"\\").replace('"', "\\\"").replace('$', r"\$");
    format!("\"{escaped}\"")
}

fn json(list: &[String]) -> Result<String, Error> {
    let items: Vec<_> = list.iter().map(|item| one_line(item.clone())).collect::<Result<_, _>>()?;
    let items: Vec<_> = items
        .iter()
        .map(|item| format!("\"{}\"", item.replace('\\', r"\\").replace('"', "\\\"")))
        .collect();
    Ok(format!("[{}]", items.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Format, Template};

    fn render(format: Format, source: &'static str, value: &str) -> Result<String, String> {
        let values = BTreeMap::from([("value", value), ("empty", "")]);
        let template = Template { name: "test", format, source };
        template.render(&values).map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_value_is_one_word_of_the_shell() {
        let shell = |value| render(Format::Shell, "echo {{ value }}\n", value).unwrap();
        assert_eq!(shell("a/b-c.d"), "echo a/b-c.d\n");
        assert_eq!(shell(""), "echo ''\n");
        assert_eq!(shell("$(id) `id` \"x\" ; rm #"), "echo '$(id) `id` \"x\" ; rm #'\n");
        assert_eq!(shell("it's"), "echo 'it'\\''s'\n");
        assert_eq!(shell("~"), "echo '~'\n");
    }

    #[test]
    fn a_control_character_is_refused_everywhere() {
        for (format, source) in [
            (Format::Shell, "echo {{ value }}"),
            (Format::Shell, "# {{ value | line }}"),
            (Format::Dotenv, "A={{ value }}"),
            (Format::Dockerfile, "CMD {{ [value] | exec }}"),
            (Format::Dockerfile, "ENV A={{ value | quoted }}"),
            (Format::Dockerfile, "RUN {{ value | shell }}"),
            (Format::Dockerfile, "COPY {{ [value] | paths }}"),
        ] {
            for value in ["a\nb", "a\rb", "\0", "\u{85}", "\u{2028}"] {
                let refused = render(format, source, value).unwrap_err();
                assert!(refused.contains("control character"), "{source} {value:?}: {refused}");
            }
        }
    }

    #[test]
    fn a_dockerfile_quotes_by_instruction_or_refuses() {
        let docker = |source, value| render(Format::Dockerfile, source, value);
        assert_eq!(docker("FROM {{ value }}", "node:24.1").unwrap(), "FROM node:24.1");
        assert!(docker("FROM {{ value }}", "node 24").is_err());
        assert!(docker("WORKDIR {{ value }}", "/$x").is_err());
        assert_eq!(docker("CMD {{ [value] | exec }}", "a\"\\b").unwrap(), r#"CMD ["a\"\\b"]"#);
        assert_eq!(docker("ENV A={{ value | quoted }}", r#"$a"\"#).unwrap(), r#"ENV A="\$a\"\\""#);
        assert_eq!(docker("RUN x {{ value | shell }}", "$a b").unwrap(), "RUN x '$a b'");
        assert_eq!(docker("COPY {{ [value] | paths }}", "a $b").unwrap(), r#"COPY ["a \\$b"]"#);
    }

    #[test]
    fn a_dotenv_value_is_expanded_by_nobody() {
        let dotenv = |value| render(Format::Dotenv, "A={{ value }}", value);
        assert_eq!(dotenv("$x y#z").unwrap(), "A='$x y#z'");
        assert!(dotenv("it's").is_err());
    }

    #[test]
    fn what_is_missing_or_no_scalar_is_a_fault() {
        for source in
            ["{{ other }}", "{{ value.part }}", "{{ [value] }}", "{{ none }}", "{{ value | safe }}"]
        {
            assert!(render(Format::Shell, source, "x").is_err(), "{source}");
        }
    }

    #[test]
    fn an_interpolation_within_quotes_is_a_fault() {
        for source in ["echo \"{{ value }}\"", "x='a' b='{{ value }}'", "\"\\\"{{ value }}\""] {
            assert!(render(Format::Shell, source, "x").is_err(), "{source}");
        }
        assert!(render(Format::Shell, "# it's {{ value }}\necho \"a\" {{ value }}", "x").is_ok());
    }

    #[test]
    fn a_line_of_the_template_alone_leaves_no_line() {
        let source = "a\n  {% if value %}\nb\n  {% endif %}\nlength=${#x}\n";
        assert_eq!(render(Format::Shell, source, "x").unwrap(), "a\nb\nlength=${#x}\n");
    }
}
