//! What a service finds in its environment: needs, variables, secrets.

use std::collections::BTreeMap;

use stackc_model::{
    Domain, EnvName, ExternalId, Kind, Label, Need, NeedTarget, Origin, Role, ServiceId, Sourced,
    Start, StoreId, Tier,
};
use stackc_shape::{RawText, Spanned};
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{ReachWord, StartWord, VariableName, VariableSpec};

use crate::context::Context;
use crate::data::{DraftStore, managed, pool_variable};
use crate::edge::Claim;
use crate::external::DraftExternal;
use crate::near::{self, places};
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
    /// Variables of its build.
    pub(crate) public_env: BTreeMap<EnvName, Sourced<String>>,
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
    for (name, variable) in &cx.spec.env {
        if variable.is_provided() {
            scope.provided.push(name.clone());
        }
        let Some(value) = stack_value(name, variable, cx) else { continue };
        let draft = text::resolve(&value.value.0, value.span, Place::Plain, &scope, cx);
        if let Some(value) = draft.and_then(|draft| draft.plain()) {
            scope.variables.push((name.clone(), value));
        }
    }
    scope
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

struct Parts<'a> {
    drafts: &'a [DraftService<'a>],
    stores: &'a [DraftStore<'a>],
    externals: &'a [DraftExternal<'a>],
    /// The variables each external gives.
    values: Vec<Vec<(EnvName, Draft, Origin)>>,
    scope: &'a Scope,
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
        for (name, value) in &draft.own.public_env {
            let resolved = text::resolve(&value.value.0, value.span, Place::Plain, self.scope, cx);
            if let Some(text) = resolved.and_then(|text| text.plain()) {
                bindings.public_env.insert(name.clone(), Sourced::written(text, value.span));
            }
        }
        for (secret, usage) in draft.both(|service| &service.secrets) {
            let variable = usage.name.as_ref().map_or(secret, |name| &name.value);
            secrets.declare(secret, usage.span, "");
            let text = secret_text(secret);
            bindings.add(draft, variable, text, Origin::Written(usage.span), secrets, cx);
        }
        self.usual(draft, &mut bindings, secrets, cx);
        bindings
    }

    fn needs(
        &self,
        draft: &DraftService<'_>,
        bindings: &mut Bindings,
        secrets: &mut Collected,
        cx: &mut Context<'_>,
    ) {
        for (name, need) in draft.both(|service| &service.needs) {
            let Some(target) = self.target(name, draft, need.span, cx) else { continue };
            let start = match need.start.as_ref() {
                None => Sourced::default(
                    Start::Healthy,
                    "a service starts when what it needs is healthy",
                ),
                Some(word) => Sourced::written(
                    match word.value {
                        StartWord::Healthy => Start::Healthy,
                        StartWord::Started => Start::Started,
                        StartWord::Any => Start::Any,
                    },
                    word.span,
                ),
            };
            if *start == Start::Healthy {
                self.tells_health(target, draft, need.span, cx);
            }
            let injected = match need.name.as_ref().map(|name| &name.value) {
                Some(VariableName::Nothing) => None,
                Some(VariableName::Named(name)) => self
                    .address(target, secrets, cx, need.span)
                    .map(|(_, text)| (name.clone(), text)),
                None => self.address(target, secrets, cx, need.span),
            };
            let size = injected.as_ref().and_then(|(url, _)| self.pool(target, url));
            let past = need.via.as_ref().is_some_and(|via| via.value == ReachWord::Direct);
            // Past the pooler there is one address; without a word of it, there are both.
            let (injected, direct) = match (past, self.direct(target)) {
                (true, Some((_, text))) => (injected.map(|(name, _)| (name, text)), None),
                (false, direct) if need.name.is_none() => (injected, direct),
                _ => (injected, None),
            };
            for (variable, text) in injected.into_iter().chain(direct) {
                let origin = Origin::Derived(need.span, "the address of what it needs");
                bindings.add(draft, &variable, text, origin, secrets, cx);
            }
            if let Some((variable, size)) = size {
                let origin = Origin::Derived(size.span, "how many connections it may open");
                let text = Draft::of(size.value.to_string());
                bindings.add(draft, &variable, text, origin, secrets, cx);
            }
            if let NeedTarget::External(id) = target {
                self.external(id, draft, need.span, bindings, secrets, cx);
            }
            bindings.needs.insert(name.clone(), Need { target, start });
        }
    }

    /// Refuses to wait for the health of what nobody can ask.
    fn tells_health(
        &self,
        target: NeedTarget,
        draft: &DraftService<'_>,
        span: Span,
        cx: &mut Context<'_>,
    ) {
        let NeedTarget::Service(id) = target else { return };
        let Some(other) = self.drafts.get(id.position()) else { return };
        let command = other.own.health.as_ref().and_then(|health| health.command.as_ref());
        if *other.role != Role::Cron && (!other.ports.is_empty() || command.is_some()) {
            return;
        }
        let message = format!(
            "`{}` waits until `{}` is healthy, but nothing tells whether it is",
            draft.name, other.name
        );
        let help = match *other.role {
            Role::Cron => "it runs on a schedule: take it out, or say `start: any`",
            _ => "give it `health: {command: …}` or a port, or say `start: started`",
        };
        cx.push(
            Diagnostic::new(codes::NEEDS_HEALTH, span, message)
                .related(other.own.span, "the other service")
                .help(help),
        );
    }

    fn target(
        &self,
        name: &Label,
        draft: &DraftService<'_>,
        span: Span,
        cx: &mut Context<'_>,
    ) -> Option<NeedTarget> {
        // The lists are sorted by name: a stack of ten thousand services is not walked per need.
        let service = self.drafts.binary_search_by(|other| other.name.cmp(name)).ok();
        let store = self.stores.binary_search_by(|other| other.name.cmp(name)).ok();
        let external = self.externals.binary_search_by(|other| other.name.cmp(name)).ok();
        match (service, store, external) {
            (Some(_), ..) if name == draft.name => {
                cx.push(
                    Diagnostic::new(codes::CYCLE, span, format!("`{name}` needs itself"))
                        .help("take it out"),
                );
                None
            }
            (Some(at), ..) => Some(NeedTarget::Service(ServiceId::at(at))),
            (_, Some(at), _) => Some(NeedTarget::Store(StoreId::at(at))),
            (.., Some(at)) => Some(NeedTarget::External(ExternalId::at(at))),
            _ => {
                // A service, store or external whose own entry is faulty has been complained of.
                let spec = cx.spec;
                if !cx.is_written(name.as_str())
                    && !spec.services.contains_key(name)
                    && !spec.data.contains_key(name)
                    && !spec.external.contains_key(name)
                {
                    let message =
                        format!("`services.{}` needs `{name}`, which nothing defines", draft.name);
                    let fault = Diagnostic::new(codes::UNDEFINED, span, message)
                        .help("name a service, a data store or an external");
                    let mut defined = places(&spec.data);
                    defined.extend(places(&spec.external));
                    let others = spec.services.iter().filter(|(other, _)| *other != draft.name);
                    defined.extend(places(others));
                    cx.push(near::suggest(fault, name, &defined));
                }
                None
            }
        }
    }

    /// The variable and the address by which something is known.
    fn address(
        &self,
        target: NeedTarget,
        secrets: &mut Collected,
        cx: &mut Context<'_>,
        span: Span,
    ) -> Option<(EnvName, Draft)> {
        match target {
            NeedTarget::Service(id) => {
                let other = self.drafts.get(id.position())?;
                let (_, port) = other.main_port()?;
                let variable = crate::secrets::name_of(other.name, "URL")?;
                Some((variable, Draft::of(format!("http://{}:{}", other.name, *port.number))))
            }
            NeedTarget::Store(id) => {
                let store = self.stores.get(id.position())?;
                let url = store.scope().url;
                let description =
                    format!("address of the data store {} with its password", store.name);
                secrets.derived(&store.url, url, span, &description, cx);
                let text = secret_text(&store.url);
                Some((store.variable()?, text))
            }
            NeedTarget::External(id) => {
                let (variable, secret) = &self.externals.get(id.position())?.store.as_ref()?.url;
                Some((variable.clone(), secret_text(secret)))
            }
        }
    }

    /// How many connections a copy may open to a store, and the variable beside its URL that says so.
    fn pool(&self, target: NeedTarget, url: &EnvName) -> Option<(EnvName, &Spanned<u32>)> {
        let size = match target {
            NeedTarget::Service(_) => None,
            NeedTarget::Store(id) => self.stores.get(id.position())?.pool(),
            NeedTarget::External(id) => {
                self.externals.get(id.position())?.store.as_ref()?.pool.as_ref()
            }
        };
        Some((pool_variable(url)?, size?))
    }

    /// The variable and the address past a store's pooler, where it has one.
    fn direct(&self, target: NeedTarget) -> Option<(EnvName, Draft)> {
        let NeedTarget::External(id) = target else { return None };
        let store = self.externals.get(id.position())?.store.as_ref()?;
        let (variable, secret) = store.direct_url.as_ref()?;
        Some((variable.clone(), secret_text(secret)))
    }

    fn external(
        &self,
        id: ExternalId,
        draft: &DraftService<'_>,
        span: Span,
        bindings: &mut Bindings,
        secrets: &mut Collected,
        cx: &mut Context<'_>,
    ) {
        for (name, text, origin) in self.values.get(id.position()).into_iter().flatten() {
            bindings.add(draft, name, text.clone(), *origin, secrets, cx);
        }
        let origin = Origin::Derived(span, "given by an external it needs");
        let Some(external) = self.externals.get(id.position()) else { return };
        for name in &external.secrets {
            let text = secret_text(name);
            bindings.add(draft, name, text, origin, secrets, cx);
        }
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
                let text = Draft { segments: vec![DraftSegment::Secret(name.clone())] };
                let origin = Origin::Default("a variable of the whole stack that is provided");
                bindings.add(draft, name, text, origin, secrets, cx);
            }
        }
        let mut usual: Vec<(&str, String, &'static str)> = Vec::new();
        for (name, value) in &self.scope.variables {
            usual.push((name.as_str(), value.clone(), "a variable of the whole stack"));
        }
        if !draft.kind.is_static() {
            let (format, level) = log_values(draft, cx);
            usual.push(("LOG_FORMAT", format, "from `logs.format`"));
            usual.push(("LOG_LEVEL", level, "from `logs.level`"));
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

fn secret_text(name: &EnvName) -> Draft {
    Draft { segments: vec![DraftSegment::Secret(name.clone())] }
}

fn log_values(draft: &DraftService<'_>, cx: &Context<'_>) -> (String, String) {
    let logs = draft.own.logs.as_ref();
    let format = match logs.and_then(|logs| logs.format.as_ref()).map(|format| format.value) {
        Some(stackc_spec::LogFormat::Text) => "text",
        _ => "json",
    };
    let level = match logs.and_then(|logs| logs.level.as_ref()).map(|level| level.value) {
        Some(stackc_spec::LogLevel::Debug) => "debug",
        Some(stackc_spec::LogLevel::Info) => "info",
        Some(stackc_spec::LogLevel::Warn) => "warn",
        Some(stackc_spec::LogLevel::Error) => "error",
        None if cx.tier == Tier::Development => "debug",
        None => "info",
    };
    (format.to_owned(), level.to_owned())
}

impl Bindings {
    /// Adds a variable, plain or secret; two values for one variable are an error.
    fn add(
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
            check_credential(&value, variable, origin, cx);
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
fn check_credential(value: &str, variable: &EnvName, origin: Origin, cx: &mut Context<'_>) {
    let Origin::Written(span) = origin else { return };
    if let Some(what) = crate::check::credential(value, Some(variable.as_str())) {
        cx.push(crate::check::secret_literal(span, what));
    }
}
