//! What can be watched in one environment: the part of the model that alerts and scraping need.

use stackc_model::{
    Alert, AlertKind, CustomAlert, Engine, Environment, ObserveLevel, Persistence, Platform,
    Protocol, Role, Seconds, Service, Slo, Sourced, Stack, Tier,
};
use stackc_source::{Diagnostic, Diagnostics, codes};

use super::promql::{histogram_fault, metric_fault};

/// One environment as Prometheus sees it.
#[derive(Debug)]
pub(super) struct World {
    /// The stack's name.
    pub(super) stack: String,
    /// The environment's name.
    pub(super) environment: String,
    /// Whether the monitoring stack is ours and its configuration is written.
    pub(super) full: bool,
    /// Whether a service's copies are found as `tasks.<name>`, as Swarm names them.
    pub(super) swarm: bool,
    /// How long samples are kept.
    pub(super) retention: Seconds,
    /// Services with metrics, by name.
    pub(super) services: Vec<Watched>,
    /// Stores with an exporter, by name.
    pub(super) stores: Vec<Database>,
    /// Whether the node exporter runs.
    pub(super) host: bool,
    /// Whether cAdvisor runs.
    pub(super) containers: bool,
    /// Whether the nginx exporter runs.
    pub(super) nginx: bool,
    /// Whether backups report when they succeed.
    pub(super) backup: bool,
    /// Pages that are fetched.
    pub(super) pages: Vec<String>,
    /// Public hosts, with port, whose certificate is looked at.
    pub(super) hosts: Vec<String>,
    /// The alerts that are on.
    pub(super) alerts: Vec<Alert>,
    /// What users were promised.
    pub(super) slo: Promises,
    /// Alerts that the stack itself defines.
    pub(super) custom: Vec<CustomAlert>,
}

/// What users were promised.
#[derive(Debug, Clone, Default)]
pub(super) struct Promises {
    /// The window over which promises are counted.
    pub(super) hours: u64,
    /// The share of requests that may fail, in hundredths of a percent.
    pub(super) errors: Option<u32>,
    /// The share of requests that may be slow, and from how many milliseconds on they are.
    pub(super) slow: Option<(u32, u64)>,
}

impl Promises {
    fn of(slo: &Slo) -> Self {
        // The 95th percentile is a promise to 95 of 100 requests.
        const BEYOND_P95: u32 = 500;
        Self {
            hours: slo.window.millis / 3_600_000,
            errors: slo.errors.as_ref().map(|errors| errors.0),
            slow: slo.p95.as_ref().map(|p95| (BEYOND_P95, p95.millis)),
        }
    }
}

/// A service that exposes metrics.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    /// Its name, also its job and host.
    pub(super) name: String,
    /// The fewest copies that run.
    pub(super) copies: u64,
    /// The port of its metrics.
    pub(super) port: u16,
    /// The path of its metrics.
    pub(super) path: String,
    /// The secret that the path wants as a bearer token.
    pub(super) token: Option<String>,
    /// Its histogram of request durations, where it answers HTTP.
    pub(super) http: Option<String>,
    /// Its gauge of requests waiting for a connection.
    pub(super) pool: Option<String>,
    /// Its histogram of query durations.
    pub(super) queries: Option<String>,
}

/// A store and what decides about its alerts.
#[derive(Debug, Clone)]
pub(super) struct Database {
    /// Its name, also the job of its exporter.
    pub(super) name: String,
    /// What it is.
    pub(super) kind: DatabaseKind,
}

/// The kinds of stores that have an exporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DatabaseKind {
    /// PostgreSQL.
    Postgres,
    /// Redis or Valkey.
    Redis {
        /// Whether a full memory is normal.
        evicts: bool,
        /// Whether it writes to disk.
        persists: bool,
    },
}

impl World {
    /// The world of an environment; `None` where nothing is observed.
    pub(super) fn of(
        stack: &Stack,
        environment: &Environment,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let observe = &environment.observe;
        if environment.tier == Tier::Development || *observe.level == ObserveLevel::None {
            return None;
        }
        let containers_run = environment.runs_on(Platform::Compose);
        let swarm = !containers_run && environment.runs_on(Platform::Swarm);
        let docker = containers_run || swarm;
        let full = *observe.level == ObserveLevel::Full && docker;
        // Rules alone are for a Prometheus that somebody else runs, with what the alerts need.
        let basic = *observe.level == ObserveLevel::Basic;
        let (host, probes) = (observe.host || basic, observe.blackbox || basic);
        Some(Self {
            stack: stack.name.to_string(),
            environment: environment.name.to_string(),
            full,
            swarm,
            retention: *observe.retention,
            services: watched(environment, diagnostics),
            stores: environment.stores.iter().filter_map(database).collect(),
            host,
            containers: observe.containers && docker,
            nginx: full && !environment.routes.is_empty(),
            backup: environment.backup.is_some() && host,
            pages: if probes { watched_pages(environment) } else { Vec::new() },
            hosts: if probes { hosts(environment) } else { Vec::new() },
            alerts: observe.alerts.clone(),
            slo: observe.slo.as_ref().map(Promises::of).unwrap_or_default(),
            custom: observe.custom.clone(),
        })
    }

