//! Overlays: an environment says what is different.

use std::collections::BTreeMap;

use stackc_source::{Diagnostic, Diagnostics, Entry, Node, NodeKind, NodePath, codes};

use crate::decode::{no_space, space_missing};

/// Lays an environment's tree over the base. Both have their short forms expanded.
///
/// Maps merge by key; scalars and lists replace; `null` takes the key out, so that the default
/// returns.
#[must_use]
pub fn overlay(base: Node, over: &Node, environment: &str, diagnostics: &mut Diagnostics) -> Node {
    merge(base, over, &NodePath::default(), environment, diagnostics)
}

fn merge(
    base: Node,
    over: &Node,
    path: &NodePath,
    environment: &str,
    diagnostics: &mut Diagnostics,
) -> Node {
    let (NodeKind::Map(below), NodeKind::Map(above)) = (base.kind, &over.kind) else {
        return without_nulls(over.clone(), path, environment, diagnostics);
    };
    let mut slots: Vec<Option<Entry>> = below.into_iter().map(Some).collect();
    let index: BTreeMap<Box<str>, usize> = slots
        .iter()
        .enumerate()
        .filter_map(|(at, slot)| slot.as_ref().map(|entry| (entry.key.clone(), at)))
        .collect();
    for entry in above {
        let here = path.key(&entry.key);
        match index.get(&entry.key) {
            Some(&at) if entry.value.is_null() => slots[at] = None,
            Some(&at) => {
                if let Some(old) = slots[at].take() {
                    let value = merge(old.value, &entry.value, &here, environment, diagnostics);
                    slots[at] = Some(Entry { key: old.key, key_span: old.key_span, value });
                }
            }
            None => {
                let value = new_entry(entry, &here, environment, diagnostics);
                let absent = value.is_null();
                slots.push((!absent).then(|| Entry { value, ..entry.clone() }));
            }
        }
    }
    // The overlay's span is what a message about the whole mapping should show least.
    Node { kind: NodeKind::Map(slots.into_iter().flatten().collect()), span: base.span }
}

/// An entry that the base does not have.
fn new_entry(
    entry: &Entry,
    path: &NodePath,
    environment: &str,
    diagnostics: &mut Diagnostics,
) -> Node {
    let Some(meant) = no_space(entry) else {
        return without_nulls(entry.value.clone(), path, environment, diagnostics);
    };
    let message = format!("`{path}` is null, but there is nothing to reset");
    let fault = Diagnostic::new(codes::MISPLACED_NULL, entry.key_span, message);
    let fault = space_missing(fault, entry.key_span, &meant);
    diagnostics.push(fault.in_environment(Some(environment)));
    Node::null(entry.value.span)
}

/// A part that is new: a null in it resets nothing.
fn without_nulls(
    node: Node,
    path: &NodePath,
    environment: &str,
    diagnostics: &mut Diagnostics,
) -> Node {
    match node.kind {
        NodeKind::Null => {
            let message = format!("`{path}` is null, but there is nothing to reset");
            diagnostics.push(
                Diagnostic::new(codes::MISPLACED_NULL, node.span, message)
                    .help("null in an environment restores the default of what the base says; take it out")
                    .in_environment(Some(environment)),
            );
            node
        }
        NodeKind::Map(entries) => {
            let keep = |entry: Entry| {
                let value = new_entry(&entry, &path.key(&entry.key), environment, diagnostics);
                (!value.is_null()).then_some(Entry { value, ..entry })
            };
            Node {
                kind: NodeKind::Map(entries.into_iter().filter_map(keep).collect()),
                span: node.span,
            }
        }
        kind => Node { kind, span: node.span },
    }
}
