//! What is logged of requests.

use super::conf::{Arg, Directive, line, one};
use super::exact;
use super::scope::Scope;

/// The formats in use, and the log itself.
pub(super) fn conf(scope: &Scope<'_>) -> Vec<Directive> {
    let comment = "No referrer: it would carry the queries of sensitive pages.";
    let mut out = vec![format(scope, "", "$request_uri").comment(comment)];
    if scope.routes.iter().any(|route| route.sensitive) {
        out.push(format(scope, WITHOUT_QUERY, "$uri"));
    }
    out.push(access_log(scope, ""));
    out
}

const WITHOUT_QUERY: &str = "_without_query";

/// The log of a sensitive place.
pub(super) fn without_query(scope: &Scope<'_>) -> Directive {
    access_log(scope, WITHOUT_QUERY)
}

fn access_log(scope: &Scope<'_>, suffix: &str) -> Directive {
    let name = Arg::ours(format!("{}{suffix}", name(scope)));
    line("access_log", ["/dev/stdout".into(), name])
}

fn name<'a>(scope: &Scope<'a>) -> &'a str {
    &scope.environment.edge.logs.format
}

/// Where faults go, and from which severity on.
pub(super) fn errors(scope: &Scope<'_>) -> Directive {
    one("error_log", "stderr").and(Arg::ours(&*scope.environment.edge.logs.level.value))
}

fn format(scope: &Scope<'_>, suffix: &str, uri: &str) -> Directive {
    let full = format!("{}{suffix}", name(scope));
    // A request may be under limits of both kinds.
    let counted = exact::is_on(scope);
    let (escape, fields) = match name(scope) {
        "text" => ("escape=default", text(uri, counted)),
        _ => ("escape=json", json(uri, counted)),
    };
    let start = [Arg::ours(full), escape.into()];
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