    /// The alert of a kind, where it is on.
    pub(super) fn alert(&self, kind: AlertKind) -> Option<&Alert> {
        self.alerts.iter().find(|alert| alert.kind == kind)
    }

    /// The PostgreSQL stores.
    pub(super) fn postgres(&self) -> impl Iterator<Item = &Database> {
        self.stores.iter().filter(|store| store.kind == DatabaseKind::Postgres)
    }

    /// The Redis stores with whether they evict and persist.
    pub(super) fn redis(&self) -> impl Iterator<Item = (&Database, bool, bool)> {
        self.stores.iter().filter_map(|store| match store.kind {
            DatabaseKind::Redis { evicts, persists } => Some((store, evicts, persists)),
            DatabaseKind::Postgres => None,
        })
    }
}

/// A store that an exporter is known for.
fn database(store: &stackc_model::Store) -> Option<Database> {
    let kind = match &store.engine {
        Engine::Postgres { .. } => DatabaseKind::Postgres,
        Engine::Redis { purpose, persistence, .. } => DatabaseKind::Redis {
            evicts: purpose.evicts(),
            persists: persistence.value == Persistence::Aof,
        },
        Engine::Server(_) => return None,
    };
    Some(Database { name: store.name.to_string(), kind })
}

fn watched(environment: &Environment, diagnostics: &mut Diagnostics) -> Vec<Watched> {
    let long_running = environment.services.iter().filter(|service| service.is_long_running());
    long_running.filter_map(|service| watch(environment, service, diagnostics)).collect()
}

fn watch(
    environment: &Environment,
    service: &Service,
    diagnostics: &mut Diagnostics,
) -> Option<Watched> {
    let metrics = service.metrics.as_ref()?;
    let port = *service.ports.get(metrics.port.as_str())?.number;
    let mut name = |name: &Sourced<String>, fault: fn(&str) -> Option<&'static str>| {
        let Some(fault) = fault(name) else { return Some(name.value.clone()) };
        let message = format!("the metric `{}` of `{}` {fault}", name.value, service.name);
        let span = name.origin.span().unwrap_or(service.span);
        diagnostics.push(Diagnostic::new(codes::BAD_FORMAT, span, message));
        None
    };
    Some(Watched {
        name: service.name.to_string(),
        copies: if *service.singleton { 1 } else { u64::from(*service.scale.min).max(1) },
        port,
        path: metrics.path.value.clone(),
        token: metrics
            .token
            .as_ref()
            .and_then(|variable| service.secrets.get(&variable.value))
            .map(|id| environment[*id].name.to_string()),
        http: Some(&metrics.http)
            .filter(|_| answers_http(service))
            .and_then(|http| name(http, histogram_fault)),
        pool: metrics.db_pool_waiting.as_ref().and_then(|pool| name(pool, metric_fault)),
        queries: metrics.db_latency.as_ref().and_then(|queries| name(queries, histogram_fault)),
    })
}

/// Whether requests can be expected: a worker with a port for its metrics alone has none.
fn answers_http(service: &Service) -> bool {
    let metrics_only = |name: &str| name == "metrics";
    let serves = service
        .ports
        .iter()
        .any(|(name, port)| port.protocol == Protocol::Http && !metrics_only(name.as_str()));
    let named =
        service.metrics.as_ref().is_some_and(|metrics| metrics.http.origin.span().is_some());
    *service.role == Role::Web || serves || named
}

/// The pages that are fetched: our own, and those by which others say that they are well.
fn watched_pages(environment: &Environment) -> Vec<String> {
    let others = environment.externals.iter().filter_map(|external| external.status_url.clone());
    pages(environment).into_iter().chain(others).collect()
}

/// The front pages of the domains that have one open to everybody.
fn pages(environment: &Environment) -> Vec<String> {
    // Basic authentication or an address list in front of everything would fail every probe.
    if environment.edge.access.contains_key("default") {
        return Vec::new();
    }
    let has_front = |label: &str| {
        environment.routes.iter().any(|route| route.domain.as_str() == label && *route.path == "/")
    };
    let url = |label: &str, host: &str| match &environment.url {
        Some(url) if label == "main" => format!("{url}/"),
        _ => format!("{}://{host}/", if is_https(environment) { "https" } else { "http" }),
    };
    let fronts = environment.domains.iter().filter(|(label, _)| has_front(label.as_str()));
    fronts.map(|(label, domain)| url(label.as_str(), &domain.host)).collect()
}

/// Every host that needs a certificate.
fn hosts(environment: &Environment) -> Vec<String> {
    if !is_https(environment) {
        return Vec::new();
    }
    let of_domain = |domain: &stackc_model::Domain| {
        let others = domain.aliases.iter().chain(&domain.redirect_from);
        std::iter::once(&domain.host)
            .chain(others)
            .map(|host| format!("{}:443", host.value))
            .collect::<Vec<_>>()
    };
    let mut hosts: Vec<_> = environment.domains.values().flat_map(of_domain).collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

fn is_https(environment: &Environment) -> bool {
    environment.url.as_deref().is_some_and(|url| url.starts_with("https://"))
}
