//! Paths of URLs: how they contain each other, and how nginx sees them.

use super::conf::Fault;

/// Whether a path is another or lies below it, by whole segments.
pub(super) fn covers(upper: &str, path: &str) -> bool {
    let below = |rest: &str| rest.is_empty() || rest.starts_with('/');
    upper == "/" || path.strip_prefix(upper).is_some_and(below)
}

/// A path as nginx matches it: with percent-encoding undone.
pub(super) fn decode(path: &str) -> Result<String, Fault> {
    let mut parts = path.split('%');
    let mut bytes = parts.next().unwrap_or("").as_bytes().to_vec();
    for part in parts {
        let byte = part.get(..2).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = byte.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.ok_or(Fault("it holds a `%` without two hex digits"))?);
        bytes.extend(part.bytes().skip(2));
    }
    String::from_utf8(bytes).map_err(|_| Fault("without its percent-encoding it is not UTF-8"))
}

/// A text as a regular expression that matches just it.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '.' => out.push_str("[.]"),
            c if c.is_ascii_punctuation() && !"/-_".contains(c) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contains_by_whole_segments() {
        for (upper, path, expected) in [
            ("/api", "/api", true),
            ("/api", "/api/", true),
            ("/api", "/api/x", true),
            ("/api", "/apix", false),
            ("/api/x", "/api", false),
            ("/", "/", true),
            ("/", "/anything", true),
        ] {
            assert_eq!(covers(upper, path), expected, "{upper} {path}");
        }
    }

    #[test]
    fn undoes_percent_encoding() {
        assert!(decode("/a%20b/caf%C3%A9%").is_err());
        assert_eq!(decode("/a%20b/caf%C3%A9").unwrap(), "/a b/café");
        for bad in ["/%", "/%2", "/%+f", "/%zz", "/%ff"] {
            assert!(decode(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn escapes_what_a_pattern_would_read() {
        assert_eq!(escape("/socket.io/a-b_c"), "/socket[.]io/a-b_c");
        assert_eq!(escape("/a+b(c)$"), r"/a\+b\(c\)\$");
    }
}
