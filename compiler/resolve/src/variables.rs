//! What a service finds in its environment: needs, variables, secrets.

use std::collections::BTreeMap;

use stackc_model::{Domain, EnvName, Kind, Label, Need, Origin, Sourced, Tier};
use stackc_shape::{RawText, Spanned};
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::VariableSpec;

use crate::context::Context;
use crate::data::{DraftStore, managed};
use crate::edge::Claim;
use crate::external::DraftExternal;
use crate::inside;
use crate::secrets::{Collected, Draft, DraftSegment};
use crate::service::DraftService;
use crate::text::{self, Place, Scope};

/// What a service finds in its environment.
#[derive(Debug, Default)]
pub(crate) struct Bindings {
    /// What it needs.
    pub(crate) needs: BTreeMap<Label, Need>,
    /// Plain variables.
    pub(crate) env: BTreeMap<EnvName, Sourced<String>>,
    /// Secrets by variable.
    pub(crate) secrets: BTreeMap<EnvName, EnvName>,
    /// Where each variable was said, to name both sides of a conflict.
    said: BTreeMap<EnvName, Option<Span>>,
}

/// What references are followed to.
pub(crate) fn scope(
    drafts: &[DraftService<'_>],
    stores: &[DraftStore<'_>],
    externals: &[DraftExternal<'_>],
    domains: &BTreeMap<Label, Domain>,
    claims: &[Claim],
    cx: &mut Context<'_>,
) -> Scope {
    let url = |domain: &Domain| match cx.tier {
        Tier::Development => format!("http://{}:8080", *domain.host),
        _ => format!("https://{}", *domain.host),
    };
    // The first claim of a service is its public address.
    let firsts: BTreeMap<&Label, &Claim> =
        claims.iter().rev().map(|claim| (&claim.service, claim)).collect();
    let public = |draft: &DraftService<'_>| {
        let claim = firsts.get(draft.name)?;
        let base = url(domains.get(&claim.domain)?);
        Some(if claim.path == "/" { base } else { format!("{base}{}", claim.path) })
    };
    let managed = externals.iter().filter_map(managed::scope);
    let mut known: Vec<_> = stores.iter().map(DraftStore::scope).chain(managed).collect();
    known.sort_by(|one, other| one.name.cmp(&other.name));
    let mut scope = Scope {
        domains: domains
            .iter()
            .map(|(name, domain)| (name.clone(), domain.host.value.clone()))
            .collect(),
        url: domains.get("main").map(url),
        stores: known,
        services: drafts
            .iter()
            .map(|draft| {
                (draft.name.clone(), draft.main_port().map(|(_, port)| *port.number), public(draft))
            })
            .collect(),
        variables: Vec::new(),
        provided: Vec::new(),
    };
    stack_values(&mut scope, cx);
    scope
}

/// The variables of the stack. One may be made from others, which then come first.
fn stack_values(scope: &mut Scope, cx: &mut Context<'_>) {
    let spec = cx.spec;
    let provided = spec.env.iter().filter(|(_, variable)| variable.is_provided());
    scope.provided = provided.map(|(name, _)| name.clone()).collect();
    let mut pending = Vec::new();
    for (name, variable) in &spec.env {
        pending.extend(stack_value(name, variable, cx).map(|value| (name, value)));
    }
    while !pending.is_empty() {
        let waits = |value: &RawText| {
            let text = value.0.replace("$${", "");
            pending.iter().any(|(other, _)| text.contains(&format!("${{env.{other}}}")))
        };
        let (waiting, ready): (Vec<_>, Vec<_>) =
            pending.iter().copied().partition(|(_, value)| waits(&value.value));
        if ready.is_empty() {
            circle(&waiting, cx);
            break;
        }
        for (name, value) in ready {
            let draft = text::resolve(&value.value.0, value.span, Place::Plain, scope, cx);
            if let Some(value) = draft.and_then(|draft| draft.plain()) {
                scope.variables.push((name.clone(), value));
            }
        }
        pending = waiting;
    }
    scope.variables.sort();
}

fn circle(waiting: &[(&EnvName, &Spanned<RawText>)], cx: &mut Context<'_>) {
    let Some(((name, value), others)) = waiting.split_first() else { return };
    let message = format!("the value of `env.{name}` is made from itself");
    let mut fault = Diagnostic::new(codes::BAD_REFERENCE, value.span, message)
        .help("write one of the values out");
    for (_, other) in others {
        fault = fault.related(other.span, "by way of this one");
    }
    cx.push(fault);
}

/// The value of a variable of the stack: it has one, or somebody provides it.
fn stack_value<'a>(
    name: &EnvName,
    variable: &'a Spanned<VariableSpec>,
    cx: &mut Context<'_>,
) -> Option<&'a Spanned<RawText>> {
    match (&variable.value.value, &variable.value.provided) {
        (Some(_), Some(provided)) if provided.value => {
            let message = format!("`env.{name}` has a value, and yet somebody provides it");
            cx.push(
                Diagnostic::new(codes::EXCLUSIVE, provided.span, message)
                    .help("keep one of `value` and `provided`"),
            );
            None
        }
        (None, None) => {
            let message = format!("`env.{name}` has no value");
            cx.push(
                Diagnostic::new(codes::MISSING_FIELD, variable.span, message)
                    .help("write the value, or `{provided: true}` where it is set when deploying"),
            );
            None
        }
        (value, _) => value.as_ref(),
    }
}

