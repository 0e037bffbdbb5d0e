//! What anchors stand for, and what a copy of it costs.

use crate::{Node, NodeKind, closest};
use std::collections::BTreeMap;

/// How much text a copy may hold before it counts as one node more.
const TEXT_PER_NODE: usize = 64;

/// What a node costs: its weight in nodes, and its levels of nesting.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub(super) weight: usize,
    pub(super) depth: usize,
}

/// All anchors whose nodes are complete.
#[derive(Default)]
pub(super) struct Anchors {
    templates: BTreeMap<usize, (Node, Size)>,
    names: Vec<String>,
}

impl Anchors {
    /// Keeps a copy of the complete node of an anchor.
    pub(super) fn complete(&mut self, id: usize, node: &Node, size: Size) {
        self.templates.insert(id, (node.clone(), size));
    }

    /// Remembers a name for suggestions; nobody needs one out of thousands.
    pub(super) fn name(&mut self, name: &str) {
        if self.names.len() < 1_000 {
            self.names.push(name.to_owned());
        }
    }

    /// What a copy costs; `None` where the node is still being read.
    pub(super) fn size(&self, id: usize) -> Option<Size> {
        self.templates.get(&id).map(|(_, size)| *size)
    }

    /// A copy of the node of an anchor.
    pub(super) fn copy(&self, id: usize) -> Option<Node> {
        self.templates.get(&id).map(|(node, _)| node.clone())
    }

    /// The anchor most like `name`.
    pub(super) fn closest(&self, name: &str) -> Option<&str> {
        closest(name, self.names.iter().map(String::as_str))
    }
}

/// Measures a node. The recursion is bounded by the cap on nesting.
pub(super) fn measure(node: &Node) -> Size {
    let mut size = Size { weight: 1, depth: 0 };
    let mut add = |text: &str, child: &Node| {
        let child = measure(child);
        size.weight += child.weight + text.len() / TEXT_PER_NODE;
        size.depth = size.depth.max(child.depth + 1);
    };
    match &node.kind {
        NodeKind::Null => {}
        NodeKind::Scalar(scalar) => size.weight += scalar.text.len() / TEXT_PER_NODE,
        NodeKind::List(items) => items.iter().for_each(|item| add("", item)),
        NodeKind::Map(entries) => entries.iter().for_each(|entry| add(&entry.key, &entry.value)),
    }
    let empty = matches!(node.kind, NodeKind::List(_) | NodeKind::Map(_)) && size.depth == 0;
    Size { depth: size.depth + usize::from(empty), ..size }
}
