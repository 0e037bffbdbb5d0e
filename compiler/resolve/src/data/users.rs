//! What a PostgreSQL is made with: users and extensions.

use std::collections::BTreeMap;

use stackc_model::{DataAccess, DatabaseUser, EnvName, Label, MONITOR, SUPERUSER, SecretId};
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

/// A user before its password has an id.
pub(crate) type DraftUser = (Label, DataAccess, EnvName);

/// Names the passwords of the users: those that are written, and the exporter's where one watches.
pub(crate) fn draft(
    store: &Label,
    spec: &Spanned<DataSpec>,
    owner: &str,
    monitored: bool,
    secrets: &mut Collected,
    cx: &mut Context<'_>,
) -> Vec<DraftUser> {
    let mut found = Vec::with_capacity(spec.value.users.len());
    let mut add = |name: &Label, access, span| {
        let Some(password) = password_of(store, name.as_str()) else { return };
        let description = format!("password of the user {name} of the data store {store}");
        secrets.generated(&password, span, &description);
        secrets.consumed(&password, store);
        found.push((name.clone(), access, password));
    };
    for (name, user) in &spec.value.users {
        if [owner, MONITOR, SUPERUSER, "superuser"].contains(&name.as_str()) {
            let message = format!("`{store}` has a user `{name}` without your doing");
            let fault = Diagnostic::new(codes::COLLISION, user.span, message);
            cx.push(fault.help("choose another name"));
            continue;
        }
        let writes = user.access.as_ref().is_some_and(|word| word.value == UserAccessWord::Write);
        add(name, if writes { DataAccess::Write } else { DataAccess::Read }, user.span);
    }
    if let (true, Ok(name)) = (monitored, Label::new(MONITOR)) {
        add(&name, DataAccess::Monitor, spec.span);
    }
    found
}

/// The name of the password of a store's user.
pub(crate) fn password_of(store: &Label, user: &str) -> Option<EnvName> {
    name_of(store, name_of(&Label::new(user).ok()?, "PASSWORD")?.as_str())
}

/// The finished users.
pub(crate) fn finish(users: &[DraftUser], ids: &BTreeMap<EnvName, SecretId>) -> Vec<DatabaseUser> {
    let finish = |(name, access, secret): &DraftUser| {
        Some(DatabaseUser { name: name.clone(), access: *access, password: *ids.get(secret)? })
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
