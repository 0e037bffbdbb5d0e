//! A span as people and programs count it.

use serde::Serialize;
use stackc_source::{SourceMap, Span};

/// A range in a named file; lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
    pub(super) byte_start: u32,
    pub(super) byte_end: u32,
}

impl<'a> Place<'a> {
    /// The place of a span; `None` where its file is not known.
    pub(super) fn of(span: Span, sources: &'a SourceMap) -> Option<Self> {
        let file = sources.file(span.file)?;
        let (start, end) = (file.position(span.start), file.position(span.end));
        Some(Self {
            file: &file.name,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            byte_start: span.start,
            byte_end: span.end,
        })
    }
}
