//! Public traffic: a Gateway with HTTPRoutes or an Ingress, certificates, and what neither can do.

mod bounds;
mod gateway;
mod ingress;
mod inside;
mod tls;

use stackc_model::{Domain, Label, Tls};

use super::context::{Context, Subject, runs_here};
use super::options::EdgeKind;
use super::output::Output;

/// How to keep something from the public for good.
const OWN_PORT: &str = "give it a port of its own, which no route leads to";

/// All objects of the edge.
pub(crate) fn lower(ctx: &Context<'_>, out: &mut Output<'_>) {
    if ctx.environment.routes.iter().all(|route| !runs_here(&ctx.environment[route.service])) {
        return;
    }
    match ctx.settings.edge {
        EdgeKind::Gateway => gateway::lower(ctx, out),
        EdgeKind::Ingress => ingress::lower(ctx, out),
    }
    tls::lower(ctx, out);
    bounds::tell(ctx, out);
}

/// The subject of what belongs to no single service.
fn subject(ctx: &Context<'_>) -> Subject {
    Subject::new(ctx.stack.name.as_str(), "edge")
}

/// TLS, where it ends here.
fn tls<'a>(ctx: &Context<'a>) -> Option<&'a Tls> {
    ctx.environment.edge.tls.as_ref().filter(|tls| tls.ends_here())
}

/// The secret that holds the certificate of a domain.
fn certificate_secret(domain: &Label) -> String {
    format!("{domain}-tls")
}

/// The hosts that are served: the canonical one first.
fn served(domain: &Domain) -> Vec<String> {
    let aliases = domain.aliases.iter().map(|host| host.value.clone());
    std::iter::once(domain.host.value.clone()).chain(aliases).collect()
}

/// The hosts that are sent on to the canonical one.
fn redirected(domain: &Domain) -> Vec<String> {
    domain.redirect_from.iter().map(|host| host.value.clone()).collect()
}

/// All hosts of a domain.
fn hosts(domain: &Domain) -> Vec<String> {
    served(domain).into_iter().chain(redirected(domain)).collect()
}
