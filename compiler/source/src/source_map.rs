//! Files and the byte spans that point into them.

use serde::{Serialize, Serializer};

/// Which file of the [`SourceMap`] a span lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u16);

/// A half-open range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end` in `file`.
    #[must_use]
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end: end.max(start) }
    }

    /// The smallest span that holds both; `self` where they lie in different files.
    #[must_use]
    pub fn to(self, other: Span) -> Self {
        if self.file != other.file {
            return self;
        }
        Self::new(self.file, self.start.min(other.start), self.end.max(other.end))
    }

    /// Whether `other` lies wholly inside this span.
    #[must_use]
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [u32::from(self.file.0), self.start, self.end].serialize(serializer)
    }
}

/// A place as people count: line and column from 1, the column in Unicode characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// One text with its name.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The name shown to people, relative and `/`-separated.
    pub name: String,
    /// The text as read, byte for byte.
    pub text: String,
    lines: Vec<u32>,
}

impl SourceFile {
    fn new(name: String, text: String) -> Self {
        let starts = text.bytes().zip(1u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, at)| at);
        let lines = std::iter::once(0).chain(starts).collect();
        Self { name, text, lines }
    }

    /// Line and column of a byte offset; an offset behind the end is the end.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let line = self.lines.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.lines.get(line).copied().unwrap_or(0) as usize;
        let mut end = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = self.text.get(start..end).unwrap_or("");
        let bom = usize::from(before.starts_with('\u{feff}'));
        Position { line: line + 1, column: before.chars().count() - bom + 1 }
    }

    /// The start and the text of a line, counted from 1, without its line break.
    #[must_use]
    pub fn line(&self, line: usize) -> Option<(u32, &str)> {
        let start = *self.lines.get(line.checked_sub(1)?)?;
        let end = self.lines.get(line).map_or(self.text.len(), |next| *next as usize);
        let text = self.text.get(start as usize..end)?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        Some((start, text.strip_suffix('\r').unwrap_or(text)))
    }
}

/// All files of one run.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a text and returns its id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = FileId(u16::try_from(self.files.len()).unwrap_or(u16::MAX));
        self.files.push(SourceFile::new(name.into(), text.into()));
        id
    }

    /// The file of an id of this map.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(usize::from(id.0))
    }

    /// The text under a span; empty where the span does not lie in this map.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file)
            .and_then(|file| file.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::{FileId, SourceMap, Span};

    #[test]
    fn lines_come_without_their_breaks() {
        let mut sources = SourceMap::default();
        let id = sources.add("a", "\u{feff}é\r\nb\n");
        let file = sources.file(id).unwrap();
        assert_eq!(file.line(0), None);
        assert_eq!(file.line(1), Some((0, "\u{feff}é")));
        assert_eq!(file.line(2), Some((7, "b")));
        assert_eq!(file.line(3), Some((9, "")));
        assert_eq!(file.line(4), None);
    }

    #[test]
    fn places_are_counted_in_characters_and_stay_in_the_text() {
        let mut sources = SourceMap::default();
        let id = sources.add("a", "\u{feff}éx\nb");
        let file = sources.file(id).unwrap();
        let place = |offset| (file.position(offset).line, file.position(offset).column);
        assert_eq!([place(0), place(3), place(4), place(5)], [(1, 1), (1, 1), (1, 1), (1, 2)]);
        assert_eq!([place(6), place(7), place(99)], [(1, 3), (2, 1), (2, 2)]);
        assert_eq!(sources.text(Span::new(id, 3, 6)), "éx");
        assert_eq!(sources.text(Span::new(id, 4, 6)), "");
        assert_eq!(sources.text(Span::new(FileId(9), 0, 1)), "");
    }
}
