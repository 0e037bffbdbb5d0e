//! What faces the public: domains, routes, TLS, headers, limits.

use std::collections::BTreeMap;

use serde::Serialize;
use stackc_source::Span;

use crate::{Bytes, EnvName, Label, Rate, Seconds, ServiceId, Sourced};

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
    /// Whether answers are buffered on the way.
    pub buffering: bool,
    /// Whether answers reflect secrets: never compressed, query never logged.
    pub sensitive: bool,
    /// The limits that apply, by name.
    pub limits: Vec<Label>,
}

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
    /// How the window is kept.
    pub mode: Sourced<LimitMode>,
    /// Addresses it does not count (CIDR).
    pub exempt: Vec<String>,
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

/// Which protocols and ciphers are spoken (Server Side TLS guidelines).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TlsProfile {
    /// TLS 1.2 and 1.3.
    Intermediate,
    /// TLS 1.3 only.
    Modern,
}

/// Where certificates come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TlsProvider {
    /// certbot, by HTTP-01 through a webroot.
    Certbot,
    /// Files put there by somebody else.
    Files,
    /// TLS ends before us.
    None,
}

/// TLS at the edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tls {
    /// Which protocols and ciphers.
    pub profile: Sourced<TlsProfile>,
    /// Where certificates come from.
    pub provider: Sourced<TlsProvider>,
    /// The account address for ACME.
    pub email: Option<Sourced<String>>,
    /// The value of `Strict-Transport-Security`; `None` where it is off.
    pub hsts: Option<Sourced<String>>,
}

impl Tls {
    /// The header that makes browsers insist on HTTPS.
    #[must_use]
    pub fn hsts(&self) -> Option<Header> {
        let name = "Strict-Transport-Security".to_owned();
        self.hsts.clone().map(|value| Header { name, value })
    }
}

/// A header with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Sourced<String>,
}

/// The content security policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Csp {
    /// Whether browsers only report breaches.
    pub report_only: Sourced<bool>,
    /// Sources by directive, in the order they are written: `default-src` first.
    pub directives: Vec<(String, Vec<String>)>,
}

impl Csp {
    /// The header.
    #[must_use]
    pub fn header(&self) -> Header {
        let name = match *self.report_only {
            true => "Content-Security-Policy-Report-Only",
            false => "Content-Security-Policy",
        };
        let directive = |(name, sources): &(String, Vec<String>)| {
            let words = std::iter::once(name).chain(sources).map(String::as_str);
            words.collect::<Vec<_>>().join(" ")
        };
        let value = self.directives.iter().map(directive).collect::<Vec<_>>().join("; ");
        Header { name: name.to_owned(), value: self.report_only.clone().map(|_| value) }
    }
}

/// Security headers set at the edge; empty where the application owns them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Headers {
    /// The policy; `None` where it is off or the application's.
    pub csp: Option<Csp>,
    /// All other headers, in the order they are written.
    pub fixed: Vec<Header>,
}

impl Headers {
    /// Every header, HSTS not among them.
    #[must_use]
    pub fn all(&self) -> Vec<Header> {
        self.csp.iter().map(Csp::header).chain(self.fixed.iter().cloned()).collect()
    }
}

/// Compression of answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compression {
    /// 1 (fast) to 9 (small).
    pub level: Sourced<u32>,
    /// Media types, besides `text/html`.
    pub types: Vec<String>,
}

/// The edge of one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// TLS; `None` in development, where the edge speaks plain HTTP on loopback.
    pub tls: Option<Tls>,
    /// Whether HTTP/2 is spoken.
    pub http2: Sourced<bool>,
    /// Security headers.
    pub headers: Headers,
    /// Compression; `None` where it is off.
    pub compression: Option<Compression>,
    /// How long hashed static assets are cached.
    pub static_cache: Option<Sourced<Seconds>>,
    /// The largest request body, where a route says nothing else.
    pub body_limit: Sourced<Bytes>,
    /// Basic authentication or address rules by name.
    pub access: BTreeMap<Label, Access>,
    /// Ranges whose forwarded client address is believed (CIDR).
    pub trusted_proxies: Vec<String>,
}

/// Who may enter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Access {
    /// The secret that holds an htpasswd file.
    pub basic: Option<Sourced<EnvName>>,
    /// Addresses let in (CIDR); all where empty.
    pub allow: Vec<Sourced<String>>,
}
