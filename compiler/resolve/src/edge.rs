//! Domains and routes: who is reachable under which name.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use stackc_model::{
    Bytes, Compression, Domain, Edge, External, Kind, Label, Origin, Role, Route, RouteId, Seconds,
    Service, ServiceId, Sourced, Tier, Tls, TlsProfile, TlsProvider,
};
use stackc_shape::{Spanned, Switch};
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{
    EdgeSpec, HostName, HstsWord, RouteSpec, TlsProfileWord, TlsProviderWord, TlsSpec,
};

use crate::context::{Context, or, or_map};
use crate::near::{self, places};
use crate::service::DraftService;
use crate::text::{self, Place, Scope};
use crate::{cors, header, health};

/// A public path and who claims it.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// The service.
    pub(crate) service: Label,
    at: usize,
    name: Label,
    /// The domain.
    pub(crate) domain: Label,
    /// The path.
    pub(crate) path: String,
    span: Span,
}

/// The public names here; on a developer's machine all of them are below `localhost`.
pub(crate) fn domains(cx: &mut Context<'_>) -> BTreeMap<Label, Domain> {
    let spec = cx.spec;
    let mut scope = Scope::default();
    // `main` first: the others may refer to it.
    let mut names: Vec<_> = spec.domains.iter().collect();
    names.sort_by_key(|(name, _)| name.as_str() != "main");
    let mut domains = BTreeMap::new();
    for (name, domain) in names {
        let Some(host) = host(&domain.host, &scope, cx) else { continue };
        scope.domains.push((name.clone(), host.value.clone()));
        let all = |list: &[Spanned<HostName>], cx: &mut Context<'_>| {
            list.iter().filter_map(|item| self::host(item, &scope, cx)).collect::<Vec<_>>()
        };
        let (aliases, redirect_from) = (all(&domain.aliases, cx), all(&domain.redirect_from, cx));
        let domain = match cx.tier {
            Tier::Development => local(name, &host),
            _ => Domain { host, aliases, redirect_from },
        };
        domains.insert(name.clone(), domain);
    }
    domains
}

fn local(name: &Label, host: &Sourced<String>) -> Domain {
    let value =
        if name.as_str() == "main" { "localhost".to_owned() } else { format!("{name}.localhost") };
    let host = match host.origin.span() {
        Some(span) => {
            Sourced { value, origin: Origin::Derived(span, "a developer's machine is `localhost`") }
        }
        None => Sourced::default(value, "a developer's machine is `localhost`"),
    };
    Domain { host, aliases: Vec::new(), redirect_from: Vec::new() }
}

fn host(name: &Spanned<HostName>, scope: &Scope, cx: &mut Context<'_>) -> Option<Sourced<String>> {
    let text = text::resolve(&name.value.0, name.span, Place::Plain, scope, cx)?.plain()?;
    if let Err(fault) = HostName::check(&text) {
        cx.push(Diagnostic::new(codes::BAD_FORMAT, name.span, format!("`{text}` {fault}")));
        return None;
    }
    Some(Sourced::written(text, name.span))
}

/// Settles who claims which path: the written routes, and `/` of the main domain for the one front
/// end that has none.
pub(crate) fn claims(
    drafts: &[DraftService<'_>],
    domains: &BTreeMap<Label, Domain>,
    cx: &mut Context<'_>,
) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        for (name, route) in &draft.own.routes {
            claims.extend(claim(at, draft, name, route, domains, cx));
        }
    }
    front_page(drafts, domains, &mut claims, cx);
    conflicts(&claims, cx);
    claims
}

fn claim(
    at: usize,
    draft: &DraftService<'_>,
    name: &Label,
    route: &Spanned<RouteSpec>,
    domains: &BTreeMap<Label, Domain>,
    cx: &mut Context<'_>,
) -> Option<Claim> {
    let main = Label::new("main").ok()?;
    let domain = route.domain.as_ref().map_or(main, |domain| domain.value.clone());
    if !domains.contains_key(&domain) {
        // A domain whose host is faulty has been complained of.
        if !cx.spec.domains.contains_key(&domain) && !cx.is_written(domain.as_str()) {
            let span = route.domain.as_ref().map_or(route.span, |domain| domain.span);
            let message = format!(
                "the route `{name}` of `{}` needs the domain `{domain}`, which is not declared",
                draft.name
            );
            let help = if domain.as_str() == "main" {
                "add `domain: shop.example` to the stack"
            } else {
                "add it under `domains`"
            };
            let fault = Diagnostic::new(codes::UNDEFINED, span, message).help(help);
            let spec = cx.spec;
            let hint = if route.domain.is_some() { near::suggest } else { near::show };
            cx.push(hint(fault, &domain, &places(&spec.domains)));
        }
        return None;
    }
    let text = &route.path.value.0;
    let path = if text == "/" { text.clone() } else { text.trim_end_matches('/').to_owned() };
    Some(Claim {
        service: draft.name.clone(),
        at,
        name: name.clone(),
        domain,
        path,
        span: route.path.span,
    })
}

