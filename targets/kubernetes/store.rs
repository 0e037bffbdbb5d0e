//! Data stores: a StatefulSet of one, a headless Service, a disruption budget.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{Bytes, Engine, Persistence, RedisPurpose, SecretId, Server, Store};
use stackc_target::conventions::{APP_UID, SECRETS_DIR};

use super::context::{Context, Subject};
use super::manifest::*;
use super::output::{Output, Place};
use super::pod::{self, Pod, scratch, variable};
use super::service::{account, budget, claim};
use super::text::unexpanded;
use stackc_target::{init, tuning};

const CLAIM_NAME: &str = "data";
const INIT_KEY: &str = "init.sql";

/// What sets one engine apart.
struct Profile {
    /// The name of its port.
    port: &'static str,
    args: Vec<String>,
    env: Vec<EnvVar>,
    /// Exits 0 where it answers queries.
    ready: Vec<String>,
    secrets: Vec<SecretId>,
    /// Where its data lies; `None` where it has none.
    mount: Option<String>,
    /// Folders it writes besides its data, and memory it shares among its processes.
    scratch: Vec<(String, String, VolumeSource)>,
    /// From SIGTERM to SIGKILL.
    grace: u64,
    /// The user it runs as.
    user: u32,
    /// The config map that holds what is run once, when the database is made.
    init: Option<String>,
}

/// The subject of a store's objects.
pub(crate) fn subject(store: &Store) -> Subject {
    let component = match &store.engine {
        Engine::Postgres { .. } => "database",
        Engine::Redis { purpose, .. } => match **purpose {
            RedisPurpose::Cache => "cache",
            _ => "store",
        },
        Engine::Server(_) => "store",
    };
    Subject::of_image(store.name.as_str(), component, &store.image)
}

/// The secrets a store reads.
pub(crate) fn secrets(store: &Store) -> Vec<SecretId> {
    match &store.engine {
        Engine::Postgres { users, .. } => {
            std::iter::once(store.password).chain(users.iter().map(|user| user.password)).collect()
        }
        Engine::Redis { acl, .. } => vec![*acl, store.password],
        Engine::Server(server) => {
            let all: BTreeSet<_> = server.files.iter().chain(server.secrets.values()).collect();
            all.into_iter().copied().collect()
        }
    }
}

/// All objects of a store.
pub(crate) fn lower(ctx: &Context<'_>, store: &Store, out: &mut Output<'_>) {
    let (name, subject) = (store.name.as_str(), subject(store));
    let mut profile = profile(ctx, store);
    profile.init = made_with(ctx, store, out);
    account(ctx, &subject, None, out);
    let port = ServicePort {
        name: profile.port.to_owned(),
        port: store.port,
        target_port: PortRef::Name(profile.port.to_owned()),
        protocol: "TCP",
        app_protocol: None,
    };
    let service = ServiceSpec {
        kind: "ClusterIP",
        cluster_ip: Some("None"),
        session_affinity: None,
        selector: ctx.stable_labels(name),
        ports: vec![port],
    };
    out.add(Place::Main, name, "service", &Object::new(SERVICE, ctx.metadata(&subject), service));
    let object =
        Object::new(STATEFUL_SET, ctx.metadata(&subject), set(ctx, store, &subject, profile));
    out.add(Place::Main, name, "statefulset", &object);
    budget(ctx, &subject, out);
}

fn profile(ctx: &Context<'_>, store: &Store) -> Profile {
    match &store.engine {
        Engine::Postgres { database, user, params, max_connections, tuned, .. } => {
            let mut settings =
                tuning::postgres(*store.resources.memory_limit, *max_connections, **tuned);
            settings.extend(params.iter().map(|(key, value)| (key.clone(), value.value.clone())));
            postgres(ctx, store, database, user, &settings)
        }
        Engine::Redis { valkey, purpose, persistence, acl } => {
            redis(ctx, store, *valkey, (**purpose, **persistence), *acl)
        }
        Engine::Server(server) => described(ctx, store, server),
    }
}

/// The script that makes users and extensions, in a config map of its own.
fn made_with(ctx: &Context<'_>, store: &Store, out: &mut Output<'_>) -> Option<String> {
    let Engine::Postgres { extensions, users, .. } = &store.engine else { return None };
    let script = init::postgres(ctx.environment, extensions, users)?;
    let name = format!("{}-init", store.name);
    let file = out.add_file(&format!("{name}.sql"), script);
    let files = vec![format!("{INIT_KEY}={file}")];
    out.config_map(Place::Main, ConfigMap { name: name.clone(), literals: Vec::new(), files });
    Some(name)
}

