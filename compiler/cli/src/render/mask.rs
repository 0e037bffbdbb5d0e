//! What must never be shown.

use stackc_source::{Diagnostic, FileId, SourceMap, Span};
use std::ops::Range;

/// What stands in the place of a masked character.
pub(super) const DOT: char = '•';

/// All masked places of a run and the texts that stand there.
pub(super) struct Masks<'a> {
    spans: Vec<Span>,
    texts: Vec<&'a str>,
}

impl<'a> Masks<'a> {
    pub(super) fn new(diagnostics: &[Diagnostic], sources: &'a SourceMap) -> Self {
        let mut spans: Vec<Span> =
            diagnostics.iter().flat_map(|item| item.masked.clone()).collect();
        spans.sort_unstable();
        spans.dedup();
        let mut texts: Vec<&str> =
            spans.iter().flat_map(|span| variants(sources.text(*span))).collect();
        // The longest first, so that no part of one is left over; the same in every run.
        texts.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        texts.dedup();
        Self { spans, texts }
    }

    /// What is masked in a line: the masked places, and the same texts wherever they stand.
    pub(super) fn within(&self, file: FileId, start: u32, line: &str) -> Vec<Range<u32>> {
        let end = start + line.len() as u32;
        let touches = |span: &&Span| span.file == file && span.start <= end && start <= span.end;
        let places = self.spans.iter().filter(touches).map(|span| span.start..span.end);
        let repeated = self.texts.iter().flat_map(|text| {
            line.match_indices(text)
                .map(move |(at, found)| start + at as u32..start + (at + found.len()) as u32)
        });
        places.chain(repeated).collect()
    }

    /// A text without any masked text in it.
    pub(super) fn redact(&self, text: &str) -> String {
        self.texts.iter().fold(text.to_owned(), |text, masked| {
            text.replace(masked, &String::from(DOT).repeat(masked.chars().count()))
        })
    }

    /// Whether a text holds a masked text.
    pub(super) fn touches(&self, text: &str) -> bool {
        self.texts.iter().any(|masked| text.contains(masked))
    }
}

/// A masked text with and without its quotes.
///
/// One or two characters are no secret, and to hide them everywhere would garble each message.
fn variants(text: &str) -> impl Iterator<Item = &str> {
    let bare = text.trim().trim_matches(['"', '\'']);
    [text, bare].into_iter().filter(|text| text.chars().count() > 2)
}
