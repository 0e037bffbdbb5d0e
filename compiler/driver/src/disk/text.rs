//! Line ends, hashes, and paths as text.

use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt::Write as _;

/// The bytes with LF line ends.
pub(super) fn lf(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.contains(&b'\r') {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\r' || rest.peek() != Some(&b'\n') {
            out.push(byte);
        }
    }
    Cow::Owned(out)
}

/// The hash of the bytes with LF line ends, in hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(64);
    for byte in Sha256::digest(lf(bytes)) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The bytes as text to show: LF line ends, and a mark where they are no UTF-8.
pub(super) fn shown(bytes: &[u8]) -> Cow<'_, str> {
    match lf(bytes) {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// A path's folder (empty for the root) and its last part.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The temporary name beside a file: always the same, so that a leftover is found again, and short
/// however long the name is.
pub(super) fn temporary(name: &str) -> String {
    let hash = hash(name.as_bytes());
    format!(".stackc-tmp-{}", &hash[..16])
}

/// The folders above a path, the nearest first, without the root.
pub(super) fn folders(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(split(path).0), |folder| Some(split(folder).0))
        .take_while(|folder| !folder.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_of_cr_and_lf_are_line_ends() {
        assert_eq!(&*lf(b"a\r\nb\rc\r\r\n\n"), b"a\nb\rc\r\n\n");
        assert_eq!(hash(b"a\r\nb\r\n"), hash(b"a\nb\n"));
        assert_ne!(hash(b"a\rb"), hash(b"a\nb"));
    }

    #[test]
    fn walks_up_the_folders() {
        assert_eq!(folders("a/b/c.yaml").collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(folders("c.yaml").count(), 0);
    }
}
