//! The site is closed for now: 503 everywhere but at health checks.

use std::collections::BTreeSet;

use super::conf::{Arg, Directive, block, entry, line, one, plain};
use super::path::{decode, escape};
use super::scope::{Scope, is_range};
use super::{headers, place};

/// Who is turned away from what, for `nginx.conf`.
pub(super) fn variables(scope: &Scope<'_>) -> Vec<Directive> {
    let Some(maintenance) = &scope.environment.edge.maintenance else { return Vec::new() };
    let ranges = maintenance.allow.iter().filter(|range| is_range(range));
    let served = ranges.map(|range| entry(Arg::ours(&*range.value), ["0".into()]));
    let items = std::iter::once(entry("default".into(), ["1".into()])).chain(served).collect();
    let closed = block("geo", ["$maintenance".into()], items)
        .comment("The site is closed for now, but for these addresses and for health checks.");
    let paths: BTreeSet<_> =
        scope.routes.iter().flat_map(|route| place::health(scope, route)).collect();
    // A path that cannot be carried is refused where its location is written.
    let pattern = |path: &String| Arg::literal(&format!("~^{}$", escape(&decode(path)?)));
    let open = paths.iter().filter_map(|path| pattern(path).ok());
    let open = open.map(|pattern| entry(pattern, ["0".into()]));
    let items =
        std::iter::once(entry("default".into(), ["$maintenance".into()])).chain(open).collect();
    vec![closed, block("map", ["$uri".into(), "$turned_away".into()], items)]
}

/// Turns clients away, in each server.
pub(super) fn of_server(scope: &Scope<'_>) -> Vec<Directive> {
    if scope.environment.edge.maintenance.is_none() {
        return Vec::new();
    }
    vec![
        plain("error_page", "503 @maintenance"),
        block("if", ["($turned_away)".into()], vec![plain("return", "503")]),
    ]
}

/// The location that answers.
pub(super) fn location(scope: &Scope<'_>) -> Option<Directive> {
    let maintenance = scope.environment.edge.maintenance.as_ref()?;
    let mut items = headers::repeated(scope);
    let wait = Arg::ours(maintenance.retry_after.ceil().to_string());
    items.push(line("add_header", ["Retry-After".into(), wait, "always".into()]));
    items.push(one("return", "503"));
    Some(block("location", ["@maintenance".into()], items))
}
