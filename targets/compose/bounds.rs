//! What was asked for and compose, or a swarm, can only come close to. Each is said with what really
//! holds.
//!
//! Only what somebody wrote is reported: a default is a wish of ours, not of the user.

use stackc_model::{Concurrency, Moment, Service, Sourced, Tier, Update};
use stackc_source::{Span, codes};

use super::scope::Scope;
use super::{harden, health, tools};

/// Reports everything of an environment.
pub(super) fn report(scope: &mut Scope<'_>) {
    shared(scope);
    for service in scope.services() {
        if service.is_long_running() {
            replacement(scope, service);
        }
        files(scope, service);
        if let Some(span) = service.migrate.as_ref().and_then(|it| written(&it.timeout)) {
            let message = format!("compose does not end migrations of `{}` in time", service.name);
            approximated(
                scope,
                span,
                message,
                "give `docker compose up --wait` a `--wait-timeout`",
            );
        }
    }
    monitoring(scope);
}

/// Reports what no platform of docker does.
pub(crate) fn shared(scope: &mut Scope<'_>) {
    for service in scope.services() {
        if service.is_long_running() {
            scale(scope, service);
            check(scope, service);
            drain(scope, service);
        }
        schedule(scope, service);
        job(scope, service);
        pull_secret(scope, service);
        scratch(scope, service);
        for (name, volume) in &service.volumes {
            let what = format!("the volume `{name}` of `{}`", service.name);
            unbounded(scope, &volume.size, &what);
        }
    }
    for store in scope.env.stores.iter().filter(|store| store.persistent) {
        unbounded(scope, &store.storage, &format!("the volume of `{}`", store.name));
    }
    backup(scope);
}

/// The place a value was written at.
pub(crate) fn written<T>(value: &Sourced<T>) -> Option<Span> {
    match value.origin {
        stackc_model::Origin::Written(span) => Some(span),
        _ => None,
    }
}

pub(crate) fn approximated(scope: &mut Scope<'_>, span: Span, message: String, help: &str) {
    scope.tell(codes::APPROXIMATED, span, message, help);
}

fn scale(scope: &mut Scope<'_>, service: &Service) {
    let (min, max) = (*service.scale.min, *service.scale.max);
    if let Some(span) = written(&service.scale.max).filter(|_| max > min && !scope.is_development())
    {
        let message =
            format!("{} scales nothing: `{}` always runs {min}", scope.place(), service.name);
        let help =
            "the range holds on platforms that scale by load; for more here, raise the minimum";
        approximated(scope, span, message, help);
    }
}

/// Health is asked inside the container, so its image must hold something to ask with.
fn check(scope: &mut Scope<'_>, service: &Service) {
    let Some(health) = &service.health else { return };
    let (place, name) = (scope.place(), &service.name);
    let (said, message, help) = if health::command(scope.env, service).is_none() {
        let message = format!("{place} does not ask `{name}` for its health");
        let help = "docker asks inside the container, and nothing is known of what this image \
                    holds: give a `health.command`";
        let path = health.ready.as_ref().or(health.live.as_ref()).and_then(written);
        (path, message, help)
    } else if health::only_connects(scope.env, service) {
        let message = format!("{place} takes `{name}` for healthy once it accepts a connection");
        let help = "docker asks inside the container, and this image holds nothing that speaks \
                    gRPC: put a program there that does, and name it in `health.command`";
        (health.grpc.as_ref().and_then(written), message, help)
    } else {
        return;
    };
    approximated(scope, said.unwrap_or(service.span), message, help);
}

fn replacement(scope: &mut Scope<'_>, service: &Service) {
    if scope.is_development() {
        return;
    }
    let rollout = [&service.rollout.surge, &service.rollout.unavailable];
    let stray = rollout.into_iter().find_map(written);
    let rolls = *service.update != Update::Recreate;
    if let Some(span) = written(&service.update).or(stray).filter(|_| rolls) {
        let message = format!("compose stops `{}` before it starts the new version", service.name);
        let help = "a copy is away for as long as the new one needs to start";
        approximated(scope, span, message, help);
    }
}

fn drain(scope: &mut Scope<'_>, service: &Service) {
    if scope.is_development() {
        return;
    }
    if let Some(span) = written(&service.stop.drain).filter(|_| service.stop.drain.millis > 0) {
        let message =
            format!("{} sends SIGTERM to `{}` without draining it", scope.place(), service.name);
        let help = "connections have `stop.grace` to end; finish them on SIGTERM";
        approximated(scope, span, message, help);
    }
}

/// Scratch space is memory here.
fn scratch(scope: &mut Scope<'_>, service: &Service) {
    let (asked, given) = (&service.resources.disk, harden::scratch(&service.resources));
    if let Some(span) = written(asked).filter(|_| given < **asked) {
        let message = format!(
            "{} gives `{}` at most {} of scratch space, as it is memory",
            scope.place(),
            service.name,
            given.kubernetes()
        );
        let help = "raise `resources.memory`, or use a volume";
        approximated(scope, span, message, help);
    }
}

