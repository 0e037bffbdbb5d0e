//! The Gateway API: one Gateway, one HTTPRoute for each service and domain.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{Cors, Domain, Label, Origin, Protocol, Route, Service, Tls};
use stackc_source::codes;

use super::super::context::{Context, Subject};
use super::super::manifest::*;
use super::super::output::{Output, Place};
use super::super::service;
use super::inside::exposed;
use super::{OWN_PORT, certificate_secret, hosts, redirected, served, subject, tls};

/// The name of the listener for plain HTTP.
pub(super) const PLAIN: &str = "http";
/// The class where none is named: what Envoy Gateway's own documentation calls its class.
const DEFAULT_CLASS: &str = "eg";
/// What the API takes: rules in a route, headers in a filter, characters in a header's value.
const MOST_RULES: usize = 16;
const MOST_HEADERS: usize = 16;
const LONGEST_VALUE: usize = 4096;

/// The Gateway and its routes.
pub(super) fn lower(ctx: &Context<'_>, out: &mut Output<'_>) {
    let subject = subject(ctx);
    let class = match &ctx.settings.written.class {
        Some(class) => Noted::Plain(class.to_string()),
        None => Noted::with(DEFAULT_CLASS.to_owned(), "targets.kubernetes.class"),
    };
    let spec = GatewaySpec { gateway_class_name: class, listeners: listeners(ctx) };
    out.add(
        Place::Main,
        &subject.name,
        "gateway",
        &Object::new(GATEWAY, ctx.metadata(&subject), spec),
    );
    let headers = headers(ctx, out);
    for (_, item) in ctx.services() {
        for (name, routes) in by_domain(ctx, item) {
            add_routes(ctx, item, name, &routes, &headers, out);
        }
    }
    if tls(ctx).is_some() {
        let all: Vec<_> = ctx.environment.domains.values().flat_map(hosts).collect();
        let to_https =
            Redirect { scheme: Some("https"), hostname: None, path: None, status_code: 301 };
        redirect(
            ctx,
            "https-redirect",
            vec![parent(ctx, Some(PLAIN.to_owned()))],
            all,
            to_https,
            out,
        );
    }
    for (name, domain) in &ctx.environment.domains {
        canonical(ctx, name, domain, out);
    }
}

/// Plain HTTP for redirects and ACME challenges, and one listener for each host with TLS.
fn listeners(ctx: &Context<'_>) -> Vec<Listener> {
    let same = || AllowedRoutes { namespaces: RouteNamespaces { from: "Same" } };
    let plain = Listener {
        name: PLAIN.to_owned(),
        hostname: None,
        port: 80,
        protocol: "HTTP",
        tls: None,
        allowed_routes: same(),
    };
    let mut listeners = vec![plain];
    if tls(ctx).is_none() {
        return listeners;
    }
    for (name, domain) in &ctx.environment.domains {
        for (at, host) in hosts(domain).into_iter().enumerate() {
            listeners.push(Listener {
                name: listener(name, at),
                hostname: Some(host),
                port: 443,
                protocol: "HTTPS",
                tls: Some(ListenerTls {
                    mode: "Terminate",
                    certificate_refs: vec![Name::new(certificate_secret(name))],
                }),
                allowed_routes: same(),
            });
        }
    }
    listeners
}

/// The listener of a domain's host: `https-main` for the canonical one, then `https-main-1` ….
fn listener(domain: &Label, at: usize) -> String {
    if at == 0 { format!("https-{domain}") } else { format!("https-{domain}-{at}") }
}

fn parent(ctx: &Context<'_>, section_name: Option<String>) -> ParentRef {
    ParentRef { name: ctx.stack.name.to_string(), section_name }
}

/// The listeners of hosts of a domain: those with TLS, or the plain one.
fn parents(ctx: &Context<'_>, domain: &Label, at: std::ops::Range<usize>) -> Vec<ParentRef> {
    match tls(ctx) {
        Some(_) => at.map(|at| parent(ctx, Some(listener(domain, at)))).collect(),
        None => vec![parent(ctx, Some(PLAIN.to_owned()))],
    }
}