/// A front end without routes takes `/`, where nobody else does.
fn front_page(
    drafts: &[DraftService<'_>],
    domains: &BTreeMap<Label, Domain>,
    claims: &mut Vec<Claim>,
    cx: &mut Context<'_>,
) {
    let Some((main, root)) = Label::new("main").ok().zip(Label::new("root").ok()) else { return };
    let taken = claims.iter().any(|claim| claim.domain == main && claim.path == "/");
    let front = |draft: &DraftService<'_>| {
        matches!(*draft.kind, Kind::Nextjs | Kind::Vite | Kind::Static)
            && draft.own.routes.is_empty()
            && *draft.role != Role::Cron
    };
    let candidates: Vec<_> = drafts.iter().enumerate().filter(|(_, draft)| front(draft)).collect();
    let (Some((at, first)), false) = (candidates.first(), taken || !domains.contains_key(&main))
    else {
        return;
    };
    if let Some((_, second)) = candidates.get(1) {
        let message =
            format!("`{}` and `{}` could both be the front page", first.name, second.name);
        cx.push(
            Diagnostic::new(codes::ROUTE_CONFLICT, second.own.span, message)
                .related(first.own.span, "the other candidate")
                .help("give each of them `routes`, one of them `/`"),
        );
        return;
    }
    claims.push(Claim {
        service: first.name.clone(),
        at: *at,
        name: root,
        domain: main,
        path: "/".to_owned(),
        span: first.own.span,
    });
}

fn conflicts(claims: &[Claim], cx: &mut Context<'_>) {
    let mut seen: BTreeMap<(&Label, &str), &Claim> = BTreeMap::new();
    for claim in claims {
        if let Some(first) = seen.insert((&claim.domain, &claim.path), claim) {
            let message =
                format!("`{}` and `{}` both claim `{}`", first.service, claim.service, claim.path);
            cx.push(
                Diagnostic::new(codes::ROUTE_CONFLICT, claim.span, message)
                    .related(first.span, "claimed here")
                    .help("a path of a domain has one owner"),
            );
        }
    }
}

