//! What a PostgreSQL is made with.
//!
//! The image makes the server and an empty database as its superuser. The script then makes the role
//! of the services, which owns that database and nothing else: who gets into a service gets its data,
//! not the server.

use std::collections::BTreeMap;

use stackc_model::{
    DataAccess, DatabaseUser, Engine, EnvName, Environment, SECRETS_DIR, Sourced, Store, Tier,
};

use crate::conventions::HEADER;

/// Where the image of PostgreSQL looks for what to run once, when it makes its database.
pub const INIT_FILE: &str = "/docker-entrypoint-initdb.d/10-stackc.sql";

/// The SQL that makes roles and extensions; `None` where the store is no PostgreSQL. `psql` reads a
/// password from the file of its secret, so no password stands here.
#[must_use]
pub fn postgres(environment: &Environment, store: &Store) -> Option<String> {
    let Engine::Postgres { database, user, params, extensions, users, .. } = &store.engine else {
        return None;
    };
    let password = &environment[store.password].name;
    let mut script = format!("-- {HEADER}\n-- Runs once, when the database is made.\n");
    script += &role(user, password, owner_rights(environment.tier, params));
    // Up to PostgreSQL 14 the schema belongs to the superuser whoever owns the database.
    script += &format!(
        "ALTER DATABASE \"{database}\" OWNER TO \"{user}\";\n\
         ALTER SCHEMA public OWNER TO \"{user}\";\n"
    );
    for name in extensions {
        script += &format!("CREATE EXTENSION IF NOT EXISTS \"{name}\";\n");
    }
    for DatabaseUser { name, access, password } in users {
        script += &role(name.as_str(), &environment[*password].name, "");
        script += &format!("GRANT {} TO \"{name}\";\n", rights(*access));
    }
    Some(script)
}

/// Who replicates logically makes publications of whole schemas and event triggers, which PostgreSQL
/// leaves to superusers. On a developer's machine tools make databases beside, to try things in.
fn owner_rights(tier: Tier, params: &BTreeMap<String, Sourced<String>>) -> &'static str {
    if params.get("wal_level").is_some_and(|level| level.value == "logical") {
        " SUPERUSER"
    } else if tier == Tier::Development {
        " CREATEDB"
    } else {
        ""
    }
}

fn role(name: &str, password: &EnvName, rights: &str) -> String {
    format!(
        "\\set password `cat {SECRETS_DIR}/{password}`\n\
         CREATE ROLE \"{name}\" LOGIN{rights} PASSWORD :'password';\n\
         \\unset password\n"
    )
}

fn rights(access: DataAccess) -> &'static str {
    match access {
        DataAccess::Read => "pg_read_all_data",
        DataAccess::Write => "pg_read_all_data, pg_write_all_data",
        DataAccess::Monitor => "pg_monitor",
    }
}

#[cfg(test)]
mod tests {
    use super::{DataAccess, owner_rights, rights, role};
    use stackc_model::{EnvName, Sourced, Tier};
    use std::collections::BTreeMap;

    #[test]
    fn a_password_is_read_for_one_role_and_forgotten() {
        let script = role("app", &EnvName::new("APP_PASSWORD").unwrap(), "");
        let lines: Vec<_> = script.lines().collect();
        assert_eq!(lines[0], "\\set password `cat /run/secrets/APP_PASSWORD`");
        assert_eq!(lines[1], "CREATE ROLE \"app\" LOGIN PASSWORD :'password';");
        assert_eq!(lines[2], "\\unset password");
    }

    #[test]
    fn the_owner_is_a_superuser_only_where_it_replicates() {
        let logical = Sourced::default("logical".to_owned(), "test");
        let params = BTreeMap::from([("wal_level".to_owned(), logical)]);
        assert_eq!(owner_rights(Tier::Production, &params), " SUPERUSER");
        assert_eq!(owner_rights(Tier::Production, &BTreeMap::new()), "");
        assert_eq!(owner_rights(Tier::Development, &BTreeMap::new()), " CREATEDB");
        assert_eq!(rights(DataAccess::Monitor), "pg_monitor");
    }
}
