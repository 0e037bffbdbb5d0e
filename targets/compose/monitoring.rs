//! The monitoring: Prometheus, and the exporters that its configuration names.
//!
//! The `prometheus` target says what is asked and where ([`crate::prometheus::monitoring`]); here is how
//! each of them runs. Users, paths and flags are those of the images' own Dockerfiles and documents,
//! at the versions of `data/versions.json`:
//! `prometheus/{prometheus,alertmanager,blackbox_exporter,node_exporter}`,
//! `prometheus-community/postgres_exporter`, `oliver006/redis_exporter`,
//! `nginx/nginx-prometheus-exporter`, `google/cadvisor` (`Dockerfile`, `README.md`, `docs/running.md`).

use std::collections::BTreeMap;

use stackc_model::{Bytes, DataAccess, Engine, EnvName, MONITOR, Resources, Store};
use stackc_target::Commented;

use super::document::{
    Bind, Condition, Containers, Dependency, FileMount, Healthcheck, Part, Port, Said, Service,
    VolumeMount,
};
use super::scope::Scope;
use super::text::{Text, texts};
use super::{edge, harden, health, secrets, store, tools};
use crate::nginx::STATUS_PATH;
use crate::prometheus::{Exporter, Job};

/// `nobody`, the user of the images of the Prometheus project.
const NOBODY: u32 = 65534;
/// Where the node exporter finds what backups report.
const TEXTFILES: &str = "/textfile";

/// Everything that watches, by name; nothing where the monitoring is not ours.
pub(super) fn lower(scope: &mut Scope<'_>) -> Containers {
    let Some(monitoring) = scope.monitoring.take() else { return Containers::new() };
    let mut found = Containers::new();
    for job in &monitoring.jobs {
        let mut service = match job.exporter {
            Exporter::Prometheus => prometheus(scope, &monitoring.tokens),
            Exporter::Alertmanager => alertmanager(scope),
            Exporter::Node => node(scope),
            Exporter::Cadvisor => cadvisor(scope),
            Exporter::Nginx => nginx(scope),
            Exporter::Blackbox => blackbox(scope),
            Exporter::Postgres | Exporter::Redis => {
                let Some(store) = scope.env.stores.iter().find(|it| it.name.as_str() == job.name)
                else {
                    continue;
                };
                of_store(scope, store, job)
            }
        };
        service.part = Part::Monitoring;
        service.restart = Some("unless-stopped");
        service.deploy.replicas = Some(1);
        found.insert(name(job), service);
    }
    scope.monitoring = Some(monitoring);
    found
}

/// The name of the container that answers a job: the host it is asked at, but for those that are
/// asked at another's.
fn name(job: &Job) -> String {
    match job.exporter {
        Exporter::Prometheus => "prometheus".to_owned(),
        Exporter::Nginx => "nginx-exporter".to_owned(),
        _ => job.host.clone(),
    }
}

/// A container on the network of the monitoring.
fn watcher(user: u32, image: Option<Text>, bounds: &Resources) -> Service {
    let mut service = harden::container(user, 128, bounds);
    service.image = image;
    service.networks = vec!["observe"];
    service.stop_grace_period = "30s".to_owned();
    service
}

fn small() -> Resources {
    edge::bounds(250, Bytes::mib(128), Bytes::mib(16))
}

/// Asks with the busybox that these images bring.
fn answers(port: u16, path: &str) -> Healthcheck {
    let url = format!("http://127.0.0.1:{port}{path}");
    health::usual(texts(["CMD", "wget", "-q", "-O", "/dev/null", &url]))
}

