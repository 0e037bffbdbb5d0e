//! One environment from its layer.

use std::collections::BTreeMap;

use stackc_model::{Backup, Environment, Label, Notify, Platform, Release, Sourced, Tier, Trigger};
use stackc_shape::{Spanned, Switch};
use stackc_source::{Diagnostic, Diagnostics, Span, codes};
use stackc_spec::{FormatWord, PlatformWord, RollbackWord, RunWord, StackSpec};
use stackc_unit::Seconds;

use crate::context::{Context, or_map, written};
use crate::layers::{self, Layer};
use crate::{check, data, edge, external, limits, observe, secrets, service, variables};

/// Resolves a layer; `None` where its text could not be decoded.
pub(crate) fn resolve(layer: &Layer, diagnostics: &mut Diagnostics) -> Option<Environment> {
    let spec = layer.spec.as_ref()?;
    let mut cx = Context {
        spec,
        name: &layer.name,
        tier: layer.tier,
        overlay: layer.overlay,
        faulty: layer.faulty.as_ref(),
        diagnostics,
    };
    unique_names(spec, &mut cx);
    let platforms = platforms(&mut cx);
    let mut secrets = secrets::declared(&cx);
    let stores = data::draft(monitored(&platforms, &cx), &mut cx, &mut secrets);
    let mut externals = external::draft(&mut cx, &mut secrets);
    externals.extend(data::managed::draft(&mut cx, &mut secrets));
    externals.sort_by(|one, other| one.name.cmp(other.name));
    let domains = edge::domains(&mut cx);
    let drafts = service::draft(&mut cx);
    let public = edge::claims(&drafts, &domains, &mut cx);
    let scope = variables::scope(&drafts, &stores, &externals, &domains, &public, &mut cx);
    let bindings = variables::bind(&drafts, &stores, &externals, &scope, &mut secrets, &mut cx);
    if let Some(slack) = spec.notify.as_ref().and_then(|notify| notify.slack.as_ref()) {
        secrets.declare(&slack.value, slack.span, "Slack incoming webhook for notifications");
    }
    if let Some(key) = spec.notify.as_ref().and_then(|notify| notify.pagerduty.as_ref()) {
        secrets.declare(&key.value, key.span, "PagerDuty integration key for notifications");
    }
    edge::passwords(&cx, &mut secrets);
    let ids = secrets.ids();
    let finished: Vec<_> = stores.iter().filter_map(|store| store.finish(&ids, &mut cx)).collect();
    // Ids are positions: a store that is left out would make the others' point elsewhere.
    let whole = finished.len() == stores.len();
    let stores = finished;
    let limits = limits::resolve(&mut cx);
    let with = service::Finish { scope: &scope, ids: &ids, platforms: &platforms };
    let mut services = service::finish(&drafts, bindings, &with, &mut cx);
    let mut routes = edge::routes(&drafts, &public, &mut cx);
    limits::apply(&limits, &mut routes, &mut cx);
    edge::number(&mut routes, &mut services);
    let externals: Vec<_> = externals.iter().map(|external| external.finish(&ids)).collect();
    let environment = Environment {
        name: layer.name.clone(),
        span: layer.span,
        tier: layer.tier,
        trigger: trigger(layer, &mut cx),
        platforms,
        url: scope.url.clone(),
        edge: edge::edge(&drafts, &externals, &scope, &mut cx),
        backup: backup(&mut cx),
        observe: observe::resolve(&services, &stores, !domains.is_empty(), &mut cx),
        release: release(layer),
        notify: notify(spec),
        options: layers::options(spec),
        secrets: secrets.finish(&ids),
        domains,
        services,
        stores,
        externals,
        routes,
        limits,
    };
    whole.then(|| {
        check::within(&environment, &mut cx);
        running(environment, layer, &mut cx)
    })
}

/// What of an environment runs: with `run: stores` its services are started by hand, outside of any
/// platform, so nothing of them is public.
fn running(mut environment: Environment, layer: &Layer, cx: &mut Context<'_>) -> Environment {
    let run = layer.head.as_ref().and_then(|head| head.run.as_ref());
    let Some(run) = run.filter(|run| run.value == RunWord::Stores) else { return environment };
    if layer.tier != Tier::Development {
        let message = "`run: stores` is for a developer's machine; here nothing would be served";
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, run.span, message)
                .help("take it out, or say `tier: development`"),
        );
        return environment;
    }
    environment.routes.clear();
    for service in &mut environment.services {
        service.platforms.clear();
        service.routes.clear();
    }
    environment
}

/// Services, stores and externals share one namespace: each is a host name.
fn unique_names(spec: &StackSpec, cx: &mut Context<'_>) {
    let mut seen: BTreeMap<&Label, Span> = BTreeMap::new();
    let services = spec.services.iter().map(|(name, service)| (name, service.span));
    let stores = spec.data.iter().map(|(name, store)| (name, store.span));
    let externals = spec.external.iter().map(|(name, external)| (name, external.span));
    for (name, span) in services.chain(stores).chain(externals) {
        if let Some(first) = seen.insert(name, span) {
            let message = format!("`{name}` is the name of two things");
            cx.push(
                Diagnostic::new(codes::COLLISION, span, message)
                    .related(first, "the other one")
                    .help("services, data stores and externals share one namespace: rename one"),
            );
        }
    }
    const RESERVED: [&str; 3] = ["nginx", "migrate", "localhost"];
    for (name, service) in &spec.services {
        if RESERVED.contains(&name.as_str()) {
            let message = format!("`{name}` is a name the compiler uses itself");
            cx.push(
                Diagnostic::new(codes::COLLISION, service.span, message)
                    .help("choose another name"),
            );
        }
    }
}

