//! `prometheus.yml` and the probes of the blackbox exporter.

use std::collections::BTreeMap;

use stackc_model::Seconds;
use stackc_target::conventions::SECRETS_DIR;

use super::amount::compact;
use super::document::{
    Alerting, Alertmanager, AlertmanagerConfig, Authorization, Blackbox, Config, Dns,
    ExternalLabels, Global, HttpProbe, Module, Receiver, Relabel, Retention, Route, Scrape, Static,
    Storage, TcpProbe, Tsdb,
};
use super::jobs::{ALERTMANAGER_ADDRESS, BLACKBOX_ADDRESS, CADVISOR, HOSTS, Job, PAGES, exporters};
use super::world::{Watched, World};

/// The module that fetches a page.
const FETCH: &str = "http_2xx";
/// The module that opens a TLS connection.
const CONNECT: &str = "tls_connect";

/// More series than a healthy service has: one that puts ids into labels is cut off, not
/// Prometheus' memory.
const SAMPLE_LIMIT: u32 = 20_000;

/// Series of cAdvisor that are many and that no rule needs.
const CADVISOR_NOISE: &str = "container_(tasks_state|memory_failures_total|blkio_device_usage_total\
                              |network_(tcp|tcp6|udp|udp6)_usage_total)";

/// How often things happen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Intervals {
    /// How often targets are scraped.
    pub(super) scrape: Seconds,
    /// How often rules are evaluated.
    pub(super) evaluation: Seconds,
}

/// The configuration of Prometheus.
pub(super) fn config(world: &World, intervals: Intervals) -> Config {
    Config {
        global: Global {
            scrape_interval: compact(intervals.scrape),
            // Prometheus refuses a timeout above the interval.
            scrape_timeout: compact(intervals.scrape.min(Seconds::new(10))),
            evaluation_interval: compact(intervals.evaluation),
            external_labels: ExternalLabels {
                stack: world.stack.clone(),
                environment: world.environment.clone(),
            },
        },
        storage: Storage { tsdb: Tsdb { retention: Retention { time: compact(world.retention) } } },
        rule_files: vec!["rules/*.rules.yml"],
        alerting: Alerting {
            alertmanagers: vec![Alertmanager {
                static_configs: vec![fixed(vec![ALERTMANAGER_ADDRESS.to_owned()])],
            }],
        },
        scrape_configs: jobs(world),
    }
}

fn jobs(world: &World) -> Vec<Scrape> {
    let services = world.services.iter().map(|service| self::service(service, world.swarm));
    let exporters = exporters(world).into_iter().map(|job| exporter(job, world.swarm));
    let probes = [(PAGES, FETCH, &world.pages), (HOSTS, CONNECT, &world.hosts)]
        .into_iter()
        .filter(|(.., targets)| !targets.is_empty())
        .map(|(name, module, targets)| probe(name, module, targets));
    services.chain(exporters).chain(probes).collect()
}

/// Every copy of a service has an address of its own behind the name.
fn service(service: &Watched, swarm: bool) -> Scrape {
    Scrape {
        job_name: service.name.clone(),
        metrics_path: Some(service.path.clone()).filter(|path| path != "/metrics"),
        authorization: service
            .token
            .as_ref()
            .map(|name| Authorization { credentials_file: format!("{SECRETS_DIR}/{name}") }),
        sample_limit: Some(SAMPLE_LIMIT),
        dns_sd_configs: vec![addresses(&service.name, service.port, swarm)],
        ..Scrape::default()
    }
}

/// An exporter has one fixed name, so that its alerts name it and not an address, unless every node
/// of a swarm runs one.
fn exporter(job: Job, swarm: bool) -> Scrape {
    let noise = Relabel {
        source_labels: vec!["__name__"],
        regex: Some(CADVISOR_NOISE),
        action: Some("drop"),
        ..Relabel::default()
    };
    let metric_relabel_configs = if job.name == CADVISOR { vec![noise] } else { Vec::new() };
    let per_node = job.per_node();
    let scrape = Scrape { job_name: job.name, metric_relabel_configs, ..Scrape::default() };
    if swarm && per_node {
        Scrape { dns_sd_configs: vec![addresses(&job.host, job.port, swarm)], ..scrape }
    } else {
        Scrape { static_configs: vec![fixed(vec![format!("{}:{}", job.host, job.port)])], ..scrape }
    }
}

fn probe(name: &str, module: &'static str, targets: &[String]) -> Scrape {
    let copy = |from, to| Relabel {
        source_labels: vec![from],
        target_label: Some(to),
        ..Relabel::default()
    };
    Scrape {
        job_name: name.to_owned(),
        metrics_path: Some("/probe".to_owned()),
        params: BTreeMap::from([("module", vec![module])]),
        static_configs: vec![fixed(targets.to_vec())],
        relabel_configs: vec![
            copy("__address__", "__param_target"),
            copy("__param_target", "instance"),
            Relabel {
                target_label: Some("__address__"),
                replacement: Some(BLACKBOX_ADDRESS),
                ..Relabel::default()
            },
        ],
        ..Scrape::default()
    }
}

fn addresses(name: &str, port: u16, swarm: bool) -> Dns {
    let name = if swarm { format!("tasks.{name}") } else { name.to_owned() };
    Dns { names: vec![name], record: "A", port }
}

fn fixed(targets: Vec<String>) -> Static {
    Static { targets }
}

/// An Alertmanager that groups and silences, and tells nobody.
pub(super) fn alertmanager() -> AlertmanagerConfig {
    const NOBODY: &str = "nobody";
    AlertmanagerConfig {
        route: Route { receiver: NOBODY, group_by: vec!["alertname", "job"] },
        receivers: vec![Receiver { name: NOBODY }],
    }
}

/// The modules the probes name; `None` where nothing is probed.
pub(super) fn blackbox(world: &World) -> Option<Blackbox> {
    let mut modules = BTreeMap::new();
    if !world.pages.is_empty() {
        let http = HttpProbe { preferred_ip_protocol: "ip4" };
        modules.insert(FETCH, Module::Http { timeout: "5s", http });
    }
    if !world.hosts.is_empty() {
        let tcp = TcpProbe { preferred_ip_protocol: "ip4", tls: true };
        modules.insert(CONNECT, Module::Tcp { timeout: "5s", tcp });
    }
    (!modules.is_empty()).then_some(Blackbox { modules })
}
