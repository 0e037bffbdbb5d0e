//! The lines of a source that are shown, made harmless, and where the spans lie in them.

use super::mask::{DOT, Masks};
use super::text::visible;
use stackc_source::{FileId, SourceFile, Span};
use std::ops::{Range, RangeInclusive};

/// Some lines of a source, one character for each of its characters.
pub(super) struct Excerpt {
    /// The text to show.
    pub(super) text: String,
    /// Offsets between characters there and here, ascending.
    shown: Vec<(u32, usize)>,
}

impl Excerpt {
    /// The given lines; `None` where one of them is longer than `width` bytes.
    pub(super) fn new(
        (id, file): (FileId, &SourceFile),
        lines: RangeInclusive<usize>,
        width: usize,
        masks: &Masks<'_>,
    ) -> Option<Self> {
        let mut excerpt = Self { text: String::new(), shown: Vec::new() };
        let first = *lines.start();
        for number in lines {
            let (start, line) = file.line(number)?;
            if line.len() > width {
                return None;
            }
            if number > first {
                excerpt.text.push('\n');
            }
            excerpt.line(start, line, &masks.within(id, start, line));
        }
        Some(excerpt)
    }

    fn line(&mut self, start: u32, line: &str, masked: &[Range<u32>]) {
        let mut offset = start;
        self.shown.push((offset, self.text.len()));
        for character in line.chars() {
            if masked.iter().any(|range| range.contains(&offset)) {
                self.text.push(DOT);
            } else if offset != 0 || character != '\u{feff}' {
                self.text.push(visible(character));
            }
            offset += character.len_utf8() as u32;
            self.shown.push((offset, self.text.len()));
        }
    }

    /// Where a span is shown.
    pub(super) fn range(&self, span: Span) -> Range<usize> {
        let start = self.at(span.start);
        start..self.at(span.end).max(start)
    }

    fn at(&self, offset: u32) -> usize {
        let behind = self.shown.partition_point(|(known, _)| *known <= offset);
        behind.checked_sub(1).and_then(|at| self.shown.get(at)).map_or(0, |(_, here)| *here)
    }
}
