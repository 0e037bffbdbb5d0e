//! What keeps the system alive: backup, observation, notification, CI.

use std::collections::BTreeMap;

use serde::Serialize;
use stackc_source::Span;

use crate::{Bytes, EnvName, Label, Percent, Seconds, Sourced};

/// How much is observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ObserveLevel {
    /// Nothing.
    None,
    /// Alert rules.
    Basic,
    /// Rules and the monitoring stack.
    Full,
}

/// The condition of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A service does not answer the scraper.
    Down,
    /// Share of requests answered with 5xx.
    ErrorRate,
    /// 95th percentile of request duration.
    LatencyP95,
    /// Processor use of the host.
    Cpu,
    /// Memory use of the host.
    Memory,
    /// Free disk space of the host.
    DiskFree,
    /// The database is down or runs out of connections.
    Db,
    /// Requests waiting for a database connection.
    DbPoolWaiting,
    /// 95th percentile of query duration.
    DbLatency,
    /// Redis is down, full or refusing.
    Redis,
    /// Probes from outside.
    Uptime,
    /// A certificate about to expire.
    Certificate,
    /// The last good backup is too old.
    Backup,
}

/// A bound that fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Threshold {
    /// A share.
    Percent(Percent),
    /// A duration.
    Duration(Seconds),
    /// A plain number.
    Count(u64),
}

/// One alert with its two levels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// What it watches.
    pub kind: AlertKind,
    /// Fires a ticket.
    pub warning: Option<Sourced<Threshold>>,
    /// Fires a page.
    pub critical: Option<Sourced<Threshold>>,
    /// Where it stands, if written.
    #[serde(skip)]
    pub span: Option<Span>,
}

/// What users were promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slo {
    /// The share of requests that may fail.
    pub errors: Option<Sourced<Percent>>,
    /// Within what time 95 of 100 requests are answered.
    pub p95: Option<Sourced<Seconds>>,
    /// The time over which both are counted.
    pub window: Sourced<Seconds>,
}

/// An alert the stack itself defines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomAlert {
    /// Its name.
    pub name: Label,
    /// The condition, in PromQL.
    pub expr: Sourced<String>,
    /// How long it must hold.
    pub hold: Sourced<Seconds>,
    /// Whether somebody is called; else somebody should look.
    pub critical: bool,
    /// What is said when it fires.
    pub summary: String,
}

/// What is observed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Observe {
    /// How much.
    pub level: Sourced<ObserveLevel>,
    /// How long samples are kept.
    pub retention: Sourced<Seconds>,
    /// Alerts that are on, sorted by kind; conditional ones (no database, no database alert) are
    /// already left out.
    pub alerts: Vec<Alert>,
    /// What users were promised; `None` where nothing was.
    pub slo: Option<Slo>,
    /// Alerts the stack itself defines, by name.
    pub custom: Vec<CustomAlert>,
    /// Whether hosts are observed (node exporter).
    pub host: bool,
    /// Whether containers are observed (cAdvisor).
    pub containers: bool,
    /// Whether public addresses are probed from outside (blackbox exporter).
    pub blackbox: bool,
}

/// Where notifications go; each is the name of a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Notify {
    /// A Slack incoming webhook.
    pub slack: Option<EnvName>,
    /// A PagerDuty integration key.
    pub pagerduty: Option<EnvName>,
}

/// How data is saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backup {
    /// Five cron fields, in the stack's time zone.
    pub schedule: Sourced<String>,
    /// How many days a copy is kept.
    pub keep_days: Sourced<u32>,
    /// `custom`, `sql`.
    pub formats: Vec<String>,
    /// The largest loss promised.
    pub rpo: Option<Sourced<Seconds>>,
    /// The longest recovery promised.
    pub rto: Option<Sourced<Seconds>>,
}

/// Which checks CI runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checks {
    /// Commands by check (`lint`, `types`, `test`, `build`, `e2e`), in the order they run; `None` leaves it
    /// out.
    pub commands: BTreeMap<String, Sourced<Vec<String>>>,
}

/// What the security workflow does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Security {
    /// Audit of dependencies.
    pub audit: bool,
    /// Review of dependency changes on pull requests.
    pub dependency_review: bool,
    /// CodeQL.
    pub codeql: bool,
    /// Scan of the repository's files.
    pub fs: bool,
    /// Scan of the built images.
    pub image: bool,
    /// Scan for secrets.
    pub secret_scan: bool,
    /// Five cron fields, UTC.
    pub schedule: Sourced<String>,
}

/// Pull requests that update dependencies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Updates {
    /// `daily`, `weekly` or `monthly`.
    pub every: &'static str,
    /// How many days old a release must be.
    pub cooldown_days: u32,
    /// How many may be open at once, per folder.
    pub limit: u32,
}

/// How an environment is released to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Release {
    /// Whether the public address is asked after a deployment.
    pub verify: bool,
    /// Whether what ran before runs again when a deployment fails.
    pub rollback: bool,
    /// Whether images carry where they come from and what is in them.
    pub attest: bool,
    /// Who must approve a deployment.
    pub approvers: Vec<Sourced<String>>,
    /// Whether only protected branches and tags deploy.
    pub protected: bool,
}

impl Default for Release {
    fn default() -> Self {
        Self { verify: true, rollback: true, attest: true, approvers: Vec::new(), protected: false }
    }
}

/// Continuous integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ci {
    /// Checks by service.
    pub checks: BTreeMap<Label, Checks>,
    /// Least line coverage.
    pub coverage: Option<Sourced<Percent>>,
    /// Whether downloads and layers are kept between runs.
    pub cache: bool,
    /// Patterns of paths, besides a service's own, that concern every service.
    pub paths: Vec<Sourced<String>>,
    /// Versions to check with besides the deployed one, by language: `node`, `python`, `go`.
    pub matrix: BTreeMap<&'static str, Vec<String>>,
    /// Whether one job waits for all checks.
    pub required: bool,
    /// Pull requests that update dependencies; `None` where they are off.
    pub updates: Option<Updates>,
    /// How many days artifacts are kept.
    pub artifact_days: Sourced<u32>,
    /// The security workflow; `None` where it is off.
    pub security: Option<Security>,
    /// Largest image, by service.
    pub max_image: BTreeMap<Label, Bytes>,
}
