//! Data stores: a StatefulSet of one, a headless Service, a disruption budget.

use std::collections::BTreeSet;

use stackc_model::{Engine, RedisPurpose, SecretId, Store};

use super::context::{Context, Subject};
use super::engine::{Profile, profile};
use super::manifest::*;
use super::output::{Output, Place};
use super::pod::{self, Pod, scratch};
use super::service::{account, budget, claim};
use super::text::unexpanded;
use stackc_target::init;

const CLAIM_NAME: &str = "data";
const INIT_KEY: &str = "init.sql";

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
        Engine::Postgres { superuser, users, .. } => {
            let users = users.iter().map(|user| user.password);
            users.chain([store.password, *superuser]).collect()
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

/// The script that makes roles and extensions, in a config map of its own.
fn made_with(ctx: &Context<'_>, store: &Store, out: &mut Output<'_>) -> Option<String> {
    let script = init::postgres(ctx.environment, store)?;
    let name = format!("{}-init", store.name);
    let file = out.add_file(&format!("{name}.sql"), script);
    let files = vec![format!("{INIT_KEY}={file}")];
    out.config_map(Place::Main, ConfigMap { name: name.clone(), literals: Vec::new(), files });
    Some(name)
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
