//! External systems.

use std::collections::BTreeMap;

use stackc_shape::{Decode, RawText, Spanned};
use stackc_unit::EnvName;

use crate::{PlainHost, WebUrl};

/// A system run by somebody else.
#[derive(Debug, Clone, Default, Decode)]
pub struct ExternalSpec {
    /// A known system; by default the entry's name, where it is one.
    pub profile: Option<Spanned<ProfileWord>>,
    /// Variables for the services that need it; `${…}` is followed.
    pub env: BTreeMap<EnvName, Spanned<RawText>>,
    /// Secrets for the services that need it; by default those the profile's libraries look for.
    pub secrets: Vec<Spanned<EnvName>>,
    /// Hosts the browser loads from, by kind, besides those of the profile.
    pub hosts: Option<HostsSpec>,
    /// Hosts the services connect to, besides those of the profile.
    pub egress: Vec<Spanned<PlainHost>>,
    /// A page that answers with 200 while the system is well; it is probed.
    pub status_url: Option<Spanned<WebUrl>>,
}

/// Hosts the browser loads from.
#[derive(Debug, Clone, Default, Decode)]
pub struct HostsSpec {
    /// Scripts.
    pub script: Vec<Spanned<PlainHost>>,
    /// Connections.
    pub connect: Vec<Spanned<PlainHost>>,
    /// Images.
    pub img: Vec<Spanned<PlainHost>>,
    /// Frames.
    pub frame: Vec<Spanned<PlainHost>>,
    /// Fonts.
    pub font: Vec<Spanned<PlainHost>>,
}

/// A known system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum ProfileWord {
    /// Sentry error tracking.
    Sentry,
    /// Resend mail.
    Resend,
    /// Brevo mail, by its API or as an SMTP relay.
    Brevo,
    /// UploadThing file storage.
    Uploadthing,
    /// Signing in with Google.
    GoogleOauth,
    /// Google Analytics 4.
    GoogleAnalytics,
    /// Vercel Web Analytics.
    VercelAnalytics,
    /// Amazon S3.
    S3,
    /// An SMTP relay.
    Smtp,
}
