//! Typed decoding of the spanned tree; every fault is reported, none stops the rest.

use std::collections::BTreeMap;
use std::fmt::Display;

use stackc_source::{
    Code, Diagnostic, Diagnostics, Entry, Node, NodeKind, NodePath, Scalar, Span, closest, codes,
};

use crate::{Field, KeyRule, Record, Shape};

/// A type that can be read from what a user wrote. Derive it.
pub trait Decode: Sized {
    /// What may be written.
    fn shape() -> Shape;

    /// Reads a value; `None` means that the decoder has been told why not.
    fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self>;

    /// The value where nothing is written; `None` where something must be.
    fn absent() -> Option<Self> {
        None
    }
}

/// Codes that are about the value that stands in a place, whatever it is read as.
const VALUE: [Code; 3] = [codes::WRONG_TYPE, codes::BAD_FORMAT, codes::OUT_OF_RANGE];

/// One step of the path to the value being decoded.
#[derive(Debug, Clone, Copy)]
pub enum Segment<'a> {
    /// A key.
    Key(&'a str),
    /// A position in a list.
    Index(usize),
}

/// The state of a decoding run: where it is and what it found.
#[derive(Debug, Default)]
pub struct Decoder<'a> {
    path: Vec<Segment<'a>>,
    overlay: Option<(&'a str, Span)>,
    diagnostics: Diagnostics,
}

impl<'a> Decoder<'a> {
    /// A decoder of a tree into which the overlay of an environment was merged; faults inside the
    /// overlay name the environment.
    #[must_use]
    pub fn for_environment(name: &'a str, overlay: Option<Span>) -> Self {
        Self { overlay: overlay.map(|span| (name, span)), ..Self::default() }
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> Diagnostics {
        self.diagnostics
    }

    /// The path to the value being decoded.
    #[must_use]
    pub fn path(&self) -> NodePath {
        self.path.iter().fold(NodePath::default(), |path, segment| match segment {
            Segment::Key(key) => path.key(key),
            Segment::Index(index) => path.index(*index),
        })
    }

    /// Reports a fault.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let span = diagnostic.primary.as_ref().map(|label| label.span);
        let name = match (self.overlay, span) {
            (Some((name, overlay)), Some(span)) if overlay.contains(span) => Some(name),
            _ => None,
        };
        // `scale: many` is wrong as `min` and as `max`: once is enough.
        let again = |last: &Diagnostic| {
            let place = last.primary.as_ref().map(|label| label.span);
            last.code == diagnostic.code && place == span && VALUE.contains(&last.code)
        };
        if !self.diagnostics.last().is_some_and(again) {
            self.diagnostics.push(diagnostic.in_environment(name));
        }
    }

    /// Runs `f` one step further down.
    pub fn within<T>(&mut self, segment: Segment<'a>, f: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(segment);
        let result = f(self);
        self.path.pop();
        result
    }

    /// Reports a value of the wrong type.
    pub fn wrong_type(&mut self, node: &Node, expected: &str) {
        if node.is_null() {
            return self.null(node);
        }
        let found = self.mismatch(node, expected);
        self.push(found);
    }

    fn mismatch(&self, node: &Node, expected: &str) -> Diagnostic {
        let message = format!("{} takes {expected}, not {}", self.owner(), node.describe());
        Diagnostic::new(codes::WRONG_TYPE, node.span, message).label(format!("expected {expected}"))
    }

    /// The value being decoded, in words for a message.
    fn owner(&self) -> String {
        let place = self.path();
        match place.as_str() {
            "" => "the stack".to_owned(),
            place => format!("`{place}`"),
        }
    }

    /// Reports a value that does not have the form it should.
    pub fn bad_format(&mut self, node: &Node, fault: impl Display, help: &str) {
        let message = format!("the value of `{}` {fault}", self.path());
        self.push(Diagnostic::new(codes::BAD_FORMAT, node.span, message).help(help));
    }

