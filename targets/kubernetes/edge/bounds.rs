//! What neither a Gateway nor an Ingress can say, each told once at the place it was written.

use stackc_model::{AnswerCache, Enforce, Origin, Sourced, Timeouts};
use stackc_source::codes;

use super::super::context::Context;
use super::super::output::Output;
use super::tls;

/// Tells what the edge cannot keep.
pub(super) fn tell(ctx: &Context<'_>, out: &mut Output<'_>) {
    limits(ctx, out);
    routes(ctx, out);
    wishes(ctx, out);
    timeouts(&ctx.environment.edge.timeouts, out);
    refused(ctx, out);
}

fn limits(ctx: &Context<'_>, out: &mut Output<'_>) {
    // What the application counts exactly needs no guard.
    let alone = ctx.environment.limits.iter().filter(|limit| *limit.enforce == Enforce::Edge);
    for limit in alone {
        let message = format!(
            "Kubernetes has no rate limit of its own: the application or a policy of the edge's \
             implementation must enforce `{}`",
            limit.name
        );
        let help = "count in the application, and write `enforce: app` or `both`";
        out.tell(codes::APPROXIMATED, limit.rate.origin.span().or(Some(limit.span)), message, help);
    }
}

fn routes(ctx: &Context<'_>, out: &mut Output<'_>) {
    for route in &ctx.environment.routes {
        written(
            &route.body_limit,
            "no limit on request bodies: the application must enforce it",
            out,
        );
        if *route.cache != AnswerCache::Never {
            written(&route.cache, "no cache at the edge: every request reaches the service", out);
        }
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
}

/// What the edge's implementation decides by itself.
fn wishes(ctx: &Context<'_>, out: &mut Output<'_>) {
    let edge = &ctx.environment.edge;
    written(&edge.body_limit, "no limit on request bodies: the application must enforce it", out);
    written(&edge.http2, "no switch for HTTP/2: the edge's implementation decides", out);
    written(&edge.http3, "no switch for HTTP/3: the edge's implementation decides", out);
    written(&edge.logs.format, "no say in what the edge logs", out);
    written(&edge.logs.level, "no say in what the edge logs", out);
    if let Some(compression) = &edge.compression {
        written(&compression.level, "no compression: the edge's implementation decides", out);
    }
    if let Some(cache) = &edge.static_cache {
        written(cache, "no caching headers by file: the service must set them itself", out);
    }
    if let Some(tls) = tls(ctx) {
        written(&tls.profile, "no choice of ciphers: the edge's implementation decides", out);
    }
    if let Some(origin) = edge.cors.iter().flat_map(|cors| &cors.origins).next() {
        let message = "Kubernetes has no word for any header: besides the harmless ones, other sites \
                       may send `Authorization` and `Content-Type`";
        out.tell(codes::APPROXIMATED, origin.origin.span(), message.to_owned(), "");
    }
    const TRUST: &str =
        "no say in whose forwarded addresses are believed: the edge's implementation decides";
    edge.cdn.iter().for_each(|cdn| written(cdn, TRUST, out));
    edge.trusted_proxies.iter().for_each(|range| written(range, TRUST, out));
}

fn timeouts(times: &Timeouts, out: &mut Output<'_>) {
    for time in [&times.header, &times.body, &times.send, &times.keepalive, &times.connect] {
        written(time, "no such time limit: the edge's implementation decides", out);
    }
}

/// What must not be dropped without a word from the user.
fn refused(ctx: &Context<'_>, out: &mut Output<'_>) {
    const HELP: &str = "leave it to a policy of the edge's implementation";
    let edge = &ctx.environment.edge;
    for (name, rule) in &edge.access {
        let message =
            format!("Kubernetes cannot guard a site by password or address: `edge.access.{name}`");
        out.tell(codes::UNSUPPORTED, rule.origin.span(), message, HELP);
    }
    if let Some(maintenance) = &edge.maintenance {
        let message = "Kubernetes cannot close a site for maintenance: `edge.maintenance`";
        out.tell(codes::UNSUPPORTED, maintenance.origin.span(), message.to_owned(), HELP);
    }
    for text in [&edge.extra.http, &edge.extra.server].into_iter().flatten() {
        let message = "`edge.extra` is text for nginx, and on Kubernetes nobody reads it";
        out.tell(codes::UNSUPPORTED, text.origin.span(), message.to_owned(), HELP);
    }
}

/// A default that is not kept is no news; what was asked for is.
fn written<T>(value: &Sourced<T>, fault: &str, out: &mut Output<'_>) {
    if let Origin::Written(span) = value.origin {
        out.tell(codes::APPROXIMATED, Some(span), format!("Kubernetes has {fault}"), "");
    }
}
