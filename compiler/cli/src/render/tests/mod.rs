//! What each format promises.

mod harmless;
mod human;
mod programs;

use super::{Format, render};
use stackc_source::{Diagnostic, FileId, SourceMap, Span};

const ALL: [Format; 4] = [Format::Human, Format::Json, Format::Sarif, Format::Github];

/// Diagnostics as one format shows them, without colour.
fn shown(format: Format, diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let mut out = Vec::new();
    render(format, diagnostics, sources, false, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A source map with one file.
fn source(text: &str) -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add("stack.yaml", text);
    sources
}

/// The place of the first `part` of the first file.
fn at(sources: &SourceMap, part: &str) -> Span {
    let start = sources.file(FileId(0)).unwrap().text.find(part).unwrap() as u32;
    Span::new(FileId(0), start, start + part.len() as u32)
}
