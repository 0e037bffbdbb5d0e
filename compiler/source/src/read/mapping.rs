//! The end of a mapping: duplicate keys and merge keys.

use crate::{Diagnostic, Diagnostics, Entry, Node, NodeKind, Span, codes};
use std::collections::BTreeSet;

/// A merge key `<<` and its value.
pub(super) struct Merge {
    pub(super) key: Span,
    pub(super) value: Node,
}

/// The entries of a complete mapping: each key once, merged ones behind the written ones.
pub(super) fn finish(
    mut entries: Vec<Entry>,
    merge: Option<Merge>,
    diagnostics: &mut Diagnostics,
) -> Vec<Entry> {
    remove_duplicates(&mut entries, diagnostics);
    if let Some(merge) = merge {
        apply(&mut entries, merge, diagnostics);
    }
    entries
}

/// Keeps the first of each key. Sorting finds the others without comparing all with all.
fn remove_duplicates(entries: &mut Vec<Entry>, diagnostics: &mut Diagnostics) {
    let mut order: Vec<&Entry> = entries.iter().collect();
    // The sort is stable: equal keys stay in the order written.
    order.sort_by(|a, b| a.key.cmp(&b.key));
    let mut repeated = BTreeSet::new();
    for group in order.chunk_by(|a, b| a.key == b.key) {
        let Some((first, others)) = group.split_first() else { continue };
        for other in others {
            repeated.insert(other.key_span);
            diagnostics.push(duplicate(&other.key, first.key_span, other.key_span));
        }
    }
    if !repeated.is_empty() {
        entries.retain(|entry| !repeated.contains(&entry.key_span));
    }
}

/// The diagnostic of a key that stands twice.
pub(super) fn duplicate(key: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_KEY, second, format!("the key `{key}` stands here again"))
        .related(first, "it stands here first")
        .help("keep one of the two; YAML readers disagree on which of them counts")
}

/// Adds what a merge key brings and the mapping does not have; the first source of a key wins.
fn apply(entries: &mut Vec<Entry>, merge: Merge, diagnostics: &mut Diagnostics) {
    let mut known: BTreeSet<Box<str>> = entries.iter().map(|entry| entry.key.clone()).collect();
    let sources = match merge.value.kind {
        NodeKind::List(items) => items,
        kind => vec![Node { kind, span: merge.value.span }],
    };
    for source in sources {
        let found = source.describe();
        let NodeKind::Map(others) = source.kind else {
            diagnostics.push(not_mergeable(merge.key, source.span, found));
            continue;
        };
        entries.extend(others.into_iter().filter(|entry| known.insert(entry.key.clone())));
    }
}

fn not_mergeable(key: Span, value: Span, found: &str) -> Diagnostic {
    let message = format!("a merge key takes a mapping or a list of mappings, not {found}");
    Diagnostic::new(codes::BAD_ALIAS, key, message)
        .related(value, "this cannot be merged")
        .help("write `<<: *name`, where `&name` stands before a mapping")
}
