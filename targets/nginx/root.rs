//! `nginx.conf`: the process, what holds for all sites, and the servers for no site.

use std::collections::{BTreeMap, BTreeSet};

use super::conf::{Arg, DOLLAR, Directive, block, entry, line, one, plain};
use super::location::TIMEOUT;
use super::proxy;
use super::scope::{Scope, is_range};
use super::site::{HTTP, HTTPS, Site, http2, listen};

/// The name server of a container.
const RESOLVER: &str = "127.0.0.11";

/// The file, given the files it includes and whether a value needs a dollar sign.
pub(super) fn conf(
    scope: &Scope<'_>,
    sites: &[Site<'_>],
    files: &[String],
    dollar: bool,
) -> Vec<Directive> {
    let options = &scope.options;
    let workers = options.workers.map_or("auto".to_owned(), |workers| workers.to_string());
    let mut out = vec![
        one("worker_processes", workers),
        one("worker_rlimit_nofile", (2 * options.worker_connections).to_string()),
        plain("pid", "/tmp/nginx.pid"),
        plain("error_log", "stderr warn"),
    ];
    if scope.routes.iter().any(|route| route.websocket) {
        let stop = plain("worker_shutdown_timeout", "1h");
        out.push(stop.comment("After a reload, open WebSockets keep the old workers this long."));
    }
    let connections = one("worker_connections", options.worker_connections.to_string());
    out.push(block("events", [], vec![connections]));
    out.push(block("http", [], http(scope, sites, files, dollar)));
    out
}

fn http(scope: &Scope<'_>, sites: &[Site<'_>], files: &[String], dollar: bool) -> Vec<Directive> {
    let includes = |site: bool| {
        let chosen = files.iter().filter(move |file| file.starts_with("sites/") == site);
        chosen.map(|file| one("include", file.as_str()))
    };
    let mut out = vec![plain("server_tokens", "off")];
    out.extend(temporary());
    out.extend(logs(scope));
    out.extend(bounds(scope));
    out.extend(compression(scope));
    out.extend(client(scope));
    out.extend(server_names(sites));
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
    out.extend(upstreams(scope));
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

fn logs(scope: &Scope<'_>) -> Vec<Directive> {
    let format = |name: &'static str, uri: &str| {
        let fields = [
            r#"{"time":"$time_iso8601","#.to_owned(),
            r#""request_id":"$request_id","#.to_owned(),
            r#""client":"$remote_addr","#.to_owned(),
            r#""method":"$request_method","#.to_owned(),
            r#""host":"$host","#.to_owned(),
            format!(r#""uri":"{uri}","#),
            r#""protocol":"$server_protocol","#.to_owned(),
            r#""status":"$status","#.to_owned(),
            r#""bytes":$body_bytes_sent,"#.to_owned(),
            r#""seconds":$request_time,"#.to_owned(),
            r#""upstream":"$upstream_addr","#.to_owned(),
            r#""upstream_status":"$upstream_status","#.to_owned(),
            r#""upstream_seconds":"$upstream_response_time","#.to_owned(),
            r#""limit":"$limit_req_status","#.to_owned(),
            r#""user_agent":"$http_user_agent"}"#.to_owned(),
        ];
        let start = [Arg::from(name), Arg::from("escape=json")];
        line("log_format", start.into_iter().chain(fields.map(Arg::ours))).stacked()
    };
    let comment = "No referrer: it would carry the queries of sensitive pages.";
    let mut out = vec![format("json", "$request_uri").comment(comment)];
    if scope.routes.iter().any(|route| route.sensitive) {
        out.push(format("json_without_query", "$uri"));
    }
    out.push(plain("access_log", "/dev/stdout json"));
    out
}

/// How long, how large.
fn bounds(scope: &Scope<'_>) -> Vec<Directive> {
    let timeout = TIMEOUT.compact();
    vec![
        plain("client_header_timeout", "10s").comment("How long and how large."),
        plain("client_body_timeout", "30s"),
        plain("send_timeout", "30s"),
        plain("keepalive_timeout", "65s"),
        one("client_max_body_size", scope.environment.edge.body_limit.short()),
        plain("proxy_connect_timeout", "5s"),
        one("proxy_read_timeout", &*timeout),
        one("proxy_send_timeout", timeout),
    ]
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

/// The address of the client, where proxies stand before us.
fn client(scope: &Scope<'_>) -> Vec<Directive> {
    let trusted = scope.environment.edge.trusted_proxies.iter().filter(|range| is_range(range));
    let mut out: Vec<_> = trusted.map(|range| one("set_real_ip_from", range.as_str())).collect();
    if let Some(first) = out.first_mut() {
        *first = first.clone().comment("Proxies whose word about the client's address is taken.");
        out.push(plain("real_ip_header", "X-Forwarded-For"));
        out.push(plain("real_ip_recursive", "on"));
    }
    out
}

/// Room for long host names: an entry holds a pointer, a length and the name, the bucket one more
/// pointer; 64 bytes, the least that is the default anywhere, take names of 46.
fn server_names(sites: &[Site<'_>]) -> Option<Directive> {
    let hosts = sites.iter().flat_map(|site| {
        let domain = site.domain;
        std::iter::once(&domain.host).chain(&domain.aliases).chain(&domain.redirect_from)
    });
    let longest = hosts.map(|host| host.len()).max()?;
    let size = ((longest + 2).next_multiple_of(8) + 16).next_power_of_two();
    let long = size > 64;
    let directive = || one("server_names_hash_bucket_size", size.to_string());
    long.then(|| directive().comment("Room for long host names."))
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
fn upstreams(scope: &Scope<'_>) -> Vec<Directive> {
    let servers: BTreeMap<_, _> = scope
        .routes
        .iter()
        .filter_map(|route| {
            let host = &scope.service(route).name;
            let address = format!("{host}:{}", *scope.port(route)?.number);
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
            line("server", [Arg::ours(address), "resolve".into()]),
        ];
        if sticky.contains(&name) {
            items.push(plain("hash", "$binary_remote_addr consistent"));
        }
        items.extend((!scope.keeps_alive()).then(|| plain("keepalive", "32")));
        block("upstream", [Arg::ours(name)], items)
    };
    let resolver = line("resolver", [RESOLVER.into(), "valid=10s".into()]);
    let mut out = vec![
        resolver.comment("Addresses of services change when their containers do."),
        plain("resolver_timeout", "5s"),
    ];
    out.extend(servers.into_iter().map(upstream));
    out
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
            block("location", ["=".into(), "/nginx_status".into()], counters),
            block("location", ["/".into()], vec![plain("return", "404")]),
        ],
    )
    .comment("Health and counters, within the container only.")
}
