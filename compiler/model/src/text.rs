//! Text that may hold secrets, and the secrets it may hold.

use serde::Serialize;
use stackc_source::Span;

use crate::{EnvName, Label, Seconds, SecretId};

/// Where containers find secrets that are delivered as files.
pub const SECRETS_DIR: &str = "/run/secrets";

/// A part of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Segment {
    /// Plain text, every reference in it resolved.
    Literal(String),
    /// The value of a secret, which only the target's own tooling may put in, spelled as its place in
    /// the text asks: percent-encoded within a URL, with escapes within JSON.
    Secret(SecretId),
}

/// A value of which some parts may be secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text {
    /// The parts in order.
    pub segments: Vec<Segment>,
}

impl Text {
    /// A text without secrets.
    #[must_use]
    pub fn literal(text: impl Into<String>) -> Self {
        Self { segments: vec![Segment::Literal(text.into())] }
    }

    /// The secrets in it.
    pub fn secrets(&self) -> impl Iterator<Item = SecretId> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Secret(id) => Some(*id),
            Segment::Literal(_) => None,
        })
    }
}

/// How a secret comes to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretSource {
    /// A person or a vault provides it.
    Provided,
    /// It is no secret: a variable that somebody sets when deploying, beside the secrets.
    Variable,
    /// It is made at the target: random bytes in this encoding.
    Generated {
        /// `base64`, `hex` or `password`.
        encoding: &'static str,
        /// Bytes, or characters of a password.
        length: u32,
    },
    /// It is made at the target, as one half of a pair.
    Pair {
        /// `ed25519` or `vapid`.
        kind: &'static str,
        /// The variable that takes the public half.
        public: Option<EnvName>,
    },
    /// It is put together at the target from other secrets.
    Derived(Text),
}

/// A secret by its name; its value is never known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Secret {
    /// The name, unique in the environment.
    pub name: EnvName,
    /// How it comes to be.
    pub source: SecretSource,
    /// What it is for, in one line.
    pub description: String,
    /// How often it is to be changed.
    pub rotate: Option<Seconds>,
    /// The services and stores that receive it, by name, sorted.
    pub consumers: Vec<Label>,
    /// The place that brought it into being.
    #[serde(skip)]
    pub span: Option<Span>,
}
