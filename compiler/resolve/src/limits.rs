//! Limits on requests and the routes they cover.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{Enforce, Label, Limit, LimitKey, LimitMode, Origin, Route, Sourced};
use stackc_source::{Diagnostic, codes};
use stackc_spec::{EnforceWord, LimitKeyWord, LimitModeWord, LimitSpec};

use crate::context::{Context, or_map, written};
use crate::edge::{self, bounds};

/// The limits, by name.
pub(crate) fn resolve(cx: &mut Context<'_>) -> Vec<Limit> {
    let spec = cx.spec;
    let mut limits = Vec::with_capacity(spec.limits.len());
    for (name, limit) in &spec.limits {
        if let (Some(path), "default") = (&limit.path, name.as_str()) {
            let message = "the limit `default` covers everything, so it matches no path of its own";
            cx.push(
                Diagnostic::new(codes::EXCLUSIVE, path.span, message)
                    .help("give the limit another name"),
            );
        }
        limits.push(Limit {
            name: name.clone(),
            span: limit.span,
            rate: written(&limit.rate),
            paths: limit.path.iter().map(|path| trimmed(&path.value.0).to_owned()).collect(),
            methods: limit.methods.iter().map(|method| method.value.name().to_owned()).collect(),
            mode: or_map(
                limit.mode.as_ref(),
                |mode| match mode {
                    LimitModeWord::Average => LimitMode::Average,
                    LimitModeWord::Strict => LimitMode::Strict,
                },
                LimitMode::Average,
                "what most counters promise",
            ),
            key: key(limit, cx),
            enforce: or_map(
                limit.enforce.as_ref(),
                |word| match word {
                    EnforceWord::Edge => Enforce::Edge,
                    EnforceWord::App => Enforce::App,
                    EnforceWord::Both => Enforce::Both,
                },
                Enforce::Edge,
                "what is refused early costs least",
            ),
            exempt: bounds::ranges(&limit.exempt, cx),
        });
    }
    limits
}

fn trimmed(path: &str) -> &str {
    if path == "/" { path } else { path.trim_end_matches('/') }
}

/// Who is counted.
fn key(limit: &LimitSpec, cx: &mut Context<'_>) -> Sourced<LimitKey> {
    const EVERYBODY: &str = "whoever is asking, an address can be counted";
    let Some(word) = &limit.key else {
        if let Some(header) = &limit.header {
            let message = "a header counts only with `key: header`";
            cx.push(
                Diagnostic::new(codes::EXCLUSIVE, header.span, message).help("add `key: header`"),
            );
        }
        return Sourced::default(LimitKey::Address, EVERYBODY);
    };
    let key = match (word.value, &limit.header) {
        (LimitKeyWord::Ip, None) => LimitKey::Address,
        (LimitKeyWord::User, None) => LimitKey::User,
        (LimitKeyWord::Header, Some(header)) => LimitKey::Header(header.value.to_string()),
        (LimitKeyWord::Header, None) => {
            let message = "the header that names the client is missing";
            cx.push(
                Diagnostic::new(codes::MISSING_FIELD, word.span, message)
                    .help("add `header`, such as `header: X-Api-Key`"),
            );
            LimitKey::Address
        }
        (_, Some(header)) => {
            let message = "a header counts only with `key: header`";
            cx.push(
                Diagnostic::new(codes::EXCLUSIVE, header.span, message)
                    .related(word.span, "this counts something else"),
            );
            LimitKey::Address
        }
    };
    Sourced::written(key, word.span)
}

/// Whether `path` is `prefix` or lies below it, by whole segments.
pub(crate) fn covers(prefix: &str, path: &str) -> bool {
    prefix == "/"
        || path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The path and the paths above it, by whole segments, the nearest first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    let parents = std::iter::successors(Some(path), |path| Some(path.rsplit_once('/')?.0));
    parents.filter(|path| !path.is_empty() && *path != "/").chain(["/"])
}

