//! What sets one engine apart from another.

use std::collections::BTreeMap;

use stackc_model::{Bytes, Engine, Persistence, RedisPurpose, SUPERUSER, SecretId, Server, Store};
use stackc_target::conventions::{APP_UID, SECRETS_DIR};
use stackc_target::tuning;

use super::context::Context;
use super::manifest::*;
use super::pod::{scratch, variable};
use super::store::secrets;

/// What sets one engine apart.
pub(super) struct Profile {
    /// The name of its port.
    pub(super) port: &'static str,
    pub(super) args: Vec<String>,
    pub(super) env: Vec<EnvVar>,
    /// Exits 0 where it answers queries.
    pub(super) ready: Vec<String>,
    pub(super) secrets: Vec<SecretId>,
    /// Where its data lies; `None` where it has none.
    pub(super) mount: Option<String>,
    /// Folders it writes besides its data, and memory it shares among its processes.
    pub(super) scratch: Vec<(String, String, VolumeSource)>,
    /// From SIGTERM to SIGKILL.
    pub(super) grace: u64,
    /// The user it runs as.
    pub(super) user: u32,
    /// The config map that holds what is run once, when the database is made.
    pub(super) init: Option<String>,
}

/// How the engine of a store is run.
pub(super) fn profile(ctx: &Context<'_>, store: &Store) -> Profile {
    match &store.engine {
        Engine::Postgres { database, superuser, params, max_connections, tuned, .. } => {
            let mut settings =
                tuning::postgres(*store.resources.memory_limit, *max_connections, **tuned);
            settings.extend(params.iter().map(|(key, value)| (key.clone(), value.value.clone())));
            postgres(ctx, store, database, *superuser, &settings)
        }
        Engine::Redis { valkey, purpose, persistence, acl, .. } => {
            redis(ctx, store, *valkey, (**purpose, **persistence), *acl)
        }
        Engine::Server(server) => described(ctx, store, server),
    }
}

/// The file a secret is mounted as.
fn file(ctx: &Context<'_>, id: SecretId) -> String {
    format!("{SECRETS_DIR}/{}", ctx.environment[id].name)
}

fn postgres(
    ctx: &Context<'_>,
    store: &Store,
    database: &str,
    superuser: SecretId,
    settings: &BTreeMap<String, String>,
) -> Profile {
    let memory = *store.resources.memory_limit;
    let args = settings.iter().flat_map(|(key, value)| ["-c".to_owned(), format!("{key}={value}")]);
    let (mount, folder) = data_folder(&store.version);
    Profile {
        port: "postgres",
        args: std::iter::once("postgres".to_owned()).chain(args).collect(),
        env: vec![
            variable("PGDATA", &folder),
            variable("POSTGRES_DB", database),
            variable("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --data-checksums"),
            variable("POSTGRES_PASSWORD_FILE", &file(ctx, superuser)),
            variable("POSTGRES_USER", SUPERUSER),
        ],
        // Over TCP: while a new cluster is set up, the server answers on its socket only.
        ready: ["pg_isready", "-h", "127.0.0.1", "-U", SUPERUSER, "-d", database]
            .map(str::to_owned)
            .into(),
        secrets: secrets(store),
        mount: Some(mount.to_owned()),
        scratch: vec![
            ("run".to_owned(), "/var/run/postgresql".to_owned(), scratch(Bytes::mib(16))),
            (
                "shared-memory".to_owned(),
                "/dev/shm".to_owned(),
                VolumeSource::EmptyDir(EmptyDir {
                    medium: Some("Memory"),
                    size_limit: tuning::shared_memory(memory).kubernetes(),
                }),
            ),
        ],
        grace: 120,
        user: APP_UID,
        init: None,
    }
}

