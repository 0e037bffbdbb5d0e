//! References in text: `${…}`.
//!
//! Only `${` starts a reference, `$${` stands for a literal `${`, and a lone `$` is itself.

mod missing;

use stackc_model::{EnvName, Label, Tier};
use stackc_source::{Diagnostic, Span, closest, codes};

use self::missing::{
    MANAGED, NO_DATABASE, NO_PORT, NO_PREVIEW, NO_ROUTE, NO_USER, SERVICE_FIELDS, STORE_FIELDS,
    known, no_domain, no_field, no_variable, unknown,
};
use crate::context::Context;
use crate::secrets::{Draft, DraftSegment};

/// What references are followed to, in one environment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// Domains and their hosts.
    pub(crate) domains: Vec<(Label, String)>,
    /// Scheme, host and port of the main domain.
    pub(crate) url: Option<String>,
    /// Stores, by name: name, port, database, user, and the URL as a draft.
    pub(crate) stores: Vec<StoreScope>,
    /// Services, by name: name, main port, public URL.
    pub(crate) services: Vec<(Label, Option<u16>, Option<String>)>,
    /// Variables of the whole stack, already resolved.
    pub(crate) variables: Vec<(EnvName, String)>,
    /// Variables of the whole stack that somebody provides.
    pub(crate) provided: Vec<EnvName>,
}

/// What can be said of a store.
#[derive(Debug, Clone)]
pub(crate) struct StoreScope {
    /// Its name and host.
    pub(crate) name: Label,
    /// Its port; `None` where a provider runs it, and only its URL is known.
    pub(crate) port: Option<u16>,
    /// Its database, where it has one.
    pub(crate) database: Option<String>,
    /// Its user, where it has one.
    pub(crate) user: Option<String>,
    /// Its URL, password included.
    pub(crate) url: Draft,
    /// The URL past its pooler.
    pub(crate) direct_url: Draft,
}

/// Where a text stands, and so what may be in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A variable of a service: secrets may be part of it.
    Variable,
    /// Anywhere else: a secret would be written down.
    Plain,
}

/// Resolves a text; `None` where a reference in it is wrong (the context has been told).
pub(crate) fn resolve(
    text: &str,
    span: Span,
    place: Place,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Draft> {
    let mut draft = Draft::default();
    let mut rest = text;
    let mut whole = true;
    while let Some(at) = rest.find("${") {
        let (before, behind) = rest.split_at(at);
        if let Some(escaped) = before.strip_suffix('$') {
            draft.literal(escaped);
            draft.literal("${");
            rest = behind.get(2..).unwrap_or("");
            continue;
        }
        draft.literal(before);
        let Some((name, after)) = behind.get(2..).and_then(|inner| inner.split_once('}')) else {
            fault(
                cx,
                span,
                "`${` is never closed",
                "close it with `}`, or write `$${` for a literal `${`",
            );
            return None;
        };
        match follow(name, span, scope, cx) {
            Some(part) if place == Place::Plain && part.is_secret() => {
                match name.starts_with("env.") {
                    true => unknown_yet(cx, span, name),
                    false => misplaced(cx, span, name),
                }
                whole = false;
            }
            Some(part) => draft.append(part),
            None => whole = false,
        }
        rest = after;
    }
    draft.literal(rest);
    whole.then_some(draft)
}

fn fault(cx: &mut Context<'_>, span: Span, message: &str, help: &str) {
    cx.push(Diagnostic::new(codes::BAD_REFERENCE, span, message).help(help));
}

fn misplaced(cx: &mut Context<'_>, span: Span, name: &str) {
    let message = format!("`${{{name}}}` is secret, and this value is written into files");
    cx.push(
        Diagnostic::new(codes::SECRET_MISPLACED, span, message)
            .help("secrets may stand in a service's `env` only, or under its `secrets`"),
    );
}

/// A variable that is provided has no value before it is deployed.
fn unknown_yet(cx: &mut Context<'_>, span: Span, name: &str) {
    let message = format!("`${{{name}}}` is provided when deploying, and this is written before");
    cx.push(
        Diagnostic::new(codes::PLANNED, span, message)
            .help("the value is left out, as no target fills it in yet; what may be seen by everybody can stand here itself, and differ by environment"),
    );
}

/// The value of one reference.
fn follow(name: &str, span: Span, scope: &Scope, cx: &mut Context<'_>) -> Option<Draft> {
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        ["domain"] => match scope.domains.iter().find(|(label, _)| label.as_str() == "main") {
            Some((_, host)) => Some(Draft::of(host.as_str())),
            None => no_domain(name, span, cx),
        },
        ["domains", key] => domain(key, name, span, scope, cx),
        ["url"] => match &scope.url {
            Some(url) => Some(Draft::of(url.as_str())),
            None => no_domain(name, span, cx),
        },
        ["preview"] if cx.tier == Tier::Preview => Some(Draft::of(cx.name.as_str())),
        ["preview"] => known(None, name, NO_PREVIEW, span, cx),
        ["environment"] => Some(Draft::of(cx.name.as_str())),
        ["name"] => Some(Draft::of(cx.spec.name.as_str())),
        ["env", key] => variable(key, name, span, scope, cx),
        ["secrets", key] => match EnvName::new(key) {
            Ok(secret) => Some(Draft { segments: vec![DraftSegment::Secret(secret)] }),
            Err(_) => {
                let meant = EnvName::new(&key.to_ascii_uppercase().replace('-', "_"));
                unknown(name, span, meant.as_ref().ok().map(EnvName::as_str), cx)
            }
        },
        ["data", key] if scope.stores.iter().any(|store| store.name.as_str() == *key) => {
            no_field(name, &STORE_FIELDS, span, cx)
        }
        ["services", key] if scope.services.iter().any(|(label, ..)| label.as_str() == *key) => {
            no_field(name, &SERVICE_FIELDS, span, cx)
        }
        ["data", key, field] => store(key, field, name, span, scope, cx),
        ["services", key, field] => service(key, field, name, span, scope, cx),
        _ => {
            let roots = [
                "domain",
                "url",
                "preview",
                "environment",
                "name",
                "env",
                "secrets",
                "data",
                "services",
                "domains",
            ];
            let first = parts.first().filter(|first| !roots.contains(first));
            unknown(name, span, first.and_then(|first| closest(first, roots)), cx)
        }
    }
}

