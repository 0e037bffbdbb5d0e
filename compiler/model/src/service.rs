//! Services: what we build or run.

use std::collections::BTreeMap;

use serde::Serialize;
use stackc_source::Span;

use crate::{
    Bytes, EnvName, ExternalId, Label, Millicores, Percent, Platform, RouteId, Seconds, SecretId,
    ServiceId, Sourced, StoreId,
};

/// What a service is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Next.js, standalone output.
    Nextjs,
    /// Node.js.
    Node,
    /// A Vite build served as static files.
    Vite,
    /// Static files.
    Static,
    /// Python.
    Python,
    /// Go.
    Go,
    /// Rust.
    Rust,
    /// A third party's image.
    Image,
}

impl Kind {
    /// Whether it runs on Node.js.
    #[must_use]
    pub fn is_node(self) -> bool {
        matches!(self, Self::Nextjs | Self::Node)
    }

    /// Whether it is served as static files by a web server of its own.
    #[must_use]
    pub fn is_static(self) -> bool {
        matches!(self, Self::Vite | Self::Static)
    }
}

/// The part a service plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Has public routes.
    Web,
    /// Listens, for others in the stack only.
    Internal,
    /// Listens to nobody.
    Worker,
    /// Runs on a schedule.
    Cron,
    /// Runs once at a moment of the deployment.
    Job,
}

/// What a port speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// HTTP/1.1.
    Http,
    /// gRPC over HTTP/2 without TLS.
    Grpc,
    /// Plain TCP.
    Tcp,
}

/// A named port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Port {
    /// The number inside the container.
    #[serde(rename = "port")]
    pub number: Sourced<u16>,
    /// What it speaks.
    pub protocol: Protocol,
}

/// How a service is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Build {
    /// The build context, relative to the repository root; `.` is the root.
    pub context: Sourced<String>,
    /// The user's own Dockerfile below the context's repository; `None` means a generated one.
    pub dockerfile: Option<Sourced<String>>,
    /// The stage to build.
    pub target: Option<Sourced<String>>,
    /// Build arguments; never secrets.
    pub args: BTreeMap<String, String>,
    /// The package manager, for Node.js kinds.
    pub package_manager: PackageManager,
}

/// A Node.js package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageManager {
    /// npm.
    Npm,
    /// pnpm.
    Pnpm,
    /// Yarn.
    Yarn,
}

/// What a [`Need`] points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NeedTarget {
    /// Another service.
    Service(ServiceId),
    /// A data store.
    Store(StoreId),
    /// An external system.
    External(ExternalId),
}

/// When a service may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// When what it needs is healthy.
    Healthy,
    /// When what it needs has started.
    Started,
    /// At any time.
    Any,
}

/// One service needs another thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Need {
    /// What.
    pub target: NeedTarget,
    /// When it may start.
    pub start: Sourced<Start>,
}

/// How secrets reach a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// As files under `/run/secrets`, read at start by the image's entrypoint.
    File,
    /// As files, their paths in `<NAME>_FILE`.
    FileEnv,
    /// In the environment.
    Env,
}

/// How health is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Liveness path: the process only. `None` means a TCP connection to the main port.
    pub live: Option<Sourced<String>>,
    /// Readiness path: dependencies too.
    pub ready: Option<Sourced<String>>,
    /// Start-up path; else the liveness rule with a long budget.
    pub startup: Option<Sourced<String>>,
    /// The detailed report, never public.
    pub detail: Option<Sourced<String>>,
    /// A command that exits 0 when healthy, instead of paths.
    pub command: Option<Sourced<Vec<String>>>,
    /// Time between two probes.
    pub interval: Sourced<Seconds>,
    /// Time until a probe counts as failed.
    pub timeout: Sourced<Seconds>,
}

/// Which metrics a service exposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Metrics {
    /// The path.
    pub path: Sourced<String>,
    /// The name of the port it is served on.
    pub port: Label,
    /// The histogram of request durations in seconds, without suffix.
    pub http: Sourced<String>,
    /// A gauge of requests that wait for a database connection.
    pub db_pool_waiting: Option<Sourced<String>>,
    /// A histogram of query durations in seconds, without suffix.
    pub db_latency: Option<Sourced<String>>,
}

/// How many copies run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scale {
    /// At least.
    pub min: Sourced<u32>,
    /// At most; the same as `min` means no autoscaling.
    pub max: Sourced<u32>,
    /// Target processor utilisation of the request.
    pub cpu: Sourced<Percent>,
    /// Target memory utilisation of the request, where asked for.
    pub memory: Option<Sourced<Percent>>,
}

/// Bounds of one copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resources {
    /// Reserved processor time.
    pub cpu_request: Sourced<Millicores>,
    /// Most processor time; `None` means unbounded, on request.
    pub cpu_limit: Option<Sourced<Millicores>>,
    /// Reserved memory.
    pub memory_request: Sourced<Bytes>,
    /// Most memory.
    pub memory_limit: Sourced<Bytes>,
    /// Most scratch disk.
    pub disk: Sourced<Bytes>,
}