/// The routes, by domain and then longest path first.
pub(crate) fn routes(
    drafts: &[DraftService<'_>],
    claims: &[Claim],
    cx: &mut Context<'_>,
) -> Vec<Route> {
    let mut routes: Vec<_> =
        claims.iter().filter_map(|claim| route(&drafts[claim.at], claim, cx)).collect();
    sort(&mut routes);
    routes
}

/// By domain, longest path first, then by path.
pub(crate) fn sort(routes: &mut [Route]) {
    fn key(route: &Route) -> (&Label, Reverse<usize>, &str) {
        (&route.domain, Reverse(route.path.len()), route.path.as_str())
    }
    routes.sort_by(|a, b| key(a).cmp(&key(b)));
}

fn route(draft: &DraftService<'_>, claim: &Claim, cx: &mut Context<'_>) -> Option<Route> {
    let spec = draft.own.routes.get(&claim.name).map(|route| &route.value);
    let port = health::port(
        draft,
        spec.and_then(|route| route.port.as_ref()),
        claim.span,
        "a route leads to a port",
        cx,
    )?;
    let flag = |flag: fn(&RouteSpec) -> Option<&Spanned<bool>>, default: bool| {
        spec.and_then(flag).map_or(default, |flag| flag.value)
    };
    let websocket = flag(|route| route.websocket.as_ref(), false);
    let body = cx.spec.edge.as_ref().and_then(|edge| edge.body_limit.as_ref());
    let (patience, reason) = match websocket {
        true => (3600, "a websocket may be silent for an hour"),
        false => (30, "an answer takes half a minute at most"),
    };
    let path = match spec {
        Some(_) => Sourced::written(claim.path.clone(), claim.span),
        None => Sourced {
            value: claim.path.clone(),
            origin: Origin::Derived(claim.span, "the front page"),
        },
    };
    Some(Route {
        name: claim.name.clone(),
        span: claim.span,
        service: ServiceId::at(claim.at),
        port,
        domain: claim.domain.clone(),
        path,
        exact: flag(|route| route.exact.as_ref(), false),
        strip: flag(|route| route.strip.as_ref(), false),
        websocket,
        body_limit: or(
            spec.and_then(|route| route.body_limit.as_ref()).or(body),
            Bytes::mib(1),
            "enough for JSON, too little to fill a disk",
        ),
        timeout: or(spec.and_then(|route| route.timeout.as_ref()), Seconds::new(patience), reason),
        buffering: flag(|route| route.buffering.as_ref(), *draft.kind != Kind::Nextjs),
        sensitive: flag(|route| route.sensitive.as_ref(), false),
        limits: Vec::new(),
    })
}

/// Tells each service its routes, and the part that follows from having some.
pub(crate) fn number(routes: &mut [Route], services: &mut [Service]) {
    for (at, route) in routes.iter().enumerate() {
        let Some(service) = services.get_mut(route.service.position()) else { continue };
        service.routes.push(RouteId::at(at));
        if *service.role != Role::Web {
            service.role = Sourced {
                value: Role::Web,
                origin: Origin::Derived(route.span, "it is the front page"),
            };
        }
    }
}

/// The edge with its defaults.
pub(crate) fn edge(
    drafts: &[DraftService<'_>],
    externals: &[External],
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Edge {
    let default = EdgeSpec::default();
    let spec = cx.spec.edge.as_ref().map_or(&default, |edge| &edge.value);
    if let Some(cors) = &spec.cors {
        cors::check(cors, cx);
    }
    let tls = match cx.tier {
        Tier::Development => None,
        _ => Some(tls(spec.tls.as_ref(), cx)),
    };
    let nextjs = drafts.iter().any(|draft| *draft.kind == Kind::Nextjs);
    let around = header::Surroundings { externals, nextjs, scope };
    Edge {
        tls,
        http2: or(spec.http2.as_ref(), true, "one connection for many requests"),
        headers: header::resolve(spec.headers.as_ref(), around, cx),
        compression: compression(spec, cx),
        static_cache: None,
        body_limit: or(
            spec.body_limit.as_ref(),
            Bytes::mib(1),
            "enough for JSON, too little to fill a disk",
        ),
        access: BTreeMap::new(),
        trusted_proxies: Vec::new(),
    }
}

fn tls(spec: Option<&TlsSpec>, cx: &mut Context<'_>) -> Tls {
    let default = TlsSpec::default();
    let spec = spec.unwrap_or(&default);
    let hsts = spec.hsts.as_ref().map(|hsts| (hsts.value, hsts.span));
    if let Some((HstsWord::Preload, span)) = hsts {
        cx.push(
            Diagnostic::new(
                codes::HSTS_PRELOAD,
                span,
                "browsers will refuse plain HTTP for this domain and all below it",
            )
            .help(
                "getting off the preload list takes months; be sure every subdomain speaks HTTPS",
            ),
        );
    }
    let lasting = "max-age=63072000; includeSubDomains";
    Tls {
        profile: or_map(
            spec.profile.as_ref(),
            |word| match word {
                TlsProfileWord::Intermediate => TlsProfile::Intermediate,
                TlsProfileWord::Modern => TlsProfile::Modern,
            },
            TlsProfile::Intermediate,
            "every browser of the last years, nothing weak",
        ),
        provider: or_map(
            spec.provider.as_ref(),
            |word| match word {
                TlsProviderWord::Certbot => TlsProvider::Certbot,
                TlsProviderWord::Files => TlsProvider::Files,
                TlsProviderWord::None => TlsProvider::None,
            },
            TlsProvider::Certbot,
            "free certificates that renew themselves",
        ),
        email: spec.acme.as_ref().and_then(|acme| acme.email.as_ref()).map(crate::context::written),
        hsts: match spec.hsts.as_ref() {
            None => Some(Sourced::default(lasting.to_owned(), "two years, subdomains included")),
            Some(word) => match word.value {
                HstsWord::None => None,
                HstsWord::Standard => Some(Sourced::written(lasting.to_owned(), word.span)),
                HstsWord::Preload => {
                    Some(Sourced::written(format!("{lasting}; preload"), word.span))
                }
            },
        },
    }
}

/// Types worth compressing: text in one way or another.
const COMPRESSED: [&str; 8] = [
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "application/xml",
    "image/svg+xml",
    "text/css",
    "text/javascript",
    "text/plain",
];

fn compression(spec: &EdgeSpec, cx: &mut Context<'_>) -> Option<Compression> {
    let default = stackc_spec::CompressionSpec::default();
    let spec = match &spec.compression {
        Some(Switch::Off(_)) => return None,
        Some(Switch::On(Some(spec))) => spec,
        Some(Switch::On(None)) | None => &default,
    };
    let level = or(spec.level.as_ref(), 5, "most of the gain for little work");
    if !(1..=9).contains(&level.value) {
        let message = format!("a compression level is 1 to 9, not {}", level.value);
        cx.push(Diagnostic::new(codes::OUT_OF_RANGE, level.origin.span()?, message));
    }
    let types = match &spec.types {
        None => COMPRESSED.iter().map(|kind| (*kind).to_owned()).collect(),
        Some(types) => types.iter().filter_map(|kind| media_type(kind, cx)).collect(),
    };
    Some(Compression { level, types })
}

/// A media type as RFC 6838 has it, without parameters.
fn media_type(kind: &Spanned<String>, cx: &mut Context<'_>) -> Option<String> {
    let name = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#&-^_.+".contains(&b))
    };
    let fits = kind.value.split_once('/').is_some_and(|(main, sub)| name(main) && name(sub));
    if !fits {
        let message = format!("`{}` is no media type such as `text/css`", kind.value);
        cx.push(Diagnostic::new(codes::BAD_FORMAT, kind.span, message));
    }
    fits.then(|| kind.value.clone())
}
