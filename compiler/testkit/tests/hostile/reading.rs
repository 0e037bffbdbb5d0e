//! The generated files as their readers see them, and what another string changed in them.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use serde_yaml::Value;
use stackc_driver::Compilation;

/// The documents of a YAML or JSON file.
pub(crate) fn documents(path: &str, text: &str) -> Result<Vec<Value>, String> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).map_err(|error| format!("{path}: {error}")))
        .collect()
}

/// The documents as those who run them have them.
fn meant(path: &str, text: &str) -> Result<Vec<Value>, String> {
    let mut all = documents(path, text)?;
    if is_swarm(path) {
        all.iter_mut().try_for_each(expand).map_err(|fault| format!("{path}: {fault}"))?;
    }
    Ok(all)
}

fn is_swarm(path: &str) -> bool {
    path.starts_with("swarm.")
}

/// A swarm expands templates in the variables and mounts of a service, and nowhere else.
fn expand(document: &mut Value) -> Result<(), String> {
    let services = document.get_mut("services").and_then(Value::as_mapping_mut);
    for (_, service) in services.into_iter().flat_map(serde_yaml::Mapping::iter_mut) {
        let variables = service.get_mut("environment").and_then(Value::as_mapping_mut);
        for (_, value) in variables.into_iter().flat_map(serde_yaml::Mapping::iter_mut) {
            expand_text(value)?;
        }
        let mounts = service.get_mut("volumes").and_then(Value::as_sequence_mut);
        for mount in mounts.into_iter().flatten() {
            for end in ["source", "target"] {
                mount.get_mut(end).map_or(Ok(()), expand_text)?;
            }
        }
    }
    Ok(())
}

/// The only template there may be gives the braces that would begin one.
fn expand_text(value: &mut Value) -> Result<(), String> {
    let Value::String(text) = value else { return Ok(()) };
    let braces = text.replace("{{\"{{\"}}", "\0");
    if braces.contains("{{") {
        return Err(format!("{text:?} is a template"));
    }
    *text = braces.replace('\0', "{{");
    Ok(())
}

fn is_data(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end))
}

/// What else than the string differs between the files of a plain and of a hostile string; `None`
/// where nothing does.
pub(crate) fn differ(
    (plain, before): (&str, &Compilation),
    (hostile, after): (&str, &Compilation),
) -> Option<String> {
    let files = |it: &Compilation| -> BTreeMap<String, String> {
        it.artifacts.iter().map(|it| (it.path.to_string(), it.body.text().to_owned())).collect()
    };
    let (before, after) = (files(before), files(after));
    for (path, text) in after.iter().filter(|(path, text)| before.get(*path) != Some(text)) {
        if let Err(fault) = if is_data(path) { meant(path, text).map(drop) } else { Ok(()) } {
            return Some(fault);
        }
    }
    let steers = before.keys().any(|path| path.contains(plain));
    if steers {
        return None;
    }
    if before.len() != after.len() {
        return Some(format!("makes {} files instead of {}", after.len(), before.len()));
    }
    let swap = Swap { plain, hostile };
    after.iter().find_map(|(path, text)| match before.get(path) {
        None => Some(format!("makes {path}")),
        Some(was) if was == text => None,
        Some(was) => swap.file(path, was, text).map(|fault| format!("in {path} {fault}")),
    })
}

/// One string in the place of another.
struct Swap<'a> {
    plain: &'a str,
    hostile: &'a str,
}

