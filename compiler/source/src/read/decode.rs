//! From bytes to text: UTF-8 and nothing else.

use super::Limits;
use crate::{Diagnostic, Diagnostics, FileId, Span, codes};

/// Makes text of the bytes of a file.
///
/// A byte order mark stays in the text, so that byte offsets are those of the file. A refusal
/// points at the file as a whole, or at the first byte that is no text.
///
/// # Errors
///
/// The file is larger than the cap, or is not UTF-8.
pub fn decode(file: FileId, bytes: &[u8], limits: Limits) -> Result<String, Box<Diagnostic>> {
    check_size(file, bytes.len(), limits)?;
    let whole = Span::new(file, 0, 0);
    if let Some(encoding) = wide_encoding(bytes) {
        let message = format!("the file is encoded as {encoding}, not as UTF-8");
        let help = format!("save it as UTF-8, for example with `iconv -f {encoding} -t UTF-8`");
        return Err(Box::new(Diagnostic::new(codes::NOT_UTF8, whole, message).help(help)));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(Box::new(not_utf8(file, bytes, error.valid_up_to()))),
    }
}

/// Refuses a text larger than the cap.
pub(super) fn check_size(file: FileId, size: usize, limits: Limits) -> Result<(), Box<Diagnostic>> {
    // Offsets are kept in 32 bits.
    let cap = limits.bytes.min(u32::MAX as usize);
    if size <= cap {
        return Ok(());
    }
    let message = format!("the file has {size} bytes, more than the cap of {cap}");
    let refusal = Diagnostic::new(codes::TOO_LARGE, Span::new(file, 0, 0), message)
        .help("a stack is written by people; split what was generated into several stacks");
    Err(Box::new(refusal))
}

/// The UTF-16 or UTF-32 a file is encoded as, told by its mark or by where the zeros stand.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => return Some("UTF-32LE"),
        [0, 0, 0xfe, 0xff, ..] => return Some("UTF-32BE"),
        [0xff, 0xfe, ..] => return Some("UTF-16LE"),
        [0xfe, 0xff, ..] => return Some("UTF-16BE"),
        _ => {}
    }
    let zeros: Vec<bool> = bytes.iter().take(4).map(|byte| *byte == 0).collect();
    match zeros[..] {
        [true, true, true, false] => Some("UTF-32BE"),
        [false, true, true, true] => Some("UTF-32LE"),
        [true, false] | [true, false, true, false] => Some("UTF-16BE"),
        [false, true] | [false, true, false, true] => Some("UTF-16LE"),
        _ => None,
    }
}

fn not_utf8(file: FileId, bytes: &[u8], offset: usize) -> Diagnostic {
    let before = bytes.get(..offset).unwrap_or(bytes);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let byte = bytes.get(offset).copied().unwrap_or(0);
    let message =
        format!("the file is not UTF-8: byte 0x{byte:02X} in line {line} (offset {offset})");
    let at = u32::try_from(offset).unwrap_or(u32::MAX);
    Diagnostic::new(codes::NOT_UTF8, Span::new(file, at, at), message)
        .help("save it as UTF-8; an older encoding such as Windows-1252 or Latin-1 is likely")
}

/// How many control characters are reported: a file full of them is no text at all.
const CONTROL_CHARACTERS: usize = 100;

/// Reports the control characters that stand in the text as they are.
pub(super) fn find_control_characters(file: FileId, text: &str, diagnostics: &mut Diagnostics) {
    let control = |byte: u8| (byte < 0x20 && !b"\t\n\r".contains(&byte)) || byte == 0x7f;
    let found = text.bytes().zip(0u32..).filter(|(byte, _)| control(*byte));
    for (byte, at) in found.take(CONTROL_CHARACTERS) {
        diagnostics.push(control_character(Span::new(file, at, at + 1), char::from(byte)));
    }
}

/// The diagnostic of a control character.
pub(super) fn control_character(span: Span, character: char) -> Diagnostic {
    let message = format!("the control character U+{:04X} stands here", u32::from(character));
    Diagnostic::new(codes::CONTROL_CHARACTER, span, message)
        .help("remove it; only tab and line feed may stand in a text")
}
