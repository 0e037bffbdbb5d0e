//! Limits: how many requests a client may make, and how many at once.

use stackc_model::{Enforce, Limit, LimitKey, LimitMode, Sourced};
use stackc_source::{Diagnostic, Diagnostics, codes};

use super::conf::{Arg, Directive, block, entry, line, one, plain};
use super::place::Place;
use super::rate::Bucket;
use super::scope::{Scope, is_range, refuse};
use super::{conf::Fault, exact, headers};

/// What identifies a client: its address, or the network of an IPv6 address.
const CLIENT: &str = "$limit_client";

/// The first 64 bits of an IPv6 address, where it is no IPv4 address in disguise (`::ffff:0:0/96`).
const NETWORK: &str = r"(?s)^(?!\x00{10}\xff\xff)(?<limit_network>.{8}).{8}$";

/// `limits.conf`: the memory of each limit in use.
pub(super) fn conf(scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Vec<Directive> {
    let at_once = scope.options.connections_per_client;
    let address = entry("".into(), ["$binary_remote_addr".into()]);
    let network = entry("default".into(), ["$limit_network".into()]);
    let mut out = vec![
        block("map", ["$limit_network".into(), CLIENT.into()], vec![network, address])
            .comment("A client is an address; of IPv6, where one client has many, a network."),
        line("limit_conn_zone", [CLIENT.into(), "zone=limit_conn:10m".into()])
            .comment("Requests of one client at the same time."),
        line("limit_conn", ["limit_conn".into(), Arg::ours(at_once.to_string())]),
        plain("limit_conn_status", "429"),
        plain("limit_conn_log_level", "warn"),
    ];
    if scope.limits().any(|limit| !exact::is_exact(limit)) {
        out.push(plain("limit_req_status", "429").comment("Requests of one client over time."));
        out.push(plain("limit_req_log_level", "warn"));
    }
    if scope.options.limits_dry_run {
        out.push(
            plain("limit_conn_dry_run", "on").comment("On trial: counted, logged, not refused."),
        );
        out.push(plain("limit_req_dry_run", "on"));
    }
    out.extend(exact::shared(scope));
    out.extend(scope.limits().flat_map(|limit| zone(limit, diagnostics)));
    out
}

/// The zone of a limit, with the variables that make up its key.
fn zone(limit: &Limit, diagnostics: &mut Diagnostics) -> Vec<Directive> {
    let bucket = Bucket::new(*limit.rate, *limit.mode);
    let mut out = key(limit, diagnostics);
    out.push(match bucket {
        None => exact::zone(limit),
        Some(bucket) => {
            let zone = Arg::ours(format!("zone={}:10m", zone_name(limit)));
            let rate = Arg::ours(format!("rate={}r/m", bucket.per_minute));
            line("limit_req_zone", [Arg::ours(client(limit)), zone, rate])
        }
    });
    if let Some(first) = out.first_mut() {
        *first = first.clone().comment(bound(limit, bucket));
    }
    out
}

/// The variables that say who the client is, each made from the one before: whom the limit counts,
/// which methods, and who is exempt. An empty value is not counted.
fn key(limit: &Limit, diagnostics: &mut Diagnostics) -> Vec<Directive> {
    let (mut key, mut out) = (CLIENT.to_owned(), Vec::new());
    match &*limit.key {
        LimitKey::Address => {}
        LimitKey::User => no_user(limit).into_iter().for_each(|it| diagnostics.push(it)),
        LimitKey::Header(header) => {
            let from = format!("$http_{}", header.to_ascii_lowercase().replace('-', "_"));
            let name = variable(limit, "client");
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
        let name = variable(limit, "method");
        let args = ["$request_method".into(), Arg::ours(&*name)];
        out.push(block("map", args, std::iter::once(others).chain(methods).collect()));
        key = name;
    }
    if !limit.exempt.is_empty() {
        let (exempt, counted) = (variable(limit, "exempt"), variable(limit, "counted"));
        let ranges = limit.exempt.iter().filter_map(|text| range(text, diagnostics));
        let others = entry("default".into(), ["0".into()]);
        let items = std::iter::once(others).chain(ranges).collect();
        out.push(block("geo", [Arg::ours(&*exempt)], items));
        let items = vec![entry("default".into(), [Arg::ours(key)]), entry("1".into(), ["".into()])];
        out.push(block("map", [Arg::ours(exempt), Arg::ours(counted)], items));
    }
    out
}

/// The variable that says who the client is: the last of those that [`key`] makes.
pub(super) fn client(limit: &Limit) -> String {
    let last = match &*limit.key {
        _ if !limit.exempt.is_empty() => "counted",
        _ if !limit.methods.is_empty() => "method",
        LimitKey::Header(_) => "client",
        LimitKey::Address | LimitKey::User => return CLIENT.to_owned(),
    };
    variable(limit, last)
}

fn variable(limit: &Limit, what: &str) -> String {
    format!("$limit_{}_{what}", limit.name.as_str().replace('-', "_"))
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
fn bound(limit: &Limit, bucket: Option<Bucket>) -> String {
    let (name, window) = (&limit.name, limit.rate.window);
    let asked = format!("{} requests in {}", limit.rate.count, window.compact());
    match bucket.map(|bucket| bucket.most_in(window)) {
        None => format!("{name}: {asked}, counted one by one; no window sees more."),
        Some(most) => {
            let mode = match *limit.mode {
                LimitMode::Average => "on average",
                LimitMode::Strict => "at most",
            };
            format!("{name}: {asked} {mode}; no window sees more than {most}.")
        }
    }
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
pub(super) fn zone_name(limit: &Limit) -> String {
    format!("limit_req_{}", limit.name)
}

/// The limits that hold for every place of a domain, and so for its server.
pub(super) fn common<'a>(places: &[Place<'a>]) -> Vec<&'a Limit> {
    let Some((first, others)) = places.split_first() else { return Vec::new() };
    let everywhere = |limit: &&Limit| others.iter().all(|place| place.limits.contains(limit));
    first.limits.iter().copied().filter(everywhere).collect()
}

/// The limits of a server, and where it sends who is refused.
pub(super) fn of_server(common: &[&Limit]) -> Vec<Directive> {
    let mut out = vec![wait(common), plain("error_page", "429 @too_many_requests")];
    out.extend(requests(common));
    out.extend(exact::of_place(&exactly(common)));
    out.push(network());
    out
}

/// Has a server see the network of a client: the name in the condition is a variable of the request, also
/// where a refusal is answered elsewhere. A capture in a `map` would do too, but those made nginx overflow
/// its heap more than once.
fn network() -> Directive {
    let test = ["($binary_remote_addr".into(), "~".into(), Arg::ours(NETWORK), ")".into()];
    block("if", test, Vec::new()).comment(
        "Empty, for the condition does it: `limit_network` is the first half of an IPv6 address.",
    )
}

/// The limits of a place; those of its server hold where it has no others. nginx inherits no
/// `limit_req` next to another, so the common ones are said again.
pub(super) fn of_place(place: &Place<'_>, common: &[&Limit]) -> Vec<Directive> {
    let own = &place.limits;
    let mut out = Vec::new();
    out.extend((wait(own) != wait(common)).then(|| wait(own)));
    out.extend(requests(own).filter(|_| requests(own).ne(requests(common))));
    let counted = exactly(own);
    if counted != exactly(common) {
        out.extend(exact::of_place(&counted));
    }
    out
}

fn exactly<'a>(limits: &[&'a Limit]) -> Vec<&'a Limit> {
    limits.iter().copied().filter(|limit| exact::is_exact(limit)).collect()
}