impl Swap<'_> {
    fn file(&self, path: &str, was: &str, is: &str) -> Option<String> {
        if is_data(path) {
            let (Ok(was), Ok(is)) = (meant(path, was), meant(path, is)) else {
                return None;
            };
            let all = was.iter().zip(&is).find_map(|(was, is)| self.data(path, was, is));
            return all.or((was.len() != is.len()).then(|| "is another document".to_owned()));
        }
        if path.ends_with(".conf") && path.contains("nginx") {
            return self.nginx(was, is);
        }
        // The user's own file.
        if was.trim_end() == self.plain {
            let same = is == self.hostile || is.strip_suffix('\n') == Some(self.hostile);
            return (!same).then(|| "is another text".to_owned());
        }
        let fixed = |line: &&str| !self.named_after(line);
        let lost = was.lines().filter(fixed).find(|line| !is.lines().any(|it| it == *line));
        let lines = was.lines().count() != is.lines().count();
        let grown = lines.then(|| "are more or fewer lines".to_owned());
        lost.map(|line| format!("the line {line:?} is gone")).or(grown)
    }

    /// Whether a text has the plain string in it, in capitals where it is part of a variable's name and
    /// in small letters where it is part of an example.
    fn named_after(&self, text: &str) -> bool {
        text.to_ascii_lowercase().contains(&self.plain.to_ascii_lowercase())
    }

    fn data(&self, path: &str, was: &Value, is: &Value) -> Option<String> {
        match (was, is) {
            (Value::Mapping(was), Value::Mapping(is)) => self.mapping(path, was, is),
            (Value::Sequence(was), Value::Sequence(is)) => self.sequence(path, was, is),
            (Value::String(was), Value::String(is)) => self.text(path, was, is),
            _ if was == is => None,
            _ => Some(format!("{was:?} became {is:?}")),
        }
    }

    fn mapping(
        &self,
        path: &str,
        was: &serde_yaml::Mapping,
        is: &serde_yaml::Mapping,
    ) -> Option<String> {
        if was.len() != is.len() {
            return Some(format!("a mapping has {} keys instead of {}", is.len(), was.len()));
        }
        was.iter().find_map(|(key, value)| {
            let Some(found) = is.get(key) else {
                let renamed = key.as_str().is_some_and(|key| self.named_after(key));
                return (!renamed).then(|| format!("the key {key:?} is gone"));
            };
            self.data(path, value, found)
        })
    }

    /// Item by item; lists that are sorted have them in another order.
    fn sequence(&self, path: &str, was: &[Value], is: &[Value]) -> Option<String> {
        if was.len() != is.len() {
            return Some(format!("a list has {} items instead of {}", is.len(), was.len()));
        }
        let fault = was.iter().zip(is).find_map(|(was, is)| self.data(path, was, is))?;
        let found = |was: &Value| is.iter().any(|is| self.data(path, was, is).is_none());
        (!was.iter().all(found)).then_some(fault)
    }

    fn text(&self, path: &str, was: &str, is: &str) -> Option<String> {
        if path.starts_with(".github") && is.contains("${{ secrets.EVIL") {
            return Some("it is an expression of a workflow".to_owned());
        }
        if was != self.plain {
            return None;
        }
        let wanted = [self.hostile.to_owned(), self.hostile.replace("$${", "${")];
        let read = match path {
            _ if path.starts_with("compose") || is_swarm(path) => compose(is).into_iter().collect(),
            // In words `$$` is a dollar sign.
            _ if path.starts_with("k8s") => vec![is.to_owned(), is.replace("$$", "$")],
            // A word of a shell, or a pattern of branches.
            _ if path.starts_with(".github") => vec![is.to_owned(), unquoted(is), unescaped(is)],
            _ => vec![is.to_owned()],
        };
        let same = read.iter().any(|read| wanted.contains(read));
        (!same).then(|| format!("it became {:?}", is.chars().take(80).collect::<String>()))
    }

    /// Token by token: the same number of them, the string where it was, and no variable where none
    /// was. Headers that are sorted have them in another order.
    fn nginx(&self, was: &str, is: &str) -> Option<String> {
        let was = tokens(was)?;
        let Some(is) = tokens(is) else { return Some("a quote is left open".to_owned()) };
        if was.len() != is.len() {
            return Some(format!("are {} words instead of {}", is.len(), was.len()));
        }
        // A variable of that name holds the sign, which nothing else can say.
        let literal = |word: &String| word.replace("${dollar}", "\0");
        let (was, is): (Vec<_>, Vec<_>) =
            (was.iter().map(literal).collect(), is.iter().map(literal).collect());
        let dollars = |words: &[String]| words.concat().matches('$').count();
        if dollars(&was) != dollars(&is) {
            return Some("is a variable more or less".to_owned());
        }
        let wanted = |word: &String| {
            if word == self.plain { self.hostile.replace('$', "\0") } else { word.clone() }
        };
        // A host may be part of a pattern.
        let pattern = self.plain.replace('.', "[.]");
        let named = |word: &String| word.contains(self.plain) || word.contains(&pattern);
        let held = |word: &String| !named(word) || word == self.plain;
        let mut words = was.iter().filter(|word| held(word)).map(wanted);
        let lost = words.find(|word| !is.contains(word));
        lost.map(|word| format!("the word {word:?} is gone"))
    }
}

