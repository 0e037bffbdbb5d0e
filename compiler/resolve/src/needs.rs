//! What a service needs of the rest of the stack.

use stackc_model::{
    EnvName, ExternalId, Label, Need, NeedTarget, Origin, Role, ServiceId, Sourced, Start, StoreId,
};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{ReachWord, StartWord, VariableName};

use crate::context::Context;
use crate::data::pool_variable;
use crate::near::{self, places};
use crate::secrets::{Collected, Draft};
use crate::service::DraftService;
use crate::variables::{Bindings, Parts, secret_text};

impl Parts<'_> {
    /// Binds what a service needs: the order of start, and the variables with the addresses.
    pub(crate) fn needs(
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
        if !matches!(*other.role, Role::Cron | Role::Job)
            && (!other.ports.is_empty() || command.is_some())
        {
            return;
        }
        let message = format!(
            "`{}` waits until `{}` is healthy, but nothing tells whether it is",
            draft.name, other.name
        );
        let help = match *other.role {
            Role::Cron => "it runs on a schedule: take it out, or say `start: any`",
            Role::Job => "it runs once: take it out, or say `start: any`",
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

    /// What an external gives at run time. Nothing reads it where files are served: their part of it
    /// is the policy of the edge, and what they know they were built with.
    fn external(
        &self,
        id: ExternalId,
        draft: &DraftService<'_>,
        span: Span,
        bindings: &mut Bindings,
        secrets: &mut Collected,
        cx: &mut Context<'_>,
    ) {
        if draft.kind.is_static() {
            return;
        }
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
}
