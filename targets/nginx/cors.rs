//! Which other sites may call from a browser.
//!
//! Browsers ask first (a preflight), without cookies or passwords; the server answers that itself. What
//! services say of the matter is hidden, so there is one owner.

use stackc_model::Cors;
use stackc_source::Diagnostics;

use super::conf::{Arg, Directive, block, entry, line, plain};
use super::path::escape;
use super::scope::{Scope, refuse};

/// The headers that are ours alone.
pub(super) const OWNED: [&str; 6] = [
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
];

/// Variables, for `nginx.conf`.
pub(super) fn variables(scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Vec<Directive> {
    let Some(cors) = &scope.environment.edge.cors else { return Vec::new() };
    let mut out = vec![
        map("$http_origin", "$cors_origin", origins(cors, diagnostics))
            .comment("Which other sites may call; an empty header is not sent."),
        map(
            "$request_method:$cors_origin:$http_access_control_request_method",
            "$cors_preflight",
            vec![
                entry("default".into(), ["0".into()]),
                entry("~^OPTIONS:.+:.+$".into(), ["1".into()]),
            ],
        ),
        map("$cors_preflight", "$cors_methods", when("1", cors.methods.join(", "))),
        map(
            "$cors_preflight",
            "$cors_headers",
            when("1", "$http_access_control_request_headers".to_owned()),
        ),
        map("$cors_preflight", "$cors_max_age", when("1", "7200".to_owned())),
    ];
    if cors.credentials {
        let items = vec![entry("default".into(), ["true".into()]), entry("".into(), ["".into()])];
        out.push(map("$cors_origin", "$cors_credentials", items));
    }
    out
}

fn map(from: &'static str, to: &'static str, items: Vec<Directive>) -> Directive {
    block("map", [from.into(), to.into()], items)
}

/// One value in one case, nothing in any other.
fn when(case: &'static str, value: String) -> Vec<Directive> {
    vec![entry("default".into(), ["".into()]), entry(case.into(), [Arg::ours(value)])]
}

/// The origins, each of which is sent back just as it came.
fn origins(cors: &Cors, diagnostics: &mut Diagnostics) -> Vec<Directive> {
    if cors.origins.iter().any(|origin| *origin.value == *"*") {
        return vec![entry("default".into(), ["*".into()]), entry("".into(), ["".into()])];
    }
    let mut out = vec![entry("default".into(), ["".into()])];
    for origin in &cors.origins {
        match Arg::literal(&pattern(origin)) {
            Ok(pattern) => out.push(entry(pattern, ["$http_origin".into()])),
            Err(fault) => refuse(origin.origin.span(), "the origin", origin, fault, diagnostics),
        }
    }
    out
}

/// An origin as it is, or a regular expression for all hosts below one.
fn pattern(origin: &str) -> String {
    match origin.split_once("://*.") {
        Some((scheme, host)) => format!("~^{scheme}://[a-z0-9.-]+[.]{}$", escape(host)),
        None => origin.to_owned(),
    }
}

/// Headers of every answer.
pub(super) fn headers(scope: &Scope<'_>) -> Vec<Directive> {
    let Some(cors) = &scope.environment.edge.cors else { return Vec::new() };
    let header = |name: &'static str, value: &'static str| {
        line("add_header", [name.into(), value.into(), "always".into()])
    };
    let mut out = vec![
        header("Access-Control-Allow-Origin", "$cors_origin")
            .comment("Which other sites may call; an empty header is not sent."),
        header("Access-Control-Allow-Methods", "$cors_methods"),
        header("Access-Control-Allow-Headers", "$cors_headers"),
        header("Access-Control-Max-Age", "$cors_max_age"),
        header("Vary", "Origin"),
    ];
    if cors.credentials {
        out.push(header("Access-Control-Allow-Credentials", "$cors_credentials"));
    }
    out
}

/// The answer to a preflight, in each server: it must come before passwords are asked for.
pub(super) fn preflight(scope: &Scope<'_>) -> Option<Directive> {
    scope.environment.edge.cors.as_ref().map(|_| {
        block("if", ["($cors_preflight)".into()], vec![plain("return", "204")])
            .comment("A browser asks whether a page may call.")
    })
}