/// The routes of a service by domain.
fn by_domain<'a>(ctx: &Context<'a>, item: &Service) -> BTreeMap<&'a Label, Vec<&'a Route>> {
    let environment = ctx.environment;
    let mut found: BTreeMap<&Label, Vec<&Route>> = BTreeMap::new();
    for id in &item.routes {
        let route = &environment[*id];
        found.entry(&route.domain).or_default().push(route);
    }
    found
}

fn add_routes(
    ctx: &Context<'_>,
    item: &Service,
    domain_name: &Label,
    routes: &[&Route],
    headers: &[Header],
    out: &mut Output<'_>,
) {
    let Some(domain) = ctx.environment.domains.get(domain_name) else { return };
    let rules = rules(ctx, item, routes, headers, out);
    if let (true, Some(route)) = (rules.len() > MOST_RULES, routes.first()) {
        let message = format!(
            "an HTTPRoute of Kubernetes takes {MOST_RULES} rules, and `{}` needs more",
            item.name
        );
        let help = "split the service, or put routes together";
        out.tell(codes::CANNOT_CARRY, Some(route.span), message, help);
    }
    let hostnames = served(domain);
    let spec = HttpRouteSpec {
        parent_refs: parents(ctx, domain_name, 0..hostnames.len()),
        hostnames,
        rules,
    };
    let name = match domain_name.as_str() {
        "main" => item.name.to_string(),
        other => format!("{}-{other}", item.name),
    };
    let object = Object::new(HTTP_ROUTE, ctx.metadata_as(&name, &service::subject(item)), spec);
    out.add(Place::Main, &name, "httproute", &object);
}

/// One rule for the routes that are treated alike; which path wins does not depend on their order.
fn rules(
    ctx: &Context<'_>,
    item: &Service,
    routes: &[&Route],
    headers: &[Header],
    out: &mut Output<'_>,
) -> Vec<RouteRule> {
    let mut groups: Vec<Vec<&Route>> = Vec::new();
    for route in routes {
        let alike = |group: &&mut Vec<&Route>| {
            let first = group[0];
            // A prefix is taken off only where a rule has a single path.
            !route.strip
                && !first.strip
                && route.port == first.port
                && timeout(item, route) == timeout(item, first)
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(route),
            None => groups.push(vec![route]),
        }
    }
    let inside = hidden(ctx, item, routes, out);
    inside
        .into_iter()
        .chain(groups.iter().filter_map(|group| rule(ctx, item, group, headers)))
        .collect()
}

/// What is for operators sends the public to the front page, as the API knows no refusal.
fn hidden(
    ctx: &Context<'_>,
    item: &Service,
    routes: &[&Route],
    out: &mut Output<'_>,
) -> Option<RouteRule> {
    let mut paths = BTreeSet::new();
    for route in routes {
        for path in exposed(ctx.environment, route) {
            let message = format!(
                "on Kubernetes `{path}` is kept from the public in just this spelling, and \
                 `{}` may answer others too",
                item.name
            );
            out.tell(codes::APPROXIMATED, Some(route.span), message, OWN_PORT);
            paths.insert(path);
        }
    }
    let front = Redirect {
        scheme: None,
        hostname: None,
        path: Some(PathRewrite::ReplaceFullPath { path: "/" }),
        status_code: 302,
    };
    (!paths.is_empty()).then(|| RouteRule {
        matches: paths.into_iter().map(|path| matched("PathPrefix", path)).collect(),
        filters: vec![Filter::redirect(front)],
        backend_refs: Vec::new(),
        timeouts: None,
    })
}

fn matched(kind: &'static str, value: String) -> RouteMatch {
    RouteMatch { path: PathMatch { kind, value } }
}

