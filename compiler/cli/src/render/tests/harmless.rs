//! Secrets stay secret, and no source harms a terminal.

use super::{ALL, Format, at, shown, source};
use stackc_source::{Diagnostic, FileId, Span, codes};

const SECRET: &str = "hunter2é!";

#[test]
fn a_masked_text_shows_in_no_format() {
    let text = format!("a: {SECRET}\nb: '{SECRET}'\n# {SECRET}\nc: x\n");
    let sources = source(&text);
    let secret = at(&sources, SECRET);
    let quoted = at(&sources, &format!("'{SECRET}'"));
    let said = |words: &str| format!("{words} {SECRET}");
    let items = [
        Diagnostic::new(codes::SECRET_LITERAL, quoted, said("found"))
            .label(said("label"))
            .related(secret, said("related"))
            .help(said("help"))
            .fix(said("title"), quoted, format!("${{{SECRET}}}"))
            .mask(quoted),
        Diagnostic::new(codes::UNKNOWN_KEY, at(&sources, "a"), "the line shows it too").fix(
            said("write"),
            secret,
            "NAME",
        ),
        Diagnostic::new(codes::UNKNOWN_KEY, at(&sources, "#"), "and so does a comment"),
    ];
    for format in ALL {
        let page = shown(format, &items, &sources);
        assert!(!page.contains(SECRET) && !page.contains("hunter2"), "{format:?}: {page}");
        assert!(page.contains("found •••••••••"), "{format:?}: {page}");
    }
    let page = shown(Format::Human, &items, &sources);
    assert!(page.contains("1 | a: •••••••••\n"), "{page}");
    assert!(page.contains("2 | b: •••••••••••\n  |    ^^^^^^^^^^^"), "{page}");
    assert!(page.contains("3 | # •••••••••\n"), "{page}");
    assert!(page.contains("2 + b: ${•••••••••}\n"), "{page}");
    assert!(page.contains("1 + a: NAME\n"), "{page}");
    // What cannot be applied is not offered to programs; the harmless fix is.
    assert_eq!(shown(Format::Json, &items, &sources).matches("\"replacement\"").count(), 1);
    assert_eq!(shown(Format::Sarif, &items, &sources).matches("insertedContent").count(), 1);
}

#[test]
fn masked_texts_may_overlap_and_short_ones_garble_nothing() {
    let sources = source("a: abcdef\nb: abcd\nc: 1\n");
    let place = |part| at(&sources, part);
    let item = Diagnostic::new(codes::SECRET_LITERAL, place("abcdef"), "abcdef 1, abcd 1")
        .mask(place("abcdef"))
        .mask(place("abcd\n"))
        .mask(place("1"));
    let page = shown(Format::Human, &[item.related(place("c:"), "")], &sources);
    assert!(page.contains(": •••••• 1, •••• 1\n"), "{page}");
    assert!(page.contains("3 | c: •\n"), "{page}");
}

#[test]
fn a_masked_block_is_hidden_line_by_line() {
    let sources = source("k: |\n  one\n  two\nz: 1\n");
    let block = at(&sources, "one\n  two");
    let items = [
        Diagnostic::new(codes::SECRET_LITERAL, block, "key").mask(block),
        Diagnostic::new(codes::UNKNOWN_KEY, at(&sources, "z"), "z")
            .related(at(&sources, "two"), ""),
    ];
    let page = shown(Format::Human, &items, &sources);
    assert!(!page.contains("one") && !page.contains("two"), "{page}");
    assert!(page.contains("2 |   •••\n"), "{page}");
}

/// Everything that could steer a terminal or mislead its reader.
const NASTY: &str = "\u{feff}a: \u{1b}[31mred\r\nb: \u{202e}txet\u{202c}\tz\u{85}\u{9b}1m\rlone\nü: 日本\u{7f}\u{0}\u{200b}\u{2028}😀\n";