/// The file a secret is mounted as.
fn file(ctx: &Context<'_>, id: SecretId) -> String {
    format!("{SECRETS_DIR}/{}", ctx.environment[id].name)
}

fn postgres(
    ctx: &Context<'_>,
    store: &Store,
    database: &str,
    user: &str,
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
            variable("POSTGRES_PASSWORD_FILE", &file(ctx, store.password)),
            variable("POSTGRES_USER", user),
        ],
        // Over TCP: while a new cluster is set up, the server answers on its socket only.
        ready: ["pg_isready", "-h", "127.0.0.1", "-U", user, "-d", database]
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

fn set(ctx: &Context<'_>, store: &Store, subject: &Subject, profile: Profile) -> StatefulSetSpec {
    let persistent = store.persistent;
    let template = ClaimTemplate {
        metadata: ClaimMetadata {
            name: CLAIM_NAME,
            labels: ctx.stable_labels(store.name.as_str()),
        },
        spec: claim(ctx, "ReadWriteOnce", *store.storage),
    };
    StatefulSetSpec {
        service_name: store.name.to_string(),
        replicas: 1,
        revision_history_limit: 3,
        min_ready_seconds: 10,
        persistent_volume_claim_retention_policy: persistent
            .then_some(Retention { when_deleted: "Retain", when_scaled: "Retain" }),
        selector: ctx.selector(store.name.as_str()),
        template: running(ctx, store, profile).template(ctx, subject, store.name.as_str()),
        volume_claim_templates: if persistent { vec![template] } else { Vec::new() },
    }
}

fn running(ctx: &Context<'_>, store: &Store, profile: Profile) -> Pod {
    let name = store.name.as_str();
    let ready = Handler::Exec(Exec {
        command: profile.ready.iter().map(|word| unexpanded(word)).collect(),
    });
    let alive = Handler::TcpSocket(TcpSocket { port: PortRef::Name(profile.port.to_owned()) });
    let probe = |handler, period, failures| Probe {
        handler,
        period_seconds: period,
        timeout_seconds: 5,
        failure_threshold: failures,
    };
    let container = Container {
        name: Noted::Plain(name.to_owned()),
        image: store.image.clone(),
        image_pull_policy: "Always",
        command: Vec::new(),
        args: profile.args.iter().map(|word| unexpanded(word)).collect(),
        ports: vec![ContainerPort {
            name: Some(profile.port.to_owned()),
            container_port: store.port,
            protocol: "TCP",
        }],
        env_from: Vec::new(),
        env: profile.env,
        resources: pod::resources(&store.resources),
        // Ten minutes: after a crash the log is replayed first.
        startup_probe: Some(probe(ready.clone(), 5, 120)),
        liveness_probe: Some(probe(alive, 20, 3)),
        readiness_probe: Some(probe(ready, 10, 3)),
        lifecycle: None,
        security_context: pod::hardened(Noted::Plain(true), Vec::new()),
        volume_mounts: Vec::new(),
    };
    let mut pod = Pod {
        container,
        volumes: Vec::new(),
        user: profile.user,
        grace: profile.grace,
        restart: None,
        spread: false,
        rights: pod::Rights::default(),
    };
    pod.mount_secret(name, profile.secrets.iter().map(|id| ctx.environment[*id].name.to_string()));
    if let Some(mount) = &profile.mount {
        data(store, mount, &mut pod);
    }
    if let Some(init) = &profile.init {
        let default_mode = Noted::with(0o444, "0444");
        let source = ConfigMapVolume { name: init.clone(), default_mode };
        pod.volumes
            .push(Volume { name: "init".to_owned(), source: VolumeSource::ConfigMap(source) });
        pod.container.volume_mounts.push(VolumeMount {
            name: "init".to_owned(),
            mount_path: init::INIT_FILE.to_owned(),
            sub_path: Some(INIT_KEY.to_owned()),
            read_only: Some(true),
        });
    }
    for (name, path, source) in profile.scratch {
        pod.mount(&name, &path, false, source);
    }
    pod.mount("tmp", "/tmp", false, scratch(*store.resources.disk));
    pod
}

/// The claim of the set where data must last, else memory that goes with the pod.
fn data(store: &Store, path: &str, pod: &mut Pod) {
    if store.persistent {
        pod.container.volume_mounts.push(VolumeMount {
            name: CLAIM_NAME.to_owned(),
            mount_path: path.to_owned(),
            sub_path: None,
            read_only: None,
        });
    } else {
        pod.mount(CLAIM_NAME, path, false, scratch(*store.resources.disk));
    }
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
