//! What runs when somebody, or a timer of the host, asks for it: the backup of a store and a shell in
//! it. Both run as the store's user, for they read files of the store's secrets.

use std::collections::BTreeMap;

use stackc_model::{
    Backup, Bytes, Engine, EnvName, Environment, Platform, SUPERUSER, Server, Store, Tier,
};
use stackc_target::backup;

use super::document::{Condition, Containers, File, FileMount, Service, VolumeMount};
use super::scope::Scope;
use super::text::{Text, texts};
use super::{edge, harden, health, secrets, store};
use crate::prometheus::Exporter;

/// Where a container of a backup finds its script, keeps copies and tells when it succeeded.
const SCRIPT: &str = "/usr/local/bin/backup.sh";
const COPIES: &str = "/backup";
const METRICS: &str = "/metrics";
/// The config that holds the script.
const CONFIG: &str = "backup";

/// All tools of an environment, by name; a developer has the stores on loopback instead, and nobody
/// talks to a run of a swarm.
pub(super) fn lower(scope: &mut Scope<'_>) -> Containers {
    let env = scope.env;
    let mut found = Containers::new();
    if scope.is_development() {
        return found;
    }
    for store in &env.stores {
        let asked = scope.platform == Platform::Compose;
        if let Some(shell) = shell(scope, store).filter(|_| asked) {
            found.insert(format!("{}-shell", store.name), shell);
        }
        if let Some(backup) = backed_up(env, store) {
            found.insert(backup_name(store), save(scope, store, backup));
        }
    }
    found
}

/// The name of the run that saves a store.
pub(super) fn backup_name(store: &Store) -> String {
    format!("{}-backup", store.name)
}

/// The folder of the host that keeps the copies of a store.
pub(crate) fn copies(env: &Environment, store: &Store) -> String {
    format!("./backups/{}/{}", env.name, store.name)
}

/// The volume in which a run says when it last succeeded.
pub(super) fn metrics_volume(store: &Store) -> String {
    format!("{}-metrics", backup_name(store))
}

/// The user a store runs as.
pub(super) fn user(store: &Store) -> u32 {
    match &store.engine {
        Engine::Postgres { .. } | Engine::Redis { .. } => store::USER,
        Engine::Server(server) => server.user,
    }
}

/// How a store is backed up here; `None` where nothing is asked for or nobody knows how.
pub(super) fn backed_up<'a>(env: &'a Environment, store: &Store) -> Option<&'a Backup> {
    let known = match &store.engine {
        Engine::Postgres { .. } => true,
        Engine::Redis { .. } => false,
        Engine::Server(server) => server.dump.is_some(),
    };
    env.backup.as_ref().filter(|_| known && env.tier != Tier::Development)
}

/// A run by its profile, on the network of the stores.
fn run(store: &Store, profile: &'static str, memory: u64) -> Service {
    let bounds = edge::bounds(1000, Bytes::mib(memory), Bytes::mib(64));
    let mut service = harden::container(user(store), 64, &bounds);
    service.image = Some(Text::from(&store.image));
    service.depends_on = BTreeMap::from([(store.name.to_string(), Condition::Healthy.into())]);
    service.networks = vec!["data"];
    service.restart = Some("no");
    service.healthcheck = Some(health::off("it runs to its end"));
    service.profiles = vec![profile];
    service.stop_grace_period = "30s".to_owned();
    service
}

fn variables<const N: usize>(pairs: [(&str, String); N]) -> BTreeMap<String, Text> {
    BTreeMap::from(pairs.map(|(name, value)| (name.to_owned(), Text::from(value))))
}