fn domain(key: &str, name: &str, span: Span, scope: &Scope, cx: &mut Context<'_>) -> Option<Draft> {
    match scope.domains.iter().find(|(label, _)| label.as_str() == key) {
        Some((_, host)) => Some(Draft::of(host.as_str())),
        None => unknown(
            name,
            span,
            closest(key, scope.domains.iter().map(|(label, _)| label.as_str())),
            cx,
        ),
    }
}

fn variable(
    key: &str,
    name: &str,
    span: Span,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Draft> {
    if let Some(provided) = scope.provided.iter().find(|label| label.as_str() == key) {
        return Some(Draft { segments: vec![DraftSegment::Secret(provided.clone())] });
    }
    match scope.variables.iter().find(|(label, _)| label.as_str() == key) {
        Some((_, value)) => Some(Draft::of(value.as_str())),
        None => no_variable(key, name, span, scope, cx),
    }
}

/// Finds a name in a list that is sorted by it.
fn by_name<'a, T>(list: &'a [T], key: &str, name: impl Fn(&T) -> &str) -> Option<&'a T> {
    list.get(list.binary_search_by(|item| name(item).cmp(key)).ok()?)
}

fn store(
    key: &str,
    field: &str,
    name: &str,
    span: Span,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Draft> {
    let Some(store) = by_name(&scope.stores, key, |store| store.name.as_str()) else {
        let names = scope.stores.iter().map(|store| store.name.as_str());
        return unknown(name, span, closest(key, names), cx);
    };
    match field {
        "url" => Some(store.url.clone()),
        "direct_url" => Some(store.direct_url.clone()),
        "host" | "port" | "database" | "user" if store.port.is_none() => {
            known(None, name, MANAGED, span, cx)
        }
        "host" => Some(Draft::of(store.name.as_str())),
        "port" => known(store.port.map(|port| port.to_string()), name, MANAGED, span, cx),
        "database" => known(store.database.clone(), name, NO_DATABASE, span, cx),
        "user" => known(store.user.clone(), name, NO_USER, span, cx),
        _ => unknown(name, span, closest(field, STORE_FIELDS), cx),
    }
}

fn service(
    key: &str,
    field: &str,
    name: &str,
    span: Span,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Draft> {
    let Some((label, port, public)) = by_name(&scope.services, key, |(label, ..)| label.as_str())
    else {
        let names = scope.services.iter().map(|(label, ..)| label.as_str());
        return unknown(name, span, closest(key, names), cx);
    };
    match field {
        "host" => Some(Draft::of(label.as_str())),
        "port" => known(port.map(|port| port.to_string()), name, NO_PORT, span, cx),
        "url" => known(port.map(|port| format!("http://{label}:{port}")), name, NO_PORT, span, cx),
        "public_url" => known(public.clone(), name, NO_ROUTE, span, cx),
        _ => unknown(name, span, closest(field, SERVICE_FIELDS), cx),
    }
}
