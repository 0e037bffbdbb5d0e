//! The Ingress, for clusters without the Gateway API. It knows hosts, paths and certificates;
//! everything else is a diagnostic, as annotations belong to one controller each.

use stackc_model::{Label, Origin, Route};
use stackc_source::codes;

use super::super::context::{Context, runs_here};
use super::super::manifest::*;
use super::super::output::{Output, Place};
use super::inside::exposed;
use super::{OWN_PORT, certificate_secret, hosts, served, subject, tls};

/// The Ingress.
pub(super) fn lower(ctx: &Context<'_>, out: &mut Output<'_>) {
    let subject = subject(ctx);
    let mut rules = Vec::new();
    for (name, domain) in &ctx.environment.domains {
        let paths = paths(ctx, name);
        if !paths.is_empty() {
            rules.extend(
                served(domain)
                    .into_iter()
                    .map(|host| IngressHost { host, http: IngressPaths { paths: paths.clone() } }),
            );
        }
    }
    let certificates = ctx.environment.domains.iter().map(|(name, domain)| IngressTls {
        hosts: hosts(domain),
        secret_name: certificate_secret(name),
    });
    let spec = IngressSpec {
        ingress_class_name: ctx.settings.written.class.as_ref().map(ToString::to_string),
        tls: if tls(ctx).is_some() { certificates.collect() } else { Vec::new() },
        rules,
    };
    out.add(
        Place::Main,
        &subject.name,
        "ingress",
        &Object::new(INGRESS, ctx.metadata(&subject), spec),
    );
    tell(ctx, out);
}

fn routes<'a>(ctx: &Context<'a>) -> impl Iterator<Item = &'a Route> {
    let environment = ctx.environment;
    environment.routes.iter().filter(|route| runs_here(&environment[route.service]))
}

fn paths(ctx: &Context<'_>, domain: &Label) -> Vec<IngressPath> {
    let path = |route: &Route| {
        let service = &ctx.environment[route.service];
        let number = *service.ports.get(&route.port)?.number;
        let backend =
            IngressService { name: service.name.to_string(), port: IngressPort { number } };
        Some(IngressPath {
            path: route.path.value.clone(),
            path_type: if route.exact { "Exact" } else { "Prefix" },
            backend: IngressBackend { service: backend },
        })
    };
    routes(ctx).filter(|route| route.domain == *domain).filter_map(path).collect()
}

/// What an Ingress cannot say.
fn tell(ctx: &Context<'_>, out: &mut Output<'_>) {
    const HELP: &str = "use `targets.kubernetes.edge: gateway`";
    for route in routes(ctx) {
        for path in exposed(ctx.environment, route) {
            let message = format!("an Ingress cannot keep `{path}` from the public");
            out.tell(codes::UNSUPPORTED, Some(route.span), message, OWN_PORT);
        }
        if route.strip {
            let message =
                format!("an Ingress of Kubernetes cannot take `{}` off the path", route.path.value);
            out.tell(codes::UNSUPPORTED, Some(route.span), message, HELP);
        }
        if let Origin::Written(span) = route.timeout.origin {
            let message = "an Ingress has no timeouts; its controller's own apply".to_owned();
            out.tell(codes::APPROXIMATED, Some(span), message, HELP);
        }
    }
    for host in ctx.environment.domains.values().flat_map(|domain| &domain.redirect_from) {
        let message = format!("an Ingress cannot redirect `{}`", host.value);
        out.tell(codes::UNSUPPORTED, host.origin.span(), message, HELP);
    }
    if let Some(origin) = ctx.environment.edge.cors.iter().flat_map(|cors| &cors.origins).next() {
        let message = "an Ingress says nothing of which other sites may call";
        out.tell(codes::UNSUPPORTED, origin.origin.span(), message.to_owned(), HELP);
    }
    let headers = &ctx.environment.edge.headers;
    let hsts = tls(ctx).is_some_and(|tls| tls.hsts.is_some());
    if hsts || !headers.all().is_empty() {
        let message = format!(
            "an Ingress sets no headers: in `{}` the services must set the security headers themselves",
            ctx.environment.name
        );
        let span = ctx.settings.written.edge.as_ref().map(|edge| edge.span);
        out.tell(codes::APPROXIMATED, span, message, HELP);
    }
}
