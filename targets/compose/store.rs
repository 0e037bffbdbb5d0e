//! Data stores: PostgreSQL, Redis or Valkey, and any server that is described.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{
    Bytes, Engine, EnvName, Persistence, RedisPurpose, SUPERUSER, SecretId, Server, Sourced, Store,
};

use super::document::{File, FileMount, Healthcheck, Port, Service, Short, VolumeMount};
use super::scope::Scope;
use super::text::{Text, texts};
use super::{harden, health, secrets};
use stackc_target::{init, tuning};

/// The user of the Debian images of PostgreSQL, Redis and Valkey.
pub(super) const USER: u32 = 999;
/// Where a server listens that is not told otherwise.
const POSTGRES_PORT: u16 = 5432;

/// The ports that stores and tools have on the loopback address of a developer's machine: their own, or
/// the next that is free.
#[derive(Debug, Default)]
pub(super) struct LoopbackPorts(BTreeSet<u16>);

impl LoopbackPorts {
    /// All are free but those that somebody else has.
    pub(super) fn besides(taken: impl IntoIterator<Item = u16>) -> Self {
        Self(taken.into_iter().collect())
    }

    /// The port, or the next that is free.
    pub(super) fn take(&mut self, port: u16) -> u16 {
        let free = (port..=u16::MAX).find(|port| !self.0.contains(port)).unwrap_or(port);
        self.0.insert(free);
        free
    }
}

/// The container of a store.
pub(super) fn lower(scope: &mut Scope<'_>, store: &Store, ports: &mut LoopbackPorts) -> Service {
    let mut service = match &store.engine {
        Engine::Postgres { params, max_connections, tuned, superuser, users, .. } => {
            let settings = settings(store, params, *max_connections, tuned.value);
            let mut service = postgres(scope, store, *superuser, &settings, *max_connections);
            // The script that makes the roles reads their passwords.
            let roles = users.iter().map(|user| user.password).chain([store.password, *superuser]);
            service.secrets = roles.map(|id| secrets::mount(&scope.env[id].name)).collect();
            service.secrets.sort();
            service.configs = made_with(scope, store);
            service
        }
        Engine::Redis { valkey, purpose, persistence, acl, .. } => {
            let policy = (purpose.value, persistence.value);
            redis(scope, store, *valkey, policy, &scope.env[*acl].name)
        }
        Engine::Server(server) => described(scope, store, server),
    };
    service.image = Some(Text::from(&store.image));
    service.networks = vec!["data"];
    if scope.is_development() {
        service.ports = vec![Port::loopback(ports.take(store.port), store.port)];
    } else {
        service.restart = Some("unless-stopped");
    }
    service
}

/// The name of a store's volume.
pub(crate) fn volume(store: &Store) -> String {
    format!("{}-data", store.name)
}

/// Keeps data in a volume, or in memory where it need not outlive the container.
fn keep(store: &Store, path: &str, user: u32, service: &mut Service) {
    if store.persistent {
        service.volumes.push(VolumeMount::volume(&volume(store), path));
    } else {
        let size = store.storage.value.min(harden::scratch(&store.resources));
        service.tmpfs.push(harden::private(path, size, user));
    }
}

/// Server parameters: those that follow from the memory, then the user's own.
fn settings(
    store: &Store,
    params: &BTreeMap<String, Sourced<String>>,
    max_connections: u32,
    tuned: bool,
) -> BTreeMap<String, String> {
    let memory = store.resources.memory_limit.value;
    let mut settings = tuning::postgres(memory, max_connections, tuned);
    if store.port != POSTGRES_PORT {
        settings.insert("port".to_owned(), store.port.to_string());
    }
    settings.extend(params.iter().map(|(key, value)| (key.clone(), value.value.clone())));
    settings
}

fn postgres(
    scope: &Scope<'_>,
    store: &Store,
    superuser: SecretId,
    settings: &BTreeMap<String, String>,
    max_connections: u32,
) -> Service {
    let password = &scope.env[superuser].name;
    let database = store.database().unwrap_or_default();
    // Each connection is a process; the server's own and the shells of health checks come on top.
    let mut service = harden::container(USER, max_connections.saturating_add(64), &store.resources);
    service.environment = BTreeMap::from([
        ("POSTGRES_DB".to_owned(), Text::from(database)),
        (
            "POSTGRES_INITDB_ARGS".to_owned(),
            Text::from("--auth-host=scram-sha-256 --data-checksums"),
        ),
        ("POSTGRES_PASSWORD_FILE".to_owned(), Text::from(secrets::path(password))),
        ("POSTGRES_USER".to_owned(), Text::from(SUPERUSER)),
    ]);
    let arguments =
        settings.iter().flat_map(|(key, value)| ["-c".to_owned(), format!("{key}={value}")]);
    service.command = Some(texts(std::iter::once("postgres".to_owned()).chain(arguments)));
    service.healthcheck = Some(ready(store, database));
    service.shm_size = Some(Short(tuning::shared_memory(store.resources.memory_limit.value)));
    service.stop_grace_period = "1m".to_owned();
    service.tmpfs.push(harden::private("/var/run/postgresql", Bytes::mib(1), USER));
    keep(store, postgres_folder(&store.version), USER, &mut service);
    service
}

