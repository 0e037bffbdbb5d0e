//! The traps of YAML, each with the edit that mends it.

use super::{FILE, Limits, brief, read, slice};

/// The text after the fix of its only diagnostic, which must be a trap.
fn mended(text: &str) -> String {
    let (node, diagnostics) = read(FILE, text, Limits::default());
    let items: Vec<_> = diagnostics.iter().collect();
    assert_eq!(items.len(), 1, "{text:?}: {items:?}");
    assert_eq!(items[0].code.id, "E0212", "{text:?}: {items:?}");
    let edit = &items[0].fix.as_ref().unwrap().edits[0];
    assert!(!slice(text, edit.span).is_empty() || edit.replacement == " ");
    drop(node);
    let mut text = text.to_owned();
    text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.replacement);
    text
}

#[test]
fn quoting_mends_each_trap() {
    for (text, expected) in [
        ("a: [${X}]\n", "{a: [\"${X}\"]}"),
        ("a: [x, ${X:-y} , z]\n", "{a: [x, \"${X:-y}\", z]}"),
        ("a: [x, http://${H}:${P}/p, c]\n", "{a: [x, \"http://${H}:${P}/p\", c]}"),
        ("a: {b: ${X}}\n", "{a: {b: \"${X}\"}}"),
        ("a: {b: ${X}, c: d}\n", "{a: {b: \"${X}\", c: d}}"),
        ("a: {b: [c, ${X}]}\n", "{a: {b: [c, \"${X}\"]}}"),
        ("s: */5 * * * *\n", "{s: \"*/5 * * * *\"}"),
        ("s: */5 * * * * # often\nt: 1\n", "{s: \"*/5 * * * *\", t: 1}"),
        ("s: * * * * *\n", "{s: \"* * * * *\"}"),
        ("- */5 * * * *\n", "[\"*/5 * * * *\"]"),
        ("j: {s: */5 * * * *}\n", "{j: {s: \"*/5 * * * *\"}}"),
        ("h: *.example.com\n", "{h: \"*.example.com\"}"),
        ("h: [a, *.example.com]\n", "{h: [a, \"*.example.com\"]}"),
        ("p: **/*.md\n", "{p: \"**/*.md\"}"),
        ("s: @daily\n", "{s: \"@daily\"}"),
        ("- @acme/ops\n", "[\"@acme/ops\"]"),
        ("o: [@acme/ops, x]\n", "{o: [\"@acme/ops\", x]}"),
        ("s: `date` \"x\" \\ y\n", "{s: \"`date` \\\"x\\\" \\\\ y\"}"),
        ("s: %d\n", "{s: \"%d\"}"),
        ("v: [>=1.2]\n", "{v: [\">=1.2\"]}"),
        ("c: #ops\nd: 1\n", "{c: \"#ops\", d: 1}"),
        ("a:\n  b:1\n  c: 2\n", "{a: {b: 1, c: 2}}"),
        ("a:\n  b: 1\n  c:2\n", "{a: {b: 1, c: 2}}"),
        ("a:1\nb: 2\n", "{a: 1, b: 2}"),
        ("\u{feff}a:1\nb: 2\n", "{a: 1, b: 2}"),
        ("a: 1\nb:[c]\n", "{a: 1, b: [c]}"),
        ("a: {b: c #d}\n", "{a: {b: \"c #d\"}}"),
        ("a: [b, c #1]\nd: e\n", "{a: [b, \"c #1\"], d: e}"),
        ("a: {b: [c #d], e: f}\n", "{a: {b: [\"c #d\"], e: f}}"),
    ] {
        let fixed = mended(text);
        let (node, diagnostics) = read(FILE, &fixed, Limits::default());
        assert!(diagnostics.is_empty(), "{fixed:?}: {diagnostics:?}");
        assert_eq!(brief(&node.unwrap()), expected, "{fixed:?}");
    }
}

#[test]
fn a_schedule_is_called_one() {
    let (_, diagnostics) = read(FILE, "s: */5 * * * *\n", Limits::default());
    assert!(diagnostics.iter().next().unwrap().message.starts_with("the schedule"));
}

#[test]
fn what_reads_well_is_no_trap() {
    for text in [
        "a: ${X}\n",
        "- ${X}/y\n",
        "a: [\"${X}\"]\n",
        "a: [$X]\n",
        "s: 0 * * * *\n",
        "a: # a remark\n  b: 1\n",
        "a: #remark\n  b: 1\n",
        "a: ~ #remark\n",
        "a:\n#remark\nb: 1\n",
        "a: #remark of some words\nb: 1\n",
        "a: 8080 #80\n",
        "a: b # c (d\n",
        "a: b #c\n",
        "a: \"b (\" #1\n",
        "a: [b, # c]\n  d]\n",
        "a: it's #c\n",
    ] {
        let (_, diagnostics) = read(FILE, text, Limits::default());
        assert!(diagnostics.is_empty(), "{text:?}: {diagnostics:?}");
    }
}

#[test]
fn a_template_in_braces_is_told_to_be_quoted() {
    let (_, diagnostics) = read(FILE, "a: {{ name }}\n", Limits::default());
    let item = diagnostics.iter().next().unwrap();
    assert_eq!(item.code.id, "E0111");
    assert!(item.help.as_ref().unwrap().contains("quote the value"));
}

#[test]
fn a_comment_that_looks_like_the_rest_of_a_value_is_warned_of() {
    for (text, value) in [
        ("t: shop #1\n", "shop #1"),
        ("c: say \"a #b\"\n", "say \"a #b\""),
        ("c: f(a #b)  \n", "f(a #b)"),
        ("c: a [b #c]\r\n", "a [b #c]"),
        ("l:\n- x #12\n", "x #12"),
    ] {
        let (node, diagnostics) = read(FILE, text, Limits::default());
        let item = diagnostics.iter().next().unwrap();
        assert_eq!((item.code.id, diagnostics.iter().count(), node.is_some()), ("W0709", 1, true));
        let fix = item.fix.as_ref().unwrap();
        assert_eq!(slice(text, fix.edits[0].span), value);
        assert!(!fix.certain, "it may be a comment");
    }
}

#[test]
fn a_second_colon_is_quoted() {
    let text = "t: a: \"b\" # c\n";
    let (_, diagnostics) = read(FILE, text, Limits::default());
    let fix = diagnostics.iter().next().unwrap().fix.clone().unwrap();
    assert_eq!(slice(text, fix.edits[0].span), "a: \"b\"");
    assert_eq!(fix.edits[0].replacement, "\"a: \\\"b\\\"\"");
}
