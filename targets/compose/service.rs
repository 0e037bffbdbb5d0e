//! Services: what runs all the time, on a schedule, once, and before a new version.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{Moment, NeedTarget, Platform, Service, Start};
use stackc_source::codes;
use stackc_target::{Commented, image};

use super::build::{self, Part};
use super::document::{self, Condition, Dependency, FileMount, Said, VolumeMount};
use super::scope::{Scope, databases, runs};
use super::text::{Text, texts};
use super::{harden, health, secrets, sum};

/// The container of a service.
pub(super) fn lower(scope: &mut Scope<'_>, service: &Service) -> document::Service {
    let mut lowered = process(scope, service, Part::Program);
    lowered.depends_on = dependencies(scope, service);
    lowered.networks = networks(scope, service);
    lowered.volumes = volumes(scope, service);
    lowered.command = service.command.as_ref().map(|command| texts(command.iter()));
    lowered.healthcheck = health::check(scope, service);
    if service.is_long_running() {
        lowered.develop = build::watch(scope, service);
        if build::copied(scope, image::owner(scope.env, service)).is_some() {
            let why = "`docker compose watch` copies changed sources into it";
            lowered.read_only = Said::Because(Commented(false, why.to_owned()));
        }
        lowered.deploy.replicas = Some(if *service.singleton { 1 } else { *service.scale.min });
        if !scope.is_development() {
            lowered.restart = Some("unless-stopped");
        }
    } else {
        lowered.restart = Some("no");
        lowered.healthcheck = Some(health::off("it runs to its end"));
        lowered.profiles = profile(service).into_iter().collect();
    }
    lowered
}

/// What has to be asked for, to run at all; what runs before a new version is waited for instead.
fn profile(service: &Service) -> Option<&'static str> {
    match service.job.as_ref().map(|job| *job.moment) {
        None => Some("cron"),
        Some(Moment::BeforeDeploy) => None,
        Some(Moment::AfterDeploy) => Some("after-deploy"),
        Some(Moment::Manual) => Some("manual"),
    }
}

/// The run that fills a fresh database, when somebody asks for it.
pub(super) fn lower_seed(scope: &mut Scope<'_>, service: &Service) -> Option<document::Service> {
    let seed = service.seed.as_ref()?;
    let mut lowered = process(scope, service, Part::Tools);
    lowered.depends_on = stores(scope, service);
    for owner in migrations(scope, service) {
        lowered.depends_on.insert(migrate_name(owner), Condition::Completed.into());
    }
    lowered.networks = vec![if needs_store(service) { "data" } else { "app" }];
    lowered.command = Some(texts(seed.iter()));
    lowered.restart = Some("no");
    lowered.healthcheck = Some(health::off("it runs to its end"));
    lowered.profiles = vec!["seed"];
    Some(lowered)
}

/// The name of the service that runs another's migrations.
pub(super) fn migrate_name(service: &Service) -> String {
    format!("{}-migrate", service.name)
}

/// The run of a service's migrations: the same image, environment and secrets, for its stores only.
pub(super) fn lower_migrate(scope: &mut Scope<'_>, service: &Service) -> Option<document::Service> {
    let migrate = service.migrate.as_ref()?;
    let mut lowered = process(scope, service, Part::Tools);
    lowered.depends_on = stores(scope, service);
    lowered.networks = vec![if needs_store(service) { "data" } else { "app" }];
    lowered.command = Some(texts(migrate.command.iter()));
    lowered.restart = Some("no");
    lowered.healthcheck = Some(health::off("it runs to its end, and others wait for its success"));
    Some(lowered)
}

/// What the process itself is given, whichever command it runs.
fn process(scope: &mut Scope<'_>, service: &Service, part: Part) -> document::Service {
    let user = service.user.value;
    let mut lowered = harden::container(user, harden::PIDS, &service.resources);
    build::source(scope, service, part, &mut lowered);
    let env = service.env.iter().map(|(name, value)| (name.to_string(), Text::from(&value.value)));
    lowered.environment = env.collect();
    secrets::deliver(scope.env, service, &mut lowered);
    secrets::mount_files(scope, service, &mut lowered);
    lowered.configs = configs(scope, service);
    lowered.labels = contents(service).map(|sum| ("stackc.files", sum)).into_iter().collect();
    lowered.logging = harden::logging(&service.logs.rotate);
    lowered.stop_grace_period = service.stop.grace.compact();
    for path in &service.writable {
        scope.path(path, service);
        lowered.tmpfs.push(harden::private(path, harden::scratch(&service.resources), user));
    }
    harden::except(service, &mut lowered);
    lowered
}

/// A sum over the contents written in the stack. Compose looks at the configuration of a service
/// alone (docker/compose issue 11900), so a label is what makes a changed content a changed service.
fn contents(service: &Service) -> Option<String> {
    let written = service.files.values().filter_map(|mount| mount.content.as_ref());
    let mut texts = written.map(|content| content.as_str()).peekable();
    texts.peek()?;
    Some(sum::of(texts))
}

