//! Rules that span the stack.

use std::collections::BTreeMap;

use stackc_model::{Backup, Engine, Environment, Tier};
use stackc_source::{Diagnostic, Diagnostics, Span, codes};

use crate::connections;
use crate::context::Context;
use crate::limits::covers;
use crate::{listening, replication, running, watched};

/// Rules within one environment.
pub(crate) fn within(environment: &Environment, cx: &mut Context<'_>) {
    public_internals(environment, cx);
    listening::check(environment, cx);
    running::check(environment, cx);
    watched::check(environment, cx);
    connections::check(environment, cx);
    replication::check(environment, cx);
    unsaved(environment, cx);
}

/// What is kept in production and never saved.
fn unsaved(environment: &Environment, cx: &mut Context<'_>) {
    if environment.tier != Tier::Production {
        return;
    }
    for store in &environment.stores {
        let off = environment.backup.is_none();
        let (what, help) = match &store.engine {
            Engine::Postgres { .. } if off => {
                ("has no backup in production", "take out `backup: false`, or know what you lose")
            }
            Engine::Server(server) if store.persistent && server.dump.is_none() => (
                "keeps data in production, and nothing says how it is saved",
                match server.kind {
                    "custom" => "say how under `custom.backup`, or know what you lose",
                    _ => "keep in it only what can be made again, or know what you lose",
                },
            ),
            Engine::Server(_) if off && store.persistent => {
                ("has no backup in production", "take out `backup: false`, or know what you lose")
            }
            _ => continue,
        };
        let message = format!("the data store `{}` {what}", store.name);
        cx.push(Diagnostic::new(codes::NO_BACKUP, store.span, message).help(help));
    }
}

/// Metrics and detailed health are for operators; a route that is exactly theirs publishes them.
fn public_internals(environment: &Environment, cx: &mut Context<'_>) {
    for route in &environment.routes {
        let service = &environment[route.service];
        let metrics = service
            .metrics
            .as_ref()
            .filter(|metrics| metrics.port == route.port)
            .map(|metrics| &metrics.path);
        let detail = service.health.as_ref().and_then(|health| health.detail.as_ref());
        for path in [metrics, detail].into_iter().flatten() {
            if route.path.as_str() != "/" && covers(path, &route.path) {
                let message = format!(
                    "the route `{}` of `{}` makes `{}` public",
                    route.name, service.name, path.value
                );
                let mut diagnostic = Diagnostic::new(codes::PUBLIC_INTERNALS, route.span, message)
                    .help("take the route out: metrics are scraped and health is asked inside");
                if let Some(span) = path.origin.span() {
                    diagnostic = diagnostic.related(span, "meant for operators");
                }
                cx.push(diagnostic);
            }
        }
    }
}

/// The interval between two backups must not be longer than the loss that is promised.
pub(crate) fn rpo(backup: &Backup, cx: &mut Context<'_>) {
    let Some(rpo) = &backup.rpo else { return };
    let hours = longest_gap_hours(&backup.schedule);
    if rpo.millis < hours * 3_600_000 {
        let span = rpo.origin.span().or(backup.schedule.origin.span());
        let message = format!(
            "up to {hours} hours lie between two backups, more than the RPO of {}",
            rpo.compact()
        );
        if let Some(span) = span {
            let mut diagnostic = Diagnostic::new(codes::RPO, span, message)
                .help("back up more often, or promise less");
            if let Some(schedule) = backup.schedule.origin.span() {
                diagnostic = diagnostic.related(schedule, "the schedule");
            }
            cx.push(diagnostic);
        }
    }
}

/// The longest time between two runs of a cron expression, rounded up to hours, seen through its
/// hour and day fields.
fn longest_gap_hours(schedule: &str) -> u64 {
    let fields: Vec<_> = schedule.split_whitespace().collect();
    let [_, hour, day, month, weekday] = fields.as_slice() else { return 0 };
    match (*day, *month, *weekday) {
        ("*", "*", "*") => gap(hour, 24),
        ("*", "*", weekday) => 24 * gap(weekday, 7),
        (_, "*", _) => 24 * 31,
        _ => 24 * 366,
    }
}

