//! Limits on requests.

use serde::Serialize;
use stackc_source::Span;

use crate::{Label, Rate, Sourced};

/// A limit on requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// Its name.
    pub name: Label,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
    /// How many requests in which window.
    pub rate: Sourced<Rate>,
    /// The paths it covers; everything where empty.
    pub paths: Vec<String>,
    /// The methods it covers; all where empty.
    pub methods: Vec<String>,
    /// Who is counted.
    pub key: Sourced<LimitKey>,
    /// How the window is kept.
    pub mode: Sourced<LimitMode>,
    /// Who counts.
    pub enforce: Sourced<Enforce>,
    /// Addresses it does not count (CIDR).
    pub exempt: Vec<Sourced<String>>,
}

/// How a window is kept by a leaky bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LimitMode {
    /// The rate holds on average; one window may see nearly twice as many.
    Average,
    /// No window ever sees more.
    Strict,
}

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LimitKey {
    /// Each address.
    Address,
    /// Each signed-in user.
    User,
    /// Each value of this header, and each address where it is missing.
    Header(String),
}

/// Who counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Enforce {
    /// The edge alone.
    Edge,
    /// The application alone.
    App,
    /// The application exactly, and the edge as a guard.
    Both,
}
