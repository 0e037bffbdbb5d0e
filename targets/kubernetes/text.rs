//! Values in the three places that read them with a grammar of their own.

use stackc_model::{Environment, SecretId};
use stackc_target::derived::{self, Part, Spelling};

/// A value as a kustomize literal: it takes one pair of quotes around a value away, so a value
/// that has such a pair gets another.
pub(crate) fn literal(key: &str, value: &str) -> String {
    let quoted = |sign: char| value.starts_with(sign) && value.ends_with(sign);
    if quoted('"') || quoted('\'') {
        format!("{key}=\"{value}\"")
    } else {
        format!("{key}={value}")
    }
}

/// A text in `args`, `command` or `env.value`, where the kubelet expands `$(NAME)` and reads `$$`
/// as one `$`.
pub(crate) fn unexpanded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        out.push(sign);
        if sign == '$' && matches!(signs.peek(), Some('$' | '(')) {
            out.push('$');
        }
    }
    out
}

/// The value of a secret as a Go template of External Secrets, over the names of the secrets that
/// are fetched.
pub(crate) fn template(environment: &Environment, id: SecretId) -> String {
    let parts = derived::parts(environment, id);
    let write = |(at, part): (usize, &Part)| match part {
        Part::Literal(literal) => escaped(literal, at + 1 < parts.len()),
        // `urlquery` writes a blank as `+`, which only a query reads as a blank; every other `+`
        // is already `%2B` then.
        Part::Secret { id, spelling: Spelling::Url } => {
            format!("{{{{ .{} | urlquery | replace \"+\" \"%20\" }}}}", environment[*id].name)
        }
        // `toRawJson` writes a string with its quotes, of which each trim takes one.
        Part::Secret { id, spelling: Spelling::Json } => {
            let name = &environment[*id].name;
            format!("{{{{ .{name} | toRawJson | trimPrefix \"\\\"\" | trimSuffix \"\\\"\" }}}}")
        }
        Part::Secret { id, spelling: Spelling::Plain } => {
            format!("{{{{ .{} }}}}", environment[*id].name)
        }
    };
    parts.iter().enumerate().map(write).collect()
}

/// Plain text in a Go template: an opening `{{` is written as an action that prints it, and so is
/// a `{` at the end when an action follows.
fn escaped(literal: &str, followed: bool) -> String {
    let mut out = String::with_capacity(literal.len());
    let mut rest = literal;
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        let run = from.len() - from.trim_start_matches('{').len();
        let (braces, after) = from.split_at(run);
        out.push_str(before);
        if run > 1 || (after.is_empty() && followed) {
            out.push_str(&format!("{{{{ \"{braces}\" }}}}"));
        } else {
            out.push_str(braces);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use stackc_model::{SecretId, SecretSource, Segment, Text};

    use super::{escaped, literal, template, unexpanded};
    use crate::kubernetes::fixture;

    #[test]
    fn a_value_within_json_gets_its_escapes() {
        let mut stack = fixture::with_options(&[]);
        let environment = &mut stack.environments[0];
        let before = Segment::Literal("{\"redis://a@b\": \"".to_owned());
        let segments = vec![before, Segment::Secret(SecretId::at(2))];
        environment.secrets[0].source = SecretSource::Derived(Text { segments });
        let written = template(environment, SecretId::at(0));
        let value = r#"{{ .POSTGRES_PASSWORD | toRawJson | trimPrefix "\"" | trimSuffix "\"" }}"#;
        assert!(written.ends_with(value), "{written}");
    }

    #[test]
    fn keeps_the_quotes_kustomize_would_take() {
        assert_eq!(literal("A", "x=y"), "A=x=y");
        assert_eq!(literal("A", "\"x\""), "A=\"\"x\"\"");
        assert_eq!(literal("A", "'x'"), "A=\"'x'\"");
        assert_eq!(literal("A", "\"x'"), "A=\"x'");
        assert_eq!(literal("A", ""), "A=");
    }

    #[test]
    fn keeps_dollars_from_the_kubelet() {
        assert_eq!(unexpanded("$(HOME) $x $"), "$$(HOME) $x $");
        assert_eq!(unexpanded("a$$b"), "a$$$b");
        assert_eq!(unexpanded("$$("), "$$$$(");
    }

    #[test]
    fn keeps_braces_from_the_template() {
        assert_eq!(escaped("a{b}c", true), "a{b}c");
        assert_eq!(escaped("a{{b}}", false), "a{{ \"{{\" }}b}}");
        assert_eq!(escaped("a{", true), "a{{ \"{\" }}");
        assert_eq!(escaped("a{", false), "a{");
    }
}
