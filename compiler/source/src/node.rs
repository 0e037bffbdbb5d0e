//! The spanned YAML tree.

use crate::Span;

/// One value of the tree with the place it was written at.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it was written. An expanded alias keeps the span of its anchor's text.
    pub span: Span,
}

/// The kinds of a [`Node`].
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// `null`, `~` or nothing at all.
    Null,
    /// A scalar, not yet interpreted.
    Scalar(Scalar),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order written; keys are unique.
    Map(Vec<Entry>),
}

/// A scalar as written, after unescaping; what it means is for its reader to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// The text without quotes.
    pub text: Box<str>,
    /// Whether it was quoted or a block scalar, and so is a string whatever it looks like.
    pub quoted: bool,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Box<str>,
    /// Where the key was written.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// A null at `span`.
    #[must_use]
    pub fn null(span: Span) -> Self {
        Self { kind: NodeKind::Null, span }
    }

    /// An empty mapping at `span`.
    #[must_use]
    pub fn empty_map(span: Span) -> Self {
        Self { kind: NodeKind::Map(Vec::new()), span }
    }

    /// A scalar at `span`; quoted ones are strings whatever they look like.
    #[must_use]
    pub fn scalar(text: impl Into<Box<str>>, quoted: bool, span: Span) -> Self {
        Self { kind: NodeKind::Scalar(Scalar { text: text.into(), quoted }), span }
    }

    /// The entries, where this is a mapping.
    #[must_use]
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.kind {
            NodeKind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value under `key`, where this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry under `key`, where this is a mapping that has it.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries()?.iter().find(|entry| &*entry.key == key)
    }

    /// The scalar, where this is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Whether this is a null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.kind, NodeKind::Null)
    }

    /// What this is, in words for a message.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            NodeKind::Null => "null",
            NodeKind::Scalar(scalar) => scalar.describe(),
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a mapping",
        }
    }
}

impl Scalar {
    /// Whether it is the plain word `true` or `false`, and which.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match (&*self.text, self.quoted) {
            ("true", false) => Some(true),
            ("false", false) => Some(false),
            _ => None,
        }
    }

    /// The whole number it is, where it is plain and one.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        let digits = self.text.strip_prefix('-').unwrap_or(&self.text);
        let canonical = digits == "0" || !digits.starts_with('0');
        (!self.quoted && canonical).then(|| self.text.parse().ok()).flatten()
    }

    /// Whether a YAML 1.2 core reader takes it for a number with a fraction or an exponent.
    #[must_use]
    pub fn is_float(&self) -> bool {
        !self.quoted
            && self.as_integer().is_none()
            && self.text.bytes().any(|byte| byte.is_ascii_digit())
            && self.text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
            && self.text.parse::<f64>().is_ok()
    }

    /// What it is, in words for a message.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        if self.as_bool().is_some() {
            "a boolean"
        } else if self.as_integer().is_some() {
            "an integer"
        } else if self.is_float() {
            match self.text.bytes().all(|byte| byte.is_ascii_digit()) {
                true => "a number that begins with zero",
                false => "a number with a fraction",
            }
        } else {
            "a string"
        }
    }
}
