//! Data stores: a StatefulSet of one, a headless Service, a disruption budget.

use std::collections::BTreeMap;

use stackc_model::{Engine, RedisPurpose, SecretId, Sourced, Store};
use stackc_target::conventions::{APP_UID, SECRETS_DIR};

use super::context::{Context, Subject};
use super::manifest::*;
use super::output::{Output, Place};
use super::pod::{self, Pod, scratch, variable};
use super::service::{account, budget, claim};
use super::text::unexpanded;
use stackc_target::tuning;

const CLAIM_NAME: &str = "data";

/// What sets one engine apart.
struct Profile {
    /// The name of its port.
    port: &'static str,
    args: Vec<String>,
    env: Vec<EnvVar>,
    /// Exits 0 where it answers queries.
    ready: Vec<String>,
    secrets: Vec<SecretId>,
    /// Where its data lies.
    mount: &'static str,
    /// Folders it writes besides its data, and memory it shares among its processes.
    scratch: Vec<(&'static str, &'static str, VolumeSource)>,
    /// From SIGTERM to SIGKILL.
    grace: u64,
}

/// The subject of a store's objects.
pub(crate) fn subject(store: &Store) -> Subject {
    let component = match &store.engine {
        Engine::Postgres { .. } => "database",
        Engine::Redis { purpose, .. } => match **purpose {
            RedisPurpose::Cache => "cache",
            _ => "store",
        },
    };
    Subject::of_image(store.name.as_str(), component, &store.image)
}

/// The secrets a store reads.
pub(crate) fn secrets(store: &Store) -> Vec<SecretId> {
    match &store.engine {
        Engine::Postgres { .. } => vec![store.password],
        Engine::Redis { acl, .. } => vec![*acl, store.password],
    }
}

/// All objects of a store.
pub(crate) fn lower(ctx: &Context<'_>, store: &Store, out: &mut Output<'_>) {
    let (name, subject) = (store.name.as_str(), subject(store));
    let profile = profile(ctx, store);
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
        Engine::Postgres { database, user, params, max_connections } => {
            postgres(ctx, store, database, user, params, *max_connections)
        }
        Engine::Redis { valkey, purpose, acl } => redis(ctx, store, *valkey, **purpose, *acl),
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
    user: &str,
    params: &BTreeMap<String, Sourced<String>>,
    max_connections: u32,
) -> Profile {
    let memory = *store.resources.memory_limit;
    let mut settings = tuning::postgres(memory, max_connections);
    settings.extend(params.iter().map(|(key, value)| (key.clone(), value.value.clone())));
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
        mount,
        scratch: vec![
            ("run", "/var/run/postgresql", scratch(stackc_model::Bytes::mib(16))),
            (
                "shared-memory",
                "/dev/shm",
                VolumeSource::EmptyDir(EmptyDir {
                    medium: Some("Memory"),
                    size_limit: tuning::shared_memory(memory).kubernetes(),
                }),
            ),
        ],
        grace: 120,
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
    purpose: RedisPurpose,
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
        if store.persistent { "yes" } else { "no" },
        // The log alone is enough; snapshots beside it would only fork a second time.
        "--save",
        "",
    ];
    Profile {
        port: engine,
        args: args.map(str::to_owned).into(),
        env: Vec::new(),
        ready: ["sh", "-c", &ping(engine), "ping", &file(ctx, store.password)]
            .map(str::to_owned)
            .into(),
        secrets: secrets(store),
        mount: "/data",
        scratch: Vec::new(),
        grace: 60,
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
        user: APP_UID,
        grace: profile.grace,
        restart: None,
        spread: false,
        rights: pod::Rights::default(),
    };
    pod.mount_secret(name, profile.secrets.iter().map(|id| ctx.environment[*id].name.to_string()));
    data(store, profile.mount, &mut pod);
    for (name, path, source) in profile.scratch {
        pod.mount(name, path, false, source);
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
