//! Whether what is watched is what was meant: probes, the load that copies follow, certificates, and
//! how long a query may keep somebody waiting.

use stackc_model::{
    AlertKind, Engine, Environment, NeedTarget, ObserveLevel, Role, Seconds, Service, Store,
    StoreId, TlsProvider,
};
use stackc_source::{Diagnostic, codes};

use crate::context::Context;

/// Looks at every service and store of an environment, and at its edge.
pub(crate) fn check(environment: &Environment, cx: &mut Context<'_>) {
    for service in &environment.services {
        alive(service, environment, cx);
        load(service, cx);
    }
    certificates(environment, cx);
    environment.stores().for_each(|(id, store)| queries(id, store, environment, cx));
}

/// A process that is killed because its database is away does not bring the database back.
fn alive(service: &Service, environment: &Environment, cx: &mut Context<'_>) {
    let paths =
        service.health.as_ref().and_then(|health| health.live.as_ref().zip(health.ready.as_ref()));
    let Some((live, ready)) = paths.filter(|(live, ready)| live.value == ready.value) else {
        return;
    };
    let depends = |target| match target {
        NeedTarget::Service(id) => environment[id].name.as_str(),
        NeedTarget::Store(id) => environment[id].name.as_str(),
        NeedTarget::External(id) => environment[id].name.as_str(),
    };
    let Some(need) = service.needs.values().next() else { return };
    let message = format!(
        "`{}` tells by `{}` both that it lives and that it is ready: when `{}` is away, every copy is \
         restarted",
        service.name,
        live.value,
        depends(need.target)
    );
    let fault =
        Diagnostic::new(codes::LIVENESS, live.origin.span().unwrap_or(service.span), message).help(
            "take `live` out, and the port is asked; or name a path that looks at nothing else",
        );
    cx.push(match ready.origin.span() {
        Some(span) => fault.related(span, "asked whether it is ready"),
        None => fault,
    });
}

/// A share of a reservation that nobody chose says nothing of the load.
fn load(service: &Service, cx: &mut Context<'_>) {
    let Some(share) =
        service.scale.memory.as_ref().filter(|_| *service.scale.max > *service.scale.min)
    else {
        return;
    };
    let reserved = &service.resources.memory_request;
    if reserved.origin.span().is_some() {
        return;
    }
    let message = format!(
        "copies of `{}` follow a share of {}, the default: a process that always needs more runs at \
         the maximum",
        service.name,
        reserved.value.kubernetes()
    );
    let span = share.origin.span().unwrap_or(service.span);
    cx.push(
        Diagnostic::new(codes::MEMORY_SHARE, span, message)
            .help("say what a copy needs, such as `resources: {memory: 256Mi..512Mi}`"),
    );
}

/// Files that somebody renews, and nobody is told when they do not.
fn certificates(environment: &Environment, cx: &mut Context<'_>) {
    let Some(tls) = &environment.edge.tls else { return };
    let observe = &environment.observe;
    let off = matches!(environment.options.get("prometheus"), Some(None));
    let told = !off
        && *observe.level != ObserveLevel::None
        && observe.alerts.iter().any(|alert| alert.kind == AlertKind::Certificate);
    let Some(span) = tls.provider.origin.span() else { return };
    if *tls.provider == TlsProvider::Files && !environment.routes.is_empty() && !told {
        let message = "nothing renews these certificates, and no alert tells before they expire";
        cx.push(
            Diagnostic::new(codes::CERTIFICATE, span, message)
                .help("leave `observe.alerts.certificate` on, or use `certbot`, which renews"),
        );
    }
}

/// The server goes on with a query whose client was answered with an error long ago. What runs in
/// the background may take its time, so a store that it uses is left alone.
fn queries(id: StoreId, store: &Store, environment: &Environment, cx: &mut Context<'_>) {
    let Engine::Postgres { params, .. } = &store.engine else { return };
    let Some(limit) = params.get("statement_timeout") else { return };
    let Some((span, time)) = limit.origin.span().zip(duration(limit)) else { return };
    let needs = |service: &&Service| {
        service.needs.values().any(|need| need.target == NeedTarget::Store(id))
    };
    let users: Vec<_> = environment.services.iter().filter(needs).collect();
    if users.iter().any(|service| *service.role != Role::Web) {
        return;
    }
    let routes = users.iter().flat_map(|service| &service.routes).map(|route| &environment[*route]);
    let Some(longest) = routes.max_by_key(|route| route.timeout.value) else { return };
    if time <= longest.timeout.value {
        return;
    }
    let message = format!(
        "a query of `{}` may take {}, and nobody waits for an answer longer than {}",
        store.name,
        time.compact(),
        longest.timeout.compact()
    );
    cx.push(
        Diagnostic::new(codes::UNAWAITED, span, message)
            .related(
                longest.timeout.origin.span().unwrap_or(longest.span),
                "the most patient route",
            )
            .help("end queries before the route gives up, or raise the `timeout` of the route"),
    );
}

/// A time as PostgreSQL reads it: without a unit it counts milliseconds. Zero is no limit.
fn duration(text: &str) -> Option<Seconds> {
    let time = match text.parse() {
        Ok(millis) => Some(Seconds { millis }),
        Err(_) => Seconds::parse(text).ok(),
    };
    time.filter(|time| time.millis > 0)
}
