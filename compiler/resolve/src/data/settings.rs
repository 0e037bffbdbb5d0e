//! What the full engines have of their own: parameters, persistence, TLS.

use std::collections::BTreeMap;

use stackc_model::{DatabaseUser, Engine, Label, Persistence, RedisPurpose, SecretId, Sourced};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, codes};
use stackc_spec::{DataSpec, EngineWord, PersistenceWord, SslWord, TuneWord, WalWord};

use super::engine::{Row, purpose};
use super::{managed, users};
use crate::context::{Context, or_map};

/// PostgreSQL with its settings.
pub(crate) fn postgres(
    name: &Label,
    spec: &DataSpec,
    (database, user): (String, String),
    superuser: SecretId,
    users: Vec<DatabaseUser>,
    cx: &mut Context<'_>,
) -> Engine {
    Engine::Postgres {
        extensions: users::extensions(name, spec, cx),
        users,
        database,
        user,
        superuser,
        params: params(name, spec, cx),
        max_connections: max_connections(name, spec, cx),
        tuned: or_map(
            spec.tune.as_ref(),
            |tune| *tune == TuneWord::Auto,
            true,
            "parameters follow from the memory",
        ),
    }
}

/// Redis or Valkey with its settings.
pub(crate) fn redis(
    row: &Row,
    spec: &DataSpec,
    acl: SecretId,
    monitor: Option<SecretId>,
) -> Engine {
    let purpose = or_map(
        spec.purpose.as_ref(),
        |word| purpose(*word),
        RedisPurpose::General,
        "without a purpose nothing may be lost",
    );
    let persistence = or_map(
        spec.persistence.as_ref(),
        |word| match word {
            PersistenceWord::Aof => Persistence::Aof,
            PersistenceWord::Rdb => Persistence::Rdb,
            PersistenceWord::None => Persistence::None,
        },
        purpose.persistence(),
        "as its purpose wants",
    );
    Engine::Redis { valkey: row.word == EngineWord::Valkey, purpose, persistence, acl, monitor }
}

const STATEMENTS: &str = "pg_stat_statements";
const PRELOAD: &str = "shared_preload_libraries";

fn params(
    name: &Label,
    spec: &DataSpec,
    cx: &mut Context<'_>,
) -> BTreeMap<String, Sourced<String>> {
    let mut params = BTreeMap::new();
    for (key, value) in &spec.params {
        if parameter_name(name, key, value.span, cx) {
            params.insert(key.clone(), Sourced::written(value.value.0.clone(), value.span));
        }
    }
    let mut set = |key: &str, value: String, span| {
        params.insert(key.to_owned(), Sourced::written(value, span));
    };
    if let Some(wal) = &spec.wal_level {
        let level = match wal.value {
            WalWord::Replica => "replica",
            WalWord::Logical => "logical",
        };
        set("wal_level", level.to_owned(), wal.span);
    }
    // This extension counts from inside the server, which loads it at its start only.
    let counts = spec.extensions.iter().find(|extension| extension.value == STATEMENTS);
    if let (Some(counts), None) = (counts, spec.params.get(PRELOAD)) {
        set(PRELOAD, STATEMENTS.to_owned(), counts.span);
    }
    if let Some(timeout) = &spec.statement_timeout {
        set("statement_timeout", format!("{}ms", timeout.value.millis), timeout.span);
    }
    params
}

/// Whether a parameter's name is one; complains where not.
pub(super) fn parameter_name(
    store: &Label,
    name: &str,
    span: stackc_source::Span,
    cx: &mut Context<'_>,
) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.-".contains(c);
    let good = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(fits);
    if !good {
        let message = format!("`{name}` is no name of a parameter of `{store}`");
        cx.push(Diagnostic::new(codes::BAD_NAME, span, message));
    }
    good
}

/// How many connections the server takes; memory and scale are reckoned by it.
fn max_connections(name: &Label, spec: &DataSpec, cx: &mut Context<'_>) -> u32 {
    const USUAL: u32 = 100;
    let Some(written) = spec.params.get("max_connections") else { return USUAL };
    let number = written.value.0.parse().ok().filter(|number| (1..=262_143).contains(number));
    number.unwrap_or_else(|| {
        let message = format!("`data.{name}.params.max_connections` is no number from 1 to 262143");
        cx.push(Diagnostic::new(codes::OUT_OF_RANGE, written.span, message));
        USUAL
    })
}

/// What `sslmode` is called in a URL.
pub(super) fn ssl_word(word: SslWord) -> &'static str {
    match word {
        SslWord::Disable => "disable",
        SslWord::Prefer => "prefer",
        SslWord::Require => "require",
        SslWord::VerifyCa => "verify-ca",
        SslWord::VerifyFull => "verify-full",
    }
}

/// The end of a URL that says how to use TLS. A container has no certificate, so a client that
/// insists on TLS never gets in.
pub(super) fn ssl_suffix(
    name: &Label,
    store: &Spanned<DataSpec>,
    row: &Row,
    cx: &mut Context<'_>,
) -> String {
    let ours = row.is_postgres() && !managed::at_home(store);
    let Some(mode) = store.sslmode.as_ref().filter(|_| ours) else {
        return String::new();
    };
    let word = ssl_word(mode.value);
    if !matches!(mode.value, SslWord::Disable | SslWord::Prefer) {
        let help = "say `prefer` or take it out; it is for stores that a provider runs";
        cx.refuse(mode.span, help, |target| {
            format!(
                "`{name}` runs without a certificate in {target}, so with `sslmode: {word}` no \
                 client gets in"
            )
        });
    }
    format!("?sslmode={word}")
}