/// A volume of a service's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Volume {
    /// Where it is mounted.
    pub path: Sourced<String>,
    /// How large.
    pub size: Sourced<Bytes>,
    /// Whether several copies may write it at once.
    pub shared: bool,
}

/// A file put into the container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mount {
    /// Its path inside.
    pub path: Sourced<String>,
    /// The file in the repository it comes from; else `content`.
    pub from: Option<Sourced<String>>,
    /// Its content.
    pub content: Option<Sourced<String>>,
}

/// How a service stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// From SIGTERM to SIGKILL.
    pub grace: Sourced<Seconds>,
    /// How long new connections are kept away before SIGTERM.
    pub drain: Sourced<Seconds>,
}

/// How a new version replaces the old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Update {
    /// New copies first, then the old ones go.
    Rolling,
    /// The old one stops before the new one starts.
    Recreate,
    /// All new copies beside the old ones, then the requests move over at once.
    BlueGreen,
}

/// Database migrations, run once before a new version starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Migrate {
    /// The command.
    pub command: Sourced<Vec<String>>,
    /// How long it may take.
    pub timeout: Sourced<Seconds>,
}

/// What happens when a scheduled run meets the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Concurrency {
    /// The new run is left out.
    Forbid,
    /// The old run is ended.
    Replace,
    /// Both run.
    Allow,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cron {
    /// Five fields: minute, hour, day of month, month, day of week.
    pub schedule: Sourced<String>,
    /// What happens on overlap.
    pub concurrency: Concurrency,
    /// How long a run may take.
    pub deadline: Option<Sourced<Seconds>>,
}

/// What a service writes to its log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Logs {
    /// `json` or `text`, given to the service as `LOG_FORMAT`.
    pub format: Sourced<String>,
    /// Given to the service as `LOG_LEVEL`.
    pub level: Sourced<String>,
}

/// A service of one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Its name, unique among services, stores and externals.
    pub name: Label,
    /// Where its entry stands.
    #[serde(skip)]
    pub span: Span,
    /// What it is made of.
    pub kind: Sourced<Kind>,
    /// The part it plays.
    pub role: Sourced<Role>,
    /// The service whose image it runs, where it builds none of its own (`like`).
    pub image_of: Option<ServiceId>,
    /// How it is built; `None` for a third party's image.
    pub build: Option<Build>,
    /// The image without a tag for what we build (`ghcr.io/acme/shop/backend`), the exact reference
    /// for a third party's.
    pub image: Sourced<String>,
    /// The language version, such as `24`.
    pub runtime: Option<Sourced<String>>,
    /// The command, where the image's own is not used.
    pub command: Option<Sourced<Vec<String>>>,
    /// Ports by name; the main one is `http`, or the only one.
    pub ports: BTreeMap<Label, Port>,
    /// Its routes, longest path first.
    pub routes: Vec<RouteId>,
    /// What it needs, by name.
    pub needs: BTreeMap<Label, Need>,
    /// Environment variables without any secret part.
    pub env: BTreeMap<EnvName, Sourced<String>>,
    /// Build-time public variables.
    pub public_env: BTreeMap<EnvName, Sourced<String>>,
    /// Secrets by the variable they are known under inside.
    pub secrets: BTreeMap<EnvName, SecretId>,
    /// How secrets reach it.
    pub delivery: Sourced<Delivery>,
    /// Files put into it, by name.
    pub files: BTreeMap<Label, Mount>,
    /// How health is asked; `None` for cron and job roles.
    pub health: Option<Health>,
    /// Which metrics it exposes.
    pub metrics: Option<Metrics>,
    /// How many copies run.
    pub scale: Scale,
    /// Exactly one, never two at once.
    pub singleton: Sourced<bool>,
    /// Bounds of one copy.
    pub resources: Resources,
    /// Volumes by name.
    pub volumes: BTreeMap<Label, Volume>,
    /// Writable paths kept in memory, besides `/tmp`.
    pub writable: Vec<Sourced<String>>,
    /// How it stops.
    pub stop: Stop,
    /// How a new version replaces the old.
    pub update: Sourced<Update>,
    /// Database migrations it owns.
    pub migrate: Option<Migrate>,
    /// Its schedule, for the cron role.
    pub cron: Option<Cron>,
    /// The numeric user it runs as.
    pub user: Sourced<u32>,
    /// Exceptions from the hardened defaults, each with its reason.
    pub exceptions: BTreeMap<String, String>,
    /// What it logs.
    pub logs: Logs,
    /// Whether unknown paths are answered with the front page (single-page application).
    pub spa: Sourced<bool>,
    /// Where it runs.
    pub platforms: Vec<Platform>,
}

impl Service {
    /// The main port with its name: `http`, or else the first.
    #[must_use]
    pub fn main_port(&self) -> Option<(&Label, &Port)> {
        self.ports.get_key_value("http").or_else(|| self.ports.iter().next())
    }

    /// Whether the image is built by this stack.
    #[must_use]
    pub fn is_built(&self) -> bool {
        *self.kind != Kind::Image
    }

    /// Whether it runs all the time.
    #[must_use]
    pub fn is_long_running(&self) -> bool {
        matches!(*self.role, Role::Web | Role::Internal | Role::Worker)
    }
}
