//! Routes with their defaults.

use std::cmp::Reverse;

use stackc_model::{
    AnswerCache, Kind, Label, Origin, Role, Route, RouteId, Seconds, Service, ServiceId, Sourced,
};
use stackc_shape::{Spanned, Switch};
use stackc_source::{Diagnostic, closest, codes};
use stackc_spec::{RouteSpec, TimeoutsSpec};

use super::claims::Claim;
use super::{ANSWER, ANSWER_REASON, BODY, BODY_REASON, bounds};
use crate::context::{Context, or, written};
use crate::health;
use crate::service::DraftService;

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
    let sensitive = flag(|route| route.sensitive.as_ref(), false);
    let edge = cx.spec.edge.as_ref();
    let body = edge.and_then(|edge| edge.body_limit.as_ref());
    let path = match spec {
        Some(_) => Sourced::written(claim.path.clone(), claim.span),
        None => Sourced {
            value: claim.path.clone(),
            origin: Origin::Derived(claim.span, "the front page"),
        },
    };
    let body_limit =
        or(spec.and_then(|route| route.body_limit.as_ref()).or(body), BODY, BODY_REASON);
    bounds::body(&body_limit, cx);
    let buffering = spec.and_then(|route| route.buffering.as_ref());
    let cache = cache(spec, websocket || sensitive, cx);
    let streams = *draft.kind == Kind::Nextjs && *cache == AnswerCache::Never;
    let timeout = timeout(spec, websocket, edge.and_then(|edge| edge.timeouts.as_ref()));
    bounds::wait(&timeout, cx);
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
        body_limit,
        timeout,
        cache,
        access: spec.and_then(|route| access(route, cx)),
        buffering: buffering.map_or(!streams, |flag| flag.value),
        sensitive,
        limits: Vec::new(),
    })
}

/// How long an answer may take.
fn timeout(
    spec: Option<&RouteSpec>,
    websocket: bool,
    everywhere: Option<&TimeoutsSpec>,
) -> Sourced<Seconds> {
    let own = spec.and_then(|route| route.timeout.as_ref());
    match websocket {
        true => or(own, Seconds::new(3600), "a websocket may be silent for an hour"),
        false => {
            let answer = everywhere.and_then(|timeouts| timeouts.answer.as_ref());
            or(own.or(answer), ANSWER, ANSWER_REASON)
        }
    }
}

/// How long the edge keeps answers. What is `private`, or not even buffered, is never kept.
fn cache(spec: Option<&RouteSpec>, private: bool, cx: &mut Context<'_>) -> Sourced<AnswerCache> {
    let proxy = cx.spec.edge.as_ref().and_then(|edge| edge.cache.as_ref()?.proxy.as_ref());
    let unbuffered =
        spec.and_then(|route| route.buffering.as_ref()).filter(|buffering| !buffering.value);
    let Some(own) = spec.and_then(|route| route.cache.as_ref()) else {
        return match proxy.filter(|proxy| proxy.value && !private && unbuffered.is_none()) {
            Some(proxy) => Sourced::written(AnswerCache::AsTold, proxy.span),
            None => Sourced::default(AnswerCache::Never, "answers may be meant for one client"),
        };
    };
    let value = match &own.value {
        Switch::Off(_) => AnswerCache::Never,
        Switch::On(None) => AnswerCache::AsTold,
        Switch::On(Some(time)) => AnswerCache::For(*time),
    };
    if private && value != AnswerCache::Never {
        let message = "answers of a websocket or a sensitive route are for one client";
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, own.span, message)
                .help("take `cache` out, or `websocket` and `sensitive`"),
        );
    }
    if let (Some(buffering), true) = (unbuffered, value != AnswerCache::Never) {
        let message = "what is not buffered cannot be kept";
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, own.span, message)
                .related(buffering.span, "not buffered")
                .help("take one of them out"),
        );
    }
    Sourced::written(value, own.span)
}

/// The rule that guards a route.
fn access(spec: &RouteSpec, cx: &mut Context<'_>) -> Option<Sourced<Label>> {
    let name = spec.access.as_ref()?;
    let rules = cx.spec.edge.iter().flat_map(|edge| edge.access.keys());
    let names: Vec<_> = rules.map(Label::as_str).collect();
    if !names.contains(&name.value.as_str()) {
        let message = format!("no rule `{}` stands in `edge.access`", name.value);
        let near = closest(name.value.as_str(), names.iter().copied());
        cx.push(
            Diagnostic::new(codes::UNDEFINED, name.span, message)
                .help("declare it there, with `basic` or `allow`")
                .did_you_mean(near),
        );
        return None;
    }
    Some(written(name))
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
