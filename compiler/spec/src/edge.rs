//! What faces the public.

use std::collections::BTreeMap;

use stackc_shape::{Decode, RawText, Spanned, Switch};
use stackc_unit::{Bytes, EnvName, Label, Rate, Seconds};

use crate::{HostName, RoutePath};

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
    /// Security headers.
    pub headers: Option<HeadersSpec>,
    /// Which other sites may call this one from a browser.
    #[shape(planned)]
    pub cors: Option<CorsSpec>,
    /// Compression of answers; `false` turns it off.
    pub compression: Option<Switch<CompressionSpec>>,
    /// Caching at the edge.
    #[shape(planned)]
    pub cache: Option<CacheSpec>,
    /// The largest request body; by default `1Mi`.
    pub body_limit: Option<Spanned<Bytes>>,
    /// A network in front of the edge, whose forwarded addresses are believed.
    #[shape(planned)]
    pub cdn: Option<Spanned<CdnWord>>,
    /// Who may enter, by name.
    #[shape(planned)]
    pub access: BTreeMap<Label, AccessSpec>,
}

/// Certificates and protocols.
#[derive(Debug, Clone, Default, Decode)]
pub struct TlsSpec {
    /// Protocols and ciphers; by default `intermediate`.
    pub profile: Option<Spanned<TlsProfileWord>>,
    /// Where certificates come from; by default `certbot`.
    pub provider: Option<Spanned<TlsProviderWord>>,
    /// The ACME account.
    pub acme: Option<AcmeSpec>,
    /// Strict-Transport-Security; by default `standard`.
    pub hsts: Option<Spanned<HstsWord>>,
}

/// The ACME account.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:email")]
pub struct AcmeSpec {
    /// Where warnings about expiry go.
    pub email: Option<Spanned<String>>,
}

/// Protocols and ciphers, as the Server Side TLS guidelines have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum TlsProfileWord {
    /// TLS 1.2 and 1.3.
    Intermediate,
    /// TLS 1.3 only.
    Modern,
}

/// Where certificates come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum TlsProviderWord {
    /// certbot by HTTP-01.
    Certbot,
    /// Files that somebody else renews.
    Files,
    /// TLS ends before the edge.
    None,
}

/// How long browsers insist on HTTPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum HstsWord {
    /// Two years, subdomains included.
    Standard,
    /// The same, and listed in browsers: hard to take back.
    Preload,
    /// Not at all.
    None,
}

/// Security headers.
#[derive(Debug, Clone, Default, Decode)]
pub struct HeadersSpec {
    /// Who sets them; by default the edge.
    pub owner: Option<Spanned<HeaderOwner>>,
    /// The content security policy; `false` sends none.
    pub csp: Option<Switch<CspSpec>>,
    /// Who may frame the site; by default nobody.
    pub frame: Option<Spanned<FrameWord>>,
    /// `Referrer-Policy`; by default `strict-origin-when-cross-origin`.
    pub referrer: Option<Spanned<String>>,
    /// `Permissions-Policy`; by default camera, microphone, location and payment are denied.
    pub permissions: Option<Spanned<String>>,
    /// Further headers.
    pub extra: BTreeMap<String, Spanned<RawText>>,
}

/// Who sets security headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum HeaderOwner {
    /// The edge.
    Edge,
    /// The application.
    App,
}

/// Who may frame the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum FrameWord {
    /// Nobody.
    Deny,
    /// The site itself.
    Same,
}

/// The content security policy.
#[derive(Debug, Clone, Default, Decode)]
pub struct CspSpec {
    /// Enforced, or only reported; by default enforced.
    pub mode: Option<Spanned<CspModeWord>>,
    /// Sources by directive, added to the defaults: `{img-src: ["https://cdn.example"]}`.
    pub sources: BTreeMap<String, Vec<Spanned<String>>>,
}

/// Whether a policy is enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum CspModeWord {
    /// Browsers block.
    Enforce,
    /// Browsers only report.
    #[shape(word = "report_only")]
    ReportOnly,
}

/// Which other sites may call this one from a browser.
#[derive(Debug, Clone, Default, Decode)]
pub struct CorsSpec {
    /// Origins, such as `https://app.example`.
    pub origins: Vec<Spanned<String>>,
    /// Cookies may be sent.
    pub credentials: Option<Spanned<bool>>,
    /// Methods.
    pub methods: Vec<Spanned<Method>>,
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum Method {
    /// GET
    #[shape(word = "GET")]
    Get,
    /// HEAD
    #[shape(word = "HEAD")]
    Head,
    /// POST
    #[shape(word = "POST")]
    Post,
    /// PUT
    #[shape(word = "PUT")]
    Put,
    /// PATCH
    #[shape(word = "PATCH")]
    Patch,
    /// DELETE
    #[shape(word = "DELETE")]
    Delete,
}

impl Method {
    /// As it stands in a request.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Compression of answers.
#[derive(Debug, Clone, Default, Decode)]
pub struct CompressionSpec {
    /// 1 (fast) to 9 (small); by default 5.
    pub level: Option<Spanned<u32>>,
    /// Media types besides `text/html`.
    pub types: Option<Vec<Spanned<String>>>,
}

/// Caching at the edge.
#[derive(Debug, Clone, Default, Decode)]
pub struct CacheSpec {
    /// How long hashed assets are kept by browsers.
    #[shape(key = "static")]
    pub assets: Option<Spanned<Seconds>>,
    /// Answers of the application are cached where they say so.
    pub proxy: Option<Spanned<bool>>,
}

/// A network in front of the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum CdnWord {
    /// Cloudflare
    Cloudflare,
    /// CloudFront
    Cloudfront,
    /// None.
    None,
}

/// Who may enter.
#[derive(Debug, Clone, Default, Decode)]
pub struct AccessSpec {
    /// The secret that holds an htpasswd file.
    pub basic: Option<Spanned<EnvName>>,
    /// Addresses let in (CIDR).
    pub allow: Vec<Spanned<String>>,
}

/// A limit on requests.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:rate")]
pub struct LimitSpec {
    /// Requests per window, such as `100/15m`.
    pub rate: Spanned<Rate>,
    /// The path it covers, with everything below; by default everything.
    #[shape(key = "match")]
    pub path: Option<Spanned<RoutePath>>,
    /// The methods it covers; by default all.
    pub methods: Vec<Spanned<Method>>,
    /// How the window is kept; by default `average`.
    pub mode: Option<Spanned<LimitModeWord>>,
    /// Addresses it does not count (CIDR).
    pub exempt: Vec<Spanned<String>>,
}

/// How a window is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum LimitModeWord {
    /// The rate holds on average; one window may see nearly twice as many.
    Average,
    /// No window ever sees more.
    Strict,
}
