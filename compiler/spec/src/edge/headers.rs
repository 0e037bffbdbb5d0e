//! Security headers.

use std::collections::BTreeMap;

use stackc_shape::{Decode, RawText, Spanned, Switch};
use stackc_unit::HeaderName;

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
    /// `Cross-Origin-Opener-Policy`; by default `same-origin`. `false` sends none.
    pub coop: Option<Switch<Spanned<CoopWord>>>,
    /// `Cross-Origin-Resource-Policy`; by default `same-site`. `false` sends none.
    pub corp: Option<Switch<Spanned<CorpWord>>>,
    /// Further headers.
    pub extra: BTreeMap<HeaderName, Spanned<RawText>>,
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

/// Who shares a browsing context with pages that open ours, or that ours open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum CoopWord {
    /// Pages of the same origin only.
    #[shape(word = "same-origin")]
    SameOrigin,
    /// The same, and pop-ups that ours open, such as those of a sign-in.
    #[shape(word = "same-origin-allow-popups")]
    SameOriginAllowPopups,
    /// Anybody.
    #[shape(word = "unsafe-none")]
    UnsafeNone,
}

impl CoopWord {
    /// As it stands in the header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SameOrigin => "same-origin",
            Self::SameOriginAllowPopups => "same-origin-allow-popups",
            Self::UnsafeNone => "unsafe-none",
        }
    }
}

/// Which pages may load what we serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum CorpWord {
    /// Pages of the same origin.
    #[shape(word = "same-origin")]
    SameOrigin,
    /// Pages of the same site, other subdomains included.
    #[shape(word = "same-site")]
    SameSite,
    /// Any page.
    #[shape(word = "cross-origin")]
    CrossOrigin,
}

impl CorpWord {
    /// As it stands in the header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SameOrigin => "same-origin",
            Self::SameSite => "same-site",
            Self::CrossOrigin => "cross-origin",
        }
    }
}

/// The content security policy.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:mode")]
pub struct CspSpec {
    /// Who writes the policy; by default `allowlist`.
    pub mode: Option<Spanned<CspModeWord>>,
    /// What the browser may load, besides the site itself and the hosts of `external`.
    pub hosts: Option<CspHostsSpec>,
    /// Browsers only report breaches; by default off, on for Next.js, which needs inline scripts.
    pub report_only: Option<Spanned<bool>>,
}

/// Who writes the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum CspModeWord {
    /// The edge, from the hosts that are declared.
    Allowlist,
    /// The application, with a nonce for each answer, which only it can make; the edge lets its
    /// header through.
    Nonce,
}

/// What the browser may load, by kind: hosts, `https://` origins, or words such as `'self'`.
#[derive(Debug, Clone, Default, Decode)]
pub struct CspHostsSpec {
    /// Scripts.
    pub script: Vec<Spanned<String>>,
    /// Styles.
    pub style: Vec<Spanned<String>>,
    /// Connections.
    pub connect: Vec<Spanned<String>>,
    /// Images.
    pub img: Vec<Spanned<String>>,
    /// Fonts.
    pub font: Vec<Spanned<String>>,
    /// Pages in frames.
    pub frame: Vec<Spanned<String>>,
    /// Sound and film.
    pub media: Vec<Spanned<String>>,
    /// Workers.
    pub worker: Vec<Spanned<String>>,
    /// Where forms are sent.
    pub form: Vec<Spanned<String>>,
}
