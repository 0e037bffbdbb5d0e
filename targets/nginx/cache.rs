//! Caching: what browsers keep, and what nginx keeps itself.

use stackc_model::{AnswerCache, Kind, Route};
use stackc_source::Diagnostics;

use super::conf::{Arg, Directive, block, entry, line, one, plain};
use super::path::escape;
use super::place::Place;
use super::scope::{Scope, refuse};
use super::{headers, proxy};

/// Whether a route leads to a build of Vite, which puts a hash into the name of every asset.
fn is_hashed(scope: &Scope<'_>, route: &Route) -> bool {
    let vite = *scope.service(route).kind == Kind::Vite;
    scope.environment.edge.static_cache.is_some() && vite && !route.exact
}

/// Whether nginx keeps answers of a route.
pub(super) fn is_kept(route: &Route) -> bool {
    *route.cache != AnswerCache::Never
}

/// Variables and the cache itself, for `nginx.conf`.
pub(super) fn variables(scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Vec<Directive> {
    let mut out = assets(scope, diagnostics);
    if scope.routes.iter().any(|route| is_kept(route)) {
        let words = ["levels=1:2", "keys_zone=answers:4m", "max_size=32m", "inactive=1h"];
        let words = words.into_iter().chain(["use_temp_path=off"]).map(Arg::from);
        let path = std::iter::once(Arg::from("/tmp/cache")).chain(words);
        out.push(line("proxy_cache_path", path).comment("Answers that are kept, in memory."));
        let private = "~*(?:^|[ ,])(?:private|no-cache|no-store)";
        out.push(when("$upstream_http_cache_control", "$private", private));
        let pages = scope.routes.iter().any(|route| names_assets(scope, route));
        // A map with a regular expression, and no captures.
        let of_page =
            || when("$upstream_http_content_type", "$page", "~^text/(?:html|x-component)");
        out.extend(pages.then(of_page));
    }
    out
}

/// Whether what is kept of a route would name the assets of a build that is gone: Next.js tells caches to
/// keep its pages for a year, and means caches that a deployment empties.
fn names_assets(scope: &Scope<'_>, route: &Route) -> bool {
    *scope.service(route).kind == Kind::Nextjs && *route.cache == AnswerCache::AsTold
}

/// A variable that is set where another matches, and empty elsewhere.
fn when(from: &'static str, to: &'static str, pattern: &'static str) -> Directive {
    let items = vec![entry("default".into(), ["".into()]), entry(pattern.into(), ["1".into()])];
    block("map", [from.into(), to.into()], items)
}

/// How long a browser keeps an answer of a front end: assets as long as the stack says, anything else
/// as the service says, and where it says nothing, not without asking again.
fn assets(scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Vec<Directive> {
    let Some(time) = &scope.environment.edge.static_cache else { return Vec::new() };
    let value = format!("public, max-age={}, immutable", time.ceil());
    let mut items = vec![entry("default".into(), ["$page_cache".into()])];
    for route in scope.routes.iter().filter(|route| is_hashed(scope, route)) {
        let path = route.path.trim_end_matches('/');
        let pattern = format!("~^(?:200|206|304) {}/assets/", escape(path));
        match Arg::literal(&pattern) {
            Ok(pattern) => items.push(entry(pattern, [Arg::ours(&*value)])),
            Err(fault) => refuse(route.path.origin.span(), "the path", path, fault, diagnostics),
        }
    }
    if items.len() == 1 {
        return Vec::new();
    }
    let told = "$upstream_http_cache_control";
    let page = vec![entry("default".into(), [told.into()]), entry("".into(), ["no-cache".into()])];
    vec![
        block("map", [told.into(), "$page_cache".into()], page)
            .comment("What browsers keep of a front end: what has a hash in its name, for long."),
        block("map", ["$status $uri".into(), "$asset_cache".into()], items),
    ]
}

/// `cache.conf`: how answers are kept; empty where none are.
pub(super) fn conf(scope: &Scope<'_>) -> Vec<Directive> {
    if !scope.routes.iter().any(|route| is_kept(route)) {
        return Vec::new();
    }
    vec![
        plain("proxy_cache", "answers"),
        one("proxy_cache_key", "$scheme$host$request_uri")
            .comment("A host is one of our names here: the servers for no site turn others away."),
        plain("proxy_cache_lock", "on"),
        plain("proxy_cache_background_update", "on"),
        plain(
            "proxy_cache_use_stale",
            "error timeout updating http_500 http_502 http_503 http_504",
        ),
        plain("proxy_cache_bypass", "$http_authorization $http_cookie")
            .comment("Whoever is known gets answers of their own."),
        plain("proxy_no_cache", "$http_authorization $http_cookie $private"),
    ]
}

/// What a place says of caching. The headers of `proxy.conf` have to stand there already where
/// `hides` is true.
pub(super) fn of_place(scope: &Scope<'_>, place: &Place<'_>, hides: bool) -> Vec<Directive> {
    let route = place.route;
    let (hashed, kept) = (is_hashed(scope, route), is_kept(route) && !place.health);
    let mut out = Vec::new();
    if !hashed && !kept {
        return out;
    }
    out.extend(headers::repeated(scope));
    if hashed {
        if !hides {
            out.push(one("include", "proxy.conf"));
            out.extend(proxy::keep_alive(scope));
        }
        out.push(plain("proxy_hide_header", "Cache-Control"));
        out.push(plain("add_header", "Cache-Control $asset_cache always"));
    }
    if kept {
        out.push(one("include", "cache.conf"));
        if names_assets(scope, route) {
            let pages = plain("proxy_no_cache", "$page");
            out.push(pages.comment("A page names the assets of its build, and goes with them."));
        }
        if let AnswerCache::For(time) = *route.cache {
            // Otherwise the service's word on how long counts for more.
            out.push(plain("proxy_ignore_headers", "X-Accel-Expires Expires Cache-Control"));
            let words = ["200".into(), "301".into(), "308".into(), Arg::ours(time.compact())];
            out.push(line("proxy_cache_valid", words));
        }
        out.push(plain("add_header", "X-Cache $upstream_cache_status always"));
    }
    out
}
