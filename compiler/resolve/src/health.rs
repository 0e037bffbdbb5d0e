//! How a service is watched: its health and its metrics.

use std::collections::BTreeMap;

use stackc_model::{EnvName, Health, Label, Metrics, Role, Seconds, Sourced};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{HealthSpec, RoutePath};

use crate::context::{Context, or, or_map, written};
use crate::jobs;
use crate::near::{self, places};
use crate::service::DraftService;
use crate::text::Scope;

/// The rules for a service that runs all the time; `None` where nothing can be asked.
pub(crate) fn resolve(
    draft: &DraftService<'_>,
    secrets: &BTreeMap<EnvName, EnvName>,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Health> {
    let spec = draft.own.health.as_ref();
    if matches!(*draft.role, Role::Cron | Role::Job) {
        if let Some(spec) = spec {
            let message =
                format!("`services.{}.health` changes nothing for what runs and ends", draft.name);
            cx.push(Diagnostic::new(codes::NO_EFFECT, spec.span, message).help("take it out"));
        }
        return None;
    }
    let default = HealthSpec::default();
    let health = spec.map_or(&default, |spec| &spec.value);
    let paths = [&health.live, &health.ready, &health.startup, &health.detail];
    if draft.ports.is_empty() {
        if let Some(path) = paths.into_iter().flatten().next() {
            let message =
                format!("`services.{}` listens on no port, so no path can be asked", draft.name);
            cx.push(
                Diagnostic::new(codes::NO_PORT, path.span, message)
                    .help("add `port`, or use `health: {command: …}`"),
            );
        }
        health.command.as_ref()?;
    }
    one_question(health, cx);
    check_token(draft, health, cx);
    let interval =
        or(health.interval.as_ref(), Seconds::new(10), "soon enough to route around a fault");
    let timeout = or(health.timeout.as_ref(), Seconds::new(3), "a healthy answer is quick");
    if timeout.millis > interval.millis {
        let span = health
            .timeout
            .as_ref()
            .or(health.interval.as_ref())
            .map_or(draft.own.span, |time| time.span);
        let message = "a probe would still run when the next one starts";
        cx.push(
            Diagnostic::new(codes::TIMEOUTS, span, message)
                .help("make `timeout` at most `interval`"),
        );
    }
    let path = |path: &Option<Spanned<RoutePath>>| -> Option<Sourced<String>> {
        path.as_ref().map(|path| written(path).map(|path| path.0))
    };
    Some(Health {
        live: path(&health.live),
        ready: path(&health.ready),
        startup: path(&health.startup),
        detail: path(&health.detail),
        command: health.command.as_ref().map(|words| jobs::command(words, scope, cx)),
        tcp: named(draft, health.tcp.as_ref(), cx),
        grpc: named(draft, health.grpc.as_ref(), cx),
        token: token(health.token.as_ref(), secrets),
        interval,
        timeout,
    })
}

/// Health is asked on a port of its own or in another way. A command may stand beside paths: it is
/// for whoever asks inside the container, where nothing is known that could ask for a path.
fn one_question(health: &HealthSpec, cx: &mut Context<'_>) {
    let path = [&health.live, &health.ready, &health.startup].into_iter().flatten().next();
    let path = path.map(|path| ("paths", path.span));
    let command = health.command.as_ref().map(|command| ("`command`", command.span));
    let tcp = health.tcp.as_ref().map(|port| ("`tcp`", port.span));
    let grpc = health.grpc.as_ref().map(|port| ("`grpc`", port.span));
    let said: Vec<_> = [path.or(command), tcp, grpc].into_iter().flatten().collect();
    if let [(one, first), (other, second), ..] = said.as_slice() {
        let message = format!("health is asked by {one} or by {other}, not both");
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, *first, message).related(*second, "also said here"),
        );
    }
}

/// A token goes with a path.
fn check_token(draft: &DraftService<'_>, health: &HealthSpec, cx: &mut Context<'_>) {
    let paths = [&health.live, &health.ready, &health.startup, &health.detail];
    if let (Some(token), true) = (&health.token, paths.into_iter().all(Option::is_none)) {
        let message =
            format!("`services.{}.health.token` changes nothing: no path is asked", draft.name);
        cx.push(
            Diagnostic::new(codes::NO_EFFECT, token.span, message)
                .help("name the path that wants it, such as `ready: /ready`"),
        );
    }
}

/// A port that was named for a question.
fn named(
    draft: &DraftService<'_>,
    name: Option<&Spanned<Label>>,
    cx: &mut Context<'_>,
) -> Option<Sourced<Label>> {
    let name = name?;
    port(draft, Some(name), name.span, "health is asked on a port", cx)?;
    Some(written(name))
}

/// The variable that holds a token inside.
fn token(
    spec: Option<&Spanned<EnvName>>,
    secrets: &BTreeMap<EnvName, EnvName>,
) -> Option<Sourced<EnvName>> {
    let spec = spec?;
    let (variable, _) = secrets.iter().find(|(_, secret)| **secret == spec.value)?;
    Some(Sourced::written(variable.clone(), spec.span))
}

/// The metrics it exposes.
pub(crate) fn metrics(
    draft: &DraftService<'_>,
    secrets: &BTreeMap<EnvName, EnvName>,
    cx: &mut Context<'_>,
) -> Option<Metrics> {
    let spec = draft.own.metrics.as_ref()?;
    let port = port(draft, spec.port.as_ref(), spec.span, "metrics are scraped from a port", cx)?;
    Some(Metrics {
        path: or_map(
            spec.path.as_ref(),
            |path| path.0.clone(),
            "/metrics".to_owned(),
            "the usual path",
        ),
        port,
        http: or(
            spec.http.as_ref(),
            "http_request_duration_seconds".to_owned(),
            "the name most libraries use",
        ),
        db_pool_waiting: spec.db_pool_waiting.as_ref().map(written),
        db_latency: spec.db_latency.as_ref().map(written),
        token: token(spec.token.as_ref(), secrets),
    })
}

/// The named port, or the main one.
pub(crate) fn port(
    draft: &DraftService<'_>,
    named: Option<&Spanned<Label>>,
    span: Span,
    why: &str,
    cx: &mut Context<'_>,
) -> Option<Label> {
    match (named, draft.main_port()) {
        (Some(name), _) if draft.ports.contains_key(&name.value) => Some(name.value.clone()),
        (Some(name), _) => {
            let message = format!("`services.{}` has no port called `{}`", draft.name, name.value);
            let fault = Diagnostic::new(codes::UNDEFINED, name.span, message);
            cx.push(near::suggest(fault, &name.value, &places(&draft.own.ports)));
            None
        }
        (None, Some((name, _))) => Some(name.clone()),
        (None, None) => {
            let message = format!("`services.{}` has no port: {why}", draft.name);
            cx.push(
                Diagnostic::new(codes::NO_PORT, span, message)
                    .help("add `port: 8080` or whatever it listens on"),
            );
            None
        }
    }
}