/// Tells each route its limits. A limit on a part of a route splits the route.
pub(crate) fn apply(limits: &[Limit], routes: &mut Vec<Route>, cx: &mut Context<'_>) {
    // A limit that is refused has been complained of, and one that the application keeps may be on
    // what is no path at all; both count as matched.
    let mut matched: Vec<_> = limits.iter().map(|limit| !at_edge(limit)).collect();
    split(limits, routes, &mut matched, cx);
    edge::sort(routes);
    let everywhere: Vec<usize> = (0..limits.len())
        .filter(|at| at_edge(&limits[*at]) && limits[*at].paths.is_empty())
        .collect();
    let mut by_path: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, path) in paths(limits) {
        by_path.entry(path).or_default().push(at);
    }
    for route in routes.iter_mut() {
        let here = above(&route.path).filter_map(|path| by_path.get(path)).flatten();
        let here: BTreeSet<usize> = here.chain(&everywhere).copied().collect();
        here.iter().for_each(|at| matched[*at] = true);
        route.limits = here.into_iter().map(|at| limits[at].name.clone()).collect();
    }
    for (limit, _) in limits.iter().zip(matched).filter(|(_, matched)| !matched) {
        let message = format!("the limit `{}` matches no route", limit.name);
        cx.push(Diagnostic::new(codes::LIMIT_UNMATCHED, limit.span, message).help(
            "`match` is a public path, by whole segments; see the services' `routes`. A limit \
                     that only the application keeps says `enforce: app`",
        ));
    }
}

/// Whether the edge counts.
fn at_edge(limit: &Limit) -> bool {
    *limit.enforce != Enforce::App
}

/// Every path with the position of its limit, where the edge counts.
fn paths(limits: &[Limit]) -> impl Iterator<Item = (usize, &str)> {
    let limits = limits.iter().enumerate().filter(|(_, limit)| at_edge(limit));
    limits.flat_map(|(at, limit)| limit.paths.iter().map(move |path| (at, path.as_str())))
}

/// Makes a route of its own for the limited part of a longer-reaching one, on each domain.
fn split(limits: &[Limit], routes: &mut Vec<Route>, refused: &mut [bool], cx: &mut Context<'_>) {
    // By domain and path, so that a thousand limits do not walk ten thousand routes each.
    let mut domains: BTreeMap<Label, BTreeMap<String, usize>> = BTreeMap::new();
    for (at, route) in routes.iter().enumerate() {
        let here = domains.entry(route.domain.clone()).or_default();
        here.entry(route.path.value.clone()).or_insert(at);
    }
    for (at, path) in paths(limits) {
        for here in domains.values_mut() {
            if has_below(here, path) {
                continue;
            }
            let parent = above(path)
                .filter_map(|path| here.get(path))
                .map(|at| &routes[*at])
                .find(|route| !route.exact);
            let Some(parent) = parent else { continue };
            if parent.strip {
                refused[at] = true;
                cx.push(stripped(&limits[at], parent));
            } else if let Some(part) = part(&limits[at], path, parent) {
                here.insert(path.to_owned(), routes.len());
                routes.push(part);
            }
        }
    }
}

/// Whether some route is at the path or below it.
fn has_below(routes: &BTreeMap<String, usize>, path: &str) -> bool {
    let below = format!("{}/", path.trim_end_matches('/'));
    routes.contains_key(path)
        || routes.range(below.clone()..).next().is_some_and(|(path, _)| path.starts_with(&below))
}

fn stripped(limit: &Limit, route: &Route) -> Diagnostic {
    let message =
        format!("the limit `{}` covers a part of a route that strips its path", limit.name);
    Diagnostic::new(codes::UNSUPPORTED, limit.span, message)
        .related(route.span, "the route")
        .help("limit the whole route, or give the part a route of its own")
}

/// The limited part of a route.
fn part(limit: &Limit, path: &str, parent: &Route) -> Option<Route> {
    let slug: String = path
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let slug = format!("{}-{}", parent.name, slug.trim_matches('-'));
    let short: String = slug.chars().take(Label::MAX).collect();
    let name = Label::new(short.trim_end_matches('-')).ok()?;
    let origin = Origin::Derived(limit.span, "a limit covers this part");
    Some(Route { name, path: Sourced { value: path.to_owned(), origin }, ..parent.clone() })
}

#[cfg(test)]
mod tests {
    use super::{above, covers};

    #[test]
    fn paths_are_covered_by_segment() {
        assert!(covers("/api", "/api") && covers("/api", "/api/v1") && covers("/", "/api"));
        assert!(!covers("/api", "/apix") && !covers("/api/v1", "/api"));
        assert_eq!(above("/api/v1/x").collect::<Vec<_>>(), ["/api/v1/x", "/api/v1", "/api", "/"]);
        assert_eq!(above("/").collect::<Vec<_>>(), ["/"]);
    }
}
