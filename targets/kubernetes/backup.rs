//! Backups of PostgreSQL: a cron job that dumps, checks and prunes on a volume of its own.

use stackc_model::{
    Backup, Bytes, Engine, Millicores, Resources as Bounds, SUPERUSER, SecretId, Sourced, Store,
};
use stackc_source::codes;
use stackc_target::backup::script;
use stackc_target::conventions::{APP_UID, SECRETS_DIR};

use super::context::{Context, Subject};
use super::job::{When, ignore_disruptions, scheduled};
use super::manifest::*;
use super::output::{Output, Place};
use super::pod::{self, Pod, scratch, variable};
use super::service::{account, claim};

const FOLDER: &str = "/backup";
/// How long one run may take, in seconds.
const DEADLINE: u64 = 6 * 3600;

/// Whether a store is backed up here.
pub(crate) fn covers(ctx: &Context<'_>, store: &Store) -> bool {
    ctx.environment.backup.is_some() && matches!(store.engine, Engine::Postgres { .. })
}

/// The subject of a store's backup.
pub(crate) fn subject(store: &Store) -> Subject {
    Subject::of_image(format!("{}-backup", store.name), "backup", &store.image)
}

/// All objects of the backups.
pub(crate) fn lower(ctx: &Context<'_>, out: &mut Output<'_>) {
    let Some(backup) = &ctx.environment.backup else { return };
    for store in &ctx.environment.stores {
        match &store.engine {
            Engine::Postgres { database, superuser, .. } => {
                postgres(ctx, backup, store, database, *superuser, out);
            }
            Engine::Redis { .. } | Engine::Server(_) if store.persistent => {
                let message = format!("the backup on Kubernetes leaves `{}` out", store.name);
                let help = "its volume outlives its pod; take snapshots of the volume for more";
                out.tell(codes::PLANNED, Some(store.span), message, help);
            }
            Engine::Redis { .. } | Engine::Server(_) => {}
        }
    }
}

fn postgres(
    ctx: &Context<'_>,
    backup: &Backup,
    store: &Store,
    database: &str,
    superuser: SecretId,
    out: &mut Output<'_>,
) {
    let subject = subject(store);
    let name = subject.name.as_str();
    account(ctx, &subject, None, out);
    let script = out.add_script(&format!("{name}.sh"), script());
    let files = vec![format!("backup.sh={script}")];
    out.config_map(Place::Main, ConfigMap { name: name.to_owned(), literals: Vec::new(), files });
    let volume = claim(ctx, "ReadWriteOnce", *store.storage);
    out.add(
        Place::Main,
        name,
        "persistentvolumeclaim",
        &Object::new(CLAIM, ctx.metadata(&subject), volume),
    );
    let password = ctx.environment[superuser].name.to_string();
    let container = container(store, name, backup, database, &password);
    let mut pod = Pod {
        container,
        volumes: Vec::new(),
        user: APP_UID,
        grace: 30,
        restart: Some("Never"),
        spread: false,
        rights: pod::Rights::default(),
    };
    pod.mount_secret(store.name.as_str(), std::iter::once(password));
    pod.mount_scripts(name, "/scripts");
    let source = ClaimVolume { claim_name: name.to_owned() };
    pod.mount("backup", FOLDER, false, VolumeSource::PersistentVolumeClaim(source));
    pod.mount("tmp", "/tmp", false, scratch(Bytes::mib(64)));
    let job = JobSpec {
        backoff_limit: 2,
        active_deadline_seconds: Some(DEADLINE),
        ttl_seconds_after_finished: None,
        pod_failure_policy: ignore_disruptions(),
        template: pod.template(ctx, &subject, name),
    };
    let spec = scheduled(ctx, &subject, When::At(&backup.schedule), "Forbid", job);
    out.add(Place::Main, name, "cronjob", &Object::new(CRON_JOB, ctx.metadata(&subject), spec));
}

fn container(
    store: &Store,
    name: &str,
    backup: &Backup,
    database: &str,
    password: &str,
) -> Container {
    Container {
        name: Noted::Plain(name.to_owned()),
        // The image of the server: a dump is made by the tools of its own version.
        image: store.image.clone(),
        image_pull_policy: "Always",
        command: vec!["/scripts/backup.sh".to_owned()],
        args: Vec::new(),
        ports: Vec::new(),
        env_from: Vec::new(),
        env: vec![
            variable("BACKUP_DIR", FOLDER),
            variable("FORMATS", &backup.formats.join(" ")),
            variable("KEEP_DAYS", &backup.keep_days.to_string()),
            variable("NAME", store.name.as_str()),
            variable("PASSWORD_FILE", &format!("{SECRETS_DIR}/{password}")),
            variable("PGDATABASE", database),
            variable("PGHOST", store.name.as_str()),
            variable("PGPORT", &store.port.to_string()),
            variable("PGUSER", SUPERUSER),
        ],
        resources: pod::resources(&bounds()),
        startup_probe: None,
        liveness_probe: None,
        readiness_probe: None,
        lifecycle: None,
        security_context: pod::hardened(Noted::Plain(true), Vec::new()),
        volume_mounts: Vec::new(),
    }
}

/// A dump streams: it needs time rather than memory.
fn bounds() -> Bounds {
    let reason = "a dump streams";
    Bounds {
        cpu_request: Sourced::default(Millicores(100), reason),
        cpu_limit: Some(Sourced::default(Millicores(1000), reason)),
        memory_request: Sourced::default(Bytes::mib(128), reason),
        memory_limit: Sourced::default(Bytes::mib(512), reason),
        disk: Sourced::default(Bytes::mib(128), reason),
    }
}