fn prometheus<'a>(scope: &mut Scope<'_>, tokens: impl IntoIterator<Item = &'a String>) -> Service {
    let image = edge::image(scope, "prometheus", "prom/prometheus");
    let bounds = edge::bounds(1000, Bytes::gib(1), Bytes::mib(64));
    let mut service = watcher(NOBODY, image, &bounds);
    let folder = format!("./monitoring/{}/prometheus", scope.env.name);
    service.volumes = vec![
        VolumeMount::volume("prometheus-data", "/prometheus"),
        VolumeMount::generated(&folder, "/etc/prometheus"),
    ];
    service.secrets = tokens.into_iter().map(|name| FileMount::Plain(name.clone())).collect();
    service.command = Some(texts([
        "--config.file=/etc/prometheus/prometheus.yml",
        "--storage.tsdb.path=/prometheus",
    ]));
    let ready = ["CMD", "promtool", "check", "ready", "--url=http://127.0.0.1:9090"];
    service.healthcheck = Some(health::usual(texts(ready)));
    service.ports = vec![Port::loopback(9090, 9090)];
    // What it has in memory goes to the disk first.
    service.stop_grace_period = "2m".to_owned();
    service
}

fn alertmanager(scope: &mut Scope<'_>) -> Service {
    let image = edge::image(scope, "alertmanager", "prom/alertmanager");
    let mut service = watcher(NOBODY, image, &small());
    let folder = format!("./monitoring/{}/alertmanager", scope.env.name);
    service.volumes = vec![
        VolumeMount::volume("alertmanager-data", "/alertmanager"),
        VolumeMount::generated(&folder, "/etc/alertmanager"),
    ];
    service.command = Some(texts([
        "--config.file=/etc/alertmanager/alertmanager.yml",
        "--storage.path=/alertmanager",
        // It has no peers to talk to.
        "--cluster.listen-address=",
    ]));
    service.healthcheck = Some(answers(9093, "/-/ready"));
    service.ports = vec![Port::loopback(9093, 9093)];
    service
}

fn blackbox(scope: &mut Scope<'_>) -> Service {
    let image = edge::image(scope, "blackbox", "prom/blackbox-exporter");
    let mut service = watcher(NOBODY, image, &small());
    let folder = format!("./monitoring/{}/blackbox", scope.env.name);
    service.volumes = vec![VolumeMount::generated(&folder, "/etc/blackbox_exporter")];
    service.command = Some(texts(["--config.file=/etc/blackbox_exporter/blackbox.yml"]));
    service.healthcheck = Some(answers(9115, "/-/healthy"));
    service
}

/// A part of the host, to look at.
fn host(path: &str, target: &str, propagation: Option<&'static str>) -> VolumeMount {
    let bind = Some(Bind { create_host_path: false, propagation });
    VolumeMount { bind, ..VolumeMount::folder(path, target, true) }
}

/// It reads what the kernel tells everybody, so it needs no namespace of the host; the network it
/// would count is its own, so it counts none.
fn node(scope: &mut Scope<'_>) -> Service {
    let image = edge::image(scope, "node-exporter", "prom/node-exporter");
    let mut service = watcher(NOBODY, image, &small());
    service.volumes = vec![host("/", "/host", Some("rslave"))];
    let mut flags = vec![
        "--path.procfs=/host/proc".to_owned(),
        "--path.sysfs=/host/sys".to_owned(),
        "--path.rootfs=/host".to_owned(),
        "--no-collector.arp".to_owned(),
        "--no-collector.netdev".to_owned(),
        "--no-collector.netstat".to_owned(),
        "--no-collector.sockstat".to_owned(),
    ];
    let saved = scope.env.stores.iter().filter(|it| tools::backed_up(scope.env, it).is_some());
    for store in saved {
        let folder = format!("{TEXTFILES}/{}", store.name);
        let reports = VolumeMount::volume(&tools::metrics_volume(store), &folder);
        service.volumes.push(VolumeMount { read_only: true, ..reports });
        flags.push(format!("--collector.textfile.directory={folder}"));
    }
    service.command = Some(texts(flags));
    service.healthcheck = Some(answers(9100, "/"));
    service
}