/// Binds needs, variables and secrets of every service.
pub(crate) fn bind(
    drafts: &[DraftService<'_>],
    stores: &[DraftStore<'_>],
    externals: &[DraftExternal<'_>],
    scope: &Scope,
    secrets: &mut Collected,
    cx: &mut Context<'_>,
) -> Vec<Bindings> {
    let values = externals.iter().map(|external| external.values(scope, cx)).collect();
    let parts = Parts { drafts, stores, externals, values, scope };
    drafts.iter().map(|draft| parts.bind(draft, secrets, cx)).collect()
}

/// What needs are followed to.
pub(crate) struct Parts<'a> {
    pub(crate) drafts: &'a [DraftService<'a>],
    pub(crate) stores: &'a [DraftStore<'a>],
    pub(crate) externals: &'a [DraftExternal<'a>],
    /// The variables each external gives.
    pub(crate) values: Vec<Vec<(EnvName, Draft, Origin)>>,
    pub(crate) scope: &'a Scope,
}

impl Parts<'_> {
    fn bind(
        &self,
        draft: &DraftService<'_>,
        secrets: &mut Collected,
        cx: &mut Context<'_>,
    ) -> Bindings {
        let mut bindings = Bindings::default();
        self.needs(draft, &mut bindings, secrets, cx);
        for (name, value) in draft.both(|service| &service.env) {
            let resolved =
                text::resolve(&value.value.0, value.span, Place::Variable, self.scope, cx);
            if let Some(text) = resolved {
                let origin = Origin::Written(value.span);
                bindings.add(draft, name, text, origin, secrets, cx);
            }
        }
        for (secret, usage) in draft.both(|service| &service.secrets) {
            let variable = usage.name.as_ref().map_or(secret, |name| &name.value);
            secrets.declare(secret, usage.span, "");
            let text = secret_text(secret);
            bindings.add(draft, variable, text, Origin::Written(usage.span), secrets, cx);
        }
        watched(draft, &mut bindings, secrets, cx);
        unseen(draft, secrets);
        self.usual(draft, &mut bindings, secrets, cx);
        bindings
    }

    /// What every service of its kind finds, unless it says something else.
    fn usual(
        &self,
        draft: &DraftService<'_>,
        bindings: &mut Bindings,
        secrets: &mut Collected,
        cx: &mut Context<'_>,
    ) {
        if *draft.kind == Kind::Image {
            return;
        }
        // Files that are only served read nothing when they start.
        for name in self.scope.provided.iter().filter(|_| !draft.kind.is_static()) {
            if !bindings.said.contains_key(name) {
                let text = secret_text(name);
                let origin = Origin::Default("a variable of the whole stack that is provided");
                bindings.add(draft, name, text, origin, secrets, cx);
            }
        }
        let mut usual: Vec<(&str, String, &'static str)> = Vec::new();
        for (name, value) in &self.scope.variables {
            usual.push((name.as_str(), value.clone(), "a variable of the whole stack"));
        }
        if !draft.kind.is_static() {
            let (format, level) = inside::log_words(draft.own, cx);
            usual.push(("LOG_FORMAT", format.value, "from `logs.format`"));
            usual.push(("LOG_LEVEL", level.value, "from `logs.level`"));
            if let Some((_, port)) = draft.main_port() {
                usual.push(("PORT", port.number.to_string(), "the port it is expected on"));
            }
        }
        let mode = if cx.tier == Tier::Development { "development" } else { "production" };
        match *draft.kind {
            Kind::Node => usual.push(("NODE_ENV", mode.to_owned(), "by tier")),
            Kind::Nextjs => {
                usual.push(("NODE_ENV", mode.to_owned(), "by tier"));
                usual.push((
                    "HOSTNAME",
                    "0.0.0.0".to_owned(),
                    "Next.js binds to the host name it finds",
                ));
            }
            Kind::Python => {
                usual.push(("PYTHONUNBUFFERED", "1".to_owned(), "logs appear as they are written"));
            }
            _ => {}
        }
        for (name, value, reason) in usual {
            let Ok(name) = EnvName::new(name) else { continue };
            if !bindings.said.contains_key(&name) {
                bindings.add(draft, &name, Draft::of(value), Origin::Default(reason), secrets, cx);
            }
        }
    }
}

