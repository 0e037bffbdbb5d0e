//! What a service needs of the rest of the stack.

use stackc_model::{
    EnvName, ExternalId, Label, Need, NeedTarget, Origin, Role, ServiceId, Sourced, Start, StoreId,
};
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{StartWord, VariableName};

use crate::context::Context;
use crate::near::{self, places};
use crate::secrets::{Collected, Draft, DraftSegment};
use crate::service::DraftService;
use crate::variables::{Bindings, Parts};

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
            if let Some((variable, text)) = injected {
                let origin = Origin::Derived(need.span, "the address of what it needs");
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
                let url = store.scope(&cx.spec.name).url;
                let description =
                    format!("address of the data store {} with its password", store.name);
                secrets.derived(&store.url, url, span, &description, cx);
                let text = Draft { segments: vec![DraftSegment::Secret(store.url.clone())] };
                Some((store.variable()?, text))
            }
            NeedTarget::External(_) => None,
        }
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
        let origin = Origin::Derived(span, "given by an external it needs");
        let Some(external) = self.externals.get(id.position()) else { return };
        for (name, value) in &external.env {
            bindings.add(draft, name, Draft::of(value.value.clone()), origin, secrets, cx);
        }
        for name in self.external_secrets.get(id.position()).into_iter().flatten() {
            let text = Draft { segments: vec![DraftSegment::Secret(name.clone())] };
            bindings.add(draft, name, text, origin, secrets, cx);
        }
    }
}
