//! Each refusal, with the place it points at.

use super::{FILE, Limits, complaints, read, slice};
use crate::decode;

#[test]
fn nothing_in_the_file() {
    for text in ["", "\n\n", "# only\n# comments\n", "---\n", "---\n...\n", "\u{feff}"] {
        assert_eq!(complaints(text), [("E0104", String::new())], "{text:?}");
    }
    assert_eq!(complaints("~\n"), [("E0104", "~".to_owned())]);
}

#[test]
fn duplicate_keys_point_at_both() {
    let text = "a: 1\nb: 2\na: 3\na: 4\n";
    let (node, diagnostics) = read(FILE, text, Limits::default());
    let items: Vec<_> = diagnostics.iter().collect();
    assert_eq!(items.len(), 2);
    for (item, start) in items.iter().zip([10, 15]) {
        assert_eq!(item.code.id, "E0107");
        assert_eq!(item.primary.as_ref().unwrap().span.start, start);
        assert_eq!(item.related[0].span.start, 0);
        assert_eq!(slice(text, item.related[0].span), "a");
    }
    // The first counts, so that later passes see a tree with unique keys.
    assert_eq!(super::brief(&node.unwrap()), "{a: 1, b: 2}");
}

#[test]
fn duplicate_keys_are_found_whatever_their_style() {
    assert_eq!(complaints("{a: 1, \"a\": 2}"), [("E0107", "\"a\"".to_owned())]);
    assert_eq!(complaints("m:\n  <<: {a: 1}\n  <<: {b: 1}\n"), [("E0107", "<<".to_owned())]);
}

#[test]
fn duplicates_before_a_syntax_error_are_reported_too() {
    let found = complaints("a: 1\na: 2\nb: ]\n");
    assert_eq!(found, [("E0105", "]".to_owned()), ("E0107", "a".to_owned())]);
}

#[test]
fn keys_must_be_plain_words() {
    assert_eq!(complaints("? [a, b]\n: c\n"), [("E0111", "[a, b]".to_owned())]);
    assert_eq!(complaints("{a: 1}: c\n"), [("E0111", "{a: 1}".to_owned())]);
    assert_eq!(complaints("a: &x k\n*x : 1\n"), [("E0111", "*x".to_owned())]);
    assert_eq!(complaints("? |\n  text\n: c\n"), [("E0111", "text".to_owned())]);
    assert_eq!(complaints("\"\": c\n"), [("E0111", "\"\"".to_owned())]);
    assert_eq!(complaints(": c\n"), [("E0111", String::new())]);
}

#[test]
fn a_refused_key_costs_only_its_entry() {
    let (node, _) = read(FILE, "? [a]\n: {b: c}\nd: e\n", Limits::default());
    assert_eq!(super::brief(&node.unwrap()), "{d: e}");
}

#[test]
fn more_than_one_document() {
    assert_eq!(complaints("a: 1\n---\nb: 2\n"), [("E0112", "---".to_owned())]);
    let (node, _) = read(FILE, "a: 1\n---\nb: 2\n", Limits::default());
    assert_eq!(super::brief(&node.unwrap()), "{a: 1}");
}

#[test]
fn tags() {
    assert_eq!(complaints("a: !!str 1\n"), [("E0113", "!!str".to_owned())]);
    assert_eq!(complaints("a: !Ref [1]\n"), [("E0113", "!Ref".to_owned())]);
    assert_eq!(complaints("a: ! {b: 1}\n"), [("E0113", "!".to_owned())]);
    assert_eq!(complaints("a: !e!x 1\n").first().unwrap().0, "E0113");
}

#[test]
fn tabs_point_at_the_tab() {
    let tab = [("E0106", "\t".to_owned())];
    for text in [
        "a:\n\tb: 1\n",
        "a: b\n\tc: d\n",
        "a:\n  b: 1\n\tc: 2\n",
        "a: |\n\tfoo\n",
        "\ta: 1\n",
        "a:\n  - b\n \tc: 1\n",
        "a: |\n  x\n\ty\n",
        "a:\n  \tb: 1\n",
        "-\t- a\n",
    ] {
        assert_eq!(complaints(text), tab, "{text:?}");
        let (_, diagnostics) = read(FILE, text, Limits::default());
        let start = diagnostics.iter().next().unwrap().primary.as_ref().unwrap().span.start;
        assert_eq!(start as usize, text.find('\t').unwrap(), "{text:?}");
    }
    // Between a key and its value, and inside values, a tab harms nobody.
    assert!(complaints("a:\tb\nc: \"x\ty\"\nd: x\ty\n").is_empty());
}

#[test]
fn syntax_errors_have_a_place() {
    for (text, place) in [
        ("a: x: y\n", ":"),
        ("a: \"x\" y\n", "y"),
        ("a: [1, 2\nb: 3\n", ":"),
        ("a: {x: 1\n", "{"),
        ("a: ]\n", "]"),
        ("a: [}\n", "["),
        ("a: 1\nb\nc: 2\n", "b"),
        ("- a\nb: 1\n", "b"),
        ("a: \"\\q\"\n", "\""),
        ("a:\n  - b\n c: 1\n", "c"),
        ("a: - b\n", "-"),
        ("a: 'x\n", ""),
    ] {
        assert_eq!(complaints(text), [("E0105", place.to_owned())], "{text:?}");
        assert!(read(FILE, text, Limits::default()).0.is_none());
    }
}

