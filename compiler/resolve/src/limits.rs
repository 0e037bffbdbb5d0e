//! Limits on requests and the routes they cover.

use stackc_model::{Label, Limit, LimitMode, Origin, Route, Sourced};
use stackc_source::{Diagnostic, codes};
use stackc_spec::LimitModeWord;

use crate::context::{Context, or_map, written};
use crate::edge;

/// The limits, by name.
pub(crate) fn resolve(cx: &mut Context<'_>) -> Vec<Limit> {
    let spec = cx.spec;
    let mut limits = Vec::with_capacity(spec.limits.len());
    for (name, limit) in &spec.limits {
        let exempt = limit
            .exempt
            .iter()
            .filter(|range| cidr(range, cx))
            .map(|range| range.value.clone())
            .collect();
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
            exempt,
        });
    }
    limits
}

fn trimmed(path: &str) -> &str {
    if path == "/" { path } else { path.trim_end_matches('/') }
}

/// A range of addresses, such as `10.0.0.0/8` or `2001:db8::/32`.
fn cidr(range: &stackc_shape::Spanned<String>, cx: &mut Context<'_>) -> bool {
    let (address, length) =
        range.value.split_once('/').map_or((range.value.as_str(), None), |(a, l)| (a, Some(l)));
    let most = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => Some(32),
        Ok(std::net::IpAddr::V6(_)) => Some(128),
        Err(_) => None,
    };
    let length_fits = |most: u8| {
        length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= most))
    };
    let fits = most.is_some_and(length_fits);
    if !fits {
        let message = format!("`{}` is no range of addresses such as `10.0.0.0/8`", range.value);
        cx.push(Diagnostic::new(codes::BAD_FORMAT, range.span, message));
    }
    fits
}

/// Whether `path` is `prefix` or lies below it, by whole segments.
pub(crate) fn covers(prefix: &str, path: &str) -> bool {
    prefix == "/"
        || path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Tells each route its limits. A limit on a part of a route splits the route.
pub(crate) fn apply(limits: &[Limit], routes: &mut Vec<Route>, cx: &mut Context<'_>) {
    let mut refused = Vec::new();
    for limit in limits {
        for path in &limit.paths {
            if !split(limit, path, routes, cx) {
                refused.push(&limit.name);
            }
        }
    }
    edge::sort(routes);
    for route in routes.iter_mut() {
        route.limits = limits
            .iter()
            .filter(|limit| {
                limit.paths.is_empty() || limit.paths.iter().any(|path| covers(path, &route.path))
            })
            .map(|limit| limit.name.clone())
            .collect();
    }
    for limit in limits {
        let unmatched = !routes.iter().any(|route| route.limits.contains(&limit.name));
        if unmatched && !refused.contains(&&limit.name) {
            let message = format!("the limit `{}` matches no route", limit.name);
            cx.push(
                Diagnostic::new(codes::LIMIT_UNMATCHED, limit.span, message).help(
                    "`match` is a public path, by whole segments; see the services' `routes`",
                ),
            );
        }
    }
}

/// Makes a route of its own for the limited part of a longer-reaching one, on each domain; whether
/// that is possible.
fn split(limit: &Limit, path: &str, routes: &mut Vec<Route>, cx: &mut Context<'_>) -> bool {
    let mut possible = true;
    let domains: std::collections::BTreeSet<Label> =
        routes.iter().map(|route| route.domain.clone()).collect();
    for domain in domains {
        let here: Vec<_> = routes.iter().filter(|route| route.domain == domain).collect();
        if here.iter().any(|route| covers(path, &route.path)) {
            continue;
        }
        // Routes are sorted: the first that covers the path is the one that answers it.
        let Some(parent) = here.into_iter().find(|route| !route.exact && covers(&route.path, path))
        else {
            continue;
        };
        if parent.strip {
            let message =
                format!("the limit `{}` covers a part of a route that strips its path", limit.name);
            cx.push(
                Diagnostic::new(codes::UNSUPPORTED, limit.span, message)
                    .related(parent.span, "the route")
                    .help("limit the whole route, or give the part a route of its own"),
            );
            possible = false;
            continue;
        }
        let slug: String = path
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        let slug = format!("{}-{}", parent.name, slug.trim_matches('-'));
        let short: String = slug.chars().take(Label::MAX).collect();
        let Ok(name) = Label::new(short.trim_end_matches('-')) else { continue };
        let part = Route {
            name,
            path: Sourced {
                value: path.to_owned(),
                origin: Origin::Derived(limit.span, "a limit covers this part"),
            },
            ..parent.clone()
        };
        routes.push(part);
        edge::sort(routes);
    }
    possible
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn paths_are_covered_by_segment() {
        assert!(covers("/api", "/api") && covers("/api", "/api/v1") && covers("/", "/api"));
        assert!(!covers("/api", "/apix") && !covers("/api/v1", "/api"));
    }
}
