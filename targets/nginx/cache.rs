//! Caching: what browsers keep, and what nginx keeps itself.

use stackc_model::{AnswerCache, Kind, Route};
use stackc_source::Diagnostics;

use super::conf::{Arg, Directive, block, entry, line, one, plain};
use super::path::escape;
use super::scope::{Scope, refuse};
use super::{headers, proxy};

/// Whether a route leads to a build of Vite, which puts a hash into the name of every asset.
fn is_hashed(scope: &Scope<'_>, route: &Route) -> bool {
    let vite = *scope.service(route).kind == Kind::Vite;
    scope.environment.edge.static_cache.is_some() && vite && !route.exact
}

/// Whether nginx keeps answers of a route.
fn is_kept(route: &Route) -> bool {
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
    }
    out
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
        // Not `$host`: a client chooses that.
        one("proxy_cache_key", "$scheme$server_name$request_uri"),
        plain("proxy_cache_lock", "on"),
        plain("proxy_cache_background_update", "on"),
        plain(
            "proxy_cache_use_stale",
            "error timeout updating http_500 http_502 http_503 http_504",
        ),
        plain("proxy_cache_bypass", "$http_authorization $http_cookie")
            .comment("Whoever is known gets answers of their own."),
        plain("proxy_no_cache", "$http_authorization $http_cookie"),
    ]
}

/// What a place says of caching. The headers of `proxy.conf` have to stand there already where
/// `hides` is true.
pub(super) fn of_place(scope: &Scope<'_>, route: &Route, hides: bool) -> Vec<Directive> {
    let (hashed, kept) = (is_hashed(scope, route), is_kept(route));
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
        if let AnswerCache::For(time) = *route.cache {
            let words = ["200".into(), "301".into(), "308".into(), Arg::ours(time.compact())];
            out.push(line("proxy_cache_valid", words));
        }
        out.push(plain("add_header", "X-Cache $upstream_cache_status always"));
    }
    out
}
