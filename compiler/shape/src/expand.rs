//! Short forms become long ones, on the tree and before anything else looks at it.

use std::collections::BTreeMap;

use stackc_source::{Diagnostic, Diagnostics, Entry, Node, NodeKind, Scalar, Span, codes};

use crate::decode::turned_off;
use crate::{KeyRule, Move, Record, Shape, Short};

/// Rewrites every short form of `shape` in the tree into its long form.
///
/// What fits no form is left as it stands: the decoder will say what is wrong with it.
#[must_use]
pub fn expand(node: Node, shape: Shape, diagnostics: &mut Diagnostics) -> Node {
    match shape {
        Shape::Record(record) => expand_record(node, record, diagnostics),
        Shape::Map(rule, value) => expand_map(node, rule, value(), diagnostics),
        Shape::List(item) => expand_list(node, item(), diagnostics),
        Shape::Switch(inner) | Shape::Nullable(inner) if !is_switch(&node) => {
            expand(node, inner(), diagnostics)
        }
        _ => node,
    }
}

fn is_switch(node: &Node) -> bool {
    node.is_null() || node.as_scalar().is_some_and(|scalar| scalar.as_bool().is_some())
}

fn expand_record(node: Node, record: &'static Record, diagnostics: &mut Diagnostics) -> Node {
    let span = node.span;
    let entries = match (node.kind, record.short) {
        (NodeKind::Map(entries), _) => entries,
        (NodeKind::Null, _) => return Node::null(span),
        (kind, Some(short)) => match expand_short(Node { kind, span }, short, diagnostics) {
            Ok(entries) => entries,
            Err(node) => return node,
        },
        (kind, None) => return Node { kind, span },
    };
    let mut entries = apply_moves(entries, record.moves, diagnostics);
    for entry in &mut entries {
        if let Some(field) = record.field(&entry.key) {
            let value = std::mem::replace(&mut entry.value, Node::null(span));
            entry.value = expand(value, (field.shape)(), diagnostics);
        }
    }
    Node { kind: NodeKind::Map(entries), span }
}

fn entry(key: &str, value: Node) -> Entry {
    Entry { key: key.into(), key_span: value.span, value }
}

/// The entries a short form stands for; the node itself where it is none.
fn expand_short(
    node: Node,
    short: Short,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Entry>, Node> {
    match short {
        Short::Key(key) => Ok(vec![entry(key, node)]),
        Short::Range(..) if let Some(meant) = dashed(&node) => {
            diagnostics.push(
                Diagnostic::new(codes::BAD_FORMAT, node.span, "a range is written with two dots")
                    .help(format!("write `{meant}`"))
                    .fix("write two dots", node.span, meant),
            );
            Ok(Vec::new())
        }
        Short::Range(low, high) => split(&node, "..").ok_or(node).map(|parts| match parts {
            (only, None) => vec![entry(low, only.clone()), entry(high, only)],
            (first, Some(second)) => vec![entry(low, first), entry(high, second)],
        }),
        Short::Levels(low, high) => split(&node, "/").ok_or(node).map(|parts| match parts {
            (only, None) => vec![entry(high, only)],
            (first, Some(second)) => vec![entry(low, first), entry(high, second)],
        }),
        Short::Build(context, dockerfile) => build(&node, context, dockerfile).ok_or(node),
    }
}

/// `2-5` as the range it is meant to be.
fn dashed(node: &Node) -> Option<String> {
    let (low, high) = node.as_scalar()?.text.split_once('-')?;
    let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    (number(low) && number(high)).then(|| format!("{}..{high}", low.trim_end()))
}

/// The scalar before and after a separator.
fn split(node: &Node, separator: &str) -> Option<(Node, Option<Node>)> {
    let scalar = node.as_scalar()?;
    // Quotes belong to the whole: each part is what it looks like.
    let part = |text: &str, at| Node::scalar(text, false, within(node, scalar, at, text.len()));
    Some(match scalar.text.split_once(separator) {
        Some((first, second)) => {
            (part(first, 0), Some(part(second, first.len() + separator.len())))
        }
        None => (node.clone(), None),
    })
}

/// The place of a part of a scalar, or of the whole where the text is not as it stands in the file.
fn within(node: &Node, scalar: &Scalar, at: usize, length: usize) -> Span {
    let quote = u32::from(scalar.quoted);
    let offset = |at: usize| u32::try_from(at).map_or(u32::MAX, |at| at + quote);
    let span = node.span;
    match offset(scalar.text.len()) + quote == span.end - span.start {
        true => Span::new(span.file, span.start + offset(at), span.start + offset(at + length)),
        false => span,
    }
}

fn build(node: &Node, context: &str, dockerfile: &str) -> Option<Vec<Entry>> {
    let text = &*node.as_scalar()?.text;
    let (folder, file) = text.rsplit_once('/').unwrap_or((".", text));
    if !file.contains("Dockerfile") {
        return Some(vec![entry(context, node.clone())]);
    }
    let part = |text: &str| Node::scalar(text, true, node.span);
    Some(vec![entry(context, part(folder)), entry(dockerfile, part(text))])
}

/// Applies `port: 8080` → `ports: {http: 8080}` and its like.
fn apply_moves(entries: Vec<Entry>, moves: &[Move], diagnostics: &mut Diagnostics) -> Vec<Entry> {
    if moves.is_empty() {
        return entries;
    }
    let (moved, mut kept): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|entry| moves.iter().any(|moved| moved.from == &*entry.key));
    for shorthand in moved {
        let Some(rule) = moves.iter().find(|moved| moved.from == &*shorthand.key) else { continue };
        let (at, key_span) = (shorthand.value.span, shorthand.key_span);
        if shorthand.value.is_null() {
            // In an overlay: the long entry is reset. In the base the null is found there.
            insert(&mut kept, rule, key_span, Node::null(at), diagnostics);
        } else {
            insert(&mut kept, rule, key_span, shorthand.value, diagnostics);
        }
    }
    kept
}

