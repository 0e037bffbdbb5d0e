//! Security headers.

use stackc_model::{External, Header, Headers, Sourced};
use stackc_shape::{Spanned, Switch};
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{CoopWord, CorpWord, FrameWord, HeaderOwner, HeadersSpec};

use crate::context::{Context, or_map};
use crate::csp;
use crate::text::{self, Place, Scope};

/// What headers are made from besides what is written of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// Systems of others, whose hosts the policy lets in.
    pub(crate) externals: &'a [External],
    /// Whether Next.js answers, which writes inline scripts.
    pub(crate) nextjs: bool,
    /// What references are followed to.
    pub(crate) scope: &'a Scope,
}

/// The headers the edge sets; none where the application owns them.
pub(crate) fn resolve(
    spec: Option<&HeadersSpec>,
    around: Surroundings<'_>,
    cx: &mut Context<'_>,
) -> Headers {
    let default = HeadersSpec::default();
    let spec = spec.unwrap_or(&default);
    if spec.owner.as_ref().is_some_and(|owner| owner.value == HeaderOwner::App) {
        return owned_by_app(spec, cx);
    }
    let mut fixed = known(spec, around, cx);
    for (name, value) in &spec.extra {
        if let Some(header) =
            extra(name.as_str(), &value.value.0, value.span, &fixed, around.scope, cx)
        {
            fixed.push(header);
        }
    }
    Headers { csp: csp::resolve(spec, around, cx), fixed }
}

/// The headers that have a field of their own.
fn known(spec: &HeadersSpec, around: Surroundings<'_>, cx: &mut Context<'_>) -> Vec<Header> {
    let frame = or_map(
        spec.frame.as_ref(),
        |frame| match frame {
            FrameWord::Deny => "DENY".to_owned(),
            FrameWord::Same => "SAMEORIGIN".to_owned(),
        },
        "DENY".to_owned(),
        "nobody frames the site",
    );
    let referrer = "strict-origin-when-cross-origin";
    let permissions = "camera=(), geolocation=(), microphone=(), payment=()";
    let values = [
        (
            "X-Content-Type-Options",
            Some(Sourced::default("nosniff".to_owned(), "types are not guessed")),
        ),
        ("X-Frame-Options", Some(frame)),
        ("Referrer-Policy", value(spec.referrer.as_ref(), referrer, around.scope, cx)),
        ("Permissions-Policy", value(spec.permissions.as_ref(), permissions, around.scope, cx)),
        (
            "Cross-Origin-Opener-Policy",
            word(
                spec.coop.as_ref(),
                CoopWord::name,
                Sourced::default("same-origin".to_owned(), "no page of others holds on to ours"),
            ),
        ),
        (
            "Cross-Origin-Resource-Policy",
            word(
                spec.corp.as_ref(),
                CorpWord::name,
                Sourced::default("same-site".to_owned(), "other sites load nothing of ours"),
            ),
        ),
    ];
    let header = |(name, value): (&str, Option<Sourced<String>>)| {
        value.map(|value| Header { name: name.to_owned(), value })
    };
    values.into_iter().filter_map(header).collect()
}

fn owned_by_app(spec: &HeadersSpec, cx: &mut Context<'_>) -> Headers {
    fn span<T>(switch: &Switch<Spanned<T>>) -> Option<Span> {
        match switch {
            Switch::Off(span) => Some(*span),
            Switch::On(value) => value.as_ref().map(|value| value.span),
        }
    }
    let said = [
        spec.frame.as_ref().map(|frame| frame.span),
        spec.referrer.as_ref().map(|text| text.span),
        spec.permissions.as_ref().map(|text| text.span),
        spec.coop.as_ref().and_then(span),
        spec.corp.as_ref().and_then(span),
        spec.extra.values().next().map(|text| text.span),
    ];
    for span in said.into_iter().flatten() {
        let message = "the application owns the headers, so the edge sets none";
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, span, message)
                .help("take it out, or write `owner: edge`"),
        );
    }
    Headers { csp: None, fixed: Vec::new() }
}

