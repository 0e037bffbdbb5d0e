//! A generated YAML or JSON document, read back so that it can be changed and written again.
//!
//! Only what our own emitter writes has to be understood: block style, comments at the end of a
//! scalar's line or on lines of their own at the top. Reading and writing a generated file gives
//! the same bytes, which a test over the golden trees shows.

use serde::ser::{Serialize, SerializeMap, Serializer};
use stackc_source::{FileId, Limits, Node, NodeKind, Scalar, read};
use stackc_target::Commented;

/// A value of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
    /// A scalar with the comment behind it.
    Noted(Box<Tree>, String),
}

impl Tree {
    /// Reads a YAML document, comments behind scalars included; `None` where it is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let limits = Limits { bytes: usize::MAX, ..Limits::default() };
        let (node, diagnostics) = read(FileId(0), text, limits);
        let node = node.filter(|_| !diagnostics.has_errors())?;
        Some(Self::of(&node, Some(text)))
    }

    /// What a part of a user's document says.
    pub(super) fn of_patch(node: &Node) -> Self {
        Self::of(node, None)
    }

    fn of(node: &Node, text: Option<&str>) -> Self {
        match &node.kind {
            NodeKind::Null => Self::Null,
            NodeKind::List(items) => {
                Self::List(items.iter().map(|item| Self::of(item, text)).collect())
            }
            NodeKind::Map(entries) => Self::Map(
                entries
                    .iter()
                    .map(|entry| (entry.key.to_string(), Self::of(&entry.value, text)))
                    .collect(),
            ),
            NodeKind::Scalar(scalar) => {
                let value = Self::scalar(scalar);
                match text.and_then(|text| comment(text, node)) {
                    Some(comment) => Self::Noted(Box::new(value), comment.to_owned()),
                    None => value,
                }
            }
        }
    }

    fn scalar(scalar: &Scalar) -> Self {
        match (scalar.as_bool(), scalar.as_integer()) {
            (Some(flag), _) => Self::Bool(flag),
            (None, Some(number)) => Self::Integer(number),
            (None, None) if scalar.is_float() => scalar
                .text
                .parse()
                .map_or_else(|_| Self::Text(scalar.text.to_string()), Self::Float),
            (None, None) => Self::Text(scalar.text.to_string()),
        }
    }

    /// The value without its comment.
    pub(super) fn plain(&self) -> &Self {
        match self {
            Self::Noted(value, _) => value,
            other => other,
        }
    }

    /// What it is, in words for a message.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a number with a fraction",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
            Self::Noted(value, _) => value.describe(),
        }
    }
}

/// The comment behind a scalar, without its sign.
fn comment<'t>(text: &'t str, node: &Node) -> Option<&'t str> {
    let end = usize::try_from(node.span.end).ok()?;
    let rest = text.get(end..)?.lines().next()?;
    rest.trim_start().strip_prefix("# ")
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Float(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Self::Noted(value, note) => Commented(&**value, note.clone()).serialize(serializer),
        }
    }
}
