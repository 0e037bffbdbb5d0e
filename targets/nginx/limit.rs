//! Limits: how many requests a client may make, and how many at once.

use std::collections::BTreeSet;

use stackc_model::{Enforce, Limit, LimitKey, LimitMode, Sourced};
use stackc_source::{Diagnostic, Diagnostics, codes};

use super::conf::{Arg, Directive, block, entry, line, one, plain};
use super::place::Place;
use super::rate::Bucket;
use super::scope::{Scope, is_range, refuse};
use super::{conf::Fault, headers};

/// What identifies a client.
const CLIENT: &str = "$binary_remote_addr";

/// `limits.conf`: one zone for each limit that a place uses.
pub(super) fn conf(
    scope: &Scope<'_>,
    used: &BTreeSet<&str>,
    diagnostics: &mut Diagnostics,
) -> Vec<Directive> {
    let at_once = scope.options.connections_per_client;
    let mut out = vec![
        line("limit_conn_zone", [CLIENT.into(), "zone=limit_conn:10m".into()])
            .comment("Requests of one address at the same time."),
        line("limit_conn", ["limit_conn".into(), Arg::ours(at_once.to_string())]),
        plain("limit_conn_status", "429"),
        plain("limit_conn_log_level", "warn"),
    ];
    if !used.is_empty() {
        out.push(plain("limit_req_status", "429").comment("Requests of one address over time."));
        out.push(plain("limit_req_log_level", "warn"));
    }
    let limits = scope.environment.limits.iter();
    for limit in limits.filter(|limit| used.contains(limit.name.as_str())) {
        out.extend(zone(limit, diagnostics));
    }
    out
}

/// The zone of a limit, with the variables that make up its key.
fn zone(limit: &Limit, diagnostics: &mut Diagnostics) -> Vec<Directive> {
    let bucket = Bucket::new(*limit.rate, *limit.mode);
    // Where the application counts too, it is the one that keeps the promise.
    if !bucket.keeps && *limit.enforce == Enforce::Edge {
        diagnostics.push(too_slow(limit, bucket));
    }
    let variable = |what: &str| format!("$limit_{}_{what}", limit.name.as_str().replace('-', "_"));
    let (mut key, mut out) = (CLIENT.to_owned(), Vec::new());
    match &*limit.key {
        LimitKey::Address => {}
        LimitKey::User => no_user(limit).into_iter().for_each(|it| diagnostics.push(it)),
        LimitKey::Header(header) => {
            let from = format!("$http_{}", header.to_ascii_lowercase().replace('-', "_"));
            let name = variable("client");
            let others = entry("default".into(), [Arg::ours(&*from)]);
            let items = vec![others, entry("".into(), [CLIENT.into()])];
            out.push(block("map", [Arg::ours(from), Arg::ours(&*name)], items));
            key = name;
        }
    }
    if !limit.methods.is_empty() {
        let others = entry("default".into(), ["".into()]);
        let methods =
            limit.methods.iter().filter_map(|name| method(limit, name, &key, diagnostics));
        let name = variable("method");
        let args = ["$request_method".into(), Arg::ours(&*name)];
        out.push(block("map", args, std::iter::once(others).chain(methods).collect()));
        key = name;
    }
    if !limit.exempt.is_empty() {
        let (exempt, counted) = (variable("exempt"), variable("counted"));
        let ranges = limit.exempt.iter().filter_map(|text| range(text, diagnostics));
        let others = entry("default".into(), ["0".into()]);
        let items = std::iter::once(others).chain(ranges).collect();
        out.push(block("geo", [Arg::ours(&*exempt)], items));
        let items = vec![entry("default".into(), [Arg::ours(key)]), entry("1".into(), ["".into()])];
        out.push(block("map", [Arg::ours(exempt), Arg::ours(&*counted)], items));
        key = counted;
    }
    out.push(line(
        "limit_req_zone",
        [
            Arg::ours(key),
            Arg::ours(format!("zone={}:10m", zone_name(limit))),
            Arg::ours(format!("rate={}r/m", bucket.per_minute)),
        ],
    ));
    if let Some(first) = out.first_mut() {
        *first = first.clone().comment(bound(limit, bucket));
    }
    out
}

fn method(
    limit: &Limit,
    name: &str,
    client: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Directive> {
    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Some(entry(Arg::ours(name), [Arg::ours(client)]));
    }
    let fault = Fault("a method is a word in upper case");
    refuse(Some(limit.span), "the method", name, fault, diagnostics);
    None
}

fn range(text: &Sourced<String>, diagnostics: &mut Diagnostics) -> Option<Directive> {
    if is_range(text) {
        return Some(entry(Arg::ours(&*text.value), ["1".into()]));
    }
    let fault = Fault("it is neither an address nor a range of addresses");
    refuse(text.origin.span(), "the exemption", text, fault, diagnostics);
    None
}

