//! What faces the public: domains, routes, TLS, headers, limits.

mod headers;
mod limit;
mod route;
mod rules;
mod tls;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Bytes, Label, Seconds, Sourced};

pub use headers::{Csp, Header, Headers};
pub use limit::{Enforce, Limit, LimitKey, LimitMode};
pub use route::{AnswerCache, Domain, Route};
pub use rules::{Access, Cors, Maintenance};
pub use tls::{Tls, TlsProfile, TlsProvider};

/// The edge of one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// TLS; `None` in development, where the edge speaks plain HTTP on loopback.
    pub tls: Option<Tls>,
    /// Whether HTTP/2 is spoken.
    pub http2: Sourced<bool>,
    /// Whether HTTP/3 is spoken.
    pub http3: Sourced<bool>,
    /// Security headers.
    pub headers: Headers,
    /// Which other sites may call; `None` leaves it to the services.
    pub cors: Option<Cors>,
    /// Compression; `None` where it is off.
    pub compression: Option<Compression>,
    /// How long browsers keep assets with a hash in their name; `None` leaves it to the services.
    pub static_cache: Option<Sourced<Seconds>>,
    /// The largest request body, where a route says nothing else.
    pub body_limit: Sourced<Bytes>,
    /// How long the edge waits.
    pub timeouts: Timeouts,
    /// Basic authentication or address rules by name; `default` guards the whole site.
    pub access: BTreeMap<Label, Sourced<Access>>,
    /// The network in front.
    pub cdn: Option<Sourced<Cdn>>,
    /// Ranges whose forwarded client address is believed (CIDR), those of the network in front not
    /// among them.
    pub trusted_proxies: Vec<Sourced<String>>,
    /// Logs.
    pub logs: EdgeLogs,
    /// Whether the site is closed for now.
    pub maintenance: Option<Sourced<Maintenance>>,
    /// Text in the edge's own syntax.
    pub extra: Extra,
}

/// Compression of answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compression {
    /// 1 (fast) to 9 (small).
    pub level: Sourced<u32>,
    /// Media types, besides `text/html`.
    pub types: Vec<String>,
}

/// How long the edge waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timeouts {
    /// For the header of a request.
    pub header: Sourced<Seconds>,
    /// For the next part of a request's body.
    pub body: Sourced<Seconds>,
    /// For a client to take the next part of an answer.
    pub send: Sourced<Seconds>,
    /// For the next request on an open connection.
    pub keepalive: Sourced<Seconds>,
    /// For a service to take a connection.
    pub connect: Sourced<Seconds>,
    /// For a service to answer, where a route says nothing else.
    pub answer: Sourced<Seconds>,
}

/// A network in front of the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cdn {
    /// Cloudflare.
    Cloudflare,
    /// Amazon CloudFront.
    Cloudfront,
}

/// Logs of the edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EdgeLogs {
    /// The form of a line about a request: `json` or `text`.
    pub format: Sourced<String>,
    /// The least severity of faults: `debug`, `info`, `warn` or `error`.
    pub level: Sourced<String>,
}

/// Text in the edge's own syntax.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Extra {
    /// For all sites.
    pub http: Option<Sourced<String>>,
    /// For each site.
    pub server: Option<Sourced<String>>,
}
