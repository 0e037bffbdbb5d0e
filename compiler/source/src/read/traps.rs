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
            dollar(place).or_else(|| bracket_in_comment(place))
        }
        ErrorKind::SimpleKeyExpected
        | ErrorKind::InvalidSimpleKey
        | ErrorKind::MappingValueNotAllowed => no_space(place),
        _ => bracket_in_comment(place),
    }
}

/// `port:8080` on a line of its own, which YAML takes for text: there, or on the line above, where
/// the text then ended.
fn no_space(place: &Place<'_>) -> Option<Diagnostic> {
    let here = place.line_start();
    let above = place.text.get(..here.saturating_sub(1))?.rfind('\n').map_or(0, |at| at + 1);
    let colon = [here, above].into_iter().find_map(|line| glued_colon(place, line))?;
    let message = "YAML wants a space behind the colon of a key";
    Some(
        Diagnostic::new(codes::FLOW_TRAP, place.span(colon, colon + 1), message)
            .help("without it the line is text")
            .fix("add the space", place.span(colon + 1, colon + 1), " "),
    )
}

/// Where the colon of a line `key:value` stands.
fn glued_colon(place: &Place<'_>, line: usize) -> Option<usize> {
    let written = place.rest(line).lines().next()?.trim_start_matches('\u{feff}');
    let (key, value) = written.split_once(':')?;
    let word = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let bare = key.trim_start();
    let is_key = !bare.is_empty() && bare.chars().all(word);
    // `http://…` is no key, and a line with `: ` in it is one that YAML understands.
    let is_glued =
        value.starts_with(|c: char| !c.is_whitespace() && c != '/') && !value.contains(": ");
    let start = place.rest(line).find(':')?;
    (is_key && is_glued).then_some(line + start)
}

/// A bracket that is open because a `#` made a comment of the one that closes it.
fn bracket_in_comment(place: &Place<'_>) -> Option<Diagnostic> {
    let open = place.flow? as usize;
    let line = place.rest(open).lines().next()?;
    let hash = line.match_indices(" #").map(|(at, _)| at).find(|at| {
        let quotes = line.get(..*at).unwrap_or("").matches(['"', '\'']).count();
        quotes % 2 == 0
    })?;
    let behind = line.get(hash..)?;
    let closes = line.get(..1)?.replace('[', "]").replace('{', "}");
    if !behind.contains(&closes) {
        return None;
    }
    let start = value_start(place.text, open + hash + 1, true);
    let value = until_end(place.rest(start).lines().next()?, true);
    let message = "a `#` behind a space begins a comment, which holds the closing bracket";
    let span = place.span(start, start + value.len());
    Some(quote(span, message, value).label("cut short here").perhaps())
}

/// Warns where a comment behind a plain value looks like the rest of it: the value opens what it
/// does not close, or the comment is a number such as `#1`.
pub(super) fn cut_short(builder: &mut Builder<'_>, text: &str, span: Span) {
    let rest = builder.text.get(span.end as usize..).unwrap_or("");
    let rest = rest.lines().next().unwrap_or("");
    let comment = rest.trim_start_matches([' ', '\t']);
    let Some(words) = comment.strip_prefix('#') else { return };
    let number = !words.trim_end().is_empty()
        && words.trim_end().bytes().all(|byte| byte.is_ascii_digit())
        && text.contains(char::is_alphabetic);
    if !(number || opens(text)) {
        return;
    }
    let end = span.end as usize + rest.trim_end().len();
    let value = builder.text.get(span.start as usize..end).unwrap_or("");
    let whole = Span::new(span.file, span.start, end as u32);
    let start = span.end + (rest.len() - comment.len()) as u32;
    let at = Span::new(span.file, start, start + 1);
    let message = "the value ends here, because a `#` behind a space begins a comment";
    builder.diagnostics.push(
        Diagnostic::new(codes::CUT_SHORT, at, message)
            .help("put the value in quotes, or the comment on a line of its own")
            .fix("quote it", whole, quoted(value))
            .perhaps(),
    );
}

/// Whether a text opens a quote or bracket that it does not close.
fn opens(text: &str) -> bool {
    let count = |sign: char| text.matches(sign).count();
    let pairs = [('(', ')'), ('[', ']'), ('{', '}')];
    count('"') % 2 == 1 || pairs.iter().any(|(open, close)| count(*open) > count(*close))
}

/// Offers to quote the value of a line with a `: ` in it.
pub(super) fn quote_line(diagnostic: Diagnostic, place: &Place<'_>) -> Diagnostic {
    let line = place.rest(place.line_start()).lines().next().unwrap_or("");
    let Some(colon) = line.find(": ").filter(|_| place.flow.is_none()) else { return diagnostic };
    let start = place.line_start() + colon + 2;
    let value = value_from(place.text, start, false);
    if value.starts_with(['"', '\'', '[', '{', '|', '>', '&', '!']) {
        return diagnostic;
    }
    let span = place.span(start, start + value.len());
    diagnostic.fix("quote it", span, quoted(value)).perhaps()
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
    builder.diagnostics.push(quote(span, message, value).perhaps());
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
    Diagnostic::new(codes::FLOW_TRAP, span, message).help("put the value in quotes").fix(
        "quote it",
        span,
        quoted(value),
    )
}

/// A value in double quotes.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
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
    until_end(line, flow)
}

/// A value to the end of its line, or between brackets to the comma or bracket that ends it.
fn until_end(line: &str, flow: bool) -> &str {
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
