//! The locations of a domain: what is passed on to a service, and what is kept away from it.

use stackc_model::Limit;
use stackc_source::Diagnostics;

use super::conf::{Arg, Directive, Fault, block, line, one, plain};
use super::path::{decode, escape};
use super::place::Place;
use super::scope::{Scope, refuse};
use super::{access, cache, limit, maintenance, proxy};

/// Every location of a domain, the one that answers 429 among them.
pub(super) fn locations(
    scope: &Scope<'_>,
    places: &[Place<'_>],
    internals: &[String],
    diagnostics: &mut Diagnostics,
) -> Vec<Directive> {
    let mut out = vec![
        block("location", ["~".into(), r"/[.](?!well-known(?:/|$))".into()], not_found())
            .comment("Nothing that begins with a dot is public, `.well-known` aside."),
    ];
    let mut internal = Some("Internal, in any case and with or without a slash at its end.");
    for path in internals {
        let pattern = decode(path).and_then(|path| Arg::literal(&format!("^{}/?$", escape(&path))));
        match pattern {
            Ok(pattern) => {
                let closed = block("location", ["~*".into(), pattern], not_found());
                out.push(match internal.take() {
                    Some(comment) => closed.comment(comment),
                    None => closed,
                });
            }
            Err(fault) => refuse(None, "the path", path, fault, diagnostics),
        }
    }
    let common = limit::common(places);
    for place in places {
        match of_place(scope, place, places, &common) {
            Ok(locations) => out.extend(locations),
            Err(fault) => {
                let span = place.route.path.origin.span();
                refuse(span, "the path", &place.path, fault, diagnostics);
            }
        }
    }
    if !places.iter().any(|place| place.path == "/" && !place.exact) {
        out.push(block("location", ["/".into()], not_found()).comment("No route leads here."));
    }
    out.extend(maintenance::location(scope));
    out.push(limit::too_many(scope));
    out
}

fn not_found() -> Vec<Directive> {
    vec![one("return", "404")]
}

/// The one or two locations of a place. Two are needed to match whole segments: a prefix `/api`
/// alone would match `/apix` too.
fn of_place(
    scope: &Scope<'_>,
    place: &Place<'_>,
    places: &[Place<'_>],
    common: &[&Limit],
) -> Result<Vec<Directive>, Fault> {
    let service = &scope.service(place.route).name;
    let path = place.path.as_str();
    let itself = || location(scope, place, common, "=", path);
    let (what, mut out) = match (place.exact, path) {
        (true, _) => ("alone", vec![itself()?]),
        (false, "/") => ("and all below", vec![location(scope, place, common, "", path)?]),
        (false, _) => {
            // A hidden path that is a route was meant to be public: no regular expression after it.
            let hidden = path.contains("/.");
            let below = location(
                scope,
                place,
                common,
                if hidden { "^~" } else { "" },
                &format!("{path}/"),
            )?;
            let taken = places.iter().any(|other| other.exact && other.path == path);
            let itself = if taken { None } else { Some(itself()?) };
            ("and all below", itself.into_iter().chain([below]).collect())
        }
    };
    if let Some(first) = out.first_mut() {
        *first = first.clone().comment(format!("{path} {what}: {service}"));
    }
    Ok(out)
}

fn location(
    scope: &Scope<'_>,
    place: &Place<'_>,
    common: &[&Limit],
    modifier: &'static str,
    path: &str,
) -> Result<Directive, Fault> {
    let modifier = Some(Arg::from(modifier)).filter(|_| !modifier.is_empty());
    let args = modifier.into_iter().chain([Arg::literal(&decode(path)?)?]);
    let mut items = rules(scope, place, common);
    if place.route.strip && *place.route.path != "/" {
        items.push(strip(place, path)?);
    }
    let upstream = scope.upstream(place.route);
    items.push(match scope.is_grpc(place.route) {
        true => one("grpc_pass", format!("grpc://{upstream}")),
        false => one("proxy_pass", format!("http://{upstream}")),
    });
    Ok(block("location", args, items))
}

/// Takes the route's path off. `(?s)` makes the dot match line breaks too: a path with one in it
/// (`%0A`) would otherwise be passed on whole.
fn strip(place: &Place<'_>, path: &str) -> Result<Directive, Fault> {
    let whole = &*place.route.path.value;
    let (pattern, replacement) = match path == whole {
        true => (Arg::from("^"), "/"),
        false => (Arg::literal(&format!("(?s)^{}/(.*)$", escape(&decode(whole)?)))?, "/$1"),
    };
    Ok(line("rewrite", [pattern, replacement.into(), "break".into()]))
}

/// What holds for a place besides its service.
fn rules(scope: &Scope<'_>, place: &Place<'_>, common: &[&Limit]) -> Vec<Directive> {
    let (edge, route) = (&scope.environment.edge, place.route);
    let mut out = Vec::new();
    if !place.health {
        out.extend(scope.guard(route).map(|rule| one("include", access::file(rule))));
    }
    out.extend(limit::of_place(place, common));
    if *route.body_limit != *edge.body_limit {
        out.push(one("client_max_body_size", route.body_limit.short()));
    }
    if route.sensitive {
        out.extend(edge.compression.iter().map(|_| plain("gzip", "off")));
        // It quotes the request line at every level below.
        let errors = plain("error_log", "stderr emerg");
        out.push(errors.comment("The query stays out of this log too."));
    }
    let grpc = scope.is_grpc(route);
    if !grpc {
        let headers = proxy::headers_of(scope, route);
        let caching = cache::of_place(scope, place, !headers.is_empty());
        out.extend(headers.into_iter().chain(caching));
    }
    let timeout = *route.timeout;
    if timeout != *edge.timeouts.answer {
        let names = if grpc {
            ["grpc_read_timeout", "grpc_send_timeout"]
        } else {
            ["proxy_read_timeout", "proxy_send_timeout"]
        };
        out.extend(names.map(|name| one(name, timeout.compact())));
    }
    if !route.buffering && !grpc {
        out.push(plain("proxy_buffering", "off"));
    }
    out
}
