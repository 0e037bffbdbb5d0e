//! Domains and the routes on them.

use serde::Serialize;
use stackc_source::Span;

use crate::{Bytes, Label, Seconds, ServiceId, Sourced};

/// A public name of the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Domain {
    /// The canonical host.
    pub host: Sourced<String>,
    /// Further hosts that are served the same.
    pub aliases: Vec<Sourced<String>>,
    /// Hosts that are redirected to the canonical one.
    pub redirect_from: Vec<Sourced<String>>,
}

/// A public path of a service. Matching is by whole path segments, the longest wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    /// Its name, unique in its service.
    pub name: Label,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
    /// Who answers.
    pub service: ServiceId,
    /// The name of the port that answers.
    pub port: Label,
    /// The name of the domain, a key of [`Environment::domains`](crate::Environment::domains).
    pub domain: Label,
    /// The path: starts with `/`, has no `/` at its end unless it is `/`.
    pub path: Sourced<String>,
    /// Whether only the very path matches, and none below.
    pub exact: bool,
    /// Whether the path is taken off before the request is passed on.
    pub strip: bool,
    /// Whether connections may be upgraded to WebSocket.
    pub websocket: bool,
    /// The largest request body.
    pub body_limit: Sourced<Bytes>,
    /// How long an answer may take.
    pub timeout: Sourced<Seconds>,
    /// How long the edge keeps answers.
    pub cache: Sourced<AnswerCache>,
    /// The rule that guards it, a key of [`Edge::access`](crate::Edge::access).
    pub access: Option<Sourced<Label>>,
    /// Whether answers are buffered on the way.
    pub buffering: bool,
    /// Whether answers reflect secrets: never compressed, query never logged.
    pub sensitive: bool,
    /// The limits that apply, by name.
    pub limits: Vec<Label>,
}

/// How long the edge keeps answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerCache {
    /// Not at all.
    Never,
    /// As long as their `Cache-Control` says.
    AsTold,
    /// This long, where they do not say otherwise.
    For(Seconds),
}
