//! Spec strings on their way into workflows: data stays data, in expressions, shells and globs.

use stackc_source::{Diagnostic, Diagnostics, Span, codes};

/// Where strings of the spec are let through, or refused with a diagnostic.
pub(crate) struct Scribe<'a> {
    pub(crate) diagnostics: &'a mut Diagnostics,
}

impl Scribe<'_> {
    /// Takes a string as the value of a workflow field.
    ///
    /// Actions evaluates `${{` wherever it stands, and there is no escape that a reader would take
    /// for the text it is; so it is refused. A line break would start a new item in list inputs.
    pub(crate) fn carry(&mut self, what: &str, text: &str, span: Option<Span>) -> String {
        if text.contains("${{") {
            self.refuse(what, "holds `${{`, which GitHub Actions would evaluate", span);
        } else if text.chars().any(char::is_control) {
            self.refuse(what, "holds a line break or control character", span);
        }
        text.to_owned()
    }

    /// Takes an image name: nothing in it may mean something to YAML, a shell or a URL.
    pub(crate) fn image(&mut self, text: &str, span: Option<Span>) -> String {
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/:@".contains(&b)) {
            self.refuse("the image name", "holds a character that no image name has", span);
        }
        text.to_owned()
    }

    /// Takes a command as one line of bash.
    pub(crate) fn command(&mut self, what: &str, words: &[String], span: Option<Span>) -> String {
        let quoted: Vec<_> = words.iter().map(|word| shell_word(word)).collect();
        self.carry(what, &quoted.join(" "), span)
    }

    /// Says that a value cannot stand in a workflow.
    pub(crate) fn refuse(&mut self, what: &str, why: &str, span: Option<Span>) {
        let message = format!("target `github`: {what} {why}");
        self.say(codes::CANNOT_CARRY, message, span);
    }

    /// A diagnostic at a place, or about the run where there is none.
    pub(crate) fn say(&mut self, code: stackc_source::Code, message: String, span: Option<Span>) {
        self.diagnostics.push(match span {
            Some(span) => Diagnostic::new(code, span, message),
            None => Diagnostic::global(code, message),
        });
    }
}

/// A word as bash takes it, quoted only where it must be.
fn shell_word(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-./:=@%+,".contains(&b);
    // At the front `A=b` would be an assignment; `--a=b` never is one.
    let assigns = word.contains('=') && !word.starts_with('-');
    if !word.is_empty() && word.bytes().all(plain) && !assigns {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A literal in a branch, tag or path filter, where these characters are patterns.
pub(crate) fn glob_literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\*?+[]!".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_reach_the_command_as_they_were() {
        assert_eq!(shell_word("test:unit"), "test:unit");
        assert_eq!(shell_word("--coverage=true"), "--coverage=true");
        assert_eq!(shell_word("CI=1"), "'CI=1'");
        assert_eq!(shell_word("$HOME; rm"), "'$HOME; rm'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("*.js"), "'*.js'");
    }

    #[test]
    fn patterns_are_escaped_in_filters() {
        assert_eq!(glob_literal("release/1.0+hotfix"), r"release/1.0\+hotfix");
        assert_eq!(glob_literal("a[b]!*"), r"a\[b\]\!\*");
    }

    #[test]
    fn expressions_and_line_breaks_are_refused() {
        for (text, bad) in
            [("npm test", false), ("a ${{ b }}", true), ("$ {{", false), ("a\nb", true)]
        {
            let mut diagnostics = Diagnostics::default();
            Scribe { diagnostics: &mut diagnostics }.carry("x", text, None);
            assert_eq!(diagnostics.has_errors(), bad, "{text:?}");
        }
        let mut diagnostics = Diagnostics::default();
        Scribe { diagnostics: &mut diagnostics }.image("ghcr.io/a b", None);
        assert!(diagnostics.has_errors());
    }
}
