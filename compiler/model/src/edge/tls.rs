//! TLS at the edge.

use serde::Serialize;

use crate::{Header, Sourced};

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
    /// The ACME module of nginx, by HTTP-01.
    Nginx,
    /// Files put there by somebody else.
    Files,
    /// The cloud's balancer in front of us, which also redirects plain HTTP.
    Cloud,
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
    /// Whether TLS ends at the edge itself and not in front of it.
    #[must_use]
    pub fn ends_here(&self) -> bool {
        !matches!(*self.provider, TlsProvider::Cloud | TlsProvider::None)
    }

    /// The header that makes browsers insist on HTTPS.
    #[must_use]
    pub fn hsts(&self) -> Option<Header> {
        let name = "Strict-Transport-Security".to_owned();
        self.hsts.clone().map(|value| Header { name, value })
    }
}
