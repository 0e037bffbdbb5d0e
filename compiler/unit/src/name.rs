//! Names that are safe in every format they reach.

use std::borrow::Borrow;
use std::fmt;

use serde::{Serialize, Serializer};

/// Why a text is not the name it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameFault(pub &'static str);

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NameFault {}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}

name_type! {
    /// A DNS label as RFC 1123 has it, at most 40 characters: `[a-z]([-a-z0-9]*[a-z0-9])?`.
    ///
    /// DNS allows 63; the rest is kept for the suffixes that Kubernetes and the targets append.
    /// It starts with a letter, which Services need (RFC 1035).
    Label
}

name_type! {
    /// The name of an environment variable or secret: `[A-Z][A-Z0-9_]*`, at most 128 characters.
    EnvName
}

name_type! {
    /// The name of an HTTP header: `[A-Za-z0-9][A-Za-z0-9_-]*`, at most 128 characters.
    HeaderName
}

impl HeaderName {
    /// Checks and takes a name.
    ///
    /// # Errors
    /// When the text is no such name; the fault says why.
    pub fn new(text: &str) -> Result<Self, NameFault> {
        if text.len() > 128 {
            return Err(NameFault("is longer than 128 characters"));
        }
        if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(NameFault("does not start with a letter or a digit"));
        }
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) {
            return Err(NameFault("may hold only letters, digits, `-` and `_`"));
        }
        Ok(Self(text.into()))
    }
}

impl Label {
    /// The longest label, in characters.
    pub const MAX: usize = 40;

    /// Checks and takes a label.
    ///
    /// # Errors
    /// When the text is no such label; the fault says why.
    pub fn new(text: &str) -> Result<Self, NameFault> {
        if text.is_empty() {
            return Err(NameFault("is empty"));
        }
        if text.len() > Self::MAX {
            return Err(NameFault("is longer than 40 characters"));
        }
        if !text.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(NameFault("does not start with a lower-case letter"));
        }
        if text.ends_with('-') {
            return Err(NameFault("ends with `-`"));
        }
        if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err(NameFault("may hold only lower-case letters, digits and `-`"));
        }
        Ok(Self(text.into()))
    }
}

impl EnvName {
    /// Checks and takes a name.
    ///
    /// # Errors
    /// When the text is no such name; the fault says why.
    pub fn new(text: &str) -> Result<Self, NameFault> {
        if text.is_empty() || text.len() > 128 {
            return Err(NameFault("must have 1 to 128 characters"));
        }
        if !text.starts_with(|c: char| c.is_ascii_uppercase()) {
            return Err(NameFault("does not start with an upper-case letter"));
        }
        if !text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') {
            return Err(NameFault("may hold only upper-case letters, digits and `_`"));
        }
        Ok(Self(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::{EnvName, Label};

    #[test]
    fn labels_are_dns_labels() {
        assert!(Label::new("api-2").is_ok());
        for bad in ["", "-a", "a-", "2a", "A", "a_b", "a.b", &"a".repeat(41)] {
            assert!(Label::new(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn variables_are_upper_case() {
        assert!(EnvName::new("JWT_SECRET").is_ok());
        for bad in ["", "jwt", "1A", "A-B", "_A"] {
            assert!(EnvName::new(bad).is_err(), "{bad:?} was taken");
        }
    }
}
