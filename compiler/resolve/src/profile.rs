//! The external systems that are known: one row each.

use stackc_spec::{ExternalSpec, ProfileWord};
use stackc_unit::Label;

/// What is known of a system.
#[derive(Debug)]
pub(crate) struct Profile {
    word: ProfileWord,
    /// As the entry's name spells it.
    pub(crate) name: &'static str,
    /// Variables its libraries look for that are no secrets, so the user says them.
    pub(crate) variables: &'static [&'static str],
    /// Secrets its libraries look for.
    pub(crate) secrets: &'static [&'static str],
    /// Hosts the services connect to.
    pub(crate) egress: &'static [&'static str],
    /// Those of them that take mail.
    pub(crate) relays: &'static [&'static str],
    /// Ports they are reached on.
    pub(crate) ports: &'static [u16],
    /// Hosts the browser connects to.
    pub(crate) connect: &'static [&'static str],
    /// Hosts the browser takes scripts from.
    pub(crate) script: &'static [&'static str],
    /// Hosts the browser takes images from.
    pub(crate) img: &'static [&'static str],
}

impl Profile {
    /// Whether it takes mail and nothing else.
    pub(crate) fn is_relay(&self) -> bool {
        self.word == ProfileWord::Smtp
    }
}

/// HTTPS.
const HTTPS: &[u16] = &[443];
/// Mail submission: with TLS from the start, and with STARTTLS.
pub(crate) const MAIL: &[u16] = &[465, 587];

/// A system of which nothing is known.
const NOTHING: Profile = Profile {
    word: ProfileWord::Smtp,
    name: "",
    variables: &[],
    secrets: &[],
    egress: &[],
    relays: &[],
    ports: HTTPS,
    connect: &[],
    script: &[],
    img: &[],
};

/// Sources, looked up in November 2026, stand beside the rows.
pub(crate) const PROFILES: [Profile; 9] = [
    // docs.sentry.io: DSN, `SENTRY_DSN`; ingest hosts of the US and EU regions.
    Profile {
        word: ProfileWord::Sentry,
        name: "sentry",
        secrets: &["SENTRY_DSN"],
        egress: &["*.ingest.sentry.io", "*.ingest.us.sentry.io", "*.ingest.de.sentry.io"],
        connect: &["*.ingest.sentry.io", "*.ingest.us.sentry.io", "*.ingest.de.sentry.io"],
        ..NOTHING
    },
    // resend.com/docs: `RESEND_API_KEY`, API host.
    Profile {
        word: ProfileWord::Resend,
        name: "resend",
        secrets: &["RESEND_API_KEY"],
        egress: &["api.resend.com"],
        ..NOTHING
    },
    // developers.brevo.com: API host; SMTP relay with ports 465 and 587.
    Profile {
        word: ProfileWord::Brevo,
        name: "brevo",
        secrets: &["BREVO_API_KEY"],
        egress: &["api.brevo.com", "smtp-relay.brevo.com"],
        relays: &["smtp-relay.brevo.com"],
        ports: &[443, 465, 587],
        ..NOTHING
    },
    // docs.uploadthing.com, version 7: `UPLOADTHING_TOKEN`, ingest and file hosts (`utfs.io` is
    // that of older files).
    Profile {
        word: ProfileWord::Uploadthing,
        name: "uploadthing",
        secrets: &["UPLOADTHING_TOKEN"],
        egress: &["api.uploadthing.com", "*.ingest.uploadthing.com"],
        connect: &["*.ingest.uploadthing.com"],
        img: &["*.ufs.sh", "utfs.io"],
        ..NOTHING
    },
    // accounts.google.com/.well-known/openid-configuration: token, user and key endpoints. The
    // browser goes to Google as a page of its own.
    Profile {
        word: ProfileWord::GoogleOauth,
        name: "google-oauth",
        variables: &["GOOGLE_CLIENT_ID"],
        secrets: &["GOOGLE_CLIENT_SECRET"],
        egress: &["oauth2.googleapis.com", "openidconnect.googleapis.com", "www.googleapis.com"],
        img: &["lh3.googleusercontent.com"],
        ..NOTHING
    },
    // developers.google.com/tag-platform/security/guides/csp, Google Analytics 4.
    Profile {
        word: ProfileWord::GoogleAnalytics,
        name: "google-analytics",
        connect: &["*.google-analytics.com", "*.analytics.google.com", "*.googletagmanager.com"],
        script: &["*.googletagmanager.com"],
        img: &["*.google-analytics.com", "*.googletagmanager.com"],
        ..NOTHING
    },
    // vercel/analytics and vercel/speed-insights, issues on their policies: in production all comes
    // from the site itself, except what Speed Insights sends.
    Profile {
        word: ProfileWord::VercelAnalytics,
        name: "vercel-analytics",
        connect: &["vitals.vercel-insights.com"],
        ..NOTHING
    },
    // docs.aws.amazon.com: the variables every AWS SDK reads; the hosts of all regions.
    Profile {
        word: ProfileWord::S3,
        name: "s3",
        variables: &["AWS_REGION"],
        secrets: &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
        egress: &["*.amazonaws.com"],
        ..NOTHING
    },
    // A relay has no fixed host.
    Profile {
        word: ProfileWord::Smtp,
        name: "smtp",
        secrets: &["SMTP_PASSWORD"],
        ports: MAIL,
        ..NOTHING
    },
];

/// The profile of an entry: the one it names, or the one it is named after.
pub(crate) fn of(name: &Label, external: &ExternalSpec) -> Option<&'static Profile> {
    let word = external.profile.as_ref().map(|profile| profile.value);
    PROFILES.iter().find(|profile| match word {
        Some(word) => profile.word == word,
        None => profile.name == name.as_str(),
    })
}
