//! Who may enter, who may call, and when nobody may.

use stackc_shape::{Decode, Spanned};
use stackc_unit::{EnvName, Seconds};

use crate::Method;

/// Which other sites may call this one from a browser.
#[derive(Debug, Clone, Default, Decode)]
pub struct CorsSpec {
    /// Origins, such as `https://app.example`; `*.` in front of a host stands for all below it.
    pub origins: Vec<Spanned<String>>,
    /// Cookies may be sent; by default off.
    pub credentials: Option<Spanned<bool>>,
    /// Methods; by default all of `GET`, `HEAD`, `POST`, `PUT`, `PATCH` and `DELETE`.
    pub methods: Vec<Spanned<Method>>,
}

/// Who may enter.
#[derive(Debug, Clone, Default, Decode)]
pub struct AccessSpec {
    /// The secret that holds an htpasswd file.
    pub basic: Option<Spanned<EnvName>>,
    /// Addresses let in (CIDR); by default all.
    pub allow: Vec<Spanned<String>>,
}

/// The site is closed for now.
#[derive(Debug, Clone, Default, Decode)]
pub struct MaintenanceSpec {
    /// Addresses (CIDR) that are served all the same; by default none.
    pub allow: Vec<Spanned<String>>,
    /// When clients may come back; by default after `5m`.
    pub retry_after: Option<Spanned<Seconds>>,
}