    /// Opens a record: checks the type and the keys.
    pub fn record(&mut self, node: &'a Node, record: &'static Record) -> Option<Fields<'a>> {
        let entries = match &node.kind {
            NodeKind::Map(entries) => entries,
            _ => {
                self.no_record(node, record);
                return None;
            }
        };
        let mut slots = vec![None; record.fields.len()];
        for entry in entries {
            match record.fields.iter().position(|field| field.key == &*entry.key) {
                Some(at) => slots[at] = Some(entry),
                None if entry.key.starts_with("x-") => {}
                None => self.unknown_key(entry, record),
            }
        }
        Some(Fields { span: node.span, record, slots })
    }

    fn no_record(&mut self, node: &Node, record: &Record) {
        if node.is_null() {
            return self.null(node);
        }
        let keys = record.fields.iter().map(|field| field.key);
        let help = match node.as_scalar().and_then(Scalar::as_bool) {
            Some(true) => "`{}` turns it on with its defaults".to_owned(),
            _ => self.keys(keys),
        };
        let found = self.mismatch(node, "a mapping").help(help);
        self.push(found);
    }

    /// The keys it takes, or where they can be had.
    fn keys(&self, keys: impl Iterator<Item = &'static str>) -> String {
        let (keys, place) = (keys.map(|key| format!("`{key}`")).collect::<Vec<_>>(), self.path());
        match place.as_str() {
            "" if keys.len() > 12 => "`stackc explain .` lists the keys it takes".to_owned(),
            place if keys.len() > 12 && !place.starts_with("targets.") => {
                format!("`stackc explain {place}` lists the keys it takes")
            }
            _ => format!("it takes {}", keys.join(", ")),
        }
    }

    fn null(&mut self, node: &Node) {
        let message = format!("`{}` is null, which means nothing here", self.path());
        self.push(Diagnostic::new(codes::MISPLACED_NULL, node.span, message).help(
            "take the key out, write `{}` for its defaults, or `false` to turn it off; null belongs \
             into an environment, where it restores the default",
        ));
    }

    fn unknown_key(&mut self, entry: &Entry, record: &'static Record) {
        let owner = self.owner();
        if let Some(foreign) = record.foreign(&entry.key) {
            let diagnostic = self.foreign_key(entry.key_span, &owner, foreign);
            return self.push(diagnostic);
        }
        let message = format!("{owner} has no key `{}`", entry.key);
        let known = || {
            let moves = record.moves.iter().map(|moved| moved.from);
            record.fields.iter().map(|field| field.key).chain(moves)
        };
        let mut diagnostic = Diagnostic::new(codes::UNKNOWN_KEY, entry.key_span, message);
        diagnostic = match (no_space(entry), closest(&entry.key, known())) {
            (Some(meant), _) => space_missing(diagnostic, entry.key_span, &meant),
            (None, Some(_)) => diagnostic.one_of(&entry.key, known()),
            (None, None) => diagnostic.help(self.keys(known())),
        };
        self.push(diagnostic);
    }

    /// Decodes the entries of a map; faulty ones are left out.
    pub fn map<K: Ord, T: Decode>(
        &mut self,
        node: &'a Node,
        rule: KeyRule,
        key: impl Fn(&str) -> Result<K, String>,
    ) -> Option<BTreeMap<K, T>> {
        let NodeKind::Map(entries) = &node.kind else {
            self.no_map(node);
            return None;
        };
        let mut map = BTreeMap::new();
        let ignored = |key: &str| rule != KeyRule::HeaderName && key.starts_with("x-");
        for entry in entries.iter().filter(|entry| !ignored(&entry.key)) {
            if turned_off(&entry.value) && T::shape().is_named() {
                self.no_switch(entry);
                continue;
            }
            let name = key(&entry.key);
            // Where the space behind the colon is missing there is no value to complain of.
            let value = match name.is_err() && no_space(entry).is_some() {
                true => None,
                false => self
                    .within(Segment::Key(&entry.key), |decoder| T::decode(&entry.value, decoder)),
            };
            // `env: {production: {…}}` is no name that is misspelt.
            let nested = value.is_none() && T::shape().is_single() && !is_single(&entry.value);
            match (name, value) {
                _ if nested => {}
                (Ok(name), Some(value)) => {
                    map.insert(name, value);
                }
                (Err(fault), _) => {
                    let better = better_name(&entry.key, &key);
                    self.bad_name(entry, &fault, better.as_deref());
                }
                (Ok(_), None) => {}
            }
        }
        Some(map)
    }

    fn no_map(&mut self, node: &Node) {
        let help = match node.kind {
            NodeKind::Null => return self.null(node),
            NodeKind::List(_) => {
                "its entries are known by name: write `NAME: …` instead of `- name: NAME`"
            }
            _ => "its entries are known by name: write `NAME: …` below it, one line for each",
        };
        let found = self.mismatch(node, "a mapping").help(help);
        self.push(found);
    }

    /// `false` for an entry of a map: it is there or it is not.
    fn no_switch(&mut self, entry: &Entry) {
        let span = entry.value.span;
        let message = format!("`{}` cannot be turned off", self.path().key(&entry.key));
        let found = Diagnostic::new(codes::WRONG_TYPE, span, message);
        let inside = self.overlay.is_some_and(|(_, overlay)| overlay.contains(span));
        self.push(match inside {
            true => found.help("write `null`: then this environment is without it").fix(
                "write `null`",
                span,
                "null",
            ),
            false => found.help(
                "take it out; what only some environments are without is `null` in each of them",
            ),
        });
    }

    fn bad_name(&mut self, entry: &Entry, fault: &str, better: Option<&str>) {
        let diagnostic = if matches!(self.path.last(), Some(Segment::Key("secrets"))) {
            self.bad_secret_name(entry.key_span)
        } else {
            let message = format!("the name `{}` {fault}", entry.key);
            let diagnostic = Diagnostic::new(codes::BAD_NAME, entry.key_span, message);
            match no_space(entry) {
                Some(meant) => space_missing(diagnostic, entry.key_span, &meant),
                None => diagnostic.did_you_mean(better),
            }
        };
        self.push(diagnostic);
    }

    /// What stands where the name of a secret is wanted; it may be the secret, and is not shown.
    pub(crate) fn bad_secret_name(&self, span: Span) -> Diagnostic {
        let message = format!("`{}` takes a name in upper case, such as `API_KEY`", self.path());
        Diagnostic::new(codes::BAD_NAME, span, message).mask(span).help(
            "if this is the secret itself, take it out of the file and its history, and give it a \
             name",
        )
    }

    /// Decodes a list; faulty items are left out.
    pub fn list<T: Decode>(&mut self, node: &'a Node) -> Option<Vec<T>> {
        let NodeKind::List(items) = &node.kind else {
            self.wrong_type(node, "a list");
            return None;
        };
        let decode = |decoder: &mut Self, (index, item): (usize, &'a Node)| {
            decoder.within(Segment::Index(index), |decoder| T::decode(item, decoder))
        };
        Some(items.iter().enumerate().filter_map(|item| decode(self, item)).collect())
    }

    /// Finds the word of a list; the position says which.
    pub fn word(&mut self, node: &Node, list: &'static crate::WordList) -> Option<usize> {
        let Some(scalar) = node.as_scalar() else {
            self.wrong_type(node, "a word");
            return None;
        };
        let found = list.words.iter().position(|variant| variant.word == &*scalar.text);
        if let Some(variant) = found.and_then(|at| list.words.get(at)).filter(|word| word.planned) {
            self.planned(node.span, &format!("{}: {}", self.path(), variant.word));
        }
        if found.is_none() {
            let words = || list.words.iter().map(|variant| variant.word);
            let message = format!("`{}` does not know `{}`", self.path(), shorten(&scalar.text));
            let all: Vec<_> = words().map(|word| format!("`{word}`")).collect();
            let diagnostic = Diagnostic::new(codes::UNKNOWN_VALUE, node.span, message)
                .label(format!("one of {}", all.join(", ")));
            let foreign = list.foreign.iter().find(|foreign| foreign.word == &*scalar.text);
            self.push(match foreign {
                Some(foreign) => foreign.instead(diagnostic, node.span).perhaps(),
                None => diagnostic.one_of(&scalar.text, words()),
            });
        }
        found
    }
}