/// The platform a word stands for.
pub(crate) fn platform(word: PlatformWord) -> Platform {
    match word {
        PlatformWord::Compose => Platform::Compose,
        PlatformWord::Kubernetes => Platform::Kubernetes,
        PlatformWord::Swarm => Platform::Swarm,
        PlatformWord::Vercel => Platform::Vercel,
        PlatformWord::Ecs => Platform::Ecs,
        PlatformWord::Systemd => Platform::Systemd,
    }
}

fn platforms(cx: &mut Context<'_>) -> Vec<Platform> {
    if cx.tier == Tier::Development {
        if let Some(deploy) = cx.spec.deploy.as_ref().filter(|deploy| cx.in_overlay(deploy.span)) {
            let message = "`deploy` changes nothing in development, which always runs with compose";
            cx.push(Diagnostic::new(codes::NO_EFFECT, deploy.span, message).help("take it out"));
        }
        return vec![Platform::Compose];
    }
    let mut found: Vec<_> = match &cx.spec.deploy {
        None => vec![Platform::Compose],
        Some(words) => words.value.iter().map(|word| platform(word.value)).collect(),
    };
    found.sort_unstable();
    found.dedup();
    if let (true, Some(deploy)) = (found.is_empty(), &cx.spec.deploy) {
        let message = "`deploy` names no platform, so nothing would run";
        cx.push(
            Diagnostic::new(codes::MISSING_FIELD, deploy.span, message).help("write `[compose]`"),
        );
    }
    found
}

/// Whether exporters of ours log in at the data stores.
fn monitored(platforms: &[Platform], cx: &Context<'_>) -> bool {
    let ours = [Platform::Compose, Platform::Swarm].iter().any(|here| platforms.contains(here));
    ours && cx.tier != Tier::Development && observe::is_full(cx)
}

fn trigger(layer: &Layer, cx: &mut Context<'_>) -> Trigger {
    let Some(head) = &layer.head else { return Trigger::Manual };
    let branch =
        head.branch.as_ref().map(|branch| (branch.span, Trigger::Branch(branch.value.clone())));
    let tag = head.tag.as_ref().map(|tag| (tag.span, Trigger::Tag(tag.value.clone())));
    let pull = head
        .pull_request
        .as_ref()
        .filter(|pull| pull.value)
        .map(|pull| (pull.span, Trigger::PullRequest));
    let manual = head
        .manual
        .as_ref()
        .filter(|manual| manual.value)
        .map(|manual| (manual.span, Trigger::Manual));
    let said: Vec<_> = [branch, tag, pull, manual].into_iter().flatten().collect();
    if let [(first, _), (second, _), ..] = said.as_slice() {
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, *second, "an environment has one trigger")
                .related(*first, "the first one")
                .help("keep one of `branch`, `tag`, `pull_request` and `manual`"),
        );
    }
    said.into_iter().next().map_or(Trigger::Manual, |(_, trigger)| trigger)
}

fn release(layer: &Layer) -> Release {
    let spec = layer.spec.as_ref().and_then(|spec| spec.release.as_ref());
    let head = layer.head.as_ref();
    let on = |flag: Option<&Spanned<bool>>| flag.is_none_or(|flag| flag.value);
    let rollback = spec.and_then(|release| release.value.rollback.as_ref());
    Release {
        verify: on(spec.and_then(|release| release.value.verify.as_ref())),
        rollback: rollback.is_none_or(|word| word.value == RollbackWord::Auto),
        attest: on(spec.and_then(|release| release.value.attest.as_ref())),
        approvers: head.into_iter().flat_map(|head| &head.approvers).map(written).collect(),
        protected: head.and_then(|head| head.protected.as_ref()).is_some_and(|flag| flag.value),
    }
}

fn notify(spec: &StackSpec) -> Notify {
    let notify = spec.notify.as_ref();
    Notify {
        slack: notify.and_then(|notify| notify.slack.as_ref()).map(|name| name.value.clone()),
        pagerduty: notify
            .and_then(|notify| notify.pagerduty.as_ref())
            .map(|name| name.value.clone()),
    }
}

fn backup(cx: &mut Context<'_>) -> Option<Backup> {
    let default = stackc_spec::BackupSpec::default();
    let spec = match &cx.spec.backup {
        Some(Switch::Off(_)) => return None,
        Some(Switch::On(Some(spec))) => &spec.value,
        Some(Switch::On(None)) | None => &default,
    };
    let days = |keep: &stackc_spec::DaysText| {
        Seconds::parse(&keep.0)
            .map_or(14, |time| u32::try_from(time.millis / 86_400_000).unwrap_or(14))
    };
    let formats = match spec.formats.is_empty() {
        true => vec!["custom".to_owned()],
        false => spec
            .formats
            .iter()
            .map(|format| match format.value {
                FormatWord::Custom => "custom".to_owned(),
                FormatWord::Sql => "sql".to_owned(),
            })
            .collect(),
    };
    let backup = Backup {
        schedule: or_map(
            spec.schedule.as_ref(),
            |cron| cron.0.clone(),
            "0 2 * * *".to_owned(),
            "nightly",
        ),
        keep_days: or_map(
            spec.keep.as_ref().and_then(|keep| keep.value.all.as_ref()),
            days,
            14,
            "two weeks of nightly copies",
        ),
        formats,
        rpo: spec.rpo.as_ref().map(|rpo| Sourced::written(rpo.value, rpo.span)),
        rto: spec.rto.as_ref().map(|rto| Sourced::written(rto.value, rto.span)),
    };
    check::rpo(&backup, cx);
    Some(backup)
}
