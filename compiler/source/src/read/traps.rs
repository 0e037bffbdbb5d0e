//! The places where YAML reads something else than people mean: each with the edit that mends it.

use super::build::Builder;
use super::syntax::Place;
use crate::{Diagnostic, Span, codes};
use granit_parser::ErrorKind;

/// The trap behind a parser's error, where there is one.
pub(super) fn at_error(kind: &ErrorKind, place: &Place<'_>) -> Option<Diagnostic> {
    match kind {
        ErrorKind::MissingAnchorOrAliasName => {
            star(place.text, place.at, place.flow.is_some(), place.here())
        }
        ErrorKind::ExpectedFlowSequenceSeparator | ErrorKind::ExpectedFlowMappingSeparator => {
            dollar(place)
        }
        _ => None,
    }
}

/// A value that begins with `*` but is no alias: a schedule or a pattern.
///
/// `at` may lie behind the first `*`, at the second one of a schedule.
pub(super) fn star(text: &str, at: u32, flow: bool, here: Span) -> Option<Diagnostic> {
    let start = value_start(text, at as usize, flow);
    let value = value_from(text, start, flow);
    let name = value.strip_prefix('*')?;
    if !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    {
        return None;
    }
    let message = if value.split_whitespace().count() >= 5 {
        "the schedule begins with `*`, which YAML takes for an alias"
    } else {
        "the value begins with `*`, which YAML takes for an alias"
    };
    Some(quote(Span::new(here.file, start as u32, (start + value.len()) as u32), message, value))
}

/// An unquoted `${…}` between brackets, where `{` opens a mapping.
fn dollar(place: &Place<'_>) -> Option<Diagnostic> {
    let at = place.at as usize;
    let before = place.text.get(..at)?;
    if !place.rest(at).starts_with('{') || !before.ends_with('$') {
        return None;
    }
    let start = value_start(place.text, at, true);
    let value = value_from(place.text, start, true);
    let message = "`${…}` between brackets must be quoted: YAML takes its `{` for a mapping";
    Some(quote(place.span(start, start + value.len()), message, value))
}

/// A value that begins with a character YAML keeps for itself, as `@daily` does.
pub(super) fn reserved(place: &Place<'_>, character: char) -> Diagnostic {
    let start = place.at as usize;
    let value = value_from(place.text, start, place.flow.is_some());
    let message = format!("a value that begins with `{character}` must be quoted");
    quote(place.span(start, start + value.len()), &message, value)
}

/// A `#` right behind a key, which makes the value a comment; whether there was one.
pub(super) fn comment_as_value(builder: &mut Builder<'_>, span: Span) -> bool {
    let rest = builder.text.get(span.start as usize..).unwrap_or("");
    let comment = rest.trim_start_matches([' ', '\t']);
    let begun = |word: &str| word.starts_with(char::is_alphanumeric);
    if span.start != span.end || !comment.strip_prefix('#').is_some_and(begun) {
        return false;
    }
    let start = span.start as usize + rest.len() - comment.len();
    let value = comment.lines().next().unwrap_or("").trim_end();
    if value.contains(' ') {
        return false;
    }
    let span = Span::new(span.file, start as u32, (start + value.len()) as u32);
    let message = "the value is empty, because `#` begins a comment";
    builder.diagnostics.push(quote(span, message, value));
    true
}

/// A key that is refused, with a word on templates.
pub(super) fn bad_key(text: &str, span: Span, message: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::BAD_KEY, span, message);
    if is_template(text, span) {
        return diagnostic.help("YAML takes `{{ … }}` for mappings; quote the value");
    }
    diagnostic.help("write keys as `key: value`")
}

/// Whether a key is the inside of `{{ … }}`.
pub(super) fn is_template(text: &str, key: Span) -> bool {
    let before = text.get(..key.start as usize).unwrap_or("");
    let inner = text.get(key.start as usize..).unwrap_or("");
    before.ends_with('{') && inner.starts_with('{')
}

/// The diagnostic of a value that must be quoted, with the edit that does it.
fn quote(span: Span, message: &str, value: &str) -> Diagnostic {
    let quoted = format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    Diagnostic::new(codes::FLOW_TRAP, span, message)
        .help("put the value in quotes")
        .fix("quote it", span, quoted)
}

/// Where the value around `at` begins on its line.
fn value_start(text: &str, at: usize, flow: bool) -> usize {
    let before = text.get(..at).unwrap_or("");
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let head = before.get(line..).unwrap_or("");
    let behind = |mark: &str| head.rfind(mark).map_or(0, |at| at + mark.len());
    let mut start = behind(": ").max(behind("- ")).max(head.len() - head.trim_start().len());
    if flow {
        start = ["[", ",", "{"].iter().map(|mark| behind(mark)).fold(start, usize::max);
    }
    let head = head.get(start..).unwrap_or("");
    line + start + (head.len() - head.trim_start().len())
}

/// The value from `start` to its end: a comment, the line, or between brackets a comma or bracket.
fn value_from(text: &str, start: usize, flow: bool) -> &str {
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
    let line = line.find(" #").and_then(|at| line.get(..at)).unwrap_or(line);
    let mut depth = 0usize;
    let end = line.find(|c: char| match c {
        '{' | '[' => {
            depth += 1;
            false
        }
        '}' | ']' | ',' if depth == 0 => flow,
        '}' | ']' => {
            depth -= 1;
            false
        }
        _ => false,
    });
    end.and_then(|end| line.get(..end)).unwrap_or(line).trim_end()
}