/// The script that makes roles and extensions, as a config of its own.
fn made_with(scope: &mut Scope<'_>, store: &Store) -> Vec<FileMount> {
    let Some(script) = init::postgres(scope.env, store) else { return Vec::new() };
    let source = format!("{}-init", store.name);
    let path = format!("config/{}/{source}.sql", scope.env.name);
    scope.contents.insert(path.clone(), script);
    scope.configs.insert(source.clone(), File { file: Text::from(format!("./{path}")) });
    vec![FileMount::At { source, target: Text::from(init::INIT_FILE) }]
}

/// Over TCP: while a new cluster is being set up, the server answers on its socket only.
fn ready(store: &Store, database: &str) -> Healthcheck {
    let port = store.port.to_string();
    health::usual(texts([
        "CMD",
        "pg_isready",
        "-h",
        "127.0.0.1",
        "-p",
        &port,
        "-U",
        SUPERUSER,
        "-d",
        database,
    ]))
}

/// Where the volume goes: from 18 on the image keeps each major version in a folder of its own, so
/// that `pg_upgrade` finds old and new on one volume.
fn postgres_folder(version: &str) -> &'static str {
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(..=17) => "/var/lib/postgresql/data",
        _ => "/var/lib/postgresql",
    }
}

fn redis(
    scope: &Scope<'_>,
    store: &Store,
    valkey: bool,
    (purpose, persistence): (RedisPurpose, Persistence),
    acl: &EnvName,
) -> Service {
    let password = &scope.env[store.password].name;
    let name = if valkey { "valkey" } else { "redis" };
    let mut service = harden::container(USER, 64, &store.resources);
    service.secrets = vec![secrets::mount(acl), secrets::mount(password)];
    service.secrets.sort();
    let memory = tuning::redis(store.resources.memory_limit.value, store.persistent);
    service.command = Some(texts([
        format!("{name}-server").as_str(),
        "--aclfile",
        &secrets::path(acl),
        "--port",
        &store.port.to_string(),
        "--maxmemory",
        &memory,
        "--maxmemory-policy",
        if purpose.evicts() { "allkeys-lru" } else { "noeviction" },
        "--appendonly",
        if persistence == Persistence::Aof { "yes" } else { "no" },
        "--save",
        tuning::redis_save(persistence),
    ]));
    service.healthcheck = Some(health::usual(texts([
        "CMD",
        "sh",
        "-c",
        &ping(name),
        "ping",
        &secrets::path(password),
        &store.port.to_string(),
    ])));
    service.stop_grace_period = "30s".to_owned();
    keep(store, "/data", USER, &mut service);
    service
}

/// A server that is described and not known: nothing here knows which one it is.
fn described(scope: &Scope<'_>, store: &Store, server: &Server) -> Service {
    let mut service = harden::container(server.user, harden::PIDS, &store.resources);
    let plain = server.env.iter().map(|(name, value)| (name.to_string(), Text::from(value)));
    let secret = server.secrets.iter();
    let secret =
        secret.map(|(name, id)| (name.to_string(), secrets::demanded(&scope.env[*id].name)));
    service.environment = plain.chain(secret).collect();
    service.secrets = server.files.iter().map(|id| secrets::mount(&scope.env[*id].name)).collect();
    service.secrets.sort();
    service.command = (!server.command.is_empty()).then(|| texts(&server.command));
    let check = std::iter::once("CMD").chain(server.health.iter().map(String::as_str));
    service.healthcheck = Some(health::usual(texts(check)));
    service.stop_grace_period = server.grace.compact();
    for path in &server.scratch {
        service.tmpfs.push(harden::private(path, Bytes::mib(16), server.user));
    }
    if let Some(path) = &server.volume {
        keep(store, path, server.user, &mut service);
    }
    service
}

/// Reads the password from its file into the environment of the client: never on a command line,
/// where others could see it.
pub(super) fn login(name: &str) -> &'static str {
    // valkey-cli was renamed before its variable was, so it gets both.
    match name {
        "valkey" => "REDISCLI_AUTH=\"$(cat \"$1\")\" VALKEYCLI_AUTH=\"$(cat \"$1\")\"",
        _ => "REDISCLI_AUTH=\"$(cat \"$1\")\"",
    }
}

/// A refusal is an answer too, so the answer itself is looked at.
fn ping(name: &str) -> String {
    let variables = login(name);
    format!("{variables} {name}-cli -p \"$2\" ping | grep -qx PONG")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_volume_moves_with_postgres_18() {
        assert_eq!(postgres_folder("15"), "/var/lib/postgresql/data");
        assert_eq!(postgres_folder("17.2"), "/var/lib/postgresql/data");
        assert_eq!(postgres_folder("18"), "/var/lib/postgresql");
        assert_eq!(postgres_folder("21"), "/var/lib/postgresql");
    }

    #[test]
    fn two_stores_of_one_engine_take_two_ports() {
        let mut ports = LoopbackPorts::default();
        assert_eq!([ports.take(5432), ports.take(6379), ports.take(5432)], [5432, 6379, 5433]);
    }
}