/// The limit in words, with what it really lets through.
fn bound(limit: &Limit, bucket: Bucket) -> String {
    let most = bucket.most_in(limit.rate.window);
    let mode = match *limit.mode {
        _ if !bucket.keeps => "asked for, and nginx counts no slower than one a minute",
        LimitMode::Average => "on average",
        LimitMode::Strict => "at most",
    };
    match *limit.enforce {
        Enforce::Both => format!(
            "{}: {}, kept by the application; here no window sees more than {most}.",
            limit.name,
            asked(limit)
        ),
        _ => format!("{}: {} {mode}; no window sees more than {most}.", limit.name, asked(limit)),
    }
}

fn asked(limit: &Limit) -> String {
    format!("{} requests in {}", limit.rate.count, limit.rate.window.compact())
}

fn too_slow(limit: &Limit, bucket: Bucket) -> Diagnostic {
    let window = limit.rate.window;
    let message = format!(
        "nginx counts no slower than one request per minute: limit `{}`, {}, lets up to {} through",
        limit.name,
        asked(limit),
        bucket.most_in(window),
    );
    let span = limit.rate.origin.span().unwrap_or(limit.span);
    Diagnostic::new(codes::APPROXIMATED, span, message)
        .label(format!("up to {} in {}", bucket.most_in(window), window.compact()))
        .help("count in the application and write `enforce: both`; nginx then is a coarse guard")
}

fn no_user(limit: &Limit) -> Option<Diagnostic> {
    let span = limit.key.origin.span().filter(|_| *limit.enforce == Enforce::Edge)?;
    let message = format!(
        "nginx knows no users: the limit `{}` counts addresses, and users behind one share it",
        limit.name
    );
    let help = "count in the application, and write `enforce: app` or `both`";
    Some(Diagnostic::new(codes::APPROXIMATED, span, message).help(help))
}

/// Zones share one name space with those of the upstreams, which hold a single `_`.
fn zone_name(limit: &Limit) -> String {
    format!("limit_req_{}", limit.name)
}

/// The limits that hold for every place of a domain, and so for its server.
pub(super) fn common<'a>(places: &[Place<'a>]) -> Vec<&'a Limit> {
    let Some((first, others)) = places.split_first() else { return Vec::new() };
    let everywhere = |limit: &&Limit| others.iter().all(|place| place.limits.contains(limit));
    first.limits.iter().copied().filter(everywhere).collect()
}

/// Seconds a client refused under these limits should wait.
pub(super) fn retry_after(limits: &[&Limit]) -> u64 {
    let wait = |limit: &&Limit| Bucket::new(*limit.rate, *limit.mode).retry_after();
    limits.iter().map(wait).max().unwrap_or(1)
}

/// The limits of a server.
pub(super) fn of_server(common: &[&Limit]) -> Vec<Directive> {
    let wait = refusal(retry_after(common));
    common.iter().map(limit_req).chain([wait]).collect()
}

/// The limits of a place; those of its server hold where it has no others.
pub(super) fn of_place(place: &Place<'_>, common: &[&Limit]) -> Vec<Directive> {
    if place.limits == common {
        return Vec::new();
    }
    // nginx inherits no `limit_req` next to another, so the common ones are said again.
    let mut out: Vec<_> = place.limits.iter().map(limit_req).collect();
    let wait = retry_after(&place.limits);
    if wait != retry_after(common) {
        out.push(refusal(wait));
    }
    out
}

fn limit_req(limit: &&Limit) -> Directive {
    let bucket = Bucket::new(*limit.rate, *limit.mode);
    let zone = Arg::ours(format!("zone={}", zone_name(limit)));
    // nginx refuses `burst=0`, which is its default.
    let burst = Some(bucket.burst).filter(|burst| *burst > 0);
    let burst = burst.map(|burst| Arg::ours(format!("burst={burst}")));
    line("limit_req", [Some(zone), burst, Some("nodelay".into())].into_iter().flatten())
}

/// Sends refused requests to the location that answers them.
fn refusal(wait: u64) -> Directive {
    line("error_page", ["429".into(), Arg::ours(format!("@retry_after_{wait}"))])
}

/// The location that answers refused requests.
pub(super) fn too_many(scope: &Scope<'_>, wait: u64) -> Directive {
    let mut items = headers::repeated(scope);
    let wait_arg = Arg::ours(wait.to_string());
    items.push(line("add_header", ["Retry-After".into(), wait_arg, "always".into()]));
    items.push(one("return", "429"));
    block("location", [Arg::ours(format!("@retry_after_{wait}"))], items)
}
