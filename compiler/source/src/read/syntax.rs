//! Plain words for what the parser refuses.

use super::{decode, traps};
use crate::{Code, Diagnostic, FileId, Span, codes};
use granit_parser::ErrorKind;

/// Where the parser stopped.
pub(super) struct Place<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    /// The offset, on the boundary of a character.
    pub(super) at: u32,
    /// Where the innermost open bracket stands.
    pub(super) flow: Option<u32>,
}

impl Place<'_> {
    /// The span from `start` to `end`, moved into the text where it is not.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, boundary(self.text, start), boundary(self.text, end))
    }

    /// The character at the place.
    pub(super) fn here(&self) -> Span {
        self.character(self.at as usize)
    }

    /// The byte before the place.
    fn before(&self) -> Span {
        self.span((self.at as usize).saturating_sub(1), self.at as usize)
    }

    fn character(&self, at: usize) -> Span {
        let length = self.rest(at).chars().next().filter(|c| !"\r\n".contains(*c));
        self.span(at, at + length.map_or(0, char::len_utf8))
    }

    /// The text behind an offset.
    pub(super) fn rest(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or("")
    }

    /// Where the line of the place begins.
    pub(super) fn line_start(&self) -> usize {
        let before = self.text.get(..self.at as usize).unwrap_or("");
        before.rfind('\n').map_or(0, |at| at + 1)
    }
}

/// An offset that lies in the text and on the boundary of a character.
pub(super) fn boundary(text: &str, offset: usize) -> u32 {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset as u32
}

/// The diagnostic of a parser's error.
pub(super) fn explain(kind: &ErrorKind, place: &Place<'_>) -> Diagnostic {
    use ErrorKind as K;
    match kind {
        K::RecursionLimitExceeded => too_deep(place.here()),
        K::TabNotAllowed
        | K::TabInBlockIndentation
        | K::TabInIndentation
        | K::TabInPlainScalar
        | K::TabAtBlockScalarStart => tab(tab_near(place)),
        // The parser stops behind the tab.
        K::InvalidBlockEntryWhitespace => tab(place.before()),
        K::UnexpectedCharacter { character } if "@`%|>".contains(*character) => {
            traps::reserved(place, *character)
        }
        K::UnexpectedCharacter { character } => stray(place, *character),
        K::BomInsideDocument => stray(place, '\u{feff}'),
        K::UndeclaredTagHandle
        | K::ExpectedTagBang
        | K::InvalidTagTerminator
        | K::MissingTagUri
        | K::UnclosedVerbatimTag
        | K::InvalidTagEscape
        | K::InvalidTagUtf8LeadingByte
        | K::InvalidTagUtf8TrailingByte
        | K::InvalidTagUtf8 => tag(place.here()),
        _ if leading_tab(place, place.line_start()).is_some() => tab(tab_near(place)),
        _ => traps::at_error(kind, place).unwrap_or_else(|| plain(kind, place)),
    }
}

/// The diagnostic of nesting beyond the cap.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(codes::TOO_DEEP, span, "the nesting is deeper than the cap here")
        .help("no part of the language nests this deep")
}

/// The diagnostic of a tab in the indentation.
pub(super) fn tab(span: Span) -> Diagnostic {
    Diagnostic::new(codes::TAB, span, "a tab cannot indent")
        .label("replace it by spaces")
        .help("set your editor to indent YAML with two spaces")
}

/// The diagnostic of a tag.
pub(super) fn tag(span: Span) -> Diagnostic {
    Diagnostic::new(codes::TAG, span, "the language does not use YAML tags")
        .help("remove the tag; a value that begins with `!` must be quoted")
}

/// The diagnostic of a character that cannot stand in a file.
fn stray(place: &Place<'_>, character: char) -> Diagnostic {
    let at = place.at as usize;
    let found = place.rest(at).find(character).map_or(at, |more| at + more);
    decode::control_character(place.character(found), character)
}

/// The tab that made the parser stop, which may stand some lines further down.
fn tab_near(place: &Place<'_>) -> Span {
    let at = place.at as usize;
    let start = place.line_start();
    let later = place.rest(at).match_indices('\n').map(|(more, _)| at + more + 1);
    let found = std::iter::once(start).chain(later).find_map(|line| leading_tab(place, line));
    found.map_or_else(|| place.here(), |at| place.span(at, at + 1))
}

/// The tab in the white space a line begins with.
fn leading_tab(place: &Place<'_>, line: usize) -> Option<usize> {
    let rest = place.rest(line);
    let white = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest.get(..white)?.find('\t').map(|more| line + more)
}

fn plain(kind: &ErrorKind, place: &Place<'_>) -> Diagnostic {
    let (code, message, help) = words(kind, place);
    let mut diagnostic = Diagnostic::new(code, place.here(), message).help(help);
    if message == SECOND_COLON {
        diagnostic = traps::quote_line(diagnostic, place);
    }
    if let Some(open) = place.flow.filter(|open| *open != place.at) {
        diagnostic = diagnostic.related(place.character(open as usize), "still open here");
    }
    let unaligned =
        matches!(kind, ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation);
    if let Some(first) = unaligned.then(|| first_above(place)).flatten() {
        let label = "the keys above it stand further to the right from here on";
        diagnostic = diagnostic.related(place.character(first), label);
    }
    diagnostic
}