fn insert(
    entries: &mut Vec<Entry>,
    rule: &Move,
    key_span: Span,
    value: Node,
    diagnostics: &mut Diagnostics,
) {
    let inner = Entry { key: rule.key.into(), key_span, value };
    let Some(target) = entries.iter_mut().find(|entry| &*entry.key == rule.to) else {
        let map = Node { kind: NodeKind::Map(vec![inner]), span: key_span };
        entries.push(Entry { key: rule.to.into(), key_span, value: map });
        return;
    };
    let NodeKind::Map(inside) = &mut target.value.kind else { return };
    match inside.iter().find(|entry| &*entry.key == rule.key) {
        Some(taken) => {
            let message =
                format!("`{}` and `{}.{}` say the same thing", rule.from, rule.to, rule.key);
            diagnostics.push(
                Diagnostic::new(codes::EXCLUSIVE, key_span, message)
                    .related(taken.key_span, "also said here")
                    .help("keep one of them"),
            );
        }
        None => inside.push(inner),
    }
}

fn expand_list(node: Node, item: Shape, diagnostics: &mut Diagnostics) -> Node {
    let span = node.span;
    match node.kind {
        NodeKind::List(items) => {
            let items = items.into_iter().map(|node| expand(node, item, diagnostics)).collect();
            Node { kind: NodeKind::List(items), span }
        }
        kind => Node { kind, span },
    }
}

fn expand_map(node: Node, rule: KeyRule, value: Shape, diagnostics: &mut Diagnostics) -> Node {
    let node = match rule {
        KeyRule::LabelOrList | KeyRule::EnvNameOrList => names(node, diagnostics),
        KeyRule::LabelOrPaths => paths(node, diagnostics),
        _ => node,
    };
    let span = node.span;
    match node.kind {
        NodeKind::Map(mut entries) => {
            for entry in &mut entries {
                // `false` is no short form of a thing; the decoder says so.
                if value.is_named() && turned_off(&entry.value) {
                    continue;
                }
                let inner = std::mem::replace(&mut entry.value, Node::null(span));
                entry.value = expand(inner, value, diagnostics);
            }
            Node { kind: NodeKind::Map(entries), span }
        }
        kind => Node { kind, span },
    }
}

/// `[a, b]` → `{a: {}, b: {}}`.
fn names(node: Node, diagnostics: &mut Diagnostics) -> Node {
    let NodeKind::List(items) = &node.kind else { return node };
    if !items.iter().all(|item| item.as_scalar().is_some()) {
        return node;
    }
    // Not said by name: it may be a secret.
    let clash = ("this is in the list already", "take one of them out");
    keyed(items, node.span, clash, diagnostics, |item, text| {
        (text.to_owned(), Node::empty_map(item.span))
    })
}

/// `/api` or `[/api, /docs]` → `{api: {path: /api}, docs: {path: /docs}}`.
fn paths(node: Node, diagnostics: &mut Diagnostics) -> Node {
    let single = [node.clone()];
    let items = match &node.kind {
        NodeKind::Scalar(_) => &single[..],
        NodeKind::List(items) if items.iter().all(|item| item.as_scalar().is_some()) => items,
        _ => return node,
    };
    let clash = (
        "this path gets the same name as another one of the list",
        "name them yourself: `routes: {NAME: /path, …}`",
    );
    keyed(items, node.span, clash, diagnostics, |item, text| (slug(text), item.clone()))
}

fn keyed(
    items: &[Node],
    span: Span,
    clash: (&str, &str),
    diagnostics: &mut Diagnostics,
    make: impl Fn(&Node, &str) -> (String, Node),
) -> Node {
    let mut seen = BTreeMap::new();
    let mut entries = Vec::with_capacity(items.len());
    for item in items {
        let Some(scalar) = item.as_scalar() else { continue };
        let (key, value) = make(item, &scalar.text);
        if let Some(first) = seen.insert(key.clone(), item.span) {
            diagnostics.push(
                Diagnostic::new(codes::COLLISION, item.span, clash.0)
                    .related(first, "the other one")
                    .help(clash.1),
            );
            continue;
        }
        entries.push(Entry { key: key.into(), key_span: item.span, value });
    }
    Node { kind: NodeKind::Map(entries), span }
}

/// The name of a path: `/` is `root`, `/api/v1` is `api-v1`.
fn slug(path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    match slug.chars().next() {
        None => "root".to_owned(),
        Some(c) if c.is_ascii_digit() => format!("path-{slug}"),
        Some(_) => slug,
    }
}