/// Where the volume is mounted, and the folder below it that holds the data: a file system's own
/// `lost+found` keeps the server from using the mount itself. From 18 on the image has a folder for
/// each major version.
fn data_folder(version: &str) -> (&'static str, String) {
    let major = version.split('.').next().unwrap_or(version);
    match major.parse::<u32>() {
        Ok(..=17) => ("/var/lib/postgresql/data", "/var/lib/postgresql/data/pgdata".to_owned()),
        _ => ("/var/lib/postgresql", format!("/var/lib/postgresql/{major}/docker")),
    }
}

fn redis(
    ctx: &Context<'_>,
    store: &Store,
    valkey: bool,
    (purpose, persistence): (RedisPurpose, Persistence),
    acl: SecretId,
) -> Profile {
    let engine = if valkey { "valkey" } else { "redis" };
    let memory = tuning::redis(*store.resources.memory_limit, store.persistent);
    let (server, users) = (format!("{engine}-server"), file(ctx, acl));
    let args = [
        server.as_str(),
        "--aclfile",
        users.as_str(),
        "--maxmemory",
        memory.as_str(),
        "--maxmemory-policy",
        if purpose.evicts() { "allkeys-lru" } else { "noeviction" },
        "--appendonly",
        if persistence == Persistence::Aof { "yes" } else { "no" },
        "--save",
        tuning::redis_save(persistence),
    ];
    Profile {
        port: engine,
        args: args.map(str::to_owned).into(),
        env: Vec::new(),
        ready: ["sh", "-c", &ping(engine), "ping", &file(ctx, store.password)]
            .map(str::to_owned)
            .into(),
        secrets: secrets(store),
        mount: Some("/data".to_owned()),
        scratch: Vec::new(),
        grace: 60,
        user: APP_UID,
        init: None,
    }
}

/// A server that is described and not known: nothing here knows which one it is.
fn described(ctx: &Context<'_>, store: &Store, server: &Server) -> Profile {
    let plain = server.env.iter().map(|(name, value)| variable(name.as_str(), value));
    let secret = server.secrets.iter().map(|(name, id)| {
        let key = ctx.environment[*id].name.to_string();
        let source = SecretKey { name: store.name.to_string(), key };
        let value_from = Some(ValueFrom { secret_key_ref: source });
        EnvVar { name: name.to_string(), value: None, value_from }
    });
    let folders = server
        .scratch
        .iter()
        .enumerate()
        .map(|(at, path)| (format!("scratch-{at}"), path.clone(), scratch(Bytes::mib(16))));
    Profile {
        port: if server.kind == "custom" { "server" } else { server.kind },
        args: server.command.clone(),
        env: plain.chain(secret).collect(),
        ready: server.health.clone(),
        secrets: server.files.clone(),
        mount: server.volume.clone(),
        scratch: folders.collect(),
        grace: server.grace.millis / 1000,
        // Who is root in an image must not be here; the volume belongs to the pod's group.
        user: if server.user == 0 { APP_UID } else { server.user },
        init: None,
    }
}

/// Reads the password from its file into the client's environment, never onto a command line, and
/// looks at the answer: a refusal is an answer too.
fn ping(engine: &str) -> String {
    // valkey-cli was renamed before its variable was, so it gets both.
    let names: &[&str] = match engine {
        "valkey" => &["REDISCLI_AUTH", "VALKEYCLI_AUTH"],
        _ => &["REDISCLI_AUTH"],
    };
    let read: String =
        names.iter().map(|name| format!("read -r {name} < \"$1\"; export {name}; ")).collect();
    format!("{read}{engine}-cli ping | grep -qx PONG")
}

#[cfg(test)]
mod tests {
    use super::{data_folder, ping};

    #[test]
    fn the_data_never_lies_in_the_mount_itself() {
        for version in ["14", "15.19", "17", "18", "18.6", "21"] {
            let (mount, folder) = data_folder(version);
            assert!(folder.starts_with(&format!("{mount}/")), "{version}: {folder}");
        }
        assert_eq!(data_folder("18.6").1, "/var/lib/postgresql/18/docker");
    }

    #[test]
    fn the_kubelet_finds_nothing_to_expand_in_the_ping() {
        assert!(!ping("valkey").contains("$("));
    }
}