/// Whether a value is the word `false`.
pub(crate) fn turned_off(node: &Node) -> bool {
    node.as_scalar().and_then(Scalar::as_bool) == Some(false)
}

/// `{a:1}` without the space reads as the key `a:1` and no value: what was meant.
pub(crate) fn no_space(entry: &Entry) -> Option<String> {
    let (key, value) = entry.key.split_once(':').filter(|_| entry.value.is_null())?;
    Some(format!("{key}: {value}"))
}

pub(crate) fn space_missing(diagnostic: Diagnostic, span: Span, meant: &str) -> Diagnostic {
    diagnostic.help(format!("YAML wants a space behind the colon: `{meant}`")).fix(
        "add the space",
        span,
        meant,
    )
}

/// Whether a node may be a single value.
fn is_single(node: &Node) -> bool {
    !matches!(node.kind, NodeKind::List(_) | NodeKind::Map(_))
}

/// The name in the other case and with the other dash, where it then is one.
pub(crate) fn better_name<K, E>(
    name: &str,
    check: &impl Fn(&str) -> Result<K, E>,
) -> Option<String> {
    let label = name.to_ascii_lowercase().replace(['_', ' '], "-");
    let variable = name.to_ascii_uppercase().replace(['-', ' '], "_");
    [label, variable].into_iter().find(|name| check(name).is_ok())
}

