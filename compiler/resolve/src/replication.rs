//! Whether a store can feed those that follow its write-ahead log.

use stackc_model::{Engine, Environment, NeedTarget, Service, Store};
use stackc_source::{Diagnostic, Span, codes};

use crate::context::Context;

/// Images that follow the log by logical replication, as their documentation requires it (Zero,
/// Electric, Debezium; November 2026).
const FOLLOWERS: [&str; 5] = [
    "rocicorp/zero",
    "electricsql/electric",
    "debezium/server",
    "debezium/connect",
    "quay.io/debezium/connect",
];

/// A follower needs a log with enough in it, and a connection that stays its own.
pub(crate) fn check(environment: &Environment, cx: &mut Context<'_>) {
    for service in environment.services.iter().filter(|service| follows(service)) {
        for need in service.needs.values() {
            match need.target {
                NeedTarget::Store(id) => log(service, &environment[id], cx),
                NeedTarget::External(id) => {
                    let external = &environment[id];
                    let Some(store) = &external.store else { continue };
                    let pooled = service.secrets.values().any(|secret| *secret == store.url);
                    if store.direct_url.is_some() && pooled {
                        through_a_pooler(service, external.name.as_str(), external.span, cx);
                    }
                }
                NeedTarget::Service(_) => {}
            }
        }
    }
}

fn follows(service: &Service) -> bool {
    let image = service.image.as_str();
    let name = image.split('@').next().unwrap_or(image);
    let name = name.rsplit_once(':').map_or(name, |(name, _)| name);
    FOLLOWERS.contains(&name)
}

fn log(service: &Service, store: &Store, cx: &mut Context<'_>) {
    let Engine::Postgres { params, .. } = &store.engine else { return };
    let level = params.get("wal_level");
    if level.is_some_and(|level| level.value == "logical") {
        return;
    }
    let message = format!(
        "`{}` follows the log of `{}`, which does not hold enough for that",
        service.name, store.name
    );
    let place = level.and_then(|level| level.origin.span()).unwrap_or(store.span);
    cx.push(
        Diagnostic::new(codes::REPLICATION, place, message)
            .related(service.image.origin.span().unwrap_or(service.span), "it follows the log")
            .help("say `wal_level: logical`"),
    );
}

fn through_a_pooler(service: &Service, store: &str, span: Span, cx: &mut Context<'_>) {
    let message =
        format!("`{}` follows the log of `{store}`, which no pooler lets through", service.name);
    cx.push(
        Diagnostic::new(codes::REPLICATION, service.span, message)
            .related(span, "the store, behind a pooler")
            .help(format!("say `needs: {{{store}: {{via: direct}}}}`")),
    );
}
