//! Services.

mod build;
mod copies;
mod health;
mod inside;
mod migrate;
mod network;
mod route;
mod run;
mod static_files;
mod storage;

use std::collections::BTreeMap;

use stackc_shape::{Decode, RawText, Spanned, Version, Words};
use stackc_unit::{EnvName, Label, Seconds};

pub use build::{ArchWord, BaseWord, BuildSpec, PackageManagerWord};
pub use copies::Copies;
pub use health::{HealthSpec, MetricsSpec};
pub use inside::{
    DeliveryWord, FileSpec, LogFormat, LogLevel, LogsSpec, RotateSpec, SecretUse, SecuritySection,
};
pub use migrate::{MigrateSpec, MigrateTool, SeedSpec, SeedTool};
pub use network::{NeedSpec, PortSpec, ProtocolWord, ReachWord, StartWord, VariableName};
pub use route::RouteSpec;
pub use run::{CallSpec, ConcurrencyWord, MomentWord, ScaleSpec, StopSpec, UpdateSpec, UpdateWord};
pub use static_files::StaticSpec;
pub use storage::{AccessMode, CpuSpec, MemorySpec, ResourcesSpec, VolumeSpec};

use crate::{ChecksSpec, CronText, ImageRef, PlatformWord};

/// Something we build or run.
#[derive(Debug, Clone, Decode)]
#[shape(
    foreign = "crate::foreign::SERVICE",
    moves = "port -> ports.http: The port it listens on, such as `8080`; short for `ports: {http: …}`."
)]
pub struct ServiceSpec {
    /// What it is made of. Required, unless `like` says it.
    pub kind: Option<Spanned<KindWord>>,
    /// Another service whose kind, build, image, runtime, env, needs, secrets, files, resources and
    /// security it shares; with them go `public_env`, `pull_secret` and `secret_delivery`. Everything
    /// else is its own.
    pub like: Option<Spanned<Label>>,
    /// How it is built: a folder, or a Dockerfile of your own.
    pub build: Option<Spanned<BuildSpec>>,
    /// The version of its language, such as `24` or `"3.13"`.
    pub runtime: Option<Spanned<Version>>,
    /// A third party's image with its exact tag (`kind: image`).
    pub image: Option<Spanned<ImageRef>>,
    /// The secret with the credentials for the image's registry, as `docker login` writes them.
    pub pull_secret: Option<Spanned<EnvName>>,
    /// What to run: a list, or a string that is split into words. Never a shell. Required for `node`
    /// and `python`.
    pub command: Option<Spanned<Words>>,
    /// Ports by name; `http` is the main one.
    pub ports: BTreeMap<Label, Spanned<PortSpec>>,
    /// Public paths, by name; matching is by path segment, the longest wins.
    #[shape(keys = "LabelOrPaths")]
    pub routes: BTreeMap<Label, Spanned<RouteSpec>>,
    /// The stores, services and externals it needs: start order, variables, network rules.
    #[shape(keys = "LabelOrList")]
    pub needs: BTreeMap<Label, Spanned<NeedSpec>>,
    /// Environment variables. `${…}` refers to other parts of the stack.
    pub env: BTreeMap<EnvName, Spanned<RawText>>,
    /// Variables fixed when the image is built, and public in the browser. `${…}` refers to other
    /// parts of the stack.
    pub public_env: BTreeMap<EnvName, Spanned<RawText>>,
    /// The secrets it receives, by name.
    #[shape(keys = "EnvNameOrList")]
    pub secrets: BTreeMap<EnvName, Spanned<SecretUse>>,
    /// How secrets reach it; by default `file`. A third party's image must say what it can read.
    pub secret_delivery: Option<Spanned<DeliveryWord>>,
    /// Files put into the container, by name.
    pub files: BTreeMap<Label, Spanned<FileSpec>>,
    /// How to tell whether it is healthy; by default a TCP connection to its main port.
    pub health: Option<Spanned<HealthSpec>>,
    /// Which metrics it exposes.
    pub metrics: Option<Spanned<MetricsSpec>>,
    /// How many copies run: `3`, or `3..10` to scale by load.
    pub scale: Option<Spanned<ScaleSpec>>,
    /// Exactly one copy, never two at once.
    pub singleton: Option<Spanned<bool>>,
    /// Bounds of one copy.
    pub resources: Option<Spanned<ResourcesSpec>>,
    /// Volumes of its own, by name.
    pub volumes: BTreeMap<Label, Spanned<VolumeSpec>>,
    /// Further paths it may write to, kept in memory; a `nextjs` service may always write to
    /// `/app/.next/cache`.
    pub writable: Vec<Spanned<String>>,
    /// How it stops.
    pub stop: Option<StopSpec>,
    /// How a new version replaces the old.
    pub update: Option<Spanned<UpdateSpec>>,
    /// Database migrations that run before a new version starts.
    pub migrate: Option<Spanned<MigrateSpec>>,
    /// Data for a fresh database.
    pub seed: Option<Spanned<SeedSpec>>,
    /// Runs on this schedule instead of all the time: five cron fields.
    pub schedule: Option<Spanned<CronText>>,
    /// What happens when a scheduled run meets the one before.
    pub concurrency: Option<Spanned<ConcurrencyWord>>,
    /// How long a scheduled run may take.
    pub deadline: Option<Spanned<Seconds>>,
    /// Paths of it that the platform calls on a schedule, by name.
    #[shape(planned)]
    pub crons: BTreeMap<Label, Spanned<CallSpec>>,
    /// Runs once at this moment of a deployment instead of all the time.
    pub run: Option<Spanned<MomentWord>>,
    /// The user it runs as, and exceptions from the hardened defaults.
    pub security: Option<Spanned<SecuritySection>>,
    /// What it writes to its log.
    pub logs: Option<LogsSpec>,
    /// How static files are served.
    #[shape(key = "static")]
    pub files_served: Option<StaticSpec>,
    /// CI checks of this service alone; by default `ci.checks`.
    pub checks: Option<Spanned<ChecksSpec>>,
    /// The platforms of this service alone.
    pub deploy: Vec<Spanned<PlatformWord>>,
}

/// What a service is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
#[shape(foreign = "crate::foreign::KIND")]
pub enum KindWord {
    /// Next.js with standalone output.
    Nextjs,
    /// A Node.js program.
    Node,
    /// A Vite build, served as static files.
    Vite,
    /// Static files.
    Static,
    /// A Python program.
    Python,
    /// A Go program.
    Go,
    /// A Rust program.
    Rust,
    /// A third party's image.
    Image,
}
