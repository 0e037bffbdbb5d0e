//! External systems, among them data stores that a provider runs.

use serde::Serialize;
use stackc_source::Span;

use crate::{Label, SecretId};

/// The host that catches mail on a developer's machine, and the port it takes it on.
pub const CATCHER: &str = "mail-catcher";
/// See [`CATCHER`].
pub const CATCHER_PORT: u16 = 1025;

/// A system run by somebody else. What it gives to services is bound to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct External {
    /// Its name.
    pub name: Label,
    /// Where its entry stands.
    #[serde(skip)]
    pub span: Span,
    /// Secrets it gives to the services that need it.
    pub secrets: Vec<SecretId>,
    /// Hosts the services connect to.
    pub egress: Vec<String>,
    /// Ports the services connect to.
    pub ports: Vec<u16>,
    /// Hosts the browser connects to (CSP `connect-src`).
    pub connect: Vec<String>,
    /// Hosts scripts come from (CSP `script-src`).
    pub script: Vec<String>,
    /// Hosts images come from (CSP `img-src`).
    pub img: Vec<String>,
    /// Hosts frames come from (CSP `frame-src`).
    pub frame: Vec<String>,
    /// Hosts fonts come from (CSP `font-src`).
    pub font: Vec<String>,
    /// Whether its variables lead to [`CATCHER`] instead.
    pub caught: bool,
    /// A page that tells whether it is well.
    pub status_url: Option<String>,
    /// What kind of data store it is, where it is one.
    pub store: Option<Managed>,
}

/// A data store that a provider runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Managed {
    /// Its engine, such as `postgres`.
    pub engine: &'static str,
    /// Who runs it, such as `neon`.
    pub provider: &'static str,
    /// An image of the engine in the version it has there, the newest known where none is said: for
    /// tests, which must not touch the data. `None` where no image is known.
    pub image: Option<String>,
    /// The port of the engine.
    pub port: u16,
    /// The secret that holds its URL.
    pub url: SecretId,
    /// The secret that holds its URL past the pooler, where there is one.
    pub direct_url: Option<SecretId>,
}
