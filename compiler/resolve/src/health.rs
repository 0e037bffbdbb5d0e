//! How a service's health is asked.

use stackc_model::{Health, Label, Role, Seconds, Sourced};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{HealthSpec, RoutePath};

use crate::context::{Context, or, written};
use crate::near::{self, places};
use crate::service::DraftService;

/// The rules for a service that runs all the time; `None` where nothing can be asked.
pub(crate) fn resolve(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Option<Health> {
    let spec = draft.own.health.as_ref();
    if *draft.role == Role::Cron {
        if let Some(spec) = spec {
            let message =
                format!("`services.{}.health` changes nothing for a scheduled service", draft.name);
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
    if let (Some(command), Some(path)) =
        (&health.command, paths[..3].iter().find_map(|path| path.as_ref()))
    {
        let message = "health is asked by a command or by paths, not both";
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, path.span, message)
                .related(command.span, "the command"),
        );
    }
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
        command: health.command.as_ref().map(|words| written(words).map(|words| words.0)),
        interval,
        timeout,
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