/// A text that is a secret and nothing else.
pub(crate) fn secret_text(name: &EnvName) -> Draft {
    Draft { segments: vec![DraftSegment::Secret(name.clone())] }
}

/// Tokens that those who watch a service send: it has to know them, too.
fn watched(
    draft: &DraftService<'_>,
    bindings: &mut Bindings,
    secrets: &mut Collected,
    cx: &mut Context<'_>,
) {
    let health = draft.own.health.as_ref().and_then(|health| health.token.as_ref());
    let metrics = draft.own.metrics.as_ref().and_then(|metrics| metrics.token.as_ref());
    for token in health.into_iter().chain(metrics) {
        secrets.declare(&token.value, token.span, "bearer token of those who watch a service");
        if bindings.secrets.values().all(|secret| *secret != token.value) {
            let text = secret_text(&token.value);
            let origin = Origin::Derived(token.span, "the token of those who watch it");
            bindings.add(draft, &token.value, text, origin, secrets, cx);
        }
    }
}

/// Secrets that a service uses without a variable: files, and what its image is pulled with.
fn unseen(draft: &DraftService<'_>, secrets: &mut Collected) {
    let files = draft.both(|service| &service.files).into_values();
    let files = files.filter_map(|file| Some((file.secret.as_ref()?, "content of a file")));
    let pull = draft.own.pull_secret.as_ref().or(draft.shared.pull_secret.as_ref());
    let pull = pull.map(|secret| (secret, "credentials of a registry, as in docker's config.json"));
    for (secret, description) in files.chain(pull) {
        secrets.declare(&secret.value, secret.span, description);
        secrets.consumed(&secret.value, draft.name);
    }
}

impl Bindings {
    /// Adds a variable, plain or secret; two values for one variable are an error.
    pub(crate) fn add(
        &mut self,
        draft: &DraftService<'_>,
        variable: &EnvName,
        text: Draft,
        origin: Origin,
        secrets: &mut Collected,
        cx: &mut Context<'_>,
    ) {
        let span = origin.span().unwrap_or(draft.own.span);
        if let Some(first) = self.said.insert(variable.clone(), origin.span()) {
            let message = format!("`services.{}` gets two values for `{variable}`", draft.name);
            let mut diagnostic = Diagnostic::new(codes::VARIABLE_CONFLICT, span, message)
                .help("rename one with `as`, or take one out");
            if let Some(first) = first {
                diagnostic = diagnostic.related(first, "the other value");
            }
            cx.push(diagnostic);
            return;
        }
        if let Some(value) = text.plain() {
            check_credential(&value, variable.as_str(), origin, cx);
            self.env.insert(variable.clone(), Sourced { value, origin });
            return;
        }
        let secret = match text.segments.as_slice() {
            [DraftSegment::Secret(name)] => {
                secrets.declare(name, span, "");
                name.clone()
            }
            _ => {
                for segment in &text.segments {
                    if let DraftSegment::Secret(name) = segment {
                        secrets.declare(name, span, "");
                    }
                }
                let Some(name) = crate::secrets::name_of(draft.name, variable.as_str()) else {
                    return;
                };
                let description =
                    format!("{variable} of {}, put together from other secrets", draft.name);
                secrets.derived(&name, text, span, &description, cx);
                name
            }
        };
        secrets.consumed(&secret, draft.name);
        self.secrets.insert(variable.clone(), secret);
    }
}

/// Refuses a literal that looks like a credential.
pub(crate) fn check_credential(value: &str, variable: &str, origin: Origin, cx: &mut Context<'_>) {
    let Origin::Written(span) = origin else { return };
    if let Some(what) = crate::credential::credential(value, Some(variable)) {
        cx.push(crate::credential::secret_literal(span, what));
    }
}
