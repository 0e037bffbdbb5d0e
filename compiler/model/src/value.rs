//! A value and where it came from.

use std::ops::Deref;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use stackc_source::Span;

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Written by the user, at this place.
    Written(Span),
    /// The language's default, with the reason in a few words.
    Default(&'static str),
    /// Follows from something written at this place, with the rule in a few words.
    Derived(Span, &'static str),
}

impl Origin {
    /// The place to point at, where there is one.
    #[must_use]
    pub fn span(self) -> Option<Span> {
        match self {
            Self::Written(span) | Self::Derived(span, _) => Some(span),
            Self::Default(_) => None,
        }
    }
}

/// A value with its [`Origin`]; it reads like the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// A value written at `span`.
    pub fn written(value: T, span: Span) -> Self {
        Self { value, origin: Origin::Written(span) }
    }

    /// A default with its reason.
    pub fn default(value: T, reason: &'static str) -> Self {
        Self { value, origin: Origin::Default(reason) }
    }

    /// The same origin with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { value: f(self.value), origin: self.origin }
    }
}

impl<T> Deref for Sourced<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Serialized as `{"$value": …, "$origin": …}`, so that a reader can have the origins or drop them.
impl<T: Serialize> Serialize for Sourced<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Sourced", 2)?;
        out.serialize_field("$value", &self.value)?;
        out.serialize_field("$origin", &self.origin)?;
        out.end()
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, span, reason) = match self {
            Self::Written(span) => ("written", Some(*span), None),
            Self::Default(reason) => ("default", None, Some(*reason)),
            Self::Derived(span, reason) => ("derived", Some(*span), Some(*reason)),
        };
        let mut out = serializer.serialize_struct("Origin", 3)?;
        out.serialize_field("kind", kind)?;
        out.serialize_field("span", &span)?;
        out.serialize_field("reason", &reason)?;
        out.end()
    }
}
