//! What a PostgreSQL is made with: users and extensions.

use std::collections::BTreeMap;

use stackc_model::{DatabaseUser, EnvName, Label, SecretId};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, closest, codes};
use stackc_spec::{DataSpec, UserAccessWord};

use crate::context::Context;
use crate::secrets::{Collected, name_of};

/// The extensions the image brings: PostgreSQL's own, by its documentation of version 18, November
/// 2026.
const EXTENSIONS: [&str; 41] = [
    "amcheck",
    "bloom",
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "dblink",
    "dict_int",
    "dict_xsyn",
    "earthdistance",
    "file_fdw",
    "fuzzystrmatch",
    "hstore",
    "intagg",
    "intarray",
    "isn",
    "lo",
    "ltree",
    "pageinspect",
    "pg_buffercache",
    "pg_freespacemap",
    "pg_prewarm",
    "pg_stat_statements",
    "pg_surgery",
    "pg_trgm",
    "pg_visibility",
    "pg_walinspect",
    "pgcrypto",
    "pgrowlocks",
    "pgstattuple",
    "plpgsql",
    "postgres_fdw",
    "seg",
    "sslinfo",
    "tablefunc",
    "tcn",
    "tsm_system_rows",
    "tsm_system_time",
    "unaccent",
    "uuid-ossp",
    "xml2",
];

/// Names the passwords of the users.
pub(crate) fn draft<'a>(
    store: &Label,
    spec: &'a Spanned<DataSpec>,
    secrets: &mut Collected,
) -> Vec<(&'a Label, EnvName)> {
    let mut found = Vec::with_capacity(spec.value.users.len());
    for (name, user) in &spec.value.users {
        let Some(owner) =
            name_of(store, name_of(name, "PASSWORD").as_ref().map_or("", |n| n.as_str()))
        else {
            continue;
        };
        let description = format!("password of the user {name} of the data store {store}");
        secrets.generated(&owner, user.span, &description);
        secrets.consumed(&owner, store);
        found.push((name, owner));
    }
    found
}

/// The finished users.
pub(crate) fn finish(
    users: &[(&Label, EnvName)],
    spec: &DataSpec,
    ids: &BTreeMap<EnvName, SecretId>,
) -> Vec<DatabaseUser> {
    let writes = |name: &Label| {
        let access = spec.users.get(name).and_then(|user| user.access.as_ref());
        access.is_some_and(|access| access.value == UserAccessWord::Write)
    };
    let finish = |(name, secret): &(&Label, EnvName)| {
        Some(DatabaseUser {
            name: (*name).clone(),
            writes: writes(name),
            password: *ids.get(secret)?,
        })
    };
    users.iter().filter_map(finish).collect()
}

/// The extensions, as far as the image has them.
pub(crate) fn extensions(store: &Label, spec: &DataSpec, cx: &mut Context<'_>) -> Vec<String> {
    let mut found = Vec::with_capacity(spec.extensions.len());
    for extension in &spec.extensions {
        let name = extension.value.as_str();
        if EXTENSIONS.contains(&name) {
            found.push(name.to_owned());
            continue;
        }
        let message = format!("the image of `{store}` has no extension `{name}`");
        cx.push(
            Diagnostic::new(codes::UNKNOWN_VALUE, extension.span, message)
                .help("describe a server whose image has it under `custom`")
                .did_you_mean(closest(name, EXTENSIONS)),
        );
    }
    found.sort();
    found.dedup();
    found
}
