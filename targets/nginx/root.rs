//! `nginx.conf`: the process, what holds for all sites, and the servers for no site.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::Seconds;
use stackc_source::Diagnostics;

use super::conf::{Arg, DOLLAR, Directive, block, entry, line, one, plain};
use super::scope::{Scope, refuse};
use super::site::{HTTP, HTTPS, Site, http2, listen};
use super::{acme, cache, client, cors, exact, extra, hash, log, maintenance, proxy};

/// The name server of a container.
const RESOLVER: &str = "127.0.0.11";

/// How long the head of an answer may be.
const HEAD: &str = "16k";

/// Where [`status`] shows its counters, within the container.
pub(crate) const STATUS_PATH: &str = "/nginx_status";

/// The file, given the files it includes and whether a value needs a dollar sign.
pub(super) fn conf(
    scope: &Scope<'_>,
    sites: &[Site<'_>],
    files: &[String],
    dollar: bool,
    diagnostics: &mut Diagnostics,
) -> Vec<Directive> {
    let options = &scope.options;
    let workers = options.workers.map_or("auto".to_owned(), |workers| workers.to_string());
    let mut out = vec![
        one("worker_processes", workers),
        one("worker_rlimit_nofile", (2 * options.worker_connections).to_string()),
        plain("pid", "/tmp/nginx.pid"),
        log::errors(scope),
    ];
    out.extend(acme::module(scope));
    out.extend(exact::module(scope));
    if scope.routes.iter().any(|route| route.websocket) {
        let stop = one("worker_shutdown_timeout", scope.environment.edge_grace().compact());
        out.push(
            stop.comment("When workers are replaced or stopped, open WebSockets are closed then."),
        );
    }
    let connections = one("worker_connections", options.worker_connections.to_string());
    out.push(block("events", [], vec![connections]));
    out.push(block("http", [], http(scope, sites, files, dollar, diagnostics)));
    out
}

fn http(
    scope: &Scope<'_>,
    sites: &[Site<'_>],
    files: &[String],
    dollar: bool,
    diagnostics: &mut Diagnostics,
) -> Vec<Directive> {
    let includes = |site: bool| {
        let chosen = files.iter().filter(move |file| file.starts_with("sites/") == site);
        chosen.map(|file| one("include", file.as_str()))
    };
    let mut out = vec![plain("server_tokens", "off")];
    out.extend(hash::conf(scope, sites));
    out.extend(temporary());
    out.extend(log::conf(scope, diagnostics));
    out.extend(bounds(scope));
    out.extend(compression(scope));
    out.extend(client::conf(scope));
    let shared = includes(false).enumerate();
    out.extend(shared.map(|(at, include)| match at {
        0 => include.comment("What every site shares."),
        _ => include,
    }));
    out.extend(proxying(scope));
    if dollar {
        let value = vec![entry("default".into(), ["$".into()])];
        let name = Arg::ours(format!("${DOLLAR}"));
        out.push(block("geo", [name], value).comment("A dollar sign: nginx has no escape for it."));
    }
    out.extend(maintenance::variables(scope));
    out.extend(cors::variables(scope, diagnostics));
    out.extend(cache::variables(scope, diagnostics));
    out.extend(upstreams(scope));
    match acme::issuer(scope) {
        Ok(issuer) => out.extend(issuer),
        Err(fault) => {
            let email = scope.tls().and_then(|tls| tls.email.as_ref());
            let (span, text) = (email.and_then(|email| email.origin.span()), "edge.tls.acme.email");
            refuse(span, "the value of", text, fault, diagnostics);
        }
    }
    if scope.environment.edge.extra.http.is_some() {
        out.push(one("include", extra::HTTP).comment("Text of the stack's own."));
    }
    out.extend(nobodys(scope));
    out.push(status());
    out.extend(includes(true));
    out
}

/// All that nginx writes lies in memory: the root is read-only.
fn temporary() -> Vec<Directive> {
    let path = |name| format!("/tmp/{name}");
    vec![
        one("client_body_temp_path", path("client_body"))
            .comment("The only place that can be written is a file system in memory."),
        one("proxy_temp_path", path("proxy")),
        one("fastcgi_temp_path", path("fastcgi")),
        one("uwsgi_temp_path", path("uwsgi")),
        one("scgi_temp_path", path("scgi")),
        plain("proxy_max_temp_file_size", "0"),
    ]
}

/// How long, how large.
fn bounds(scope: &Scope<'_>) -> Vec<Directive> {
    let edge = &scope.environment.edge;
    let times = &edge.timeouts;
    let again = Seconds { millis: times.connect.millis.saturating_mul(2) };
    let mut out = vec![
        one("client_header_timeout", times.header.compact()).comment("How long and how large."),
        one("client_body_timeout", times.body.compact()),
        one("send_timeout", times.send.compact()),
        one("keepalive_timeout", times.keepalive.compact()),
        one("client_max_body_size", edge.body_limit.short()),
        one("proxy_connect_timeout", times.connect.compact()),
        one("proxy_read_timeout", times.answer.compact()),
        one("proxy_send_timeout", times.answer.compact()),
        plain("proxy_buffer_size", HEAD).comment("Cookies of sessions and lists of preloads make long heads."),
        plain("proxy_buffers", "8 16k"),
        one("proxy_next_upstream_timeout", again.compact()).comment(
            "Another copy is tried when one is not reached, and not after a long wait for an answer.",
        ),
    ];
    if scope.routes.iter().any(|route| scope.is_grpc(route)) {
        out.push(one("grpc_connect_timeout", times.connect.compact()));
        out.push(one("grpc_read_timeout", times.answer.compact()));
        out.push(one("grpc_send_timeout", times.answer.compact()));
        out.push(plain("grpc_buffer_size", HEAD));
        out.push(one("grpc_next_upstream_timeout", again.compact()));
    }
    out
}

fn compression(scope: &Scope<'_>) -> Vec<Directive> {
    let Some(compression) = &scope.environment.edge.compression else { return Vec::new() };
    let mut out = vec![
        plain("gzip", "on").comment("Compression."),
        plain("gzip_vary", "on"),
        plain("gzip_proxied", "any"),
        one("gzip_comp_level", compression.level.to_string()),
        plain("gzip_min_length", "1024"),
    ];
    // nginx has `text/html` in its list and warns when it is named.
    let types = compression.types.iter().filter(|name| *name != "text/html");
    let types: Vec<_> = types.filter_map(|name| Arg::literal(name).ok()).collect();
    if !types.is_empty() {
        out.push(line("gzip_types", types));
    }
    out
}

/// How requests are passed on.
fn proxying(scope: &Scope<'_>) -> Vec<Directive> {
    let mut out = Vec::new();
    if !scope.keeps_alive() {
        out.push(plain("proxy_http_version", "1.1"));
        out.extend(proxy::keep_alive(scope));
    }
    if scope.routes.iter().any(|route| scope.is_grpc(route)) {
        out.extend(proxy::grpc(scope));
    }
    if scope.routes.iter().any(|route| route.websocket) {
        let items =
            vec![entry("default".into(), ["upgrade".into()]), entry("".into(), ["".into()])];
        out.push(block("map", ["$http_upgrade".into(), "$connection_upgrade".into()], items));
    }
    out
}

/// One upstream for each port that a route leads to. Addresses are asked for again and again, so
/// that a container made anew is found under its new one.
///
/// Whether a copy lives is told by the name server alone: did nginx count failures, one slow request,
/// tried on each copy in turn, would take all of them away from everybody for ten seconds. Idle
/// connections end here before any service ends them (Node and uvicorn after five seconds, gunicorn
/// after two), for a request sent into one that is just being closed is lost.
fn upstreams(scope: &Scope<'_>) -> Vec<Directive> {
    let servers: BTreeMap<_, _> = scope
        .routes
        .iter()
        .filter_map(|route| {
            let service = scope.service(route);
            let address = format!("{}:{}", service.name, *scope.port(route)?.number);
            Some((scope.upstream(route), address))
        })
        .collect();
    let sticky: BTreeSet<_> = scope
        .routes
        .iter()
        .filter(|route| *scope.service(route).scale.sticky)
        .map(|route| scope.upstream(route))
        .collect();
    let upstream = |(name, address): (String, String)| {
        let mut items = vec![
            line("zone", [Arg::ours(&*name), "64k".into()]),
            line("server", [Arg::ours(address), "resolve".into(), "max_fails=0".into()]),
        ];
        if sticky.contains(&name) {
            items.push(stickiness(scope, &name));
        }
        items.extend((!scope.keeps_alive()).then(|| plain("keepalive", "32")));
        items.push(plain("keepalive_timeout", "1s"));
        block("upstream", [Arg::ours(name)], items)
    };
    // Without `ipv6=off` there are two questions, and the answer to either can be lost.
    let resolver = line("resolver", [RESOLVER.into(), "valid=2s".into(), "ipv6=off".into()]);
    let mut out = vec![
        resolver.comment("Addresses of services change when their containers do."),
        // After a failure nginx waits for as long before it asks again.
        plain("resolver_timeout", "1s"),
    ];
    out.extend(servers.into_iter().map(upstream));
    out
}

/// Sends a client to the copy that it was sent to before. A cookie tells clients behind one address
/// apart; but requests with cookies get no kept answers, so where any are kept the address has to do.
fn stickiness(scope: &Scope<'_>, upstream: &str) -> Directive {
    if !scope.has_sticky_cookies() || scope.routes.iter().any(|route| cache::is_kept(route)) {
        return plain("hash", "$binary_remote_addr consistent");
    }
    let secure = scope.environment.edge.tls.is_some().then_some("secure");
    let name = Arg::ours(format!("copy_of_{}", upstream.replace('-', "_")));
    let words = ["path=/", "httponly", "samesite=lax"].into_iter().chain(secure).map(Arg::from);
    line("sticky", ["cookie".into(), name].into_iter().chain(words))
}

/// Servers for hosts that are not ours.
fn nobodys(scope: &Scope<'_>) -> Vec<Directive> {
    let mut plain_http = listen(scope, HTTP, Some("default_server"));
    plain_http.push(plain("server_name", "_"));
    if scope.behind_balancer() {
        // Balancers ask by address.
        plain_http.push(healthy());
        plain_http.push(block("location", ["/".into()], vec![plain("return", "444")]));
    } else {
        plain_http.push(plain("return", "444"));
    }
    let mut out = vec![
        block("server", [], plain_http).comment("Whoever asks for another host gets no answer."),
    ];
    if scope.tls().is_some() {
        let mut items = listen(scope, HTTPS, Some("default_server"));
        items.extend(http2(scope));
        items.push(plain("server_name", "_"));
        items.push(plain("ssl_reject_handshake", "on"));
        items.push(block("location", ["/".into()], vec![plain("return", "421")]));
        out.push(block("server", [], items));
    }
    out
}

fn healthy() -> Directive {
    block(
        "location",
        ["=".into(), "/healthz".into()],
        vec![plain("access_log", "off"), line("return", ["200".into(), "ok".into()])],
    )
}

/// Health and counters, for this container only.
fn status() -> Directive {
    let counters = vec![
        plain("access_log", "off"),
        line("stub_status", []),
        plain("allow", "127.0.0.1"),
        plain("deny", "all"),
    ];
    block(
        "server",
        [],
        vec![
            plain("listen", "127.0.0.1:8081"),
            healthy(),
            block("location", ["=".into(), STATUS_PATH.into()], counters),
            block("location", ["/".into()], vec![plain("return", "404")]),
        ],
    )
    .comment("Health and counters, within the container only.")
}