/// The longest distance between two values of a cron field that wraps around at `size`.
fn gap(field: &str, size: u64) -> u64 {
    let mut values: Vec<u64> =
        field.split(',').flat_map(|part| expand(part, size)).map(|value| value % size).collect();
    values.sort_unstable();
    values.dedup();
    let wrap = match (values.first(), values.last()) {
        (Some(first), Some(last)) => size - last + first,
        _ => size,
    };
    values.windows(2).map(|pair| pair[1] - pair[0]).chain([wrap]).max().unwrap_or(size)
}

fn expand(part: &str, size: u64) -> Vec<u64> {
    let (range, step) =
        part.split_once('/').map_or((part, 1), |(range, step)| (range, step.parse().unwrap_or(1)));
    let (low, high) = match range.split_once('-') {
        Some((low, high)) => (low.parse().unwrap_or(0), high.parse().unwrap_or(size - 1)),
        None if range == "*" => (0, size - 1),
        None => range.parse().map_or((0, 0), |value| (value, value)),
    };
    (low..=high).step_by(usize::try_from(step).unwrap_or(1).max(1)).collect()
}

/// Rules across environments: one host has one owner.
pub(crate) fn across(environments: &[Environment], diagnostics: &mut Diagnostics) {
    let mut owners: BTreeMap<&str, (&Environment, Span)> = BTreeMap::new();
    for environment in
        environments.iter().filter(|environment| environment.tier != Tier::Development)
    {
        for domain in environment.domains.values() {
            for host in
                std::iter::once(&domain.host).chain(&domain.aliases).chain(&domain.redirect_from)
            {
                let Some(span) = host.origin.span() else { continue };
                match owners.get(host.as_str()) {
                    None => {
                        owners.insert(host.as_str(), (environment, span));
                    }
                    Some((owner, first)) => {
                        let first = (*owner, *first);
                        diagnostics.push(two_owners((environment, span), first, &host.value));
                    }
                }
            }
        }
    }
}

/// One host in two places; where both take it from the stack, the environment is to be shown.
fn two_owners(
    (environment, span): (&Environment, Span),
    (owner, first): (&Environment, Span),
    host: &str,
) -> Diagnostic {
    if owner.name == environment.name {
        let message = format!("`{host}` stands twice in `{}`", owner.name);
        return Diagnostic::new(codes::HOST_CONFLICT, span, message)
            .related(first, "the other one")
            .help("a host stands once: take one of them out");
    }
    let message = format!("`{}` and `{}` are both `{host}`", owner.name, environment.name);
    let place = if span == first { environment.span.or(owner.span) } else { None };
    let found = Diagnostic::new(codes::HOST_CONFLICT, place.unwrap_or(span), message)
        .related(first, "the host")
        .help(match environment.span.is_some() && owner.span.is_some() {
            true => "give each environment its own `domain`",
            false => {
                "`production` exists without a word where no environment has its tier: call this one \
                 so, say `tier: production`, or give it its own `domain`"
            }
        });
    match owner.span.filter(|owner| Some(*owner) != place) {
        Some(owner) => found.related(owner, "this environment has it too"),
        None => found,
    }
}

#[cfg(test)]
mod tests {
    use super::longest_gap_hours;

    #[test]
    fn measures_the_longest_gap() {
        assert_eq!(longest_gap_hours("0 2 * * *"), 24);
        assert_eq!(longest_gap_hours("0 */6 * * *"), 6);
        assert_eq!(longest_gap_hours("0 2,8 * * *"), 18);
        assert_eq!(longest_gap_hours("0 2 * * 1"), 168);
        assert_eq!(longest_gap_hours("30 * * * *"), 1);
    }
}
