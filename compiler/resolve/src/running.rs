//! Rules on how services run: how they stop, how many there are, what is lost with them.

use stackc_model::{Environment, Origin, Platform, Role, Service, Tier};
use stackc_source::{Diagnostic, codes};

use crate::context::Context;

/// Looks at every service of an environment.
pub(crate) fn check(environment: &Environment, cx: &mut Context<'_>) {
    stop(environment, cx);
    single_copy(environment, cx);
    unsaved(environment, cx);
    nowhere(environment, cx);
}

/// Vercel runs no containers, and so no store.
fn nowhere(environment: &Environment, cx: &mut Context<'_>) {
    if environment.platforms.as_slice() != [Platform::Vercel] {
        return;
    }
    for store in &environment.stores {
        let message = format!(
            "the data store `{}` runs nowhere in `{}`: Vercel runs no containers",
            store.name, environment.name
        );
        cx.push(
            Diagnostic::new(codes::MISSING_FIELD, store.span, message).help(
                "let a provider run it (`provider`), or add a platform that does to `deploy`",
            ),
        );
    }
}

/// A service must have time to finish what arrived before it was taken out.
fn stop(environment: &Environment, cx: &mut Context<'_>) {
    for service in &environment.services {
        let (grace, drain) = (&service.stop.grace, &service.stop.drain);
        if grace.millis < drain.millis {
            let span = grace.origin.span().or(drain.origin.span()).unwrap_or(service.span);
            let message =
                format!("`{}` is killed before its connections have drained", service.name);
            cx.push(
                Diagnostic::new(codes::TIMEOUTS, span, message)
                    .help("make `stop.grace` at least `stop.drain`"),
            );
        }
        cut_short(service, environment, cx);
    }
}

/// A request may take longer than the service has to end.
fn cut_short(service: &Service, environment: &Environment, cx: &mut Context<'_>) {
    let grace = &service.stop.grace;
    let Origin::Written(span) = grace.origin else { return };
    let routes = service.routes.iter().map(|id| &environment[*id]);
    let timeouts = routes.filter(|route| !route.websocket).map(|route| &route.timeout);
    let Some(longest) =
        timeouts.filter(|timeout| timeout.value > grace.value).max_by_key(|t| t.value)
    else {
        return;
    };
    let Some(route) = longest.origin.span() else { return };
    let message = format!(
        "`{}` is killed {} after SIGTERM, and a request may take {}",
        service.name,
        grace.compact(),
        longest.compact()
    );
    cx.push(
        Diagnostic::new(codes::GRACE, span, message)
            .related(route, "the longest request")
            .help("take `stop.grace` out, and it follows the route"),
    );
}

/// Nothing saves the volumes of services yet, so somebody has to know.
fn unsaved(environment: &Environment, cx: &mut Context<'_>) {
    if environment.tier != Tier::Production {
        return;
    }
    for service in &environment.services {
        for (name, volume) in &service.volumes {
            let span = match &volume.backup {
                Some(backup) if !**backup => continue,
                said => said.as_ref().and_then(|backup| backup.origin.span()),
            };
            let message = format!("the volume `{name}` of `{}` has no backup", service.name);
            let place = span.or(volume.path.origin.span()).unwrap_or(service.span);
            cx.push(Diagnostic::new(codes::NO_BACKUP, place, message).help(
                "nothing saves the volumes of services yet: save it yourself, or write `backup: \
                 false` where its content can be made anew",
            ));
        }
    }
}

fn single_copy(environment: &Environment, cx: &mut Context<'_>) {
    if environment.tier != Tier::Production {
        return;
    }
    for service in environment.services.iter().filter(|service| *service.role == Role::Web) {
        if let (1, Some(span)) = (*service.scale.max, service.scale.max.origin.span()) {
            let message = format!(
                "`{}` runs one copy in production: each deployment is an outage",
                service.name
            );
            cx.push(Diagnostic::new(codes::SINGLE_COPY, span, message).help("write `scale: 2`"));
        }
    }
}
