//! Security headers.

use stackc_model::{Csp, CspMode, External, Headers};
use stackc_shape::Switch;
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{CspModeWord, CspSpec, FrameWord, HeaderOwner, HeadersSpec};

use crate::context::Context;
use crate::text::{self, Place, Scope};

/// Directives and sources where nothing is written: the site itself and nothing else.
const POLICY: [(&str, &[&str]); 9] = [
    ("default-src", &["'self'"]),
    ("base-uri", &["'self'"]),
    ("connect-src", &["'self'"]),
    ("font-src", &["'self'"]),
    ("form-action", &["'self'"]),
    ("img-src", &["'self'", "data:"]),
    ("object-src", &["'none'"]),
    ("script-src", &["'self'"]),
    ("style-src", &["'self'"]),
];

/// The headers the edge sets; none where the application owns them.
pub(crate) fn resolve(
    spec: Option<&HeadersSpec>,
    externals: &[External],
    nextjs: bool,
    cx: &mut Context<'_>,
) -> Headers {
    let default = HeadersSpec::default();
    let spec = spec.unwrap_or(&default);
    if spec.owner.as_ref().is_some_and(|owner| owner.value == HeaderOwner::App) {
        return owned_by_app(spec, cx);
    }
    let frame = spec.frame.as_ref().map_or(FrameWord::Deny, |frame| frame.value);
    let (ancestors, options) = match frame {
        FrameWord::Deny => ("'none'", "DENY"),
        FrameWord::Same => ("'self'", "SAMEORIGIN"),
    };
    let referrer = value(spec.referrer.as_ref(), "strict-origin-when-cross-origin", cx);
    let permissions = value(
        spec.permissions.as_ref(),
        "camera=(), geolocation=(), microphone=(), payment=()",
        cx,
    );
    let mut fixed: Vec<(String, String)> = [
        ("X-Content-Type-Options", "nosniff".to_owned()),
        ("X-Frame-Options", options.to_owned()),
        ("Referrer-Policy", referrer),
        ("Permissions-Policy", permissions),
        ("Cross-Origin-Opener-Policy", "same-origin".to_owned()),
        ("Cross-Origin-Resource-Policy", "same-site".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    for (name, value) in &spec.extra {
        if let Some(pair) = extra(name, &value.value.0, value.span, &fixed, cx) {
            fixed.push(pair);
        }
    }
    Headers { csp: csp(spec, ancestors, externals, nextjs, cx), fixed }
}

fn owned_by_app(spec: &HeadersSpec, cx: &mut Context<'_>) -> Headers {
    let said = [
        spec.frame.as_ref().map(|frame| frame.span),
        spec.referrer.as_ref().map(|text| text.span),
        spec.permissions.as_ref().map(|text| text.span),
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

fn value(
    written: Option<&stackc_shape::Spanned<String>>,
    default: &str,
    cx: &mut Context<'_>,
) -> String {
    let Some(text) = written else { return default.to_owned() };
    check_value(&text.value, text.span, cx);
    text.value.clone()
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

fn extra(
    name: &str,
    text: &str,
    span: Span,
    fixed: &[(String, String)],
    cx: &mut Context<'_>,
) -> Option<(String, String)> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    if name.is_empty() || !name.bytes().all(token) {
        cx.push(Diagnostic::new(codes::BAD_NAME, span, format!("`{name}` is no header name")));
        return None;
    }
    let owner = match name.to_ascii_lowercase().as_str() {
        "strict-transport-security" => Some("edge.tls.hsts"),
        "content-security-policy" | "content-security-policy-report-only" => {
            Some("edge.headers.csp")
        }
        "x-xss-protection" => Some("nothing: browsers dropped it, and it opened holes"),
        lower if fixed.iter().any(|(known, _)| known.eq_ignore_ascii_case(lower)) => {
            Some("a field of its own or a default")
        }
        _ => None,
    };
    if let Some(owner) = owner {
        let message = format!("`{name}` has an owner already: {owner}");
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, span, message).help("a header is set in one place"),
        );
        return None;
    }
    let resolved = text::resolve(text, span, Place::Plain, &Scope::default(), cx)?.plain()?;
    check_value(&resolved, span, cx).then(|| (name.to_owned(), resolved))
}

fn csp(
    spec: &HeadersSpec,
    ancestors: &str,
    externals: &[External],
    nextjs: bool,
    cx: &mut Context<'_>,
) -> Option<Csp> {
    let default = CspSpec::default();
    let written = match &spec.csp {
        Some(Switch::Off(_)) => return None,
        Some(Switch::On(Some(csp))) => csp,
        Some(Switch::On(None)) | None => &default,
    };
    let mut directives: Vec<(String, Vec<String>)> = POLICY
        .iter()
        .map(|(name, sources)| {
            ((*name).to_owned(), sources.iter().map(|source| (*source).to_owned()).collect())
        })
        .collect();
    directives.push(("frame-ancestors".to_owned(), vec![ancestors.to_owned()]));
    for external in externals {
        for (name, hosts) in [
            ("connect-src", &external.connect),
            ("script-src", &external.script),
            ("img-src", &external.img),
            ("font-src", &external.font),
            ("frame-src", &external.frame),
        ] {
            // A directive of its own no longer falls back to `default-src`.
            if !hosts.is_empty() {
                add(&mut directives, name, "'self'");
            }
            hosts.iter().for_each(|host| add(&mut directives, name, host));
        }
    }
    for (name, sources) in &written.sources {
        for source in sources {
            if check_source(name, source, cx) {
                add(&mut directives, name, &source.value);
            }
        }
    }
    // Next.js writes inline scripts; a nonce is the application's to make, so the edge only reports.
    let mode = match written.mode.as_ref().map(|mode| mode.value) {
        Some(CspModeWord::Enforce) => CspMode::Enforce,
        Some(CspModeWord::ReportOnly) => CspMode::ReportOnly,
        None if nextjs => CspMode::ReportOnly,
        None => CspMode::Enforce,
    };
    Some(Csp { mode, directives })
}

fn add(directives: &mut Vec<(String, Vec<String>)>, name: &str, source: &str) {
    match directives.iter_mut().find(|(known, _)| known == name) {
        Some((_, sources)) => {
            sources.retain(|known| known != "'none'");
            if !sources.iter().any(|known| known == source) {
                sources.push(source.to_owned());
            }
        }
        None => directives.push((name.to_owned(), vec![source.to_owned()])),
    }
}

fn check_source(name: &str, source: &stackc_shape::Spanned<String>, cx: &mut Context<'_>) -> bool {
    let text = &source.value;
    let fits = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && b != b';' && b != b',')
    };
    let directive = name.ends_with("-src")
        || ["base-uri", "form-action", "frame-ancestors", "worker-src"].contains(&name);
    if !directive || !fits(name) || !fits(text) {
        let message =
            format!("`{name}: {text}` is no directive and source of a content security policy");
        cx.push(
            Diagnostic::new(codes::BAD_FORMAT, source.span, message)
                .help("write it as `img-src: [\"https://cdn.example\"]`"),
        );
        return false;
    }
    if ["'unsafe-inline'", "'unsafe-eval'"].contains(&text.as_str()) {
        let message = format!("{text} lets injected code run, which the policy is there to stop");
        cx.push(
            Diagnostic::new(codes::UNSAFE_CSP, source.span, message)
                .help("use hashes or nonces where you can"),
        );
    }
    true
}
