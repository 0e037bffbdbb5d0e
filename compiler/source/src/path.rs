//! Where a value stands in the tree, as people write it: `services.web.ports.http`.

use std::fmt;

/// A path of keys and list positions from the root of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodePath(String);

impl NodePath {
    /// The path one key further; a key with a dot or space in it is quoted.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let plain = !key.is_empty() && !key.contains(['.', ' ', '"', '[']);
        let dot = if self.0.is_empty() { "" } else { "." };
        if plain {
            Self(format!("{}{dot}{key}", self.0))
        } else {
            Self(format!("{}{dot}{key:?}", self.0))
        }
    }

    /// The path of the list item at `index`, from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// The path as text; empty for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for NodePath {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
