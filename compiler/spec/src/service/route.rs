//! Public paths.

use stackc_shape::{Decode, Spanned, Switch};
use stackc_unit::{Bytes, Label, Seconds};

use crate::RoutePath;

/// A public path.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:path")]
pub struct RouteSpec {
    /// The path, such as `/api`; everything below it belongs to it.
    pub path: Spanned<RoutePath>,
    /// The name of the domain; by default `main`.
    pub domain: Option<Spanned<Label>>,
    /// The name of the port; by default the main one.
    pub port: Option<Spanned<Label>>,
    /// Only this very path, and none below it.
    pub exact: Option<Spanned<bool>>,
    /// Take the path off before the request is passed on.
    pub strip: Option<Spanned<bool>>,
    /// Connections may be upgraded to WebSocket.
    pub websocket: Option<Spanned<bool>>,
    /// The largest request body; by default `edge.body_limit`.
    pub body_limit: Option<Spanned<Bytes>>,
    /// How long an answer may take; by default `30s`, for a websocket an hour.
    pub timeout: Option<Spanned<Seconds>>,
    /// Buffer answers on the way; off for streamed answers. By default on, off for Next.js.
    pub buffering: Option<Spanned<bool>>,
    /// The edge keeps answers this long, `true` as long as their `Cache-Control` says, `false` never;
    /// by default as `edge.cache.proxy` has it.
    pub cache: Option<Spanned<Switch<Seconds>>>,
    /// The name of the access rule in `edge.access` that guards it.
    pub access: Option<Spanned<Label>>,
    /// Answers reflect secrets: they are not compressed and their queries are not logged.
    pub sensitive: Option<Spanned<bool>>,
}