fn rule(
    ctx: &Context<'_>,
    item: &Service,
    group: &[&Route],
    headers: &[Header],
) -> Option<RouteRule> {
    let route = group.first()?;
    let port = item.ports.get(&route.port)?;
    let mut filters = Vec::new();
    if route.strip {
        filters.push(Filter::rewrite(match route.exact {
            true => PathRewrite::ReplaceFullPath { path: "/" },
            false => PathRewrite::ReplacePrefixMatch { path: "/" },
        }));
    }
    filters.push(Filter::headers(headers.to_vec()));
    filters.extend(ctx.environment.edge.cors.as_ref().map(cors));
    let path = |route: &&Route| {
        matched(if route.exact { "Exact" } else { "PathPrefix" }, route.path.value.clone())
    };
    Some(RouteRule {
        matches: group.iter().map(path).collect(),
        filters,
        backend_refs: vec![BackendRef { name: item.name.to_string(), port: *port.number }],
        timeouts: Some(Timeouts { request: timeout(item, route) }),
    })
}

/// A time limit counts to the end of the answer. A WebSocket's answer has none, and a stream may take
/// long, so there only a limit that was asked for counts.
fn timeout(item: &Service, route: &Route) -> Noted<String> {
    let asked = matches!(route.timeout.origin, Origin::Written(_));
    let calls = item.ports.get(&route.port).is_some_and(|port| port.protocol == Protocol::Grpc);
    match (route.websocket, asked || (route.buffering && !calls)) {
        (true, _) => Noted::with("0s".to_owned(), "no limit: a WebSocket stays open"),
        (false, false) => Noted::with("0s".to_owned(), "no limit: answers may be streams"),
        (false, true) => Noted::Plain(route.timeout.compact()),
    }
}

/// The security headers of every answer, as far as the API carries them.
fn headers(ctx: &Context<'_>, out: &mut Output<'_>) -> Vec<Header> {
    let hsts = tls(ctx).and_then(Tls::hsts);
    let all: Vec<_> = hsts.into_iter().chain(ctx.environment.edge.headers.all()).collect();
    let span = ctx.environment.span;
    if all.len() > MOST_HEADERS {
        let message = format!(
            "an HTTPRoute sets at most {MOST_HEADERS} headers, and there are {}",
            all.len()
        );
        out.tell(codes::CANNOT_CARRY, span, message, "take some of `edge.headers.extra` out");
    }
    for header in all.iter().filter(|header| header.value.len() > LONGEST_VALUE) {
        let message = format!(
            "an HTTPRoute of Kubernetes takes header values of {LONGEST_VALUE} bytes, and `{}` is longer",
            header.name
        );
        out.tell(codes::CANNOT_CARRY, header.value.origin.span().or(span), message, "");
    }
    all.into_iter().map(|header| Header { name: header.name, value: header.value.value }).collect()
}

/// Which other sites may call. Cookies exclude the wildcard for headers, so they are named: those that
/// are sent with JSON and tokens.
fn cors(cors: &Cors) -> Filter {
    Filter::cors(CorsFilter {
        allow_origins: cors.origins.iter().map(|origin| origin.value.clone()).collect(),
        allow_credentials: cors.credentials,
        allow_methods: cors.methods.clone(),
        allow_headers: ["Authorization", "Content-Type"],
        max_age: 7200,
    })
}

/// Hosts that are sent on to the canonical one.
fn canonical(ctx: &Context<'_>, name: &Label, domain: &Domain, out: &mut Output<'_>) {
    let from = redirected(domain);
    if from.is_empty() {
        return;
    }
    let first = served(domain).len();
    let parents = parents(ctx, name, first..first + from.len());
    let to = Redirect {
        scheme: None,
        hostname: Some(domain.host.value.clone()),
        path: None,
        status_code: 301,
    };
    redirect(ctx, &format!("{name}-redirect"), parents, from, to, out);
}

fn redirect(
    ctx: &Context<'_>,
    name: &str,
    parent_refs: Vec<ParentRef>,
    hostnames: Vec<String>,
    to: Redirect,
    out: &mut Output<'_>,
) {
    let rule = RouteRule {
        matches: Vec::new(),
        filters: vec![Filter::redirect(to)],
        backend_refs: Vec::new(),
        timeouts: None,
    };
    let spec = HttpRouteSpec { parent_refs, hostnames, rules: vec![rule] };
    let subject = Subject::new(name, "edge");
    out.add(Place::Main, name, "httproute", &Object::new(HTTP_ROUTE, ctx.metadata(&subject), spec));
}
