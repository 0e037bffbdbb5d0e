//! Which fields of a store mean something for it.

use stackc_model::{Label, Tier};
use stackc_shape::Spanned;
use stackc_source::{Code, Diagnostic, Span, codes};
use stackc_spec::{DataSpec, ModeWord, PoolerWord};

use super::engine::Row;
use super::{Kind, managed};
use crate::context::Context;

/// Who a field is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// A known engine.
    Known,
    /// PostgreSQL.
    Postgres,
    /// PostgreSQL, and servers that take parameters on their command line.
    Parameters,
    /// Redis and Valkey.
    Redis,
    /// Relational databases.
    Relational,
    /// What a provider runs.
    Provider,
}

type Row3 = (&'static str, Option<Span>, For);

fn span<T>(field: Option<&Spanned<T>>) -> Option<Span> {
    field.map(|field| field.span)
}

/// The fields that are not for every store, where they stand and who they are for.
fn narrow(spec: &DataSpec) -> [Row3; 16] {
    [
        ("engine", span(spec.engine.as_ref()), For::Known),
        ("version", span(spec.version.as_ref()), For::Known),
        ("provider", span(spec.provider.as_ref()), For::Provider),
        ("url", span(spec.url.as_ref()), For::Provider),
        ("direct_url", span(spec.direct_url.as_ref()), For::Provider),
        ("pool", span(spec.pool.as_ref()), For::Relational),
        ("pooler", span(spec.pooler.as_ref()), For::Postgres),
        ("sslmode", span(spec.sslmode.as_ref()), For::Postgres),
        ("statement_timeout", span(spec.statement_timeout.as_ref()), For::Postgres),
        ("wal_level", span(spec.wal_level.as_ref()), For::Postgres),
        ("extensions", span(spec.extensions.first()), For::Postgres),
        ("users", span(spec.users.values().next()), For::Postgres),
        ("tune", span(spec.tune.as_ref()), For::Postgres),
        ("params", span(spec.params.values().next()), For::Parameters),
        ("purpose", span(spec.purpose.as_ref()), For::Redis),
        ("persistence", span(spec.persistence.as_ref()), For::Redis),
    ]
}

/// Fields that are about a server of ours.
fn ours(spec: &DataSpec) -> [(&'static str, Option<Span>); 14] {
    [
        ("custom", span(spec.custom.as_ref())),
        ("extensions", span(spec.extensions.first())),
        ("users", span(spec.users.values().next())),
        ("statement_timeout", span(spec.statement_timeout.as_ref())),
        ("wal_level", span(spec.wal_level.as_ref())),
        ("tune", span(spec.tune.as_ref())),
        ("params", span(spec.params.values().next())),
        ("storage", span(spec.storage.as_ref())),
        ("resources", span(spec.resources.as_ref())),
        ("instances", span(spec.instances.as_ref())),
        ("read_replicas", span(spec.read_replicas.as_ref())),
        ("files", span(spec.files.values().next())),
        ("purpose", span(spec.purpose.as_ref())),
        ("persistence", span(spec.persistence.as_ref())),
    ]
}

/// Complains of what means nothing for a store that we run.
pub(crate) fn check(name: &Label, spec: &Spanned<DataSpec>, kind: Kind<'_>, cx: &mut Context<'_>) {
    let at_home = managed::at_home(spec);
    for (key, place, whose) in narrow(spec) {
        let (Some(place), false) = (place, fits(whose, kind)) else { continue };
        if !(at_home && whose == For::Provider) {
            no_effect(name, key, place, reason(whose), cx);
        }
    }
    more_than_one(name, spec, cx);
    runs_as(name, spec, cx);
    if let Some(pooler) = spec.pooler.as_ref().filter(|_| !at_home) {
        match pooler.value {
            PoolerWord::None => {}
            PoolerWord::Pgbouncer => {
                let message = format!("no PgBouncer is put in front of `{name}` yet");
                say(
                    codes::PLANNED,
                    pooler.span,
                    message,
                    "clients connect to the server itself",
                    cx,
                );
            }
            PoolerWord::Transaction | PoolerWord::Session => {
                no_effect(name, "pooler", pooler.span, "it names a provider's pooler", cx);
            }
        }
    }
}

/// Complains of what means nothing for a store that a provider runs.
pub(crate) fn check_managed(
    name: &Label,
    spec: &Spanned<DataSpec>,
    row: &'static Row,
    cx: &mut Context<'_>,
) {
    // What the stack says holds where no provider runs it, and is no mistake where one does.
    let provider = spec.provider.as_ref().map(|provider| provider.span);
    let moved = provider.is_some_and(|span| cx.in_overlay(span));
    for (key, place) in ours(spec) {
        let place = place.filter(|place| !moved || cx.in_overlay(*place));
        if let Some(place) = place {
            no_effect(name, key, place, "a provider runs this store", cx);
        }
    }
    for (key, place, whose) in narrow(spec) {
        let shared = matches!(key, "pool" | "pooler" | "sslmode");
        let (Some(place), true) = (place, shared && !fits(whose, Kind::Known(row))) else {
            continue;
        };
        no_effect(name, key, place, reason(whose), cx);
    }
    if let Some(pooler) = spec.pooler.as_ref().filter(|p| p.value == PoolerWord::Pgbouncer) {
        let why = "a provider runs this store, and its pooler is `transaction` or `session`";
        no_effect(name, "pooler", pooler.span, why, cx);
    }
}

fn fits(whose: For, kind: Kind<'_>) -> bool {
    let Kind::Known(row) = kind else { return false };
    match whose {
        For::Known => true,
        For::Postgres => row.is_postgres(),
        For::Parameters => {
            row.is_postgres() || row.preset.is_some_and(|preset| preset.param.is_some())
        }
        For::Redis => row.is_redis(),
        For::Relational => row.relational,
        For::Provider => false,
    }
}

fn reason(whose: For) -> &'static str {
    match whose {
        For::Known => "`custom` describes this store",
        For::Postgres => "it is for postgres",
        For::Parameters => "it is for postgres, mysql and mariadb",
        For::Redis => "it is for redis and valkey",
        For::Relational => "it is for relational databases",
        For::Provider => "it is for a store that a provider runs",
    }
}

fn no_effect(name: &Label, key: &str, place: Span, why: &str, cx: &mut Context<'_>) {
    let message = format!("`data.{name}.{key}` changes nothing: {why}");
    say(codes::NO_EFFECT, place, message, "take it out", cx);
}

fn say(code: Code, place: Span, message: String, help: &str, cx: &mut Context<'_>) {
    cx.push(Diagnostic::new(code, place, message).help(help));
}

/// One container holds the data: more of them would not know of each other. A developer's machine
/// gets along with one, and an operator is said to be planned.
fn more_than_one(name: &Label, spec: &DataSpec, cx: &mut Context<'_>) {
    let operator = spec.mode.as_ref().is_some_and(|mode| mode.value == ModeWord::Operator);
    let instances = spec.instances.as_ref().filter(|instances| instances.value > 1);
    let replicas = spec.read_replicas.as_ref().filter(|replicas| replicas.value > 0);
    for (key, field) in [("instances", instances), ("read_replicas", replicas)] {
        let Some(field) = field else { continue };
        if operator || (cx.tier == Tier::Development && !cx.in_overlay(field.span)) {
            continue;
        }
        let help = "let a provider run the store (`provider`), or take it out";
        cx.refuse(field.span, help, |target| {
            format!(
                "`data.{name}.{key}` is {}, but {target} runs one container for the data, which \
                 knows of no other",
                field.value
            )
        });
    }
}

/// An operator is not rendered yet, and exists on Kubernetes alone.
fn runs_as(name: &Label, spec: &DataSpec, cx: &mut Context<'_>) {
    let Some(mode) = spec.mode.as_ref().filter(|mode| mode.value == ModeWord::Operator) else {
        return;
    };
    let kubernetes = cx.spec.deploy.as_ref().is_some_and(|words| {
        words.value.iter().any(|word| word.value == stackc_spec::PlatformWord::Kubernetes)
    });
    let message = match kubernetes {
        true => format!("no operator runs `{name}` yet"),
        false => format!("no operator runs `{name}`: there is none outside Kubernetes"),
    };
    say(codes::PLANNED, mode.span, message, "it runs as one container", cx);
}
