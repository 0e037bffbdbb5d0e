//! The content security policy: what a page may load.

mod source;

use stackc_model::{Csp, External};
use stackc_shape::{Spanned, Switch};
use stackc_source::{Diagnostic, codes};
use stackc_spec::{CspHostsSpec, CspModeWord, CspSpec, FrameWord, HeadersSpec};

use crate::context::{Context, or};
use crate::header::Surroundings;
use crate::text::{self, Place};

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

/// The policy; `None` where there is none, or where the application writes it.
pub(crate) fn resolve(
    spec: &HeadersSpec,
    around: Surroundings<'_>,
    cx: &mut Context<'_>,
) -> Option<Csp> {
    let default = CspSpec::default();
    let written = match &spec.csp {
        Some(Switch::Off(_)) => return None,
        Some(Switch::On(Some(csp))) => csp,
        Some(Switch::On(None)) | None => &default,
    };
    if written.mode.as_ref().is_some_and(|mode| mode.value == CspModeWord::Nonce) {
        written_by_app(written, cx);
        return None;
    }
    let frame = spec.frame.as_ref().map_or(FrameWord::Deny, |frame| frame.value);
    let mut directives = policy(frame);
    external(&mut directives, around.externals);
    for (name, sources) in written.hosts.iter().flat_map(hosts) {
        // A directive of its own takes the place of `default-src`, so it begins with the site.
        if !sources.is_empty() && !directives.iter().any(|(known, _)| known == name) {
            directives.push((name.to_owned(), vec!["'self'".to_owned()]));
        }
        for source in sources {
            if let Some(source) = checked(name, source, around, cx) {
                add(&mut directives, name, &source);
            }
        }
    }
    // Next.js writes inline scripts; a nonce is the application's to make, so the edge only reports.
    let report_only = match around.nextjs {
        true => or(written.report_only.as_ref(), true, "Next.js writes inline scripts"),
        false => or(written.report_only.as_ref(), false, "a policy that holds"),
    };
    Some(Csp { report_only, directives })
}

fn policy(frame: FrameWord) -> Vec<(String, Vec<String>)> {
    let ancestors = match frame {
        FrameWord::Deny => "'none'",
        FrameWord::Same => "'self'",
    };
    let owned = |sources: &[&str]| sources.iter().map(|source| (*source).to_owned()).collect();
    let known = POLICY.iter().map(|(name, sources)| ((*name).to_owned(), owned(sources)));
    known.chain([("frame-ancestors".to_owned(), vec![ancestors.to_owned()])]).collect()
}

fn external(directives: &mut Vec<(String, Vec<String>)>, externals: &[External]) {
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
                add(directives, name, "'self'");
            }
            hosts.iter().for_each(|host| add(directives, name, host));
        }
    }
}

fn hosts(spec: &CspHostsSpec) -> [(&'static str, &Vec<Spanned<String>>); 9] {
    [
        ("script-src", &spec.script),
        ("style-src", &spec.style),
        ("connect-src", &spec.connect),
        ("img-src", &spec.img),
        ("font-src", &spec.font),
        ("frame-src", &spec.frame),
        ("media-src", &spec.media),
        ("worker-src", &spec.worker),
        ("form-action", &spec.form),
    ]
}

fn written_by_app(spec: &CspSpec, cx: &mut Context<'_>) {
    let source = spec.hosts.iter().flat_map(hosts).find_map(|(_, sources)| sources.first());
    let spans = [source.map(|text| text.span), spec.report_only.as_ref().map(|flag| flag.span)];
    for span in spans.into_iter().flatten() {
        let message = "with `mode: nonce` the application writes the policy, all of it";
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, span, message)
                .help("take it out, or write `mode: allowlist`"),
        );
    }
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

/// A source with its references followed; a bare host is one by HTTPS.
fn checked(
    name: &str,
    source: &Spanned<String>,
    around: Surroundings<'_>,
    cx: &mut Context<'_>,
) -> Option<String> {
    let draft = text::resolve(&source.value, source.span, Place::Plain, around.scope, cx)?;
    let text = draft.plain()?;
    let Some(checked) = source::source(&text) else {
        let message = format!("`{text}` is no source of a content security policy");
        cx.push(
            Diagnostic::new(codes::BAD_FORMAT, source.span, message)
                .help("write a host such as `cdn.example`, or a word such as `\"'self'\"`"),
        );
        return None;
    };
    let word = text.to_ascii_lowercase();
    if ["'unsafe-inline'", "'unsafe-eval'"].contains(&word.as_str()) && name != "style-src" {
        let message = format!("{text} lets injected code run, which the policy is there to stop");
        cx.push(
            Diagnostic::new(codes::UNSAFE_CSP, source.span, message)
                .help("use hashes or nonces where you can"),
        );
    }
    Some(checked)
}
