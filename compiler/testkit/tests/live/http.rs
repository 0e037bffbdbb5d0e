//! As much of HTTP/1.1 as a test needs that wants to see every byte.

use std::io::{BufRead, Error, ErrorKind, Read, Result};

/// Header lines as they came.
pub(crate) type Headers = Vec<(String, String)>;

/// All values of a header.
pub(crate) fn values<'h>(headers: &'h Headers, name: &str) -> Vec<&'h str> {
    let same = headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
    same.map(|(_, value)| value.as_str()).collect()
}

/// The first line and the header lines of a message; `None` where the other side closed before.
pub(crate) fn head(stream: &mut impl BufRead) -> Result<Option<(String, Headers)>> {
    let first = line(stream)?;
    if first.is_empty() {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let line = line(stream)?;
        if line.is_empty() {
            return Ok(Some((first, headers)));
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
}

fn line(stream: &mut impl BufRead) -> Result<String> {
    let mut bytes = Vec::new();
    stream.read_until(b'\n', &mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// The body that follows a head.
pub(crate) fn body(
    stream: &mut impl BufRead,
    headers: &Headers,
    until_end: bool,
) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    if values(headers, "transfer-encoding").iter().any(|it| it.contains("chunked")) {
        loop {
            let size = line(stream)?;
            let size = u64::from_str_radix(&size, 16);
            let size =
                size.map_err(|_| Error::new(ErrorKind::InvalidData, "no size of a chunk"))?;
            stream.by_ref().take(size).read_to_end(&mut out)?;
            line(stream)?;
            if size == 0 {
                return Ok(out);
            }
        }
    }
    match values(headers, "content-length").first().and_then(|size| size.parse().ok()) {
        Some(size) => {
            stream.by_ref().take(size).read_to_end(&mut out)?;
            if (out.len() as u64) < size {
                return Err(Error::new(ErrorKind::UnexpectedEof, "the body is cut off"));
            }
        }
        None if until_end => drop(stream.read_to_end(&mut out)?),
        None => {}
    }
    Ok(out)
}