/// A text short enough for a message.
fn shorten(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_owned();
    }
    text.chars().take(57).chain("...".chars()).collect()
}

/// The entries of a record by the position of their field.
#[derive(Debug)]
pub struct Fields<'a> {
    span: Span,
    record: &'static Record,
    slots: Vec<Option<&'a Entry>>,
}

impl<'a> Fields<'a> {
    /// Decodes the field at a position.
    pub fn take<T: Decode>(&self, at: usize, decoder: &mut Decoder<'a>) -> Option<T> {
        let (field, slot) = (self.record.fields.get(at)?, self.slots.get(at)?);
        match slot {
            Some(entry) => decoder.within(Segment::Key(&entry.key), |decoder| {
                if decoder.slip(self.record, field, entry) {
                    return None;
                }
                if field.planned {
                    let path = decoder.path();
                    decoder.planned(entry.key_span, path.as_str());
                }
                T::decode(&entry.value, decoder)
            }),
            None => {
                let absent = T::absent();
                if absent.is_none() {
                    self.missing(field, decoder);
                }
                absent
            }
        }
    }

    fn missing(&self, field: &Field, decoder: &mut Decoder<'a>) {
        let path = decoder.path().key(field.key);
        let first = field.doc.lines().next().unwrap_or("").trim_end_matches('.');
        decoder.push(
            Diagnostic::new(codes::MISSING_FIELD, self.span, format!("`{path}` is required"))
                .help(format!("add `{}`: {first}", field.key)),
        );
    }
}

impl Decoder<'_> {
    fn planned(&mut self, span: Span, what: &str) {
        let message = format!("`{what}` is understood, but no target renders it yet");
        self.push(
            Diagnostic::new(codes::PLANNED, span, message)
                .help("it is checked and kept; nothing in the output depends on it so far"),
        );
    }
}
