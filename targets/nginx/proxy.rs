//! What services are told about a request, and what clients are not told about services.

use stackc_model::Route;

use super::conf::{Arg, Directive, line, one, plain};
use super::scope::Scope;
use super::{cors, hash, headers};

/// `proxy.conf`: the headers of every request that is passed on.
///
/// A location that sets one more header inherits none of these and has to include the file again,
/// so nothing may stand in it that nginx refuses to see twice.
pub(super) fn conf(scope: &Scope<'_>) -> Vec<Directive> {
    let mut out = Vec::new();
    for (name, value) in told(scope) {
        out.push(line("proxy_set_header", [name.into(), Arg::ours(value)]));
    }
    if let Some(first) = out.first_mut() {
        *first = first
            .clone()
            .comment("Replaced, never appended to: a client cannot make itself another address.");
    }
    out.extend(hidden("proxy_hide_header", scope));
    out
}

/// The same for gRPC, once for all its locations.
pub(super) fn grpc(scope: &Scope<'_>) -> Vec<Directive> {
    both("grpc_set_header", "grpc_hide_header", scope)
}

fn both(set: &'static str, hide: &'static str, scope: &Scope<'_>) -> Vec<Directive> {
    let told = told(scope).into_iter();
    let mut out: Vec<_> =
        told.map(|(name, value)| line(set, [name.into(), Arg::ours(value)])).collect();
    if let Some(first) = out.first_mut() {
        let comment = "Replaced, never appended to: a client cannot make itself another address.";
        *first = first.clone().comment(comment);
    }
    out.extend(hidden(hide, scope));
    out
}

fn told(scope: &Scope<'_>) -> Vec<(&'static str, String)> {
    let host = format!("$host{}", scope.public_port());
    let scheme = if scope.behind_balancer() { "https" } else { "$scheme" };
    vec![
        ("Host", host.clone()),
        ("X-Real-IP", "$remote_addr".to_owned()),
        ("X-Forwarded-For", "$remote_addr".to_owned()),
        ("X-Forwarded-Proto", scheme.to_owned()),
        ("X-Forwarded-Host", host),
        ("X-Request-ID", "$request_id".to_owned()),
        ("Forwarded", String::new()),
    ]
}

/// Headers of services that stay inside: the edge owns those it sets itself.
fn hidden(directive: &'static str, scope: &Scope<'_>) -> Vec<Directive> {
    let owned = headers::all(scope).into_iter().map(|header| header.name);
    // The table of gRPC cannot be made larger.
    let owned = owned.filter(|name| directive == "proxy_hide_header" || hash::is_short(name));
    let owned = owned.filter_map(|name| Arg::literal(&name).ok());
    let cors = scope.environment.edge.cors.iter().flat_map(|_| cors::OWNED).map(Arg::from);
    let mut out = vec![line(directive, ["X-Powered-By".into()])];
    out.extend(owned.chain(cors).map(|name| line(directive, [name])));
    if out.len() > 1 {
        out[0] = out[0].clone().comment("The edge sets these; a service's own would stand twice.");
    }
    out
}

/// `websocket.conf`: what a location needs to pass an upgrade on.
pub(super) fn websocket() -> Vec<Directive> {
    vec![
        one("include", "proxy.conf"),
        plain("proxy_set_header", "Upgrade $http_upgrade"),
        plain("proxy_set_header", "Connection $connection_upgrade"),
    ]
}

/// What a route's requests carry besides; empty where `proxy.conf` says it all.
pub(super) fn headers_of(scope: &Scope<'_>, route: &Route) -> Vec<Directive> {
    let mut own = Vec::new();
    if route.websocket {
        own.push(one("include", "websocket.conf"));
    } else if route.sensitive {
        own.push(one("include", "proxy.conf"));
        own.extend(keep_alive(scope));
    }
    if route.sensitive {
        // A service that compresses would undo what the edge leaves out.
        own.push(line("proxy_set_header", ["Accept-Encoding".into(), "".into()]));
    }
    own
}

/// Before 1.29.7 connections to services are closed after each request unless one says otherwise.
pub(super) fn keep_alive(scope: &Scope<'_>) -> impl Iterator<Item = Directive> + use<> {
    let clear = line("proxy_set_header", ["Connection".into(), "".into()]);
    Some(clear).filter(|_| !scope.keeps_alive()).into_iter()
}
