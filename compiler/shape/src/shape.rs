//! The description of what may be written, as data.

/// What may be written in one place.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A mapping with known keys.
    Record(&'static Record),
    /// A mapping with keys of the user's choosing.
    Map(KeyRule, fn() -> Shape),
    /// A list.
    List(fn() -> Shape),
    /// A single value.
    Scalar(&'static ScalarShape),
    /// One word of a list.
    Words(&'static WordList),
    /// `false` turns the thing off, `true` or `{}` on with its defaults, else it is the shape.
    Switch(fn() -> Shape),
    /// The shape, or null as a value of its own.
    Nullable(fn() -> Shape),
    /// Anything at all.
    Any,
}

/// A mapping with known keys. `x-*` is allowed besides.
#[derive(Debug)]
pub struct Record {
    /// The name of its type, unique in the language.
    pub name: &'static str,
    /// What it is, in Markdown.
    pub doc: &'static str,
    /// The keys, in the order people write them.
    pub fields: &'static [Field],
    /// What may stand instead of the mapping.
    pub short: Option<Short>,
    /// Keys that are shorthand for a place in another key.
    pub moves: &'static [Move],
    /// Words that other tools have for what is called something else here.
    pub foreign: &'static [Foreign],
}

/// A word of another tool.
#[derive(Debug)]
pub struct Foreign {
    /// The word. Where it is a key here too, the row is about the other tool's way to write it: a
    /// list for a mapping, or a mapping for a list.
    pub word: &'static str,
    /// Our word, where it may stand in its place.
    pub ours: Option<&'static str>,
    /// What to do instead.
    pub help: &'static str,
}

/// A key of a record.
#[derive(Debug)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// What it says, in Markdown.
    pub doc: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// Whether no target renders it yet.
    pub planned: bool,
    /// Whether an environment may set it.
    pub overridable: bool,
    /// What may be written there.
    pub shape: fn() -> Shape,
}

/// `port: 8080` is shorthand for `ports: {http: 8080}`.
#[derive(Debug)]
pub struct Move {
    /// The shorthand key.
    pub from: &'static str,
    /// What it says.
    pub doc: &'static str,
    /// The long key, which holds a map.
    pub to: &'static str,
    /// The key in that map.
    pub key: &'static str,
}

/// What may stand instead of a record.
#[derive(Debug, Clone, Copy)]
pub enum Short {
    /// The value of this key.
    Key(&'static str),
    /// `low..high`, or one value for both keys.
    Range(&'static str, &'static str),
    /// `warning/critical`, or one value for the second key.
    Levels(&'static str, &'static str),
    /// A folder for the first key; `folder/Dockerfile` sets the second as well.
    Build(&'static str, &'static str),
}

/// Which keys a map takes, and its short forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRule {
    /// A DNS label.
    Label,
    /// A DNS label; a list `[a, b]` stands for `{a: {}, b: {}}`.
    LabelOrList,
    /// A DNS label; paths `/api` or `[/api, /docs]` stand for entries named by their slugs.
    LabelOrPaths,
    /// The name of a variable.
    EnvName,
    /// The name of a variable; a list `[A, B]` stands for `{A: {}, B: {}}`.
    EnvNameOrList,
    /// The name of an HTTP header; `x-*` is one like any other.
    HeaderName,
    /// Any text.
    Text,
}

impl KeyRule {
    /// The pattern of its keys; `None` takes all.
    #[must_use]
    pub fn pattern(self) -> Option<&'static str> {
        match self {
            Self::Label | Self::LabelOrList | Self::LabelOrPaths => {
                Some("^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$")
            }
            Self::EnvName | Self::EnvNameOrList => Some("^[A-Z][A-Z0-9_]{0,127}$"),
            Self::HeaderName => Some("^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$"),
            Self::Text => None,
        }
    }
}

/// The types of JSON a scalar may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JsonType {
    /// `boolean`
    Boolean,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// `string`
    String,
}

impl JsonType {
    /// Its name in a schema.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
        }
    }
}

/// A single value.
#[derive(Debug)]
pub struct ScalarShape {
    /// What it is called in a message: "a duration".
    pub name: &'static str,
    /// The types it may have.
    pub types: &'static [JsonType],
    /// The pattern of a string, without anchors.
    pub pattern: Option<&'static str>,
    /// The smallest and the largest integer.
    pub range: Option<(i64, i64)>,
    /// At least two values, as YAML.
    pub examples: &'static [&'static str],
}

/// A closed list of words.
#[derive(Debug)]
pub struct WordList {
    /// The name of its type.
    pub name: &'static str,
    /// The words.
    pub words: &'static [Variant],
    /// What other tools call them.
    pub foreign: &'static [Foreign],
}

/// One word of a list.
#[derive(Debug)]
pub struct Variant {
    /// The word.
    pub word: &'static str,
    /// What it means, in Markdown.
    pub doc: &'static str,
    /// Whether no target renders it yet.
    pub planned: bool,
}

impl Shape {
    /// The record at the heart of it, where there is one.
    #[must_use]
    pub fn record(self) -> Option<&'static Record> {
        match self {
            Self::Record(record) => Some(record),
            Self::Switch(inner) | Self::Nullable(inner) => inner().record(),
            _ => None,
        }
    }

    /// Whether it is a single value and nothing else.
    pub(crate) fn is_single(self) -> bool {
        matches!(self, Self::Scalar(_) | Self::Words(_))
    }

    /// Whether it describes a thing that has a name and parts, and no switch.
    pub(crate) fn is_named(self) -> bool {
        matches!(self, Self::Record(_))
    }

    /// The shape one key further, where a path may go there.
    #[must_use]
    pub fn child(self, key: &str) -> Option<Shape> {
        match self {
            Self::Record(record) => record.field(key).map(|field| (field.shape)()),
            Self::Map(_, value) | Self::List(value) => Some(value()),
            Self::Switch(inner) | Self::Nullable(inner) => inner().child(key),
            Self::Scalar(_) | Self::Words(_) | Self::Any => None,
        }
    }
}

impl Record {
    /// The field of a key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}