/// Files of the repository, or of ours with the content of the spec: a read-only container takes
/// them from files alone.
fn configs(scope: &mut Scope<'_>, service: &Service) -> Vec<FileMount> {
    let mut mounts = Vec::new();
    for (name, mount) in service.files.iter().filter(|(_, mount)| mount.secret.is_none()) {
        let source = format!("{}-{name}", service.name);
        let file = match (&mount.from, &mount.content) {
            (Some(from), _) => format!("./{}", from.trim_start_matches("./")),
            (None, content) => {
                let path = format!("config/{}/{source}", scope.env.name);
                let text = content.as_ref().map_or_else(String::new, |text| text.value.clone());
                scope.contents.insert(path.clone(), text);
                format!("./{path}")
            }
        };
        scope.configs.insert(source.clone(), document::File { file: Text::from(file) });
        let target = scope.path(&mount.path, service);
        mounts.push(FileMount::At { source, target });
    }
    mounts
}

/// The name of a volume of a service.
pub(crate) fn volume(service: &Service, name: &str) -> String {
    format!("{}-{name}", service.name)
}

fn volumes(scope: &mut Scope<'_>, service: &Service) -> Vec<VolumeMount> {
    let mount = |(name, item): (&stackc_model::Label, &stackc_model::Volume)| VolumeMount {
        target: scope.path(&item.path, service),
        ..VolumeMount::volume(&volume(service, name.as_str()), "")
    };
    service.volumes.iter().map(mount).collect()
}

fn needs_store(service: &Service) -> bool {
    service.needs.values().any(|need| matches!(need.target, NeedTarget::Store(_)))
}

/// `edge` where the proxy must reach it, `app` to reach each other and the outside, `data` for
/// stores, `observe` where its metrics are asked for. Static files need nobody, so their server is on `edge` alone.
fn networks(scope: &Scope<'_>, service: &Service) -> Vec<&'static str> {
    let public = !service.routes.is_empty();
    let app = !(public && service.kind.is_static());
    let watched = scope.monitoring.is_some() && service.metrics.is_some();
    let joined =
        [("app", app), ("data", needs_store(service)), ("edge", public), ("observe", watched)];
    joined.into_iter().filter(|(_, join)| *join).map(|(name, _)| name).collect()
}

fn stores(scope: &Scope<'_>, service: &Service) -> BTreeMap<String, Dependency> {
    let mut found = BTreeMap::new();
    for need in service.needs.values() {
        if let (NeedTarget::Store(id), Some(condition)) = (need.target, condition(*need.start)) {
            found.insert(scope.env[id].name.to_string(), condition.into());
        }
    }
    found
}

fn condition(start: Start) -> Option<Condition> {
    match start {
        Start::Healthy => Some(Condition::Healthy),
        Start::Started => Some(Condition::Started),
        Start::Any => None,
    }
}

fn dependencies(scope: &mut Scope<'_>, service: &Service) -> BTreeMap<String, Dependency> {
    let mut found = stores(scope, service);
    for (name, need) in &service.needs {
        let NeedTarget::Service(id) = need.target else { continue };
        let other = &scope.env[id];
        let span = need.start.origin.span().unwrap_or(service.span);
        if !runs(other, scope.platform) {
            let here = scope.place();
            let message =
                format!("`{}` needs `{name}`, which does not run on {here}", service.name);
            let help = format!("run both on {here}, or give the address as a variable in `env`");
            scope.tell(codes::UNSUPPORTED, span, message, &help);
            continue;
        }
        let Some(condition) = condition(*need.start) else { continue };
        let checked = match condition {
            // A swarm waits for nothing, and says so itself.
            condition if scope.platform == Platform::Swarm => condition,
            Condition::Healthy if health::command(scope.env, other).is_none() => {
                let message = format!(
                    "compose lets `{}` start when `{name}` has started, not when it is healthy",
                    service.name
                );
                let help = "nothing is known of what its image holds to ask with: give it a \
                            `health.command`";
                scope.tell(codes::APPROXIMATED, span, message, help);
                Condition::Started
            }
            condition => condition,
        };
        found.insert(name.to_string(), checked.into());
    }
    for owner in migrations(scope, service) {
        found.insert(migrate_name(owner), Condition::Completed.into());
    }
    for job in before(scope, service) {
        found.insert(job.name.to_string(), Condition::Completed.into());
    }
    found
}

/// The jobs that must be through before this service starts: all, but for those that need it.
fn before<'a>(scope: &Scope<'a>, service: &Service) -> Vec<&'a Service> {
    if !service.is_long_running() {
        return Vec::new();
    }
    let first = |job: &&Service| {
        let moment = job.job.as_ref().map(|job| *job.moment);
        moment == Some(Moment::BeforeDeploy) && !reaches(scope, job, service)
    };
    scope.services().filter(first).collect()
}

/// Whether one service waits for another, directly or through others.
fn reaches(scope: &Scope<'_>, from: &Service, to: &Service) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(service) = open.pop() {
        for need in service.needs.values().filter(|need| *need.start != Start::Any) {
            if let NeedTarget::Service(id) = need.target {
                if scope.env[id].name == to.name {
                    return true;
                }
                if seen.insert(id) {
                    open.push(&scope.env[id]);
                }
            }
        }
    }
    false
}

/// The services whose migrations must be through before this one starts: its own, and those of any
/// that shares a database with it.
fn migrations<'a>(scope: &'a Scope<'_>, service: &'a Service) -> impl Iterator<Item = &'a Service> {
    let shared = databases(scope.env, service).filter_map(|id| scope.migrating.get(&id)).flatten();
    shared.copied().chain(service.migrate.is_some().then_some(service))
}
