//! The jobs of the monitoring itself. A service's or store's job has its name.

use stackc_model::AlertKind;

use super::world::{DatabaseKind, World};

/// The node exporter.
pub(super) const NODE: &str = "node";
/// cAdvisor.
pub(super) const CADVISOR: &str = "cadvisor";
/// The exporter of the edge.
pub(super) const NGINX: &str = "nginx";
/// Public pages, fetched by the blackbox exporter.
pub(super) const PAGES: &str = "blackbox-http";
/// Public hosts, to which the blackbox exporter opens TLS connections.
pub(super) const HOSTS: &str = "blackbox-tls";
/// The blackbox exporter.
pub(super) const BLACKBOX: &str = "blackbox";
/// Prometheus.
pub(super) const PROMETHEUS: &str = "prometheus";
/// The Alertmanager.
pub(super) const ALERTMANAGER: &str = "alertmanager";

/// The host of the blackbox exporter, through which probes go.
pub(super) const BLACKBOX_ADDRESS: &str = "blackbox-exporter:9115";
/// Where the Alertmanager listens.
pub(super) const ALERTMANAGER_ADDRESS: &str = "alertmanager:9093";

/// What answers a job of the monitoring itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exporter {
    Prometheus,
    Alertmanager,
    Node,
    Cadvisor,
    Nginx,
    Blackbox,
    Postgres,
    Redis,
}

/// A job of the monitoring itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    /// Its name; a store's exporter has the store's.
    pub(crate) name: String,
    /// The host it is scraped at.
    pub(crate) host: String,
    /// The port, the usual one of the exporter.
    pub(crate) port: u16,
    /// What answers there.
    pub(crate) exporter: Exporter,
}

impl Job {
    /// Whether every node of a swarm runs one.
    pub(super) fn per_node(&self) -> bool {
        matches!(self.exporter, Exporter::Node | Exporter::Cadvisor)
    }
}

/// Everything that is scraped besides services, by convention of name and port.
pub(super) fn exporters(world: &World) -> Vec<Job> {
    let mut jobs = own(world);
    for store in &world.stores {
        let (port, kind, exporter) = match store.kind {
            DatabaseKind::Postgres => (9187, AlertKind::Db, Exporter::Postgres),
            DatabaseKind::Redis { .. } => (9121, AlertKind::Redis, Exporter::Redis),
        };
        if wanted(world, &[kind]) {
            jobs.push(job(&store.name, &format!("{}-exporter", store.name), port, exporter));
        }
    }
    jobs
}

/// The jobs whose names are ours.
fn own(world: &World) -> Vec<Job> {
    use AlertKind::{Backup, Cpu, DiskFree, Memory};
    let host = world.host && wanted(world, &[Cpu, Memory, DiskFree, Backup]);
    let containers = world.containers && wanted(world, &[Cpu, Memory]);
    let probed = world.full && !probes(world).is_empty();
    let jobs = [
        (world.full, job(PROMETHEUS, "localhost", 9090, Exporter::Prometheus)),
        (world.full, job(ALERTMANAGER, "alertmanager", 9093, Exporter::Alertmanager)),
        (host, job(NODE, "node-exporter", 9100, Exporter::Node)),
        (containers, job(CADVISOR, "cadvisor", 8080, Exporter::Cadvisor)),
        // The status page listens on loopback, so the exporter shares the network of nginx.
        (world.nginx, job(NGINX, "nginx", 9113, Exporter::Nginx)),
        (probed, job(BLACKBOX, "blackbox-exporter", 9115, Exporter::Blackbox)),
    ];
    jobs.into_iter().filter(|(on, _)| *on).map(|(_, job)| job).collect()
}

/// The names that no service or store may have, because a job of ours has it.
pub(super) fn reserved(world: &World) -> Vec<String> {
    own(world).into_iter().map(|job| job.name).chain(probes(world)).collect()
}

fn job(name: &str, host: &str, port: u16, exporter: Exporter) -> Job {
    Job { name: name.to_owned(), host: host.to_owned(), port, exporter }
}

/// Whether a job is there for something: where the stack is not ours, for an alert.
fn wanted(world: &World, kinds: &[AlertKind]) -> bool {
    world.full || kinds.iter().any(|kind| world.alert(*kind).is_some())
}

/// The jobs whose targets are probed through the blackbox exporter.
pub(super) fn probes(world: &World) -> Vec<String> {
    let jobs = [(PAGES, !world.pages.is_empty()), (HOSTS, !world.hosts.is_empty())];
    jobs.into_iter().filter(|(_, on)| *on).map(|(name, _)| name.to_owned()).collect()
}
