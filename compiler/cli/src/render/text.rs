//! Text that cannot harm the place it is shown at.

/// How much of a message is shown. Messages may quote a source.
const LONGEST: usize = 1_000;

/// A text with its dangerous characters made visible, trimmed where it is very long.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST));
    for (index, character) in text.chars().enumerate() {
        if index == LONGEST {
            out.push('…');
            break;
        }
        match character {
            '\t' => out.push(' '),
            '\n' => out.push('\n'),
            other if dangerous(other) => out.extend(other.escape_unicode()),
            other => out.push(other),
        }
    }
    out
}

/// One character for a character of a source, so that columns stay what they are.
pub(super) fn visible(character: char) -> char {
    match character {
        '\t' => '\t',
        '\u{7f}' => '␡',
        // Unicode has a picture for each of these, in the same order.
        '\0'..'\u{20}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        _ if dangerous(character) => '\u{fffd}',
        _ => character,
    }
}

/// Whether a character steers a terminal, turns the direction of writing or cannot be seen.
pub(super) fn dangerous(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// JSON with dangerous characters escaped. All of them stand in strings, where that is the same.
pub(super) fn safe_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if dangerous(character) && character != '\n' {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    out
}
