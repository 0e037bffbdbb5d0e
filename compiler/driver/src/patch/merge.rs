//! A patch laid over a document.

use stackc_source::{Diagnostic, Node, NodeKind, Span, closest, codes};

use super::tree::Tree;

/// Lays a patch over a document; whether anything is different afterwards.
pub(super) fn merge(base: &mut Tree, patch: &Node, faults: &mut Vec<Diagnostic>) -> bool {
    lay(base, patch, "", faults)
}

fn lay(base: &mut Tree, patch: &Node, path: &str, faults: &mut Vec<Diagnostic>) -> bool {
    match (&mut *base, &patch.kind) {
        (Tree::Map(entries), NodeKind::Map(over)) => {
            let mut changed = false;
            for entry in over {
                let here = join(path, &entry.key);
                changed |= key(entries, &entry.key, entry.key_span, &entry.value, &here, faults);
            }
            changed
        }
        (Tree::List(items), NodeKind::List(over)) if named(items) && over.iter().all(has_name) => {
            let mut changed = false;
            for item in over {
                changed |= item_by_name(items, item, path, faults);
            }
            changed
        }
        _ => replace(base, patch, path, faults),
    }
}

/// One key of a mapping: removed, merged or added.
fn key(
    entries: &mut Vec<(String, Tree)>,
    name: &str,
    span: Span,
    value: &Node,
    path: &str,
    faults: &mut Vec<Diagnostic>,
) -> bool {
    let at = entries.iter().position(|(key, _)| key == name);
    match at {
        Some(at) if value.is_null() => {
            entries.remove(at);
            true
        }
        Some(at) => lay(&mut entries[at].1, value, path, faults),
        None if value.is_null() => {
            faults.push(
                Diagnostic::new(codes::PATCH, span, format!("there is no `{path}` to take out"))
                    .help("null takes a key out of the document; take the line out of the patch"),
            );
            false
        }
        None => {
            let near = closest(name, entries.iter().map(|(key, _)| key.as_str()));
            faults.extend(near.map(|near| adds(path, near, span)));
            entries.push((name.to_owned(), Tree::of_patch(value)));
            true
        }
    }
}

/// What is added has nearly the name of something that is there.
fn adds(path: &str, near: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::PATCH_ADDS, span, format!("the patch adds `{path}` beside `{near}`"))
        .did_you_mean(Some(near))
}

/// One item of a list whose items have names.
fn item_by_name(
    items: &mut Vec<Tree>,
    patch: &Node,
    path: &str,
    faults: &mut Vec<Diagnostic>,
) -> bool {
    let Some(name) = patch.get("name").and_then(Node::as_scalar) else { return false };
    let found = items.iter_mut().find(|item| name_of(item) == Some(&*name.text));
    match found {
        Some(item) => lay(item, patch, &join(path, &name.text), faults),
        None => {
            let near = closest(&name.text, items.iter().filter_map(name_of));
            let span = patch.get("name").map_or(patch.span, |name| name.span);
            faults.extend(near.map(|near| adds(&join(path, &name.text), near, span)));
            items.push(Tree::of_patch(patch));
            true
        }
    }
}

/// A value in place of another of the same type; the document says which type a field has.
fn replace(base: &mut Tree, patch: &Node, path: &str, faults: &mut Vec<Diagnostic>) -> bool {
    let new = Tree::of_patch(patch);
    if !alike(base.plain(), &new) {
        let (wants, is) = (base.describe(), new.describe());
        let message = format!("`{path}` is {wants} in the document, and {is} in the patch");
        let mut fault = Diagnostic::new(codes::PATCH, patch.span, message);
        if let (Tree::Text(_), Some(scalar)) = (base.plain(), patch.as_scalar()) {
            fault = fault.fix("quote it", patch.span, format!("\"{}\"", scalar.text));
        }
        faults.push(fault.help("a patch keeps the type of a field the document has"));
        return false;
    }
    if *base.plain() == new {
        return false;
    }
    *base = new;
    true
}

/// Whether one value may stand for the other. A number may become a name (`targetPort: http`); what
/// was empty may become anything.
fn alike(base: &Tree, new: &Tree) -> bool {
    use Tree::{Bool, Float, Integer, List, Map, Null, Text};
    match (base, new) {
        (Null, _) | (Bool(_), Bool(_)) | (Text(_), Text(_)) | (List(_), List(_)) => true,
        (Integer(_) | Float(_), Integer(_) | Float(_) | Text(_)) => true,
        (Map(entries), new) if entries.is_empty() => matches!(new, Map(_) | Bool(_)),
        (Map(_), Map(_)) => true,
        _ => false,
    }
}

fn named(items: &[Tree]) -> bool {
    !items.is_empty() && items.iter().all(|item| name_of(item).is_some())
}

fn name_of(item: &Tree) -> Option<&str> {
    let Tree::Map(entries) = item.plain() else { return None };
    let (_, name) = entries.iter().find(|(key, _)| key == "name")?;
    match name.plain() {
        Tree::Text(name) => Some(name),
        _ => None,
    }
}

fn has_name(item: &Node) -> bool {
    item.get("name").and_then(Node::as_scalar).is_some()
}

fn join(path: &str, key: &str) -> String {
    match path {
        "" => key.to_owned(),
        _ => format!("{path}.{key}"),
    }
}
