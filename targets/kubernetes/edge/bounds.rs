//! What neither a Gateway nor an Ingress can say, each told once at the place it was written.

use stackc_model::{Origin, Sourced};
use stackc_source::codes;

use super::super::context::Context;
use super::super::output::Output;
use super::tls;

/// Tells what the edge cannot keep.
pub(super) fn tell(ctx: &Context<'_>, out: &mut Output<'_>) {
    let edge = &ctx.environment.edge;
    for limit in &ctx.environment.limits {
        let message = format!(
            "Kubernetes has no rate limit of its own: the application or a policy of the edge's \
             implementation must enforce `{}`",
            limit.name
        );
        out.tell(codes::APPROXIMATED, Some(limit.span), message, "");
    }
    for route in &ctx.environment.routes {
        written(
            &route.body_limit,
            "no limit on request bodies: the application must enforce it",
            out,
        );
        if route.sensitive {
            let message = format!(
                "Kubernetes has no say in what the edge logs and compresses: the queries of `{}` may \
                 stand in its log",
                route.path.value
            );
            let help =
                "switch both off in the edge's implementation, or send no secrets in queries";
            out.tell(codes::APPROXIMATED, Some(route.span), message, help);
        }
    }
    written(&edge.body_limit, "no limit on request bodies: the application must enforce it", out);
    written(&edge.http2, "no switch for HTTP/2: the edge's implementation decides", out);
    if let Some(compression) = &edge.compression {
        written(&compression.level, "no compression: the edge's implementation decides", out);
    }
    if let Some(cache) = &edge.static_cache {
        written(cache, "no caching headers by file: the service must set them itself", out);
    }
    if let Some(tls) = tls(ctx) {
        written(&tls.profile, "no choice of ciphers: the edge's implementation decides", out);
    }
    for name in edge.access.keys() {
        let message =
            format!("Kubernetes cannot guard a site by password or address: `edge.access.{name}`");
        let help =
            "leave it to a policy of the edge's implementation, and accept it here with a reason";
        out.tell(codes::UNSUPPORTED, ctx.environment.span, message, help);
    }
    if !edge.trusted_proxies.is_empty() {
        let message = "Kubernetes cannot say whose forwarded addresses are believed: the edge's implementation decides";
        out.tell(codes::APPROXIMATED, ctx.environment.span, message.to_owned(), "");
    }
}

/// A default that is not kept is no news; what was asked for is.
fn written<T>(value: &Sourced<T>, fault: &str, out: &mut Output<'_>) {
    if let Origin::Written(span) = value.origin {
        out.tell(codes::APPROXIMATED, Some(span), format!("Kubernetes has {fault}"), "");
    }
}
