//! What a target makes of each field of the language: a claim, which a test proves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a target makes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level<'a> {
    /// The output depends on it, and does what it says.
    Exact,
    /// The output comes close; the note gives the bound. Where it matters, W0702 says so.
    Approximated(&'a str),
    /// It is meant to be rendered and is not yet; W0701 says so.
    Planned(&'a str),
    /// The format has no way to do it; E0501 says so, unless it is accepted.
    Unsupported(&'a str),
}

impl Level<'_> {
    /// The level in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximated(_) => "approximated",
            Self::Planned(_) => "planned",
            Self::Unsupported(_) => "unsupported",
        }
    }

    /// The bound or the reason.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        match self {
            Self::Exact => None,
            Self::Approximated(note) | Self::Planned(note) | Self::Unsupported(note) => Some(note),
        }
    }
}

/// The claims of a target, as they stand in its `support.json`. A field in none of the lists does
/// not concern it. Paths have `*` for names of the user's choosing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Claims {
    /// Fields the output depends on.
    pub exact: Vec<String>,
    /// Fields the output comes close to, with the bound.
    pub approximated: BTreeMap<String, String>,
    /// Fields that are not rendered yet, with what comes.
    pub planned: BTreeMap<String, String>,
    /// Fields the format cannot express, with the reason.
    pub unsupported: BTreeMap<String, String>,
}

impl Claims {
    /// The claim about a field, by its path with `*` for names.
    #[must_use]
    pub fn level(&self, path: &str) -> Option<Level<'_>> {
        if let Some(note) = self.unsupported.get(path) {
            return Some(Level::Unsupported(note));
        }
        if let Some(note) = self.planned.get(path) {
            return Some(Level::Planned(note));
        }
        if let Some(note) = self.approximated.get(path) {
            return Some(Level::Approximated(note));
        }
        self.exact.iter().any(|exact| exact == path).then_some(Level::Exact)
    }

    /// Every field that is spoken of.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let noted = [&self.approximated, &self.planned, &self.unsupported];
        let noted = noted.into_iter().flat_map(BTreeMap::keys);
        self.exact.iter().chain(noted).map(String::as_str)
    }
}
