//! Who may enter, who may call, and when nobody may.

use serde::Serialize;

use crate::{EnvName, Seconds, Sourced};

/// Who may enter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Access {
    /// The secret that holds an htpasswd file.
    pub basic: Option<Sourced<EnvName>>,
    /// Addresses let in (CIDR); all where empty.
    pub allow: Vec<Sourced<String>>,
}

/// Which other sites may call from a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cors {
    /// Origins; `*` for all, `https://*.shop.example` for all below a host.
    pub origins: Vec<Sourced<String>>,
    /// Whether cookies may be sent.
    pub credentials: bool,
    /// Methods.
    pub methods: Vec<&'static str>,
}

/// The site is closed for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Maintenance {
    /// Addresses (CIDR) that are served all the same.
    pub allow: Vec<Sourced<String>>,
    /// When clients may come back.
    pub retry_after: Sourced<Seconds>,
}
