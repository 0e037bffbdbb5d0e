//! Diagnostics as stable text.

use std::fmt::Write;

use stackc_driver::{Compilation, MemoryLoader, compile};
use stackc_source::{Diagnostic, SourceMap, Span};

/// Compiles a text with every target.
pub(crate) fn compiled(bytes: impl Into<Vec<u8>>) -> Compilation {
    let loader = MemoryLoader::new([("stack.yaml", bytes)]);
    compile(&loader, "stack.yaml", stackc_targets::ALL)
}

/// All that is said, one line per fact.
pub(crate) fn all(compilation: &Compilation) -> String {
    compilation.diagnostics.iter().map(|item| one(item, &compilation.sources)).collect()
}

fn one(item: &Diagnostic, sources: &SourceMap) -> String {
    let mut text = String::new();
    let mut line = |indent: &str, key: &str, value: &str| {
        let _ = writeln!(text, "{indent}{key} {value}");
    };
    let place = item.primary.as_ref().map_or("-".to_owned(), |label| place(label.span, sources));
    line("", item.code.id, &format!("{place} {}", item.message));
    if let Some(label) = item.primary.as_ref().filter(|label| !label.text.is_empty()) {
        line("  ", "label:", &label.text);
    }
    for label in &item.related {
        line("  ", "also:", &format!("{} {}", self::place(label.span, sources), label.text));
    }
    if let Some(environment) = &item.environment {
        line("  ", "environment:", environment);
    }
    if let Some(help) = &item.help {
        line("  ", "help:", help);
    }
    for edit in item.fix.iter().flat_map(|fix| &fix.edits) {
        let place = self::place(edit.span, sources);
        line("  ", "fix:", &format!("{place} {}", edit.replacement));
    }
    text
}

fn place(span: Span, sources: &SourceMap) -> String {
    let Some(file) = sources.file(span.file) else { return "?".to_owned() };
    let (start, end) = (file.position(span.start), file.position(span.end));
    format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column)
}