/// Compose takes `$$` for a dollar sign, and any other `$` for a variable; so does who deploys to a swarm.
fn compose(text: &str) -> Option<String> {
    let plain = text.replace("$$", "\0");
    (!plain.contains('$')).then(|| plain.replace('\0', "$"))
}

/// What a shell makes of a word in single quotes.
fn unquoted(word: &str) -> String {
    let inner = word.strip_prefix('\'').and_then(|word| word.strip_suffix('\''));
    inner.unwrap_or(word).replace("'\\''", "'")
}

/// What a pattern is without its backslashes.
fn unescaped(pattern: &str) -> String {
    let mut text = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        text.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    text
}

/// The words and signs of an nginx configuration; `None` where a quote is left open.
fn tokens(text: &str) -> Option<Vec<String>> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_ascii_whitespace() => {}
            '#' => while chars.next_if(|c| *c != '\n').is_some() {},
            ';' | '{' | '}' => tokens.push(c.to_string()),
            '"' | '\'' => {
                let mut word = String::new();
                loop {
                    match chars.next()? {
                        end if end == c => break,
                        '\\' => word.push(escaped(chars.next()?)),
                        other => word.push(other),
                    }
                }
                tokens.push(word);
            }
            first => {
                let mut word = String::from(first);
                while let Some(c) =
                    chars.next_if(|c| !c.is_ascii_whitespace() && !";{".contains(*c))
                {
                    word.push(c);
                    // `${name}` is no block.
                    if c == '$' && chars.next_if_eq(&'{').is_some() {
                        word.push('{');
                    }
                }
                tokens.push(word);
            }
        }
    }
    Some(tokens)
}

/// What a character behind a backslash means.
fn escaped(c: char) -> char {
    match c {
        't' => '\t',
        'r' => '\r',
        'n' => '\n',
        other => other,
    }
}

/// The YAML files that are not the same, by their text.
#[cfg(feature = "tools")]
pub(crate) fn changed(before: &Compilation, after: &Compilation) -> BTreeMap<String, String> {
    let text = |it: &Compilation| -> BTreeMap<String, String> {
        it.artifacts.iter().map(|it| (it.body.text().to_owned(), it.path.to_string())).collect()
    };
    let before = text(before);
    let mut files = text(after);
    files.retain(|text, path| {
        (path.ends_with(".yaml") || path.ends_with(".yml")) && !before.contains_key(text)
    });
    files
}

/// Lets PyYAML read all files, in one process.
#[cfg(feature = "tools")]
pub(crate) fn judge_1_1(files: &BTreeMap<String, String>) {
    use std::io::{Seek as _, Write as _};
    use std::process::Command;

    let mut input = tempfile::tempfile().unwrap();
    for (text, path) in files {
        let documents = documents(path, text).unwrap();
        let line = serde_json::json!({ "path": path, "text": text, "documents": documents });
        writeln!(input, "{line}").unwrap();
    }
    input.rewind().unwrap();
    let judge = stackc_testkit::repository().join("compiler/testkit/tools/yaml-1-1.py");
    let output =
        Command::new(stackc_testkit::tool("python3")).arg(judge).stdin(input).output().unwrap();
    let said = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    let said = said.concat();
    assert!(output.status.success(), "{said}");
    assert!(said.contains(&format!("{} files", files.len())), "{said}");
}