fn buckets(limits: &[&Limit]) -> impl Iterator<Item = (String, Bucket)> {
    let bucket = |limit: &&Limit| Some((zone_name(limit), Bucket::new(*limit.rate, *limit.mode)?));
    limits.iter().filter_map(bucket)
}

fn requests(limits: &[&Limit]) -> impl Iterator<Item = Directive> {
    buckets(limits).map(|(zone, bucket)| {
        let zone = Arg::ours(format!("zone={zone}"));
        // nginx refuses `burst=0`, which is its default.
        let burst = Some(bucket.burst).filter(|burst| *burst > 0);
        let burst = burst.map(|burst| Arg::ours(format!("burst={burst}")));
        line("limit_req", [Some(zone), burst, Some("nodelay".into())].into_iter().flatten())
    })
}

/// Seconds a client refused under these limits should wait, where no script knows better.
fn wait(limits: &[&Limit]) -> Directive {
    let seconds = buckets(limits).map(|(_, bucket)| bucket.retry_after()).max();
    line("set", ["$retry_after".into(), Arg::ours(seconds.unwrap_or(1).to_string())])
}

/// The location that answers refused requests.
pub(super) fn too_many(scope: &Scope<'_>) -> Directive {
    let mut items = headers::repeated(scope);
    items.push(plain("add_header", "Retry-After $retry_after always"));
    items.push(one("return", "429"));
    block("location", ["@too_many_requests".into()], items)
}