/// The first key of the block above the place that is indented deeper than its line.
fn first_above(place: &Place<'_>) -> Option<usize> {
    let start = place.line_start();
    let indentation = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let here = indentation(place.rest(start));
    let (mut at, mut first) = (start, None);
    for line in place.text.get(..start)?.split_inclusive('\n').rev() {
        at -= line.len();
        let deep = indentation(line);
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        if deep <= here {
            break;
        }
        first = Some(at + deep);
    }
    first
}

/// What an error means and what to do about it.
fn words(kind: &ErrorKind, place: &Place<'_>) -> (Code, &'static str, &'static str) {
    use ErrorKind as K;
    let (message, help) = match kind {
        K::MissingAnchorOrAliasName => {
            let help = "quote the value if it is meant to begin with `&` or `*`";
            return (codes::BAD_ALIAS, "an anchor or alias needs a name", help);
        }
        K::MappingValueNotAllowed | K::InvalidMappingValueWhitespace => second_colon(place),
        K::UnclosedFlowCollection { .. }
        | K::UnexpectedEofFlowSequence
        | K::UnexpectedEofFlowMapping
        | K::UnexpectedEofImplicitFlowMapping => {
            ("the bracket is never closed", "close it, or quote the value if no list is meant")
        }
        K::MismatchedFlowCollectionEnd { .. } => {
            ("the bracket is closed by one of the other kind", "`[` goes with `]`, `{` with `}`")
        }
        K::MisplacedFlowCollectionEnd => {
            ("a closing bracket that nothing opened", "remove it, or quote the value")
        }
        K::ExpectedFlowSequenceSeparator | K::ExpectedFlowMappingSeparator => {
            ("a comma or the closing bracket is missing before this", "quote a value with brackets")
        }
        K::InvalidColonPlacement | K::FlowMappingValueAdjacentCollection => {
            ("a `:` where no key can stand", "is a bracket before this left open?")
        }
        K::UnclosedQuotedScalar | K::DocumentIndicatorInQuotedScalar => {
            ("the quote is never closed", "close it on the same line")
        }
        K::InvalidQuotedScalarIndent => {
            ("quoted text goes on here without indentation", "is a quote left open above?")
        }
        K::InvalidTrailingSingleQuotedScalar | K::InvalidTrailingDoubleQuotedScalar => {
            ("text stands behind the closing quote", "put the quotes around the whole value")
        }
        K::UnknownQuotedScalarEscape => {
            ("an escape YAML does not know", "write `\\\\` for a backslash, or use single quotes")
        }
        K::InvalidQuotedScalarHexEscape
        | K::InvalidLowSurrogateHexEscape
        | K::InvalidLowSurrogate
        | K::MissingLowSurrogate
        | K::UnpairedLowSurrogate
        | K::InvalidUnicodeEscape => {
            ("an escape that is no character", "write the character itself")
        }
        K::SimpleKeyExpected | K::InvalidSimpleKey => {
            ("a line without a `:` between keys", "write `key: value`, or indent the text")
        }
        K::ExpectedBlockMappingKey | K::InvalidIndentation => {
            ("the indentation fits no key above", "align it with the keys it belongs to")
        }
        K::ExpectedBlockSequenceEntry => {
            ("something else than `- ` in a list", "align list items with each other")
        }
        K::BlockSequenceEntryNotAllowed | K::BlockEntryInFlowCollection => {
            ("a list item where none can stand", "begin the list on a line of its own")
        }
        K::MappingKeyNotAllowed => ("a key where none can stand", "begin it on a line of its own"),
        K::ZeroBlockScalarIndent | K::InvalidBlockScalarHeader => {
            ("`|` and `>` begin a block of text", "quote the value if it is meant as it stands")
        }
        K::InvalidBlockScalarIndent => {
            ("a line of the text is indented less than its first", "align the lines of the text")
        }
        K::CommentInterceptedScalar => {
            ("text goes on behind a comment", "quote the text, or move the comment")
        }
        K::CommentNotSeparated => ("a `#` right behind a value", "put a space before it"),
        K::MissingDocumentEndBeforeDirective
        | K::DuplicateVersionDirective
        | K::UnsupportedYamlMajorVersion
        | K::DirectiveDisallowed
        | K::InvalidDirectiveTerminator
        | K::MissingYamlVersionSeparator
        | K::MissingDirectiveName
        | K::InvalidDirectiveName
        | K::MissingYamlVersion
        | K::YamlVersionTooLong => {
            ("a `%` line that is no YAML directive", "remove it; the language needs none")
        }
        K::ExpectedDocumentStart | K::InvalidDocumentEnd => {
            ("the document is over, but more text follows", "is the indentation right?")
        }
        _ => ("the YAML cannot be understood from here on", "look at the lines just above as well"),
    };
    (codes::SYNTAX, message, help)
}

const SECOND_COLON: &str = "a second `: ` on one line";

/// A `:` behind a value: either a second one on its line, or a line that is indented too deep.
fn second_colon(place: &Place<'_>) -> (&'static str, &'static str) {
    let line = place.text.get(place.line_start()..place.at as usize).unwrap_or("");
    let above = place.text.get(..place.line_start()).unwrap_or("");
    let above = above.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("");
    if line.contains(": ") {
        (SECOND_COLON, "quote the value")
    } else if !above.contains(':') {
        ("the line above is text without a `:`", "write it as `key: value`")
    } else {
        let help = "the line above has a value already: move this line to the left";
        ("a key below a value", help)
    }
}
