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
        /// Whether it is written percent-encoded, as in a URL.
        in_url: bool,
    },
}

/// How deep derived secrets may build on each other.
const DEPTH: usize = 8;

/// What a secret is made of: itself, or the parts it is put together from, no two literals side by
/// side.
#[must_use]
pub fn parts(environment: &Environment, id: SecretId) -> Vec<Part> {
    let mut parts = Vec::new();
    collect(environment, id, false, DEPTH, &mut parts);
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
    in_url: bool,
    depth: usize,
    out: &mut Vec<Part>,
) {
    match &environment[id].source {
        SecretSource::Derived(text) if depth > 0 => join(environment, text, depth - 1, out),
        _ => out.push(Part::Secret { id, in_url }),
    }
}

fn join(environment: &Environment, text: &Text, depth: usize, out: &mut Vec<Part>) {
    let mut in_url = false;
    for segment in &text.segments {
        match segment {
            Segment::Literal(literal) => {
                in_url |= literal.contains("://");
                match out.last_mut() {
                    Some(Part::Literal(last)) => last.push_str(literal),
                    _ => out.push(Part::Literal(literal.clone())),
                }
            }
            Segment::Secret(id) => collect(environment, *id, in_url, depth, out),
        }
    }
}
