//! Certificates and protocols.

use stackc_shape::{Decode, Spanned};

/// Certificates and protocols.
#[derive(Debug, Clone, Default, Decode)]
#[shape(foreign = "crate::foreign::TLS")]
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
    /// The ACME module of nginx by HTTP-01; on Kubernetes cert-manager, as with `certbot`.
    Nginx,
    /// Files that somebody else renews.
    Files,
    /// A balancer of the cloud, which speaks TLS with the public and redirects plain HTTP.
    Cloud,
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
