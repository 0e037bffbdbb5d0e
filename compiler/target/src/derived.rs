//! Secrets that are put together from others: what from, and in which spelling.

use stackc_model::{Environment, SecretId, SecretSource, Segment, Text};

/// A part of a secret's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Plain text.
    Literal(String),
    /// The value of a secret that is not put together itself.
    Secret {
        /// Which.
        id: SecretId,
        /// What its place asks of it.
        spelling: Spelling,
    },
}

/// How a value is spelled where it stands, so that it stays a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// As it is.
    Plain,
    /// Percent-encoded: within a URL.
    Url,
    /// With the escapes of JSON: within a string of a JSON document.
    Json,
}

/// How deep derived secrets may build on each other.
const DEPTH: usize = 8;

/// What a secret is made of: itself, or the parts it is put together from, no two literals side by
/// side.
#[must_use]
pub fn parts(environment: &Environment, id: SecretId) -> Vec<Part> {
    let mut parts = Vec::new();
    collect(environment, id, Spelling::Plain, DEPTH, &mut parts);
    parts
}

/// The secrets that a secret is made of: itself, or those it is put together from.
#[must_use]
pub fn sources(environment: &Environment, id: SecretId) -> Vec<SecretId> {
    let secret = |part| match part {
        Part::Secret { id, .. } => Some(id),
        Part::Literal(_) => None,
    };
    parts(environment, id).into_iter().filter_map(secret).collect()
}

fn collect(
    environment: &Environment,
    id: SecretId,
    spelling: Spelling,
    depth: usize,
    out: &mut Vec<Part>,
) {
    match &environment[id].source {
        SecretSource::Derived(text) if depth > 0 => join(environment, text, depth - 1, out),
        _ => out.push(Part::Secret { id, spelling }),
    }
}

fn join(environment: &Environment, text: &Text, depth: usize, out: &mut Vec<Part>) {
    let outside = match text.segments.first() {
        Some(Segment::Literal(start)) if begins_json(start) => Spelling::Json,
        _ => Spelling::Plain,
    };
    let mut in_url = false;
    for segment in &text.segments {
        match segment {
            Segment::Literal(literal) => {
                in_url = ends_in_url(literal, in_url);
                match out.last_mut() {
                    Some(Part::Literal(last)) => last.push_str(literal),
                    _ => out.push(Part::Literal(literal.clone())),
                }
            }
            Segment::Secret(id) => {
                let spelling = if in_url { Spelling::Url } else { outside };
                collect(environment, *id, spelling, depth, out);
            }
        }
    }
}

/// Whether a text is an object of JSON, by its first signs.
fn begins_json(text: &str) -> bool {
    let inner = text.trim_start().strip_prefix('{');
    inner.is_some_and(|inner| inner.trim_start().starts_with('"'))
}

/// Whether a text ends within a URL: none holds a blank or a quote.
fn ends_in_url(literal: &str, before: bool) -> bool {
    let (tail, begun) = match literal.rsplit_once("://") {
        Some((_, tail)) => (tail, true),
        None => (literal, before),
    };
    begun && !tail.contains(|sign: char| sign.is_whitespace() || sign == '"')
}

#[cfg(test)]
mod tests {
    use super::{begins_json, ends_in_url};

    #[test]
    fn a_url_ends_at_a_blank_or_a_quote() {
        for within in ["redis://:", "a redis://", "\"redis://a\": \"redis://b:"] {
            assert!(ends_in_url(within, false), "{within}");
        }
        for outside in ["Bearer ", "redis://a b", "{\"redis://a@b\": \"", "//"] {
            assert!(!ends_in_url(outside, false), "{outside}");
        }
        assert!(ends_in_url("@host/", true) && !ends_in_url("@host\n", true));
    }

    #[test]
    fn an_object_begins_with_a_key() {
        assert!(begins_json("{\"a\": ") && begins_json(" {\n  \"a\": "));
        assert!(!begins_json("{a") && !begins_json("[section]\nkey = "));
    }
}
