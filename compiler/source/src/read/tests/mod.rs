//! What reading promises.

mod hostile;
mod oracle;
mod refusals;
mod traps;
mod tree;

use super::{Limits, read};
use crate::{FileId, Node, NodeKind, Span};

const FILE: FileId = FileId(3);

/// The text under a span.
fn slice(text: &str, span: Span) -> &str {
    assert_eq!(span.file, FILE);
    &text[span.start as usize..span.end as usize]
}

/// Each diagnostic as its code and the text it points at.
fn complaints(text: &str) -> Vec<(&'static str, String)> {
    let (_, diagnostics) = read(FILE, text, Limits::default());
    diagnostics
        .iter()
        .map(|item| (item.code.id, slice(text, item.primary.as_ref().unwrap().span).to_owned()))
        .collect()
}

/// The tree of a text with nothing wrong.
fn tree(text: &str) -> Node {
    let (node, diagnostics) = read(FILE, text, Limits::default());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    node.unwrap()
}

/// A tree in one line: scalars in quotes where quoted, nulls as `~`.
fn brief(node: &Node) -> String {
    let join = |parts: Vec<String>| parts.join(", ");
    match &node.kind {
        NodeKind::Null => "~".to_owned(),
        NodeKind::Scalar(scalar) if scalar.quoted => format!("{:?}", scalar.text),
        NodeKind::Scalar(scalar) => scalar.text.to_string(),
        NodeKind::List(items) => format!("[{}]", join(items.iter().map(brief).collect())),
        NodeKind::Map(entries) => {
            let entry = |entry: &crate::Entry| format!("{}: {}", entry.key, brief(&entry.value));
            format!("{{{}}}", join(entries.iter().map(entry).collect()))
        }
    }
}