fn schedule(scope: &mut Scope<'_>, service: &Service) {
    let Some(cron) = &service.cron else { return };
    let span = cron.schedule.origin.span().unwrap_or(service.span);
    let overlap = match cron.concurrency {
        Concurrency::Allow => "",
        Concurrency::Forbid | Concurrency::Replace => "; what happens on overlap is for the timer",
    };
    let place = scope.place();
    let message = format!("{place} has no schedule for `{}`{overlap}", service.name);
    let command = scope.command(service.name.as_str());
    let help = format!("run `{command}` from a timer of the host, at `{}`", *cron.schedule);
    approximated(scope, span, message, &help);
    if let Some(span) = cron.deadline.as_ref().and_then(written) {
        let message = format!("{} does not end `{}` at its deadline", scope.place(), service.name);
        approximated(scope, span, message, "let the timer of the host end it");
    }
}

/// Docker starts everything at once, and nothing when the rest is up.
fn job(scope: &mut Scope<'_>, service: &Service) {
    let Some(job) = &service.job else { return };
    if *job.moment == Moment::AfterDeploy {
        let span = written(&job.moment).unwrap_or(service.span);
        let place = scope.place();
        let message =
            format!("{place} does not run `{}` after a deployment by itself", service.name);
        let help = format!("run `{}` when it is up", scope.command(service.name.as_str()));
        approximated(scope, span, message, &help);
    }
    if let Some(span) = written(&job.deadline) {
        let message = format!("{} does not end `{}` at its deadline", scope.place(), service.name);
        approximated(scope, span, message, "let whoever starts it end it");
    }
}

/// Our images are new with each release, and so are their containers; a third party's are not.
fn files(scope: &mut Scope<'_>, service: &Service) {
    if service.is_built() || scope.is_development() {
        return;
    }
    for from in service.files.values().filter_map(|mount| mount.from.as_ref()) {
        let message = format!("compose does not notice a change of `{}`", from.value);
        let help = format!(
            "run `docker compose -f <file> up --force-recreate {}`, or write it as `content`",
            service.name
        );
        approximated(scope, from.origin.span().unwrap_or(service.span), message, &help);
    }
}

/// Docker pulls with what the host has logged in with.
fn pull_secret(scope: &mut Scope<'_>, service: &Service) {
    let Some(id) = service.pull_secret.filter(|_| !scope.is_development()) else { return };
    let secret = &scope.env[id];
    let message = format!(
        "{} pulls the image of `{}` as the host is logged in, whatever the secret says",
        scope.place(),
        service.name
    );
    let help = format!("run `docker login` on the host with the credentials in `{}`", secret.name);
    approximated(scope, secret.span.unwrap_or(service.span), message, &help);
}

/// Docker's own volumes have no size.
fn unbounded<T>(scope: &mut Scope<'_>, size: &Sourced<T>, what: &str) {
    if let Some(span) = written(size).filter(|_| !scope.is_development()) {
        let message = format!("{} does not bound {what}", scope.place());
        let help = "it may grow until the disk of the host is full; watch the disk";
        approximated(scope, span, message, help);
    }
}

/// Stores that no run of ours saves, and the schedule, which is the host's to keep.
fn backup(scope: &mut Scope<'_>) {
    let env = scope.env;
    let Some(backup) = env.backup.as_ref().filter(|_| !scope.is_development()) else { return };
    let times = [&backup.rpo, &backup.rto].map(|time| time.as_ref().and_then(written));
    let asked = times.into_iter().chain([written(&backup.schedule), written(&backup.keep_days)]);
    // Nobody loses sleep over a staging that nobody asked to be saved.
    let missed = asked.flatten().next().is_some() || env.tier == Tier::Production;
    for store in env.stores.iter().filter(|store| missed && store.persistent) {
        if tools::backed_up(env, store).is_none() {
            let message = format!("the backup on {} leaves `{}` out", scope.place(), store.name);
            let help = "its volume outlives its container; copy the volume for more";
            scope.tell(codes::PLANNED, store.span, message, help);
        }
    }
    let saved = env.stores.iter().find(|store| tools::backed_up(env, store).is_some());
    if let (Some(span), Some(store)) = (written(&backup.schedule), saved) {
        let run = tools::backup_name(store);
        let message = format!("{} has no schedule for `{run}`", scope.place());
        let command = scope.command(&run);
        let help = format!("run `{command}` from a timer of the host, at `{}`", *backup.schedule);
        approximated(scope, span, message, &help);
    }
}

fn monitoring(scope: &mut Scope<'_>) {
    let level = &scope.env.observe.level;
    if let Some(span) = written(level).filter(|_| scope.monitoring.is_some()) {
        let message = "nobody is told of alerts yet, and there are no dashboards".to_owned();
        let help = "look at http://127.0.0.1:9090/alerts on the host, through an SSH tunnel";
        scope.tell(codes::PLANNED, span, message, help);
    }
}
