//! Paths that are for operators: metrics and the detailed health report, wherever a route would
//! make them public.

use std::collections::BTreeSet;

use stackc_model::{Environment, Route};

/// The public paths at which a route shows what is for operators.
pub(super) fn exposed(environment: &Environment, route: &Route) -> BTreeSet<String> {
    let service = &environment[route.service];
    let metrics = service.metrics.iter().filter(|metrics| metrics.port == route.port);
    let main = service.main_port().is_some_and(|(name, _)| *name == route.port);
    let health = service.health.iter().filter(|_| main);
    let detail = health.filter_map(|health| health.detail.as_ref());
    let paths = metrics.map(|metrics| &metrics.path).chain(detail);
    let public = paths.filter_map(|path| public(route, path));
    public.filter(|path| owns(environment, route, path)).collect()
}

/// Where a path of the service lies for the public, if the route leads there.
fn public(route: &Route, inside: &str) -> Option<String> {
    if !route.strip {
        return answers(route, inside).then(|| inside.to_owned());
    }
    match route.exact {
        true => (inside == "/").then(|| route.path.value.clone()),
        false => Some(format!("{}{inside}", route.path.trim_end_matches('/'))),
    }
}

/// Whether no longer route of the domain takes the path away from this one.
fn owns(environment: &Environment, route: &Route, path: &str) -> bool {
    let rank = |route: &Route| (route.path.len(), route.exact);
    let others = environment.routes.iter().filter(|other| other.domain == route.domain);
    others.filter(|other| answers(other, path)).all(|other| rank(other) <= rank(route))
}

/// Whether a route covers a public path: by whole segments, or exactly.
fn answers(route: &Route, path: &str) -> bool {
    if route.exact {
        return path == *route.path;
    }
    path.strip_prefix(route.path.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use stackc_model::{Route, Tier};

    use super::{exposed, public};
    use crate::kubernetes::fixture::{environment, route};

    #[test]
    fn finds_what_a_route_shows() {
        let at = |path: &str, exact, strip| {
            public(&Route { exact, strip, ..route("x", 0, path) }, "/api/metrics")
        };
        assert_eq!(at("/", false, false).as_deref(), Some("/api/metrics"));
        assert_eq!(at("/api", false, false).as_deref(), Some("/api/metrics"));
        assert_eq!(at("/ap", false, false), None);
        assert_eq!(at("/api", true, false), None);
        assert_eq!(at("/shop", false, true).as_deref(), Some("/shop/api/metrics"));
    }

    #[test]
    fn leaves_alone_what_belongs_to_another_route() {
        let mut environment = environment("production", Tier::Production);
        let front = route("front", 0, "/");
        environment.routes = vec![front.clone()];
        assert!(exposed(&environment, &front).contains("/metrics"));
        environment.routes.push(route("shop", 1, "/metrics"));
        assert!(exposed(&environment, &front).is_empty());
    }
}
