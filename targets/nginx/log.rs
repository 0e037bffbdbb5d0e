//! What is logged of requests.

use stackc_model::Route;
use stackc_source::Diagnostics;

use super::conf::{Arg, Directive, Fault, block, entry, line, one, plain};
use super::exact;
use super::path::{decode, escape};
use super::scope::{Scope, refuse};

/// The format, and the log itself.
pub(super) fn conf(scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Vec<Directive> {
    let comment = "No referrer: it would carry the queries of sensitive pages.";
    let log = line("access_log", ["/dev/stdout".into(), Arg::ours(name(scope))]);
    let format = format(scope).comment(comment);
    uri(scope, diagnostics).into_iter().chain([format, log]).collect()
}

fn has_sensitive(scope: &Scope<'_>) -> bool {
    scope.routes.iter().any(|route| route.sensitive)
}

/// What of a request's address is logged. It is told by host and path and not by location, because a
/// redirect, a closed site and a refusal answer outside of the route's.
fn uri(scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<Directive> {
    let mut items = vec![entry("default".into(), ["$request_uri".into()])];
    let beside = |route: &&&Route| {
        scope.routes.iter().any(|other| other.sensitive && other.domain == route.domain)
    };
    for route in scope.routes.iter().filter(beside) {
        match address(scope, route) {
            Ok(pattern) => {
                let logged = if route.sensitive { "$uri" } else { "$request_uri" };
                items.push(entry(pattern, [logged.into()]));
            }
            Err(fault) => {
                let span = route.path.origin.span();
                refuse(span, "the path", &route.path, fault, diagnostics);
            }
        }
    }
    has_sensitive(scope).then(|| {
        block("map", ["$host$uri".into(), "$logged_uri".into()], items)
            .comment("The queries of sensitive routes stay out of the log.")
    })
}

/// A pattern for a route's addresses, on every host of its domain.
fn address(scope: &Scope<'_>, route: &Route) -> Result<Arg, Fault> {
    let domains = &scope.environment.domains;
    let domain = domains.get(&route.domain).ok_or(Fault("its domain is not known"))?;
    let hosts = std::iter::once(&domain.host).chain(&domain.aliases).chain(&domain.redirect_from);
    let host = |host: &str| match host.strip_prefix("*.") {
        Some(below) => format!("[^/]+[.]{}", escape(below)),
        None => escape(host),
    };
    let hosts: Vec<_> = hosts.map(|name| host(&name.to_ascii_lowercase())).collect();
    let end = if route.exact { "$" } else { "(?:/|$)" };
    let path = escape(decode(&route.path)?.trim_end_matches('/'));
    Arg::literal(&format!("~^(?:{}){path}{end}", hosts.join("|")))
}

/// Has a server decide what is logged before a path is stripped.
pub(super) fn of_server(scope: &Scope<'_>) -> Option<Directive> {
    has_sensitive(scope).then(|| {
        plain("set", "$decided_uri $logged_uri").comment("Decided before a path is stripped.")
    })
}

fn name<'a>(scope: &Scope<'a>) -> &'a str {
    &scope.environment.edge.logs.format
}

/// Where faults go, and from which severity on.
pub(super) fn errors(scope: &Scope<'_>) -> Directive {
    one("error_log", "stderr").and(Arg::ours(&*scope.environment.edge.logs.level.value))
}

fn format(scope: &Scope<'_>) -> Directive {
    let uri = if has_sensitive(scope) { "$logged_uri" } else { "$request_uri" };
    // A request may be under limits of both kinds.
    let counted = exact::is_on(scope);
    let (escape, fields) = match name(scope) {
        "text" => ("escape=default", text(uri, counted)),
        _ => ("escape=json", json(uri, counted)),
    };
    let start = [Arg::ours(name(scope)), escape.into()];
    let fields = fields.into_iter().filter(|field| !field.is_empty()).map(Arg::ours);
    line("log_format", start.into_iter().chain(fields)).stacked()
}

fn json(uri: &str, counted: bool) -> Vec<String> {
    vec![
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
        if counted { format!(r#""limit_exact":"{}","#, exact::STATUS) } else { String::new() },
        r#""user_agent":"$http_user_agent"}"#.to_owned(),
    ]
}

fn text(uri: &str, counted: bool) -> Vec<String> {
    vec![
        "$time_iso8601 $remote_addr $host ".to_owned(),
        format!(r#""$request_method {uri} $server_protocol" "#),
        "$status $body_bytes_sent $request_time ".to_owned(),
        "$upstream_status $upstream_response_time $limit_req_status ".to_owned(),
        if counted { format!("{} ", exact::STATUS) } else { String::new() },
        r#"$request_id "$http_user_agent""#.to_owned(),
    ]
}
