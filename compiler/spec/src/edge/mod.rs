//! What faces the public.

mod headers;
mod limit;
mod rules;
mod tls;

use std::collections::BTreeMap;

use stackc_shape::{Decode, Spanned, Switch};
use stackc_unit::{Bytes, Label, Seconds};

pub use headers::{
    CoopWord, CorpWord, CspHostsSpec, CspModeWord, CspSpec, FrameWord, HeaderOwner, HeadersSpec,
};
pub use limit::{EnforceWord, LimitKeyWord, LimitModeWord, LimitSpec, Method};
pub use rules::{AccessSpec, CorsSpec, MaintenanceSpec};
pub use tls::{AcmeSpec, HstsWord, TlsProfileWord, TlsProviderWord, TlsSpec};

use crate::{HostName, LogFormat, LogLevel};

/// A public name.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:host")]
pub struct DomainSpec {
    /// The canonical host.
    pub host: Spanned<HostName>,
    /// Further hosts that are served the same.
    pub aliases: Vec<Spanned<HostName>>,
    /// Hosts that are redirected to the canonical one.
    pub redirect_from: Vec<Spanned<HostName>>,
}

/// The edge.
#[derive(Debug, Clone, Default, Decode)]
pub struct EdgeSpec {
    /// Certificates and protocols.
    pub tls: Option<TlsSpec>,
    /// HTTP/2; by default on.
    pub http2: Option<Spanned<bool>>,
    /// HTTP/3, over UDP; by default off.
    pub http3: Option<Spanned<bool>>,
    /// Security headers.
    pub headers: Option<HeadersSpec>,
    /// Which other sites may call this one from a browser; by default none that the services do not
    /// let in themselves.
    pub cors: Option<Spanned<CorsSpec>>,
    /// Compression of answers; `false` turns it off.
    pub compression: Option<Switch<CompressionSpec>>,
    /// Caching, in browsers and at the edge.
    pub cache: Option<CacheSpec>,
    /// The largest request body; by default `1Mi`.
    pub body_limit: Option<Spanned<Bytes>>,
    /// How long the edge waits for clients and services.
    pub timeouts: Option<TimeoutsSpec>,
    /// A network in front of the edge; what it says of the client's address is believed. By default
    /// `none`.
    pub cdn: Option<Spanned<CdnWord>>,
    /// Addresses (CIDR) of further proxies in front, such as a balancer; what they say of the
    /// client's address is believed. By default none.
    pub proxies: Vec<Spanned<String>>,
    /// Logs of requests and faults.
    pub logs: Option<EdgeLogsSpec>,
    /// Who may enter, by name; the rule `default` guards the whole site.
    pub access: BTreeMap<Label, Spanned<AccessSpec>>,
    /// Answer every request with 503 for now; by default off.
    pub maintenance: Option<Spanned<Switch<MaintenanceSpec>>>,
    /// Text for what the language has no words for.
    pub extra: Option<ExtraSpec>,
}

/// Compression of answers.
#[derive(Debug, Clone, Default, Decode)]
pub struct CompressionSpec {
    /// 1 (fast) to 9 (small); by default 5.
    pub level: Option<Spanned<u32>>,
    /// Media types besides `text/html`.
    pub types: Option<Vec<Spanned<String>>>,
}

/// Caching, in browsers and at the edge.
#[derive(Debug, Clone, Default, Decode)]
pub struct CacheSpec {
    /// How long browsers keep assets with a hash in their name; by default `365d`. `false` leaves
    /// it to the services.
    #[shape(key = "static")]
    pub assets: Option<Switch<Spanned<Seconds>>>,
    /// The edge keeps answers as long as their `Cache-Control` says; by default off. A route may say
    /// otherwise.
    pub proxy: Option<Spanned<bool>>,
}

/// How long the edge waits.
#[derive(Debug, Clone, Default, Decode)]
pub struct TimeoutsSpec {
    /// For the header of a request; by default `10s`.
    pub header: Option<Spanned<Seconds>>,
    /// For the next part of a request's body; by default `30s`.
    pub body: Option<Spanned<Seconds>>,
    /// For a client to take the next part of an answer; by default `30s`.
    pub send: Option<Spanned<Seconds>>,
    /// For the next request on an open connection; by default `65s`.
    pub keepalive: Option<Spanned<Seconds>>,
    /// For a service to take a connection; by default `5s`.
    pub connect: Option<Spanned<Seconds>>,
    /// For a service to answer, where a route says nothing else; by default `30s`.
    pub answer: Option<Spanned<Seconds>>,
}

/// A network in front of the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum CdnWord {
    /// Cloudflare
    Cloudflare,
    /// Amazon CloudFront
    Cloudfront,
    /// None.
    None,
}

/// Logs of requests and faults.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:format")]
pub struct EdgeLogsSpec {
    /// The form of a line about a request; by default `json`.
    pub format: Option<Spanned<LogFormat>>,
    /// The least severity of faults that are logged; by default `warn`.
    pub level: Option<Spanned<LogLevel>>,
}

/// Text for what the language has no words for, in the syntax of the edge.
#[derive(Debug, Clone, Default, Decode)]
pub struct ExtraSpec {
    /// Directives for all sites.
    pub http: Option<Spanned<String>>,
    /// Directives for each site.
    pub server: Option<Spanned<String>>,
}
