//! Values and places.

use super::{FILE, brief, slice, tree};
use crate::{Node, NodeKind, SourceMap};

/// Every key and value with the text its span covers.
fn places(text: &str, node: &Node, into: &mut Vec<String>) {
    into.push(slice(text, node.span).to_owned());
    match &node.kind {
        NodeKind::List(items) => items.iter().for_each(|item| places(text, item, into)),
        NodeKind::Map(entries) => {
            for entry in entries {
                into.push(format!("{}=", slice(text, entry.key_span)));
                places(text, &entry.value, into);
            }
        }
        _ => {}
    }
}

fn all_places(text: &str) -> Vec<String> {
    let mut into = Vec::new();
    places(text, &tree(text), &mut into);
    into
}

#[test]
fn reads_every_kind_of_value() {
    let text = "a: 1\nb: [x, \"y\", 'z']\nc: {d: ~, e: null, f: }\ng: |\n  two\n  lines\nh: >-\n  fold\n  ed\ni:\nj: \"null\"\n";
    let expected = r#"{a: 1, b: [x, "y", "z"], c: {d: ~, e: ~, f: ~}, g: "two\nlines\n", h: "fold ed", i: ~, j: "null"}"#;
    assert_eq!(brief(&tree(text)), expected);
}

#[test]
fn keys_are_their_text() {
    assert_eq!(
        brief(&tree("no: 1\non: 2\n1: 3\n1.0: 4\nnull: 5\n~: 6\n'q w': 7\n? ex\n: 8\n")),
        "{no: 1, on: 2, 1: 3, 1.0: 4, null: 5, ~: 6, q w: 7, ex: 8}"
    );
}

#[test]
fn spans_cover_what_was_written() {
    let text = "a: é\nb:\n  - x\n  - {q: '1', r: [a, b]}\n\n# end\nc:\nd: |\n  text\n  more\n\ne: [k: v]\n";
    let expected = [
        text.trim_end(),
        "a=",
        "é",
        "b=",
        "- x\n  - {q: '1', r: [a, b]}",
        "x",
        "{q: '1', r: [a, b]}",
        "q=",
        "'1'",
        "r=",
        "[a, b]",
        "a",
        "b",
        "c=",
        "",
        "d=",
        "text\n  more",
        "e=",
        "[k: v]",
        "k: v",
        "k=",
        "v",
    ];
    assert_eq!(all_places(text), expected);
}

#[test]
fn spans_survive_a_byte_order_mark_and_carriage_returns() {
    let text = "\u{feff}a: é\r\nü:\r\n  - \"ö\"\r\n  - 日本\r\n";
    let expected = [
        "a: é\r\nü:\r\n  - \"ö\"\r\n  - 日本",
        "a=",
        "é",
        "ü=",
        "- \"ö\"\r\n  - 日本",
        "\"ö\"",
        "日本",
    ];
    assert_eq!(all_places(text), expected);
    assert_eq!(tree(text).get("ü").unwrap().span.start, 17);
}

#[test]
fn positions_count_lines_and_characters() {
    let text = "\u{feff}a: é\r\nüü: x\r\n";
    let mut sources = SourceMap::default();
    let file = sources.add("stack.yaml", text);
    let node = tree(text);
    let position = |span: crate::Span| sources.file(file).unwrap().position(span.start);
    assert_eq!((position(node.span).line, position(node.span).column), (1, 1));
    let value = node.get("üü").unwrap().span;
    assert_eq!((position(value).line, position(value).column), (2, 5));
}

#[test]
fn a_missing_value_stands_behind_its_colon() {
    let text = "a:\nb: {c:, d}\n";
    let node = tree(text);
    assert_eq!(node.get("a").unwrap().span, crate::Span::new(FILE, 2, 2));
    assert_eq!(node.get("b").unwrap().get("c").unwrap().span.start, 9);
}

#[test]
fn an_alias_is_a_copy_with_the_place_of_its_anchor() {
    let text = "a: &x {b: [1, 2]}\nc: *x\nd: &s word\ne: [*s, *x]\n";
    let node = tree(text);
    assert_eq!(brief(&node), "{a: {b: [1, 2]}, c: {b: [1, 2]}, d: word, e: [word, {b: [1, 2]}]}");
    assert_eq!(slice(text, node.get("c").unwrap().span), "{b: [1, 2]}");
    assert_eq!(slice(text, node.get("e").unwrap().span), "[*s, *x]");
    assert_eq!(slice(text, node.span), text.trim_end());
}

#[test]
fn the_latest_anchor_of_a_name_counts() {
    assert_eq!(brief(&tree("- &a 1\n- *a\n- &a 2\n- *a\n")), "[1, 1, 2, 2]");
}

#[test]
fn merge_keys_add_what_is_missing() {
    let base = "x-a: &a {p: 1, q: 2}\nx-b: &b {q: 3, r: 4}\n";
    let merged = |text: &str| brief(tree(&format!("{base}m:{text}")).get("m").unwrap());
    assert_eq!(merged("\n  <<: *a\n  q: own\n"), "{q: own, p: 1}");
    assert_eq!(merged("\n  q: own\n  <<: [*a, *b]\n"), "{q: own, p: 1, r: 4}");
    assert_eq!(merged("\n  <<: [*b, *a]\n"), "{q: 3, r: 4, p: 1}");
    assert_eq!(merged(" {<<: {z: 1}, y: 2}\n"), "{y: 2, z: 1}");
    assert_eq!(merged(" {\"<<\": {z: 1}}\n"), "{<<: {z: 1}}");
}

#[test]
fn a_merged_mapping_can_be_merged_again() {
    let text = "a: &a {p: 1}\nb: &b\n  <<: *a\n  q: 2\nc:\n  <<: *b\n";
    assert_eq!(brief(&tree(text)), "{a: {p: 1}, b: {q: 2, p: 1}, c: {q: 2, p: 1}}");
    let entry = tree(text);
    let inherited = entry.get("c").unwrap().entry("p").unwrap();
    assert_eq!(inherited.key_span.start, 7);
}

#[test]
fn document_markers_around_one_document_are_fine() {
    assert_eq!(brief(&tree("# c\n---\na: 1\n...\n")), "{a: 1}");
    assert_eq!(brief(&tree("%YAML 1.2\n---\na: 1\n")), "{a: 1}");
}