/// It asks the daemon for the names of containers, which only root may: it could do with the host
/// what it likes, and `observe.containers: false` leaves it out.
fn cadvisor(scope: &mut Scope<'_>) -> Service {
    const ROOT: &str = "the daemon's socket and the state of containers are root's";
    const KMSG: &str = "tells which container was out of memory";
    let image = edge::image(scope, "cadvisor", "ghcr.io/google/cadvisor");
    let bounds = edge::bounds(500, Bytes::mib(256), Bytes::mib(16));
    let mut service = watcher(0, image, &bounds);
    service.user = Some(Said::Because(Commented("0:0".to_owned(), ROOT.to_owned())));
    service.cap_add = vec![Commented("SYSLOG".to_owned(), KMSG.to_owned())];
    service.devices = vec![Commented("/dev/kmsg:/dev/kmsg:r", KMSG.to_owned())];
    service.volumes = vec![
        host("/", "/rootfs", Some("rslave")),
        host("/sys", "/sys", None),
        host("/var/lib/docker", "/var/lib/docker", None),
        host("/var/run", "/var/run", None),
    ];
    service.command = Some(texts([
        "--docker_only=true",
        "--store_container_labels=false",
        // Those that are off by themselves, and those that would read every file of a container.
        "--disable_metrics=advtcp,cpu_topology,cpuset,disk,hugetlb,memory_numa,percpu,process,\
         referenced_memory,resctrl,sched,tcp,udp",
    ]));
    service.healthcheck = Some(answers(8080, "/healthz"));
    service
}

/// The status page of nginx listens on loopback alone, so its exporter shares the network of nginx.
fn nginx(scope: &mut Scope<'_>) -> Service {
    let image = edge::image(scope, "nginx-exporter", "nginx/nginx-prometheus-exporter");
    let mut service = watcher(1001, image, &small());
    service.networks = Vec::new();
    service.network_mode = Some("service:nginx");
    let behind = Dependency { condition: Condition::Healthy, restart: true };
    service.depends_on = BTreeMap::from([("nginx".to_owned(), behind)]);
    service.command =
        Some(texts([format!("--nginx.scrape-uri=http://127.0.0.1:8081{STATUS_PATH}")]));
    service.healthcheck = Some(unasked());
    service
}

/// For images that hold one program and nothing to ask it with.
fn unasked() -> Healthcheck {
    health::off("its image holds nothing to ask with; Prometheus sees whether it answers")
}

/// The exporter of a store runs as the store's user, for it reads a file of the store's secrets.
fn of_store(scope: &mut Scope<'_>, store: &Store, job: &Job) -> Service {
    let (tool, image) = match job.exporter {
        Exporter::Redis => ("redis-exporter", "oliver006/redis_exporter"),
        _ => ("postgres-exporter", "quay.io/prometheuscommunity/postgres-exporter"),
    };
    let image = edge::image(scope, tool, image);
    let mut service = watcher(store::USER, image, &small());
    service.networks = vec!["data", "observe"];
    service.depends_on = BTreeMap::from([(store.name.to_string(), Condition::Healthy.into())]);
    let address = format!("{}:{}", store.name, store.port);
    let Some(secret) = login(scope, store) else { return service };
    let file = secrets::path(secret);
    let (variables, check) = match job.exporter {
        Exporter::Redis => {
            let address = format!("redis://{address}");
            let variables =
                [("REDIS_ADDR", address), ("REDIS_PASSWORD_FILE", file), ("REDIS_USER", user())];
            (variables, unasked())
        }
        _ => {
            let database = store.database().unwrap_or_default();
            let address = format!("{address}/{database}?sslmode=disable");
            let variables = [
                ("DATA_SOURCE_PASS_FILE", file),
                ("DATA_SOURCE_URI", address),
                ("DATA_SOURCE_USER", user()),
            ];
            (variables, answers(job.port, "/"))
        }
    };
    let variables = variables.map(|(name, value)| (name.to_owned(), Text::from(value)));
    service.environment = BTreeMap::from(variables);
    service.secrets = vec![secrets::mount(secret)];
    service.healthcheck = Some(check);
    service
}

fn user() -> String {
    MONITOR.to_owned()
}

/// The secret by which the exporter of a store logs in.
fn login<'a>(scope: &Scope<'a>, store: &Store) -> Option<&'a EnvName> {
    let id = match &store.engine {
        Engine::Postgres { users, .. } => {
            users.iter().find(|user| user.access == DataAccess::Monitor).map(|user| user.password)
        }
        Engine::Redis { monitor, .. } => *monitor,
        Engine::Server(_) => None,
    }?;
    Some(&scope.env[id].name)
}
