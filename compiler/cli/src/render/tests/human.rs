//! The format for people.

use super::{Format, at, shown, source};
use crate::render::render;
use stackc_source::{Diagnostic, Edit, FileId, Fix, SourceMap, Span, codes};

const TEXT: &str = "stack: 1\nservices:\n  web:\n    prot: 80\n";

fn human(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    shown(Format::Human, diagnostics, sources)
}

#[test]
fn a_diagnostic_shows_everything_it_has() {
    let sources = source(TEXT);
    let item = Diagnostic::new(codes::UNKNOWN_KEY, at(&sources, "prot"), "unknown key `prot`")
        .label("not a field")
        .related(at(&sources, "web"), "of this service")
        .did_you_mean(Some("port"))
        .in_environment(Some("production"));
    let expected = "\
error[E0201]: unknown key `prot`
 --> stack.yaml:4:5
  |
3 |   web:
  |   --- of this service
4 |     prot: 80
  |     ^^^^ not a field
  |
  = note: in environment `production`
  = note: see `stackc explain E0201`
help: did you mean `port`?
  |
4 -     prot: 80
4 +     port: 80
  |

1 error
";
    assert_eq!(human(&[item], &sources), expected);
}

#[test]
fn a_diagnostic_without_a_place_has_only_words() {
    let item = Diagnostic::global(codes::LOCKED, "another stackc is writing").help("wait for it");
    let expected = "\
error[E0605]: another stackc is writing
 |
 = help: wait for it
 = note: see `stackc explain E0605`

1 error
";
    assert_eq!(human(&[item], &SourceMap::default()), expected);
}

#[test]
fn an_empty_file_is_named() {
    let item = Diagnostic::new(codes::EMPTY, Span::new(FileId(0), 0, 0), "nothing");
    assert!(human(&[item], &source("")).contains("--> stack.yaml:1:1\n"));
}

#[test]
fn a_place_at_the_very_end_is_shown() {
    let end = TEXT.len() as u32;
    let item = Diagnostic::new(codes::SYNTAX, Span::new(FileId(0), end, end), "cut off");
    let page = human(&[item], &source(TEXT));
    assert!(page.contains("--> stack.yaml:5:1\n"), "{page}");
    assert!(page.contains("5 |\n  | ^\n"), "{page}");
}

#[test]
fn a_long_span_is_pointed_at_by_its_beginning() {
    let sources = source(TEXT);
    let span = Span::new(FileId(0), at(&sources, "services").start, TEXT.len() as u32);
    let page = human(&[Diagnostic::new(codes::WRONG_TYPE, span, "wrong")], &sources);
    assert!(page.contains("2 | services:\n  | ^^^^^^^^^\n"), "{page}");
    assert!(!page.contains("prot"), "{page}");
}

#[test]
fn places_far_apart_have_excerpts_of_their_own() {
    let text = "key: 1\n".repeat(100);
    let item = Diagnostic::new(codes::DUPLICATE_KEY, Span::new(FileId(0), 693, 696), "again")
        .related(Span::new(FileId(0), 0, 3), "first");
    let page = human(&[item], &source(&text));
    assert!(page.contains("  --> stack.yaml:100:1\n"), "{page}");
    assert!(page.contains("  ::: stack.yaml:1:1\n"), "{page}");
    assert_eq!(page.matches("key: 1").count(), 2, "{page}");
}

#[test]
fn places_in_other_files_are_shown_too() {
    let mut sources = source(TEXT);
    let other = sources.add("other/stack.yaml", "name: x\n");
    let item = Diagnostic::new(codes::OWNED_ELSEWHERE, at(&sources, "web"), "owned")
        .related(Span::new(other, 0, 4), "by this stack");
    let page = human(&[item], &sources);
    assert!(page.contains("::: other/stack.yaml:1:1\n"), "{page}");
    assert!(page.contains("1 | name: x\n  | ---- by this stack\n"), "{page}");
}

#[test]
fn a_fix_that_cannot_be_shown_leaves_its_help() {
    let text = format!("a: {}\n", "x".repeat(400));
    let item = Diagnostic::new(codes::SYNTAX, Span::new(FileId(0), 0, 1), "wrong")
        .help("quote it")
        .fix("quote it", Span::new(FileId(0), 3, 4), "\"x\"");
    let page = human(&[item], &source(&text));
    assert!(page.contains("= help: quote it\n"), "{page}");
    assert!(!page.contains("1 + "), "{page}");

    let lines = "key: 1\n".repeat(50);
    let item = Diagnostic::new(codes::SYNTAX, Span::new(FileId(0), 0, 1), "wrong")
        .help("remove them")
        .fix("remove", Span::new(FileId(0), 0, 300), "");
    let page = human(&[item], &source(&lines));
    assert!(page.contains("= help: remove them\n"), "{page}");

    let mut sources = source(TEXT);
    let other = sources.add("other/stack.yaml", TEXT);
    let edit = |file| Edit { span: Span::new(file, 0, 5), replacement: "x".to_owned() };
    let mut item = Diagnostic::global(codes::SYNTAX, "wrong").help("rename both");
    item.fix = Some(Fix {
        title: "t".to_owned(),
        certain: true,
        edits: vec![edit(FileId(0)), edit(other)],
    });
    let page = human(&[item], &sources);
    assert!(page.contains("= help: rename both\n"), "{page}");
}

#[test]
fn the_summary_counts() {
    let error = || Diagnostic::global(codes::LOCKED, "a");
    let warning = || Diagnostic::global(codes::NO_BACKUP, "b");
    let summary = |items: &[Diagnostic]| {
        human(items, &SourceMap::default()).lines().last().unwrap_or("").to_owned()
    };
    assert_eq!(summary(&[error(), error(), error(), warning()]), "3 errors, 1 warning");
    assert_eq!(summary(&[error()]), "1 error");
    assert_eq!(summary(&[warning(), warning()]), "2 warnings");
    assert_eq!(summary(&[]), "");
    assert!(human(&[warning()], &SourceMap::default()).starts_with("warning[W0703]: b"));
}

#[test]
fn colour_is_a_choice() {
    let page = |colour| {
        let mut out = Vec::new();
        let item = Diagnostic::global(codes::LOCKED, "a");
        render(Format::Human, &[item], &SourceMap::default(), colour, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert!(page(true).contains('\u{1b}'));
    assert!(!page(false).contains('\u{1b}'));
}
