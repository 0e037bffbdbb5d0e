//! Slips that have one cure: a single value where a list belongs, and words of other tools.

use stackc_source::{Diagnostic, Entry, NodeKind, Span, codes};

use crate::{Decoder, Field, Foreign, KeyRule, Record, Shape};

impl Record {
    /// What a word of another tool is called here.
    pub(crate) fn foreign(&self, word: &str) -> Option<&'static Foreign> {
        self.foreign.iter().find(|foreign| foreign.word == word)
    }
}

impl Decoder<'_> {
    /// Reports a value whose form belongs to a slip; whether it did.
    pub(crate) fn slip(&mut self, record: &Record, field: &Field, entry: &Entry) -> bool {
        let Some(form) = Form::of((field.shape)()) else { return false };
        match (&entry.value.kind, form) {
            (NodeKind::Scalar(scalar), Form::List) if fits_a_list(field, &scalar.text) => {
                self.single(entry, &scalar.text);
                true
            }
            (NodeKind::List(_), Form::Map) | (NodeKind::Map(_), Form::List) => {
                let Some(foreign) = record.foreign(&entry.key) else { return false };
                let message =
                    format!("`{}` is not written as {}", self.path(), entry.value.describe());
                self.push(
                    Diagnostic::new(codes::WRONG_TYPE, entry.value.span, message)
                        .help(foreign.help),
                );
                true
            }
            _ => false,
        }
    }

    fn single(&mut self, entry: &Entry, text: &str) {
        let message = format!("`{}` takes a list, not {}", self.path(), entry.value.describe());
        let words = || text.split(',').map(str::trim);
        let plain = |word: &str| {
            !word.is_empty()
                && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
        };
        let list = match text.contains([',', '[', ']', '{', '}', '#', '"', '\'', ':']) {
            true if words().all(plain) => format!("[{}]", words().collect::<Vec<_>>().join(", ")),
            true => format!("[\"{}\"]", text.replace('\\', "\\\\").replace('"', "\\\"")),
            false => format!("[{text}]"),
        };
        self.push(
            Diagnostic::new(codes::WRONG_TYPE, entry.value.span, message)
                .help(format!("write `{list}`"))
                .fix("make it a list", entry.value.span, list),
        );
    }

    /// The complaint about a key of another tool.
    pub(crate) fn foreign_key(&self, span: Span, owner: &str, foreign: &Foreign) -> Diagnostic {
        let message = format!("{owner} has no key `{}`", foreign.word);
        foreign.instead(Diagnostic::new(codes::UNKNOWN_KEY, span, message), span)
    }
}

impl Foreign {
    /// Says what to do instead.
    pub(crate) fn instead(&self, found: Diagnostic, span: Span) -> Diagnostic {
        let found = found.help(self.help);
        match self.ours {
            Some(ours) => found.fix(format!("write `{ours}`"), span, ours),
            None => found,
        }
    }
}

/// Whether a field takes a list or a mapping, and nothing else.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    List,
    Map,
}

impl Form {
    fn of(shape: Shape) -> Option<Self> {
        match shape {
            Shape::List(_) => Some(Self::List),
            Shape::Map(KeyRule::LabelOrList | KeyRule::EnvNameOrList, _) => Some(Self::List),
            Shape::Map(KeyRule::Label | KeyRule::EnvName | KeyRule::Text, _) => Some(Self::Map),
            // `routes: /api` is a form of its own.
            Shape::Map(KeyRule::LabelOrPaths, _) => None,
            Shape::Record(record) if record.short.is_none() => Some(Self::Map),
            _ => None,
        }
    }
}

/// Whether a text may be said in a message: where secrets are named it may be one.
fn fits_a_list(field: &Field, text: &str) -> bool {
    let name = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    !text.contains('\n')
        && match (field.shape)() {
            Shape::Map(KeyRule::EnvNameOrList, _) => name(text),
            _ => true,
        }
}
