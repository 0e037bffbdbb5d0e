//! From routes to places: the paths of a domain that need a `location` of their own.
//!
//! A route is one place. Where a site is closed, or answers are kept, the public paths of health checks are
//! places too: they are open to everybody, and always asked anew.

use std::collections::BTreeMap;

use stackc_model::{Label, Limit, Route};

use super::cache;
use super::path::covers;
use super::scope::Scope;

/// Paths that are answered alike.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    /// The path, without a `/` at its end unless it is `/`.
    pub(super) path: String,
    /// Whether only the very path matches.
    pub(super) exact: bool,
    /// The route it belongs to.
    pub(super) route: &'a Route,
    /// The limits on it.
    pub(super) limits: Vec<&'a Limit>,
    /// Whether it is asked whether a service is well: everybody may ask although the site is closed, and
    /// no answer is an old one.
    pub(super) health: bool,
}

/// The places of a domain, longest path first.
pub(super) fn places<'a>(scope: &Scope<'a>, domain: &Label) -> Vec<Place<'a>> {
    let routes = of_domain(scope, domain);
    let mut found = BTreeMap::new();
    for route in &routes {
        let limits = scope.environment.limits.iter();
        let place = Place {
            path: route.path.value.clone(),
            exact: route.exact,
            route,
            limits: limits.filter(|limit| route.limits.contains(&limit.name)).collect(),
            health: false,
        };
        let differs = scope.guard(route).is_some() || cache::is_kept(route);
        let health = health(scope, route).filter(|path| differs && owns(route, &routes, path));
        for path in health {
            let health = Place { path, exact: true, health: true, ..place.clone() };
            found.insert((health.path.clone(), true), health);
        }
        found.entry((place.path.clone(), place.exact)).or_insert(place);
    }
    let mut places: Vec<_> = found.into_values().collect();
    places.sort_by_key(|place| (std::cmp::Reverse(place.path.len()), !place.exact));
    places
}

/// The public paths at which a service would show its metrics or its detailed health, sorted.
pub(super) fn internals(scope: &Scope<'_>, domain: &Label) -> Vec<String> {
    let routes = of_domain(scope, domain);
    let of_route = |route: &&Route| {
        let service = scope.service(route);
        let metrics = service.metrics.iter().filter(|metrics| metrics.port == route.port);
        let health = service.health.iter().filter(|_| is_main(scope, route));
        let detail = health.filter_map(|health| health.detail.as_ref());
        let paths = metrics.map(|metrics| &metrics.path).chain(detail);
        let public = paths.filter_map(|path| public_path(route, path));
        public.filter(|path| owns(route, &routes, path)).collect::<Vec<_>>()
    };
    let mut found: Vec<_> = routes.iter().flat_map(of_route).collect();
    found.sort();
    found.dedup();
    found
}

fn of_domain<'a>(scope: &Scope<'a>, domain: &Label) -> Vec<&'a Route> {
    scope.routes.iter().copied().filter(|route| route.domain == *domain).collect()
}

/// Whether, of all routes, this one answers a path: the longest that covers it.
fn owns(route: &Route, routes: &[&Route], path: &str) -> bool {
    let answers = |other: &Route| match other.exact {
        true => *other.path == path,
        false => covers(&other.path, path),
    };
    let rank = |other: &Route| (other.path.len(), other.exact);
    answers(route) && routes.iter().all(|other| !answers(other) || rank(other) <= rank(route))
}

/// The public paths of a service's health checks, which must answer although the site is closed.
pub(super) fn health<'a>(
    scope: &Scope<'a>,
    route: &'a Route,
) -> impl Iterator<Item = String> + use<'a> {
    let health = scope.service(route).health.as_ref().filter(|_| is_main(scope, route));
    let paths = health.into_iter().flat_map(|health| [&health.live, &health.ready]).flatten();
    paths.filter_map(|path| public_path(route, path))
}

/// Whether a route leads to the port that health is asked on.
fn is_main(scope: &Scope<'_>, route: &Route) -> bool {
    scope.service(route).main_port().is_some_and(|(name, _)| *name == route.port)
}

/// The public path under which a route shows a path of its service, if it does.
fn public_path(route: &Route, path: &str) -> Option<String> {
    let upper = if route.path.as_str() == "/" { "" } else { route.path.as_str() };
    let public = if route.strip { format!("{upper}{path}") } else { path.to_owned() };
    let shown = if route.exact { public == *route.path } else { covers(&route.path, &public) };
    shown.then_some(public)
}
