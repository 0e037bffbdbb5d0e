//! Documents that another reader of YAML must read in the same way.

use super::{FILE, Limits, read};
use crate::{Node, NodeKind};
use proptest::prelude::*;
use serde_yaml::Value;

/// A value and one of the ways to write it.
#[derive(Debug, Clone)]
enum Tree {
    Scalar(String),
    List(bool, Vec<Tree>),
    Map(bool, Vec<(String, Tree)>),
}

/// Scalars in every style; block scalars stand only where a line may follow.
fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}",
        "[a-z]{1,4} [a-z]{1,4}",
        "[é日😀a-z]{1,6}",
        "[0-9]{1,5}",
        Just("no".to_owned()),
        Just("~".to_owned()),
        Just("true".to_owned()),
        Just(String::new()),
        "'[a-z :,#\\[\\]{}é]{0,8}'",
        "\"[a-z :,#é]{0,8}(\\\\n|\\\\t|\\\\u00e9|\\\\\\\\)?\"",
    ]
}

fn document() -> impl Strategy<Value = Tree> {
    let leaf = scalar().prop_map(Tree::Scalar);
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            (any::<bool>(), prop::collection::vec(inner.clone(), 1..6))
                .prop_map(|(flow, items)| Tree::List(flow, items)),
            (any::<bool>(), prop::collection::btree_map("[a-z]{1,6}", inner, 1..6))
                .prop_map(|(flow, entries)| Tree::Map(flow, entries.into_iter().collect())),
        ]
    })
}

/// Writes a tree; inside brackets everything stays in brackets.
fn write(tree: &Tree, indent: usize, flow: bool, out: &mut String) {
    match tree {
        // Nothing at all is no item of a bracketed list.
        Tree::Scalar(text) if flow && text.is_empty() => out.push('~'),
        Tree::Scalar(text) => out.push_str(text),
        Tree::List(own, items) if flow || *own => {
            join(out, '[', ']', items, |item, out| write(item, 0, true, out));
        }
        Tree::Map(own, entries) if flow || *own => {
            join(out, '{', '}', entries, |(key, value), out| {
                out.push_str(key);
                out.push_str(": ");
                write(value, 0, true, out);
            });
        }
        Tree::List(_, items) => {
            for item in items {
                line(out, indent, "-");
                write(item, indent + 2, false, out);
            }
        }
        Tree::Map(_, entries) => {
            for (key, value) in entries {
                line(out, indent, &format!("{key}:"));
                write(value, indent + 2, false, out);
            }
        }
    }
}

fn line(out: &mut String, indent: usize, head: &str) {
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push_str(head);
    out.push(' ');
}

fn join<T>(out: &mut String, open: char, close: char, items: &[T], each: impl Fn(&T, &mut String)) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { ", " });
        each(item, out);
    }
    out.push(close);
}

/// Whether both readers saw the same; plain scalars are compared by their meaning.
fn same(ours: &Node, theirs: &Value) -> bool {
    match (&ours.kind, theirs) {
        (NodeKind::Null, Value::Null) => true,
        (NodeKind::Scalar(scalar), Value::Bool(value)) => scalar.as_bool() == Some(*value),
        (NodeKind::Scalar(scalar), Value::Number(number)) => {
            !scalar.quoted && scalar.text.parse::<f64>().ok() == number.as_f64()
        }
        (NodeKind::Scalar(scalar), Value::String(text)) => *scalar.text == **text,
        (NodeKind::List(ours), Value::Sequence(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b))
        }
        (NodeKind::Map(ours), Value::Mapping(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().zip(theirs).all(|(entry, (key, value))| {
                    key_text(key) == *entry.key && same(&entry.value, value)
                })
        }
        _ => false,
    }
}

/// The text of a key that the other reader may have taken for something else.
fn key_text(key: &Value) -> String {
    serde_yaml::to_string(key).unwrap().trim().trim_matches('\'').to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reads_what_another_reader_reads(tree in document(), windows: bool) {
        let mut text = String::new();
        write(&tree, 0, false, &mut text);
        text.push('\n');
        if windows {
            text = text.replace('\n', "\r\n");
        }
        let theirs: Value = serde_yaml::from_str(&text).unwrap();
        let (ours, diagnostics) = read(FILE, &text, Limits::default());
        match ours {
            Some(ours) => prop_assert!(same(&ours, &theirs), "{text}\n{ours:?}\n{theirs:?}"),
            None => prop_assert!(theirs.is_null(), "{text}\n{diagnostics:?}"),
        }
    }
}

#[test]
fn both_expand_aliases_and_merge_keys_alike() {
    let text = "a: &a {p: 1, q: [x, y]}\nb: &b {q: 3, r: 4}\nc:\n  <<: *a\n  q: own\nd:\n  <<: [*a, *b]\ne: [*a, *b]\n";
    let mut theirs: Value = serde_yaml::from_str(text).unwrap();
    theirs.apply_merge().unwrap();
    let ours = read(FILE, text, Limits::default()).0.unwrap();
    assert!(same(&ours, &theirs), "{ours:?}\n{theirs:?}");
}
