//! Input that means harm: bounded time, bounded memory, no panic.

use super::{FILE, Limits, complaints, read};
use crate::{Diagnostics, Node, NodeKind, Span, decode};
use proptest::prelude::*;
use std::fmt::Write;

fn codes(text: &str, limits: Limits) -> Vec<&'static str> {
    read(FILE, text, limits).1.iter().map(|item| item.code.id).collect()
}

#[test]
fn brackets_beyond_the_cap() {
    for open in ["[", "{a: ", "- ", "? "] {
        assert_eq!(codes(&open.repeat(100_000), Limits::default()), ["E0108"], "{open:?}");
    }
    let staircase: String = (0..5_000).map(|level| format!("{:level$}a:\n", "")).collect();
    assert_eq!(codes(&staircase, Limits::default()), ["E0108"]);
}

#[test]
fn nesting_up_to_the_cap_is_read() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(complaints(&nested(64)).is_empty());
    assert_eq!(codes(&nested(65), Limits::default()), ["E0108"]);
    let mixed = |levels: usize| format!("a:\n  b: {}", nested(levels));
    assert!(complaints(&mixed(62)).is_empty());
    assert_eq!(codes(&mixed(63), Limits::default()), ["E0108"]);
}

#[test]
fn aliases_cannot_nest_beyond_the_cap() {
    // Each line is shallow, but every alias adds the depth of the line before.
    let mut text = String::from("- &a0 [[[[[[[[[[x]]]]]]]]]]\n");
    for level in 1..10 {
        writeln!(text, "- &a{level} [[[[[[[[[[*a{}]]]]]]]]]]", level - 1).unwrap();
    }
    assert_eq!(codes(&text, Limits::default()), ["E0108"]);

    let placed = |value: &str, levels: usize| {
        format!("a: &a {value}\nb: {}*a{}\n", "[".repeat(levels), "]".repeat(levels))
    };
    assert!(complaints(&placed("x", 63)).is_empty());
    assert!(complaints(&placed("[]", 62)).is_empty());
    assert_eq!(codes(&placed("[]", 63), Limits::default()), ["E0108"]);
    assert_eq!(codes(&placed("{b: []}", 62), Limits::default()), ["E0108"]);
}

#[test]
fn an_alias_bomb_is_defused() {
    let mut text = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for level in 1..30 {
        let copies = vec![format!("*a{}", level - 1); 10].join(",");
        writeln!(text, "a{level}: &a{level} [{copies}]").unwrap();
    }
    let limits = Limits { nodes: 100_000, ..Limits::default() };
    assert_eq!(codes(&text, limits), ["E0109"]);
}

#[test]
fn a_merge_bomb_is_defused() {
    let mut text = String::from("a0: &a0 {k0: 1}\n");
    for level in 1..60 {
        let before = level - 1;
        writeln!(text, "a{level}: &a{level} {{l: *a{before}, r: *a{before}, <<: *a{before}}}")
            .unwrap();
    }
    let limits = Limits { nodes: 100_000, ..Limits::default() };
    assert_eq!(codes(&text, limits), ["E0109"]);
}

#[test]
fn copies_of_a_long_text_are_bounded() {
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a,".repeat(10_000));
    let limits = Limits { nodes: 100_000, ..Limits::default() };
    assert_eq!(codes(&text, limits), ["E0109"]);

    let key = "k".repeat(1_000);
    let text = format!("a: &a {{{key}: 1}}\nb: [{}]\n", "*a,".repeat(10_000));
    assert_eq!(codes(&text, limits), ["E0109"]);
}

#[test]
fn plain_nodes_count_too() {
    let limits = Limits { nodes: 100, ..Limits::default() };
    let list = |items: usize| format!("[{}]", "a,".repeat(items));
    assert!(codes(&list(99), limits).is_empty());
    assert_eq!(codes(&list(100), limits), ["E0109"]);
}

#[test]
fn duplicates_among_many_keys() {
    let mut text: String = (0..20_000).map(|key| format!("k{key}: 1\n")).collect();
    text.push_str("k7: 2\nk19999: 2\n");
    let found = complaints(&text);
    assert_eq!(found, [("E0107", "k19999".to_owned()), ("E0107", "k7".to_owned())]);
}

#[test]
fn complaints_are_bounded() {
    let text = "a: 1\n".repeat(20_000);
    let (node, diagnostics) = read(FILE, &text, Limits::default());
    assert_eq!(diagnostics.iter().count(), Diagnostics::CAP);
    assert_eq!(diagnostics.dropped(), 19_999 - Diagnostics::CAP);
    assert_eq!(node.unwrap().entries().unwrap().len(), 1);
}

#[test]
fn costly_complaints_end_early() {
    assert_eq!(codes(&"- *a\n".repeat(1_000), Limits::default()).len(), 100);
    assert_eq!(codes(&"\u{1}".repeat(1_000), Limits::default()).len(), 100);
}

/// Whether a span lies in the text and on the boundaries of characters.
fn sound(text: &str, span: Span) -> bool {
    span.file == FILE && text.get(span.start as usize..span.end as usize).is_some()
}

fn all_sound(text: &str, node: &Node) -> bool {
    sound(text, node.span)
        && match &node.kind {
            NodeKind::List(items) => items.iter().all(|item| all_sound(text, item)),
            NodeKind::Map(entries) => entries
                .iter()
                .all(|entry| sound(text, entry.key_span) && all_sound(text, &entry.value)),
            _ => true,
        }
}

fn check(text: &str) {
    let limits = Limits { nodes: 10_000, depth: 16, ..Limits::default() };
    let (node, diagnostics) = read(FILE, text, limits);
    assert!(node.is_some() || !diagnostics.is_empty());
    assert!(node.is_none_or(|node| all_sound(text, &node)));
    for item in diagnostics.iter() {
        assert!(sound(text, item.primary.as_ref().unwrap().span), "{item:?}");
        assert!(item.related.iter().all(|label| sound(text, label.span)), "{item:?}");
        let edits = item.fix.iter().flat_map(|fix| &fix.edits);
        assert!(edits.into_iter().all(|edit| sound(text, edit.span)), "{item:?}");
    }
}

/// Text made of what YAML is made of, so that much of it gets past the first line.
fn yamlish() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "b",
        "é",
        "日",
        "😀",
        ": ",
        ":",
        "- ",
        "-",
        "\n",
        "\r\n",
        "\n  ",
        "\n    ",
        "\t",
        " ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        ",",
        "\"",
        "'",
        "&a ",
        "*a",
        "<<: ",
        "!t ",
        "|\n  ",
        ">\n  ",
        "# ",
        "#",
        "? ",
        "---\n",
        "...\n",
        "${",
        "}",
        "*/5 * * * *",
        "@x",
        "%",
        "`",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\\",
        "\\x",
        "~",
        "null",
        "0",
        "\0",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic(text in "\\PC*") {
        check(&text);
    }

    #[test]
    fn any_yaml_like_text_is_read_without_panic(text in yamlish()) {
        check(&text);
    }

    #[test]
    fn any_bytes_are_decoded_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(text) = decode(FILE, &bytes, Limits::default()) {
            check(&text);
        }
    }
}