#[test]
fn an_open_bracket_is_pointed_at() {
    let text = "a: [1, 2\nb: 3\n";
    let (_, diagnostics) = read(FILE, text, Limits::default());
    let item = diagnostics.iter().next().unwrap();
    assert_eq!(slice(text, item.related[0].span), "[");
}

#[test]
fn the_two_kinds_of_a_second_colon_are_told_apart() {
    let message = |text: &str| {
        let (_, diagnostics) = read(FILE, text, Limits::default());
        diagnostics.iter().next().unwrap().message.clone()
    };
    assert_eq!(message("a: x: y\n"), "a second `: ` on one line");
    assert_eq!(message("a: x\n  b: y\n"), "a key below a value");
}

#[test]
fn control_characters() {
    assert_eq!(complaints("a: x\0y\n"), [("E0114", "\0".to_owned())]);
    assert_eq!(complaints("a: x\n# \u{7}\n"), [("E0114", "\u{7}".to_owned())]);
    assert_eq!(complaints("a: x\u{9f}y\n"), [("E0114", "\u{9f}".to_owned())]);
    assert_eq!(complaints("a: x\u{85}y\n"), [("E0114", "x\u{85}y".to_owned())]);
    assert_eq!(complaints("a: x\n\u{feff}b: 1\n"), [("E0114", "\u{feff}".to_owned())]);
    for escape in ["\\0", "\\a", "\\x1b", "\\r", "\\u0085", "\\e"] {
        let text = format!("a: \"x{escape}y\"\n");
        assert_eq!(complaints(&text), [("E0114", format!("\"x{escape}y\""))]);
    }
    assert!(complaints("a: \"x\\ty\\nz\\u00e9\"\n").is_empty());
}

#[test]
fn places_are_moved_onto_characters() {
    let moved = |offset| crate::read::syntax::boundary("aé", offset);
    assert_eq!([moved(1), moved(2), moved(3), moved(9)], [1, 1, 3, 3]);
}

#[test]
fn aliases_that_lead_nowhere() {
    assert_eq!(complaints("a: *x\n"), [("E0110", "*x".to_owned())]);
    assert_eq!(complaints("a: &x [1, *x]\n"), [("E0110", "*x".to_owned())]);
    assert_eq!(complaints("a: &x {b: {c: *x}}\n"), [("E0110", "*x".to_owned())]);
    assert_eq!(complaints("a: *x\nb: &x 1\nc: *y\n").len(), 2);
    assert!(read(FILE, "a: *x\n", Limits::default()).0.is_none());
}

#[test]
fn an_alias_slightly_wrong_gets_a_suggestion() {
    let (_, diagnostics) = read(FILE, "a: &defaults 1\nb: *default\n", Limits::default());
    let fix = diagnostics.iter().next().unwrap().fix.clone().unwrap();
    assert_eq!(fix.edits[0].replacement, "*defaults");
}

#[test]
fn merge_keys_take_mappings_only() {
    for text in ["<<: 1\n", "<<: ~\n", "<<: [{a: 1}, 2]\n", "<<: [[{a: 1}]]\n"] {
        assert_eq!(complaints(text), [("E0110", "<<".to_owned())], "{text:?}");
    }
    assert_eq!(complaints("a:\n  <<: *x\n"), [("E0110", "*x".to_owned())]);
}

#[test]
fn the_size_cap_holds() {
    let limits = Limits { bytes: 4, ..Limits::default() };
    assert_eq!(read(FILE, "a: 1", limits).1.iter().count(), 0);
    let (node, diagnostics) = read(FILE, "a: 1\n", limits);
    assert!(node.is_none());
    assert_eq!(diagnostics.iter().next().unwrap().code.id, "E0102");
    assert_eq!(decode(FILE, b"a: 1\n", limits).unwrap_err().code.id, "E0102");
}

#[test]
fn only_utf8_is_text() {
    let refusal = |bytes: &[u8]| decode(FILE, bytes, Limits::default()).unwrap_err();
    let wide = |text: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    };
    let wider = |text: &str, unit: fn(u32) -> [u8; 4]| -> Vec<u8> {
        text.chars().flat_map(|c| unit(u32::from(c))).collect()
    };
    for text in ["\u{feff}a: 1", "a: 1"] {
        for (bytes, encoding) in [
            (wide(text, u16::to_le_bytes), "UTF-16LE"),
            (wide(text, u16::to_be_bytes), "UTF-16BE"),
            (wider(text, u32::to_le_bytes), "UTF-32LE"),
            (wider(text, u32::to_be_bytes), "UTF-32BE"),
        ] {
            let refusal = refusal(&bytes);
            assert_eq!(refusal.code.id, "E0103");
            assert!(refusal.message.contains(encoding), "{} {encoding}", refusal.message);
            assert!(refusal.help.unwrap().contains("iconv"));
        }
    }
    let latin = refusal(b"a: 1\nb: caf\xe9\n");
    assert_eq!(latin.code.id, "E0103");
    assert!(latin.message.contains("0xE9 in line 2 (offset 11)"), "{}", latin.message);
    let text = "\u{feff}a: é\r\n";
    assert_eq!(decode(FILE, text.as_bytes(), Limits::default()).unwrap(), text);
}
