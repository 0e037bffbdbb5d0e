//! Who claims which public path.

use std::collections::BTreeMap;

use stackc_model::{Domain, Kind, Label, Role, Tier};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::RouteSpec;

use crate::context::Context;
use crate::near::{self, places};
use crate::service::DraftService;

/// A public path and who claims it.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// The service.
    pub(crate) service: Label,
    pub(super) at: usize,
    pub(super) name: Label,
    /// The domain.
    pub(crate) domain: Label,
    /// The path.
    pub(crate) path: String,
    pub(super) span: Span,
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
    if !domains.contains_key(&main) {
        return unserved(candidates.into_iter().map(|(_, draft)| draft), cx);
    }
    let (Some((at, first)), false) = (candidates.first(), taken) else { return };
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

/// Front ends without a domain that they could be the front page of.
fn unserved<'d, 's: 'd>(
    candidates: impl Iterator<Item = &'d DraftService<'s>>,
    cx: &mut Context<'_>,
) {
    let faulty = cx.spec.domains.keys().any(|name| name.as_str() == "main");
    if cx.tier == Tier::Development || faulty || cx.is_written("main") {
        return;
    }
    let help = match cx.spec.domains.keys().next() {
        Some(other) => format!(
            "add `domain`, or `routes` with a route of the domain `{other}`, such as \
             `{{path: /, domain: {other}}}`"
        ),
        None => "add `domain`, whose front page it is then".to_owned(),
    };
    for draft in candidates {
        let message = format!(
            "nothing serves `{}` to the public in `{}`, which has no main domain",
            draft.name, cx.name
        );
        cx.push(Diagnostic::new(codes::UNSERVED, draft.own.span, message).help(help.clone()));
    }
}

fn conflicts(claims: &[Claim], cx: &mut Context<'_>) {
    let mut seen: BTreeMap<(&Label, &str), &Claim> = BTreeMap::new();
    for claim in claims {
        if let Some(first) = seen.insert((&claim.domain, &claim.path), claim) {
            let message = match first.service == claim.service {
                true => format!("two routes of `{}` claim `{}`", claim.service, claim.path),
                false => {
                    format!(
                        "`{}` and `{}` both claim `{}`",
                        first.service, claim.service, claim.path
                    )
                }
            };
            cx.push(
                Diagnostic::new(codes::ROUTE_CONFLICT, claim.span, message)
                    .related(first.span, "claimed here")
                    .help("a path of a domain has one owner"),
            );
        }
    }
}
