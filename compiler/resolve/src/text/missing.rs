//! What is said of a reference that has no value.

use stackc_source::{Diagnostic, Span, closest, codes};

use super::{Scope, fault};
use crate::context::Context;
use crate::secrets::Draft;

pub(super) const STORE_FIELDS: [&str; 6] =
    ["url", "direct_url", "host", "port", "database", "user"];
pub(super) const SERVICE_FIELDS: [&str; 4] = ["url", "public_url", "host", "port"];

// Why a reference has no value, and what to do.
pub(super) const NO_PREVIEW: (&str, &str) =
    ("only an environment of the tier preview has one for each pull request", "take it out");
pub(super) const MANAGED: (&str, &str) = (
    "a provider runs the store, and its URL is a secret",
    "use its `url`, or `direct_url` past a pooler",
);
pub(super) const NO_DATABASE: (&str, &str) = ("the engine has no databases", "take it out");
pub(super) const NO_USER: (&str, &str) = ("the engine has no users", "take it out");
pub(super) const NO_PORT: (&str, &str) =
    ("the service listens on no port", "give the service a `port`");
pub(super) const NO_ROUTE: (&str, &str) =
    ("the service has no public route", "give the service `routes`, or use `url` inside");

pub(super) fn known(
    value: Option<String>,
    name: &str,
    (why, help): (&str, &str),
    span: Span,
    cx: &mut Context<'_>,
) -> Option<Draft> {
    if value.is_none() {
        let message = format!("`${{{name}}}` has no value here: {why}");
        cx.push(Diagnostic::new(codes::BAD_REFERENCE, span, message).help(help));
    }
    value.map(Draft::of)
}

pub(super) fn unknown(
    name: &str,
    span: Span,
    suggestion: Option<&str>,
    cx: &mut Context<'_>,
) -> Option<Draft> {
    let written = |key: &str| cx.is_written(key);
    if name.split('.').nth(1).is_some_and(written) || (name == "domain" && written("main")) {
        return None;
    }
    let message = format!("`${{{name}}}` refers to nothing");
    let help = suggestion.map_or_else(
        || {
            "references are ${domain}, ${domains.NAME}, ${url}, ${preview}, ${environment}, ${name}, ${env.X}, \
             ${secrets.X}, ${data.NAME.url|direct_url|host|port|database|user} and \
             ${services.NAME.url|public_url|host|port}; `$${` is a literal `${`"
                .to_owned()
        },
        |near| format!("did you mean `{near}`?"),
    );
    cx.push(Diagnostic::new(codes::BAD_REFERENCE, span, message).help(help));
    None
}

/// A store or a service is no text; a field of it is.
pub(super) fn no_field(
    name: &str,
    fields: &[&str],
    span: Span,
    cx: &mut Context<'_>,
) -> Option<Draft> {
    let message = format!("`${{{name}}}` names no field");
    let all: Vec<_> = fields.iter().map(|field| format!("`${{{name}.{field}}}`")).collect();
    fault(cx, span, &message, &format!("write one of {}", all.join(", ")));
    None
}

/// A variable that the stack does not have; that of a service cannot be referred to.
pub(super) fn no_variable(
    key: &str,
    name: &str,
    span: Span,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Draft> {
    let spec = cx.spec;
    // It has been complained of.
    if spec.env.keys().any(|label| label.as_str() == key) {
        return None;
    }
    let own = spec.services.iter().find_map(|(service, said)| {
        let (_, value) = said.env.iter().find(|(label, _)| label.as_str() == key)?;
        said.env.values().any(|value| value.span == span).then_some((service, value.span))
    });
    let Some((service, place)) = own else {
        let names = scope.variables.iter().map(|(label, _)| label.as_str());
        return unknown(name, span, closest(key, names), cx);
    };
    let message =
        format!("`${{{name}}}` is a variable of the stack, and `{key}` one of `{service}`");
    cx.push(
        Diagnostic::new(codes::BAD_REFERENCE, span, message)
            .related(place, "the variable of the service")
            .help(format!("move `{key}` to `env` of the stack, or write its value out")),
    );
    None
}

pub(super) fn no_domain(name: &str, span: Span, cx: &mut Context<'_>) -> Option<Draft> {
    let faulty = cx.spec.domains.keys().any(|name| name.as_str() == "main");
    if !faulty && !cx.is_written("main") {
        let message = format!("`${{{name}}}` has no value here: no public domain is declared");
        let fault = Diagnostic::new(codes::BAD_REFERENCE, span, message);
        let beside = cx.spec.name.span;
        cx.push(
            fault.related(beside, "it would stand beside this").help("add `domain` to the stack"),
        );
    }
    None
}
