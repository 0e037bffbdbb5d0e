//! Services: what we build or run.

mod build;
mod inside;
mod run;
mod watch;

use std::collections::BTreeMap;

use serde::Serialize;
use stackc_source::Span;

pub use build::{Base, Build, PackageManager, StaticFiles};
pub use inside::{Delivery, Exception, Logs, Mount, Resources, Rotate, Volume};
pub use run::{Concurrency, Copies, Cron, Job, Migrate, Moment, Rollout, Scale, Stop, Update};
pub use watch::{Health, Metrics};

use crate::{EnvName, ExternalId, Label, Platform, RouteId, SecretId, ServiceId, Sourced, StoreId};

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
    /// The secret with the credentials for the image's registry.
    pub pull_secret: Option<SecretId>,
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
    /// How far the number of copies may stray meanwhile.
    pub rollout: Rollout,
    /// Database migrations it owns.
    pub migrate: Option<Migrate>,
    /// The command that fills a fresh database; never in production.
    pub seed: Option<Sourced<Vec<String>>>,
    /// When it runs, for the job role.
    pub job: Option<Job>,
    /// Its schedule, for the cron role.
    pub cron: Option<Cron>,
    /// The numeric user it runs as.
    pub user: Sourced<u32>,
    /// Exceptions from the hardened defaults, each with its reason.
    pub exceptions: BTreeMap<Exception, String>,
    /// Linux capabilities it keeps, each with its reason.
    pub capabilities: BTreeMap<String, String>,
    /// What it logs.
    pub logs: Logs,
    /// How its files are served, for the kinds that are static.
    pub files_served: Option<StaticFiles>,
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