#[test]
fn control_and_bidi_characters_are_never_written() {
    let mut sources = source(NASTY);
    let evil = sources.add("ev\u{1b}il\u{202e}.yaml", NASTY);
    let end = NASTY.len() as u32;
    let mut items = vec![
        Diagnostic::new(codes::SYNTAX, Span::new(evil, 3, 4), NASTY)
            .label(NASTY)
            .related(Span::new(evil, end - 2, end), NASTY)
            .help(NASTY)
            .fix(NASTY, Span::new(evil, 3, 4), NASTY)
            .in_environment(Some(NASTY)),
    ];
    for line in ["a", "b", "ü"] {
        items.push(Diagnostic::new(codes::SYNTAX, at(&sources, line), "here"));
    }
    for format in ALL {
        let page = shown(format, &items, &sources);
        let bad = |c: char| {
            (c.is_control() && c != '\n') || "\u{202e}\u{202c}\u{feff}\u{200b}\u{2028}".contains(c)
        };
        assert_eq!(page.find(bad), None, "{format:?}: {page:?}");
    }
    let page = shown(Format::Human, &items, &sources);
    assert!(page.contains("--> stack.yaml:1:1\n"), "{page}");
    assert!(page.contains("1 | a: ␛[31mred\n  | ^"), "{page}");
    assert!(page.contains("2 | b: �txet�    z��1m␍lone\n"), "{page}");
    assert!(page.contains("3 | ü: 日本␡␀��😀\n  | ^"), "{page}");
}

#[test]
fn programs_get_the_exact_replacement() {
    let sources = source("a: x\n");
    let item = Diagnostic::new(codes::SYNTAX, Span::new(FileId(0), 0, 1), "m").fix(
        "t",
        Span::new(FileId(0), 3, 4),
        NASTY,
    );
    for (format, path) in [
        (Format::Json, "/fix/edits/0/replacement"),
        (
            Format::Sarif,
            "/runs/0/results/0/fixes/0/artifactChanges/0/replacements/0/insertedContent/text",
        ),
    ] {
        let page = shown(format, std::slice::from_ref(&item), &sources);
        let value: serde_json::Value = serde_json::from_str(&page).unwrap();
        assert_eq!(value.pointer(path).unwrap(), NASTY, "{format:?}");
    }
}

#[test]
fn long_lines_are_trimmed_around_the_place() {
    let text = format!("a: {}HERE{}\n", "x".repeat(5_000), "y".repeat(5_000));
    let sources = source(&text);
    let place = at(&sources, "HERE");
    let items = [
        Diagnostic::new(codes::SYNTAX, place, "m")
            .label("l")
            .related(Span::new(FileId(0), 0, 1), "key")
            .fix("t", place, "z"),
        Diagnostic::new(codes::SYNTAX, Span::new(FileId(0), 3, 10_000), "the whole value"),
        Diagnostic::new(codes::SYNTAX, place, "w".repeat(20_000)),
    ];
    let page = shown(Format::Human, &items, &sources);
    assert!(page.contains("--> stack.yaml:1:5004\n"), "{page}");
    assert!(page.contains("xHEREy"), "{page}");
    assert_eq!(
        page.lines().map(|line| line.chars().count()).filter(|width| *width > 200).count(),
        1
    );
    assert!(page.lines().all(|line| line.chars().count() < 1_100), "{page}");
}

#[test]
fn monstrous_lines_are_only_named() {
    let text = format!("a: {}\n", "x".repeat(1_000_000));
    let item = Diagnostic::new(codes::SYNTAX, Span::new(FileId(0), 500_000, 500_001), "m");
    let page = shown(Format::Human, &[item], &source(&text));
    assert!(page.contains("--> stack.yaml:1:500001\n") && page.len() < 200, "{page}");
}

#[test]
fn any_span_can_be_rendered() {
    let sources = source(NASTY);
    let spans = |file| {
        let ends = 0..NASTY.len() as u32 + 3;
        ends.flat_map(move |a| (a..a + 12).map(move |b| Span::new(FileId(file), a, b)))
    };
    let items: Vec<Diagnostic> = spans(0)
        .chain(spans(7).take(3))
        .map(|span| {
            Diagnostic::new(codes::SYNTAX, span, "m")
                .related(Span::new(FileId(0), span.end, span.end + 1), "r")
                .fix("f", span, "x\ny")
        })
        .collect();
    for format in ALL {
        let page = shown(format, &items, &sources);
        assert!(page.lines().count() >= items.len());
    }
}
