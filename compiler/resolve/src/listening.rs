//! Who listens where: one port has one owner, and a route leads to one that speaks HTTP.

use std::collections::BTreeMap;

use stackc_model::{Environment, Protocol, Service};
use stackc_source::{Diagnostic, codes};

use crate::context::Context;

/// Looks at the ports of every service of an environment, and at the routes to them.
pub(crate) fn check(environment: &Environment, cx: &mut Context<'_>) {
    environment.services.iter().for_each(|service| shared(service, cx));
    plain(environment, cx);
}

/// Two names for one number: a process listens there once, and Kubernetes refuses the second.
fn shared(service: &Service, cx: &mut Context<'_>) {
    let mut seen = BTreeMap::new();
    for (name, port) in &service.ports {
        let span = port.number.origin.span().unwrap_or(service.span);
        let Some((first, place)) = seen.insert(*port.number, (name, span)) else { continue };
        let message = format!(
            "the ports `{first}` and `{name}` of `{}` are both {}",
            service.name, *port.number
        );
        cx.push(
            Diagnostic::new(codes::PORT_CONFLICT, span, message)
                .related(place, "the other one")
                .help(format!(
                    "keep one name, and write it wherever the port is meant: `port: {first}`"
                )),
        );
    }
}

/// What passes on requests cannot pass them on to a port that knows none.
fn plain(environment: &Environment, cx: &mut Context<'_>) {
    for route in &environment.routes {
        let service = &environment[route.service];
        let Some(port) = service.ports.get(&route.port) else { continue };
        if port.protocol != Protocol::Tcp {
            continue;
        }
        let message = format!(
            "the route `{}` leads to the port `{}` of `{}`, which speaks plain TCP",
            route.name, route.port, service.name
        );
        let fault = Diagnostic::new(codes::NO_PORT, route.span, message).help(
            "name a port that speaks HTTP as the route's `port`, or take `protocol: tcp` out",
        );
        cx.push(match port.number.origin.span() {
            Some(span) => fault.related(span, "the port"),
            None => fault,
        });
    }
}
