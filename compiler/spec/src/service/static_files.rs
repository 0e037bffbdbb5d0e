//! How static files are served.

use stackc_shape::{Decode, Spanned};

/// How static files are served.
#[derive(Debug, Clone, Default, Decode)]
pub struct StaticSpec {
    /// Unknown paths are answered with the front page; by default on for `vite`.
    pub spa: Option<Spanned<bool>>,
    /// The page for unknown paths.
    pub not_found: Option<Spanned<String>>,
    /// `/about` finds `about.html`.
    pub clean_urls: Option<Spanned<bool>>,
}
