//! Which other sites may call this one from a browser, and which must not.

use std::collections::BTreeSet;

use stackc_model::{Cors, Sourced};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{CorsSpec, HostName, Method};

use crate::context::Context;
use crate::text::{self, Place, Scope};

/// Names of hosting providers below which anybody gets a name of their own.
const SHARED: [&str; 16] = [
    "azurestaticapps.net",
    "azurewebsites.net",
    "cloudfront.net",
    "firebaseapp.com",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "netlify.app",
    "ngrok.app",
    "onrender.com",
    "pages.dev",
    "up.railway.app",
    "vercel.app",
    "web.app",
    "workers.dev",
];

/// Methods where none are named.
const METHODS: [Method; 6] =
    [Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete];

/// The rules, without origins that let any site act as its visitor, which are refused.
pub(crate) fn resolve(
    spec: &Spanned<CorsSpec>,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Cors> {
    let credentials = spec.credentials.as_ref().filter(|flag| flag.value).map(|flag| flag.span);
    let mut origins = Vec::new();
    for origin in &spec.origins {
        let draft = text::resolve(&origin.value, origin.span, Place::Plain, scope, cx);
        let Some(text) = draft.and_then(|draft| draft.plain()) else { continue };
        match fault(&text, origin.span, credentials) {
            Some(diagnostic) => cx.push(diagnostic),
            None => origins.push(Sourced::written(text, origin.span)),
        }
    }
    if spec.origins.is_empty() {
        let message = "`edge.cors` names no origin that may call";
        cx.push(
            Diagnostic::new(codes::MISSING_FIELD, spec.span, message)
                .help("add `origins: [\"https://app.example\"]`"),
        );
    }
    let methods: BTreeSet<_> = spec.methods.iter().map(|method| method.value).collect();
    let methods = if methods.is_empty() { METHODS.into() } else { methods };
    let methods = methods.into_iter().map(Method::name).collect();
    Some(Cors { origins, credentials: credentials.is_some(), methods })
}

fn fault(origin: &str, span: Span, credentials: Option<Span>) -> Option<Diagnostic> {
    if origin == "*" {
        let message = "any site may call this one with the cookies of its visitors";
        let diagnostic = Diagnostic::new(codes::CORS, span, message)
            .help("list the origins that need it, or take out `credentials`");
        return credentials.map(|span| diagnostic.related(span, "cookies are sent along"));
    }
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let name = host.map(|host| host.rsplit_once(':').filter(port).map_or(host, |(name, _)| name));
    let Some(name) = name.filter(|name| HostName::check(name).is_ok()) else {
        let message = format!("`{origin}` is no origin: scheme and host, without a path");
        return Some(
            Diagnostic::new(codes::BAD_FORMAT, span, message)
                .help("write it as `https://app.example`"),
        );
    };
    let suffix = name.strip_prefix("*.").filter(|suffix| SHARED.contains(suffix))?;
    let message = format!("anybody can have a site below `{suffix}`, and so call this one");
    Some(
        Diagnostic::new(codes::CORS, span, message)
            .help("name the one host that is yours, such as `https://shop.vercel.app`"),
    )
}

fn port((_, port): &(&str, &str)) -> bool {
    port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use stackc_source::{FileId, Span};

    fn code(origin: &str, credentials: bool) -> Option<&'static str> {
        let span = Span::new(FileId(0), 0, 1);
        super::fault(origin, span, credentials.then_some(span)).map(|item| item.code.id)
    }

    #[test]
    fn origins_are_exact_or_ones_own() {
        for good in ["https://app.example", "http://localhost:5173", "https://*.app.example"] {
            assert_eq!(code(good, true), None, "{good}");
        }
        assert_eq!(code("*", false), None);
        assert_eq!(code("*", true), Some("E0408"));
        assert_eq!(code("https://*.vercel.app", false), Some("E0408"));
        assert_eq!(code("https://shop.vercel.app", true), None);
        for bad in ["app.example", "https://app.example/", "https://a:99999", "null", "ws://a.b"] {
            assert_eq!(code(bad, false), Some("E0205"), "{bad}");
        }
    }
}