/// The run that saves a store, with the tools of its own image: a dump is made by the version that
/// wrote the data.
fn save(scope: &mut Scope<'_>, store: &Store, backup: &Backup) -> Service {
    let mut service = run(store, "backup", 512);
    service.environment = variables([
        ("BACKUP_DIR", COPIES.to_owned()),
        ("KEEP_DAYS", backup.keep_days.to_string()),
        ("NAME", store.name.to_string()),
    ]);
    let when = format!("it runs to its end; a timer starts it, at `{}`", *backup.schedule);
    service.healthcheck = Some(health::off(&when));
    let copies = copies(scope.env, store);
    service.volumes = vec![VolumeMount::folder(&copies, COPIES, false).made()];
    if scope.is_watched(Exporter::Node) {
        service.environment.insert("METRICS_DIR".to_owned(), Text::from(METRICS));
        service.volumes.push(VolumeMount::volume(&metrics_volume(store), METRICS));
    }
    service.configs = vec![script(scope)];
    // Whatever the image would start by itself.
    service.entrypoint = Some(texts(["sh", SCRIPT]));
    match &store.engine {
        Engine::Postgres { database, superuser, .. } => {
            let secret = &scope.env[*superuser].name;
            service.environment.extend(postgres(store, database, SUPERUSER));
            service.environment.extend(variables([
                ("FORMATS", backup.formats.join(" ")),
                ("PASSWORD_FILE", secrets::path(secret)),
            ]));
            service.secrets = vec![secrets::mount(secret)];
        }
        Engine::Server(server) => by_command(scope, store, server, &mut service),
        Engine::Redis { .. } => {}
    }
    service
}

/// By the command of its engine, which asks the server as its user, or by the one that the store is
/// described with, which may read its data as well.
fn by_command(scope: &Scope<'_>, store: &Store, server: &Server, service: &mut Service) {
    service.command = server.dump.as_ref().map(|dump| texts(&dump.save));
    service.secrets = vec![secrets::mount(&scope.env[store.password].name)];
    if let ("custom", Some(path)) = (server.kind, &server.volume) {
        let data = VolumeMount::volume(&store::volume(store), path);
        service.volumes.push(VolumeMount { read_only: true, ..data });
    }
}

/// The script, as a config of the document: one for all stores.
fn script(scope: &mut Scope<'_>) -> FileMount {
    let path = format!("config/{}/backup.sh", scope.env.name);
    scope.contents.insert(path.clone(), backup::script());
    let file = Text::from(format!("./{path}"));
    scope.configs.insert(CONFIG.to_owned(), File { file });
    FileMount::At { source: CONFIG.to_owned(), target: Text::from(SCRIPT) }
}

/// Where the programs of PostgreSQL go.
fn postgres(store: &Store, database: &str, user: &str) -> BTreeMap<String, Text> {
    variables([
        ("PGDATABASE", database.to_owned()),
        ("PGHOST", store.name.to_string()),
        ("PGPORT", store.port.to_string()),
        ("PGUSER", user.to_owned()),
    ])
}

/// A shell in a store, with the rights of the services; `None` where nobody knows its client.
fn shell(scope: &Scope<'_>, store: &Store) -> Option<Service> {
    let password = &scope.env[store.password].name;
    let mut service = run(store, "shell", 128);
    service.command = Some(match &store.engine {
        Engine::Postgres { database, user, .. } => {
            service.environment = postgres(store, database, user);
            service.environment.insert("PSQL_HISTORY".to_owned(), Text::from("/tmp/history"));
            client("PGPASSWORD=\"$(cat \"$1\")\" exec psql", password, &[])
        }
        Engine::Redis { valkey, .. } => {
            let name = if *valkey { "valkey" } else { "redis" };
            let line = format!("{} exec {name}-cli -h \"$2\" -p \"$3\"", store::login(name));
            client(&line, password, &[store.name.as_str(), &store.port.to_string()])
        }
        Engine::Server(_) => return None,
    });
    service.secrets = vec![secrets::mount(password)];
    Some(service)
}

/// A client that finds its password in its environment, never on its command line; the rest of what its
/// line is given follows.
fn client(line: &str, password: &EnvName, rest: &[&str]) -> Vec<Text> {
    let file = secrets::path(password);
    texts(["sh", "-c", line, "shell", &file].into_iter().chain(rest.iter().copied()))
}
