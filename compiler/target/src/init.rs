//! What a database is made with.

use stackc_model::{DatabaseUser, EnvName, Environment, SECRETS_DIR};

use crate::conventions::HEADER;

/// Where the image of PostgreSQL looks for what to run once, when it makes its database.
pub const INIT_FILE: &str = "/docker-entrypoint-initdb.d/10-stackc.sql";

/// The SQL that makes extensions and users; `None` where there are none. `psql` reads a password from
/// the file of its secret, so no password stands here.
#[must_use]
pub fn postgres(
    environment: &Environment,
    extensions: &[String],
    users: &[DatabaseUser],
) -> Option<String> {
    if extensions.is_empty() && users.is_empty() {
        return None;
    }
    let created =
        extensions.iter().map(|name| format!("CREATE EXTENSION IF NOT EXISTS \"{name}\";\n"));
    let users = users.iter().map(|user| {
        let secret: &EnvName = &environment[user.password].name;
        let roles =
            if user.writes { "pg_read_all_data, pg_write_all_data" } else { "pg_read_all_data" };
        let name = &user.name;
        format!(
            "\\set password `cat {SECRETS_DIR}/{secret}`\n\
             CREATE ROLE \"{name}\" LOGIN PASSWORD :'password';\n\
             GRANT {roles} TO \"{name}\";\n"
        )
    });
    let body: String = created.chain(users).collect();
    Some(format!("-- {HEADER}\n-- Runs once, when the database is made.\n{body}"))
}
