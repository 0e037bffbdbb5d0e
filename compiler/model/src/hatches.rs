//! The escape hatches: changes to generated files, and fields accepted as unsupported.

use serde::Serialize;
use stackc_source::{Node, Span};

use crate::{Label, Sourced};

/// A change to generated files.
#[derive(Debug, Clone, Serialize)]
pub struct Patch {
    /// Its name.
    pub name: Label,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
    /// The file's path below the output root; `*` and `**` are wild.
    pub file: Sourced<String>,
    /// Why.
    pub why: String,
    /// The day the reason ends, `YYYY-MM-DD`.
    pub until: Option<Sourced<String>>,
    /// What is laid over the document.
    #[serde(skip)]
    pub merge: Node,
}

/// A field that a target cannot honour, accepted.
#[derive(Debug, Clone, Serialize)]
pub struct Acceptance {
    /// Its name.
    pub name: Label,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
    /// The target.
    pub target: Sourced<String>,
    /// The field's path as written.
    pub path: Sourced<String>,
    /// Why.
    pub why: String,
    /// The day the reason ends, `YYYY-MM-DD`.
    pub until: Option<Sourced<String>>,
}