/// The word of a header that can be turned off.
fn word<T: Copy>(
    switch: Option<&Switch<Spanned<T>>>,
    name: fn(T) -> &'static str,
    default: Sourced<String>,
) -> Option<Sourced<String>> {
    match switch {
        Some(Switch::Off(_)) => None,
        Some(Switch::On(Some(word))) => {
            Some(Sourced::written(name(word.value).to_owned(), word.span))
        }
        Some(Switch::On(None)) | None => Some(default),
    }
}

/// A value as written, its references followed, or the default.
fn value(
    written: Option<&Spanned<String>>,
    default: &str,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Sourced<String>> {
    let Some(text) = written else {
        return Some(Sourced::default(default.to_owned(), "the strictest that breaks no site"));
    };
    followed(&text.value, text.span, scope, cx)
}

fn followed(
    text: &str,
    span: Span,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Sourced<String>> {
    let text = text::resolve(text, span, Place::Plain, scope, cx)?.plain()?;
    check_value(&text, span, cx).then(|| Sourced::written(text, span))
}

/// A field value as RFC 9110 has it: visible ASCII, spaces and tabs.
fn check_value(text: &str, span: Span, cx: &mut Context<'_>) -> bool {
    let fits = !text.is_empty()
        && text.trim() == text
        && text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\t'));
    if !fits {
        let message = "a header value holds visible ASCII and inner spaces only";
        cx.push(
            Diagnostic::new(codes::BAD_FORMAT, span, message)
                .help("encode other characters, and take out line breaks"),
        );
    }
    fits
}

/// Headers that are not set under `extra`, in lower case, with what sets them.
const OWNED: [(&str, &str); 17] = [
    ("access-control-allow-credentials", "edge.cors.credentials"),
    ("access-control-allow-methods", "edge.cors.methods"),
    ("access-control-allow-origin", "edge.cors.origins"),
    ("alt-svc", "edge.http3"),
    ("connection", "the connection itself"),
    ("content-encoding", "edge.compression"),
    ("content-length", "the answer itself"),
    ("content-security-policy", "edge.headers.csp"),
    ("content-security-policy-report-only", "edge.headers.csp"),
    ("cross-origin-opener-policy", "edge.headers.coop"),
    ("cross-origin-resource-policy", "edge.headers.corp"),
    ("permissions-policy", "edge.headers.permissions"),
    ("referrer-policy", "edge.headers.referrer"),
    ("strict-transport-security", "edge.tls.hsts"),
    ("transfer-encoding", "the connection itself"),
    ("x-content-type-options", "the edge, always as `nosniff`"),
    ("x-frame-options", "edge.headers.frame"),
];

/// Headers that browsers take no notice of any more. Sources: domainoptic.com/glossary/expect-ct,
/// canhas.report/hpkp and howhttpworks.com/headers/x-xss-protection, looked up 2026-11-21.
const GONE: [(&str, &str); 3] = [
    ("expect-ct", "browsers ask for transparent certificates by themselves"),
    ("public-key-pins", "browsers dropped it, as a lost key locked visitors out"),
    (
        "x-xss-protection",
        "browsers dropped it, as it opened holes; the policy under `csp` protects",
    ),
];

fn extra(
    name: &str,
    text: &str,
    span: Span,
    fixed: &[Header],
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Header> {
    if let Some((_, why)) = GONE.iter().find(|(gone, _)| gone.eq_ignore_ascii_case(name)) {
        let message = format!("`{name}` is not sent: {why}");
        cx.push(Diagnostic::new(codes::NO_EFFECT, span, message).help("take it out"));
        return None;
    }
    let owned = OWNED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let twice = fixed.iter().find(|header| header.name.eq_ignore_ascii_case(name));
    let owner = match (owned, twice) {
        (Some((_, owner)), _) => Some((*owner).to_owned()),
        (None, twice) => twice.map(|header| format!("`{}` right here", header.name)),
    };
    if let Some(owner) = owner {
        let message = format!("`{name}` has an owner already: {owner}");
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, span, message).help("a header is set in one place"),
        );
        return None;
    }
    followed(text, span, scope, cx).map(|value| Header { name: name.to_owned(), value })
}
