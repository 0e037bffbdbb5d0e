//! Rules that span the stack.

use std::collections::BTreeMap;

use stackc_model::{Backup, Engine, Environment, Tier};
use stackc_source::{Diagnostic, Diagnostics, Node, NodeKind, Span, codes};

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
        .help("give each environment its own `domain`");
    match owner.span.filter(|owner| Some(*owner) != place) {
        Some(owner) => found.related(owner, "this environment has it too"),
        None => found,
    }
}

/// Prefixes that only credentials have. Sources: the providers' documentation of their key formats,
/// November 2026.
const PREFIXES: [(&str, usize, &str); 15] = [
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("sk_live_", 16, "a Stripe key"),
    ("rk_live_", 16, "a Stripe key"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("https://hooks.slack.com/services/", 40, "a Slack webhook"),
    ("AKIA", 20, "an AWS access key"),
    ("SG.", 40, "a SendGrid key"),
    ("npm_", 36, "an npm token"),
    ("re_", 24, "a Resend key"),
    ("-----BEGIN", 20, "a private key"),
];

/// Finds credentials anywhere in a document, in keys and in values of every kind.
pub(crate) fn scan(node: &Node, diagnostics: &mut Diagnostics) {
    match &node.kind {
        NodeKind::Null => {}
        NodeKind::Scalar(scalar) => {
            if let Some(what) = credential(&scalar.text, None) {
                diagnostics.push(secret_literal(node.span, what));
            }
        }
        NodeKind::List(items) => items.iter().for_each(|item| scan(item, diagnostics)),
        NodeKind::Map(entries) => {
            for entry in entries {
                if let Some(what) = credential(&entry.key, None) {
                    diagnostics.push(secret_literal(entry.key_span, what));
                }
                scan(&entry.value, diagnostics);
            }
        }
    }
}

/// What a value looks like, where it looks like a credential. `name` is the variable it is for.
pub(crate) fn credential(value: &str, name: Option<&str>) -> Option<&'static str> {
    let known = PREFIXES
        .iter()
        .find(|(prefix, length, _)| value.starts_with(prefix) && value.len() >= *length);
    if let Some((_, _, what)) = known {
        return Some(what);
    }
    if url_password(value) {
        return Some("a URL with a password");
    }
    let words =
        ["SECRET", "PASSWORD", "PASSWD", "TOKEN", "PRIVATE_KEY", "API_KEY", "APIKEY", "CREDENTIAL"];
    let sensitive = name.is_some_and(|name| words.iter().any(|word| name.ends_with(word)));
    if sensitive
        && value.len() >= 4
        && value.parse::<f64>().is_err()
        && !["true", "false", "none"].contains(&value)
    {
        return Some("a credential, by the name of its variable");
    }
    (value.len() >= 32 && high_entropy(value)).then_some("random characters, as in a key")
}

/// `scheme://user:password@host` with a password that is no reference.
fn url_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':')
        .is_some_and(|(_, password)| !password.is_empty() && !password.starts_with('$'))
}

/// Letters of both cases and digits without words or separators: what a generator makes.
fn high_entropy(value: &str) -> bool {
    let alphabet = |b: u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(&b);
    if !value.bytes().all(alphabet) || value.contains("sha256") {
        return false;
    }
    let count = |test: fn(&u8) -> bool| value.bytes().filter(test).count() * 100 / value.len();
    let (upper, lower, digits) =
        (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase), count(u8::is_ascii_digit));
    let mixed = upper >= 15 && lower >= 15 && digits >= 8;
    let hex = value.bytes().all(|b| b.is_ascii_hexdigit()) && (25..95).contains(&digits);
    mixed || hex
}

/// The error for a literal credential: neither value nor excerpt is shown.
pub(crate) fn secret_literal(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(codes::SECRET_LITERAL, span, format!("this value looks like {what}"))
        .mask(span)
        .help("give it a name under the service's `secrets`, take the value out of the file and its history, and change it: it is known now")
}

#[cfg(test)]
mod tests {
    use super::{credential, longest_gap_hours};

    #[test]
    fn knows_credentials_from_values() {
        for bad in [
            "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
            "AKIAIOSFODNN7EXAMPLE",
            "postgres://app:hunter2@db/app",
            "-----BEGIN RSA PRIVATE KEY-----",
            "Zm9vYmFyQmF6cXV4MTIzNDU2Nzg5MEFiQ2RFZg",
            "9f86d081884c7d659a2feaa0c55ad015",
        ] {
            assert!(credential(bad, None).is_some(), "{bad}");
        }
        for good in [
            "https://shop.example/a?b=c",
            "redis://redis:6379",
            "1.10",
            "info",
            "",
            "a-long-name-of-a-feature-flag-in-words",
            "postgres://app:${data.postgres.password}@db",
        ] {
            assert!(credential(good, None).is_none(), "{good}");
        }
        assert!(credential("hunter2", Some("DB_PASSWORD")).is_some());
        assert!(credential("3600", Some("TOKEN")).is_none());
    }

    #[test]
    fn measures_the_longest_gap() {
        assert_eq!(longest_gap_hours("0 2 * * *"), 24);
        assert_eq!(longest_gap_hours("0 */6 * * *"), 6);
        assert_eq!(longest_gap_hours("0 2,8 * * *"), 18);
        assert_eq!(longest_gap_hours("0 2 * * 1"), 168);
        assert_eq!(longest_gap_hours("30 * * * *"), 1);
    }
}
