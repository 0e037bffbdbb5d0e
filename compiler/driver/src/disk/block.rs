//! One marked block in a file that belongs to others too.
//!
//! Whatever stands outside the markers is kept byte for byte. A file without a final newline gets a
//! block without one: the newline that had to come before the block is then known to be ours, and
//! taking the block out gives the old bytes again.

use super::text::lf;

const BEGIN: &str = "# >>> stackc >>>";
const END: &str = "# <<< stackc <<<";

/// A shared file, cut at its markers.
pub(super) struct Shared<'a> {
    before: &'a [u8],
    after: &'a [u8],
    /// The text between the markers with LF line ends, where there is a block.
    pub(super) block: Option<Vec<u8>>,
    /// Whether the end marker's line has its newline.
    closed: bool,
    crlf: bool,
}

impl<'a> Shared<'a> {
    /// Cuts a file.
    ///
    /// # Errors
    /// Says what is wrong with the markers.
    pub(super) fn cut(bytes: &'a [u8]) -> Result<Self, &'static str> {
        let (begins, ends) = (lines(bytes, BEGIN), lines(bytes, END));
        let (before, block, after, closed) = match (&begins[..], &ends[..]) {
            ([], []) => (bytes, None, &bytes[bytes.len()..], bytes.ends_with(b"\n")),
            ([begin], [end]) if begin.1 <= end.0 => {
                let inner = lf(&bytes[begin.1..end.0]).into_owned();
                let closed = bytes[end.0..end.1].ends_with(b"\n");
                (&bytes[..begin.0], Some(inner), &bytes[end.1..], closed)
            }
            ([_], [_]) => return Err("the end marker stands before the begin marker"),
            ([], _) => return Err("the begin marker is missing"),
            (_, []) => return Err("the end marker is missing"),
            _ => return Err("a marker stands there more than once"),
        };
        Ok(Self { before, after, block, closed, crlf: prefers_crlf(bytes) })
    }

    /// Whether nothing stands outside the block.
    pub(super) fn is_ours_alone(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// The file with this text as its block.
    pub(super) fn with(&self, text: &[u8]) -> Vec<u8> {
        let newline: &[u8] = if self.crlf { b"\r\n" } else { b"\n" };
        let mut out = self.before.to_vec();
        let bare = !self.closed && (self.block.is_some() || !self.before.is_empty());
        if self.block.is_none() && bare {
            out.extend_from_slice(newline);
        }
        for line in [BEGIN.as_bytes()].into_iter().chain(text.split(|byte| *byte == b'\n')) {
            out.extend_from_slice(line);
            out.extend_from_slice(newline);
        }
        // The text ends in a newline, so the last of its pieces is empty.
        out.truncate(out.len() - newline.len());
        out.extend_from_slice(END.as_bytes());
        if !bare {
            out.extend_from_slice(newline);
        }
        out.extend_from_slice(self.after);
        out
    }

    /// The file without the block.
    pub(super) fn without(&self) -> Vec<u8> {
        let mut before = self.before;
        if self.block.is_some() && !self.closed {
            before = before.strip_suffix(b"\n").unwrap_or(before);
            before = before.strip_suffix(b"\r").unwrap_or(before);
        }
        [before, self.after].concat()
    }
}

/// A file that holds nothing but a block.
pub(super) fn alone(text: &[u8]) -> Vec<u8> {
    Shared { before: b"", after: b"", block: None, closed: false, crlf: false }.with(text)
}

/// A block's text as it stands in the file: LF, with a final newline.
pub(super) fn canonical(text: &str) -> Vec<u8> {
    let mut text = lf(text.as_bytes()).into_owned();
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text
}

/// Whether a text would be read as a marker.
pub(super) fn holds_marker(text: &[u8]) -> bool {
    !lines(text, BEGIN).is_empty() || !lines(text, END).is_empty()
}

/// Where the lines that are this marker begin and end.
fn lines(bytes: &[u8], marker: &str) -> Vec<(usize, usize)> {
    let mut at = 0;
    let mut found = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii() == marker.as_bytes() {
            found.push((at, at + line.len()));
        }
        at += line.len();
    }
    found
}

/// Whether most lines end in CR LF.
fn prefers_crlf(bytes: &[u8]) -> bool {
    let pairs = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    pairs * 2 > bytes.iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_outside_survives_byte_for_byte() {
        for old in ["", "a\n", "a", "a\r\nb\r\n", "a\r\nb", "a\n\n", "\n", "a\r\nb\n", "\r\n"] {
            let with = Shared::cut(old.as_bytes()).unwrap().with(b"x\ny\n");
            let cut = Shared::cut(&with).unwrap();
            assert_eq!(cut.block.as_deref(), Some(&b"x\ny\n"[..]), "{old:?}");
            assert_eq!(String::from_utf8(cut.without()).unwrap(), old);
            assert_eq!(with.ends_with(b"\n"), old.is_empty() || old.ends_with('\n'), "{old:?}");
            let again = cut.with(b"z\n");
            assert_eq!(Shared::cut(&again).unwrap().without(), old.as_bytes());
        }
    }

    #[test]
    fn follows_the_line_ends_of_the_file() {
        let with = Shared::cut(b"a\r\nb\r\n").unwrap().with(b"x\n");
        let wanted = "a\r\nb\r\n# >>> stackc >>>\r\nx\r\n# <<< stackc <<<\r\n";
        assert_eq!(String::from_utf8(with).unwrap(), wanted);
        let with = Shared::cut(b"a").unwrap().with(b"");
        assert_eq!(with, b"a\n# >>> stackc >>>\n# <<< stackc <<<");
    }

    #[test]
    fn keeps_the_lines_after_the_block() {
        let old = b"a\n# >>> stackc >>>\nold\n# <<< stackc <<<\nb";
        let cut = Shared::cut(old).unwrap();
        assert_eq!(cut.with(b"new\n"), b"a\n# >>> stackc >>>\nnew\n# <<< stackc <<<\nb");
        assert_eq!(cut.without(), b"a\nb");
    }

    #[test]
    fn finds_damaged_markers() {
        for bad in [
            "# >>> stackc >>>\n",
            "# <<< stackc <<<\n",
            "# <<< stackc <<<\n# >>> stackc >>>\n",
            "# >>> stackc >>>\n# >>> stackc >>>\n# <<< stackc <<<\n",
            "# >>> stackc >>>\n# <<< stackc <<<\n# <<< stackc <<<\n",
        ] {
            assert!(Shared::cut(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }
}
