//! Services.

use std::collections::BTreeMap;

use stackc_shape::{Decode, RawText, Spanned, Switch, Version, Words};
use stackc_unit::{Bytes, EnvName, Label, Millicores, Percent, Seconds};

use crate::{ChecksSpec, CronText, ImageRef, PlatformWord, RoutePath};

/// Something we build or run.
#[derive(Debug, Clone, Decode)]
#[shape(
    moves = "port -> ports.http: The port it listens on, such as `8080`; short for `ports: {http: …}`."
)]
pub struct ServiceSpec {
    /// What it is made of. Required, unless `like` says it.
    pub kind: Option<Spanned<KindWord>>,
    /// Another service whose kind, build, image, runtime, env, needs, secrets, files, resources and
    /// security it shares.
    pub like: Option<Spanned<Label>>,
    /// How it is built: a folder, or a Dockerfile of your own.
    pub build: Option<Spanned<BuildSpec>>,
    /// The version of its language, such as `24` or `"3.13"`.
    pub runtime: Option<Spanned<Version>>,
    /// A third party's image with its exact tag (`kind: image`).
    pub image: Option<Spanned<ImageRef>>,
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
    /// Variables fixed when the image is built, and public in the browser.
    #[shape(planned)]
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
    /// Further paths it may write to, kept in memory.
    pub writable: Vec<Spanned<String>>,
    /// How it stops.
    pub stop: Option<StopSpec>,
    /// How a new version replaces the old.
    pub update: Option<Spanned<UpdateSpec>>,
    /// Database migrations that run before a new version starts.
    pub migrate: Option<Spanned<MigrateSpec>>,
    /// Data for a fresh database.
    #[shape(planned)]
    pub seed: Option<Spanned<Words>>,
    /// Runs on this schedule instead of all the time: five cron fields.
    pub schedule: Option<Spanned<CronText>>,
    /// What happens when a scheduled run meets the one before.
    pub concurrency: Option<Spanned<ConcurrencyWord>>,
    /// How long a scheduled run may take.
    pub deadline: Option<Spanned<Seconds>>,
    /// Runs once at this moment of a deployment instead of all the time.
    #[shape(planned)]
    pub run: Option<Spanned<MomentWord>>,
    /// The user it runs as, and exceptions from the hardened defaults.
    pub security: Option<Spanned<SecuritySection>>,
    /// What it writes to its log.
    pub logs: Option<LogsSpec>,
    /// How static files are served.
    #[shape(planned, key = "static")]
    pub files_served: Option<StaticSpec>,
    /// CI checks of this service alone; by default `ci.checks`.
    pub checks: Option<Spanned<ChecksSpec>>,
    /// The platforms of this service alone.
    #[shape(planned)]
    pub deploy: Vec<Spanned<PlatformWord>>,
}

/// What a service is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
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

/// How a service is built.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "build:context,dockerfile")]
pub struct BuildSpec {
    /// The folder that is sent to the builder; by default `.`.
    pub context: Option<Spanned<String>>,
    /// A Dockerfile of your own, as seen from the repository root.
    pub dockerfile: Option<Spanned<String>>,
    /// The stage to build.
    pub target: Option<Spanned<String>>,
    /// Build arguments; never secrets.
    pub args: BTreeMap<String, Spanned<RawText>>,
    /// The package manager, for kinds on Node.js; by default `npm`.
    pub package_manager: Option<Spanned<PackageManagerWord>>,
    /// The largest image that CI lets pass.
    pub max_size: Option<Spanned<Bytes>>,
}

/// A package manager of Node.js.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum PackageManagerWord {
    /// npm
    Npm,
    /// pnpm
    Pnpm,
    /// Yarn
    Yarn,
}

/// A port.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:port")]
pub struct PortSpec {
    /// The number inside the container.
    pub port: Spanned<u16>,
    /// What it speaks; by default `http`.
    pub protocol: Option<Spanned<ProtocolWord>>,
}

/// What a port speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum ProtocolWord {
    /// HTTP/1.1
    Http,
    /// gRPC
    Grpc,
    /// Plain TCP
    Tcp,
}

/// A public path.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:path")]
pub struct RouteSpec {
    /// The path, such as `/api`; everything below it belongs to it.
    pub path: Spanned<RoutePath>,
    /// The name of the domain; by default `main`.
    pub domain: Option<Spanned<Label>>,
    /// The name of the port; by default the main one.
    pub port: Option<Spanned<Label>>,
    /// Only this very path, and none below it.
    pub exact: Option<Spanned<bool>>,
    /// Take the path off before the request is passed on.
    pub strip: Option<Spanned<bool>>,
    /// Connections may be upgraded to WebSocket.
    pub websocket: Option<Spanned<bool>>,
    /// The largest request body; by default `edge.body_limit`.
    pub body_limit: Option<Spanned<Bytes>>,
    /// How long an answer may take; by default `30s`, for a websocket an hour.
    pub timeout: Option<Spanned<Seconds>>,
    /// Buffer answers on the way; off for streamed answers. By default on, off for Next.js.
    pub buffering: Option<Spanned<bool>>,
    /// The edge keeps answers this long, `true` as long as their `Cache-Control` says, `false` never;
    /// by default as `edge.cache.proxy` has it.
    pub cache: Option<Spanned<Switch<Seconds>>>,
    /// The name of the access rule in `edge.access` that guards it.
    pub access: Option<Spanned<Label>>,
    /// Answers reflect secrets: they are not compressed and their queries are not logged.
    pub sensitive: Option<Spanned<bool>>,
}

/// What is needed of another part of the stack.
#[derive(Debug, Clone, Decode)]
pub struct NeedSpec {
    /// When this service may start; by default when the other is `healthy`.
    pub start: Option<Spanned<StartWord>>,
    /// The name of the variable that receives the address; `null` injects none.
    #[shape(nullable, key = "as")]
    pub name: Option<Spanned<VariableName>>,
}

/// The name of a variable, or null for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableName {
    /// This one.
    Named(EnvName),
    /// None.
    Nothing,
}

impl Decode for VariableName {
    fn shape() -> stackc_shape::Shape {
        EnvName::shape()
    }

    fn decode<'a>(
        node: &'a stackc_source::Node,
        decoder: &mut stackc_shape::Decoder<'a>,
    ) -> Option<Self> {
        match node.is_null() {
            true => Some(Self::Nothing),
            false => EnvName::decode(node, decoder).map(Self::Named),
        }
    }
}

/// When a service may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum StartWord {
    /// When the other is healthy.
    Healthy,
    /// When the other has started.
    Started,
    /// At any time.
    Any,
}

/// How a secret is received.
#[derive(Debug, Clone, Decode)]
pub struct SecretUse {
    /// The name it is known under inside; by default its own.
    #[shape(key = "as")]
    pub name: Option<Spanned<EnvName>>,
}

/// How secrets reach a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum DeliveryWord {
    /// As files under `/run/secrets`, read at start by the generated entrypoint.
    File,
    /// As files, their paths in `<NAME>_FILE`.
    #[shape(word = "file_env")]
    FileEnv,
    /// In the environment.
    Env,
}

/// A file put into a container.
#[derive(Debug, Clone, Decode)]
pub struct FileSpec {
    /// Its absolute path inside.
    pub path: Spanned<String>,
    /// The file in the repository it comes from.
    pub from: Option<Spanned<String>>,
    /// Its content.
    pub content: Option<Spanned<String>>,
}

/// How to tell whether a service is healthy.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:ready")]
pub struct HealthSpec {
    /// Path that checks the process only. Never the database: it would restart every copy.
    pub live: Option<Spanned<RoutePath>>,
    /// Path that checks what the service depends on.
    pub ready: Option<Spanned<RoutePath>>,
    /// Path that answers once the service has started; by default `live`.
    pub startup: Option<Spanned<RoutePath>>,
    /// Path of the detailed report; it is never public.
    pub detail: Option<Spanned<RoutePath>>,
    /// A command that exits 0 when healthy.
    pub command: Option<Spanned<Words>>,
    /// Time between two probes; by default `10s`.
    pub interval: Option<Spanned<Seconds>>,
    /// Time until a probe counts as failed; by default `3s`.
    pub timeout: Option<Spanned<Seconds>>,
}

/// Which metrics a service exposes.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:path")]
pub struct MetricsSpec {
    /// The path; by default `/metrics`. It is never public.
    pub path: Option<Spanned<RoutePath>>,
    /// The name of the port; by default the main one.
    pub port: Option<Spanned<Label>>,
    /// The histogram of request durations in seconds; by default `http_request_duration_seconds`.
    pub http: Option<Spanned<String>>,
    /// A gauge of requests that wait for a database connection.
    pub db_pool_waiting: Option<Spanned<String>>,
    /// A histogram of query durations in seconds.
    pub db_latency: Option<Spanned<String>>,
}

/// How many copies run.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "range:min,max")]
pub struct ScaleSpec {
    /// At least.
    pub min: Option<Spanned<u32>>,
    /// At most.
    pub max: Option<Spanned<u32>>,
    /// Processor use at which copies are added; by default `70%`.
    pub cpu: Option<Spanned<Percent>>,
    /// Memory use at which copies are added; by default memory does not count.
    pub memory: Option<Spanned<Percent>>,
}

/// Bounds of one copy.
#[derive(Debug, Clone, Default, Decode)]
pub struct ResourcesSpec {
    /// Processor time in cores: `0.25..1` reserves a quarter and allows one.
    pub cpu: Option<CpuSpec>,
    /// Memory: `256Mi..512Mi` reserves the first and allows the second.
    pub memory: Option<MemorySpec>,
    /// Most scratch disk; by default `1Gi`.
    pub disk: Option<Spanned<Bytes>>,
}

/// Processor time in cores.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "range:request,limit")]
pub struct CpuSpec {
    /// Reserved.
    pub request: Option<Spanned<Millicores>>,
    /// Most; `false` leaves it unbounded.
    pub limit: Option<Spanned<Switch<Millicores>>>,
}

/// Memory.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "range:request,limit")]
pub struct MemorySpec {
    /// Reserved.
    pub request: Option<Spanned<Bytes>>,
    /// Most.
    pub limit: Option<Spanned<Bytes>>,
}

/// A volume.
#[derive(Debug, Clone, Decode)]
pub struct VolumeSpec {
    /// The absolute path inside.
    pub path: Spanned<String>,
    /// How large; by default `1Gi`.
    pub size: Option<Spanned<Bytes>>,
    /// Who may write it at once; by default one copy (`rwo`).
    pub access: Option<Spanned<AccessMode>>,
}

/// Who may write a volume at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum AccessMode {
    /// One copy.
    Rwo,
    /// Many copies.
    Rwx,
}

/// How a service stops.
#[derive(Debug, Clone, Default, Decode)]
pub struct StopSpec {
    /// Time from SIGTERM to SIGKILL; by default `30s`.
    pub grace: Option<Spanned<Seconds>>,
    /// Time in which no new connections arrive before SIGTERM; by default `10s`.
    pub drain: Option<Spanned<Seconds>>,
}

/// How a new version replaces the old.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:strategy")]
pub struct UpdateSpec {
    /// The strategy.
    pub strategy: Spanned<UpdateWord>,
}

/// A strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum UpdateWord {
    /// New copies first, then the old ones go.
    Rolling,
    /// The old copy stops before the new one starts.
    Recreate,
}

/// Database migrations.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:tool")]
pub struct MigrateSpec {
    /// A tool whose command is known.
    pub tool: Option<Spanned<MigrateTool>>,
    /// The command, instead of a tool.
    pub command: Option<Spanned<Words>>,
    /// How long it may take; by default `10m`.
    pub timeout: Option<Spanned<Seconds>>,
}

/// A migration tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum MigrateTool {
    /// `prisma migrate deploy`
    Prisma,
    /// `drizzle-kit migrate`
    Drizzle,
    /// `alembic upgrade head`
    Alembic,
    /// `python manage.py migrate`
    Django,
}

/// What happens when a run meets the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum ConcurrencyWord {
    /// The new run is left out.
    Forbid,
    /// The old run is ended.
    Replace,
    /// Both run.
    Allow,
}

/// A moment of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum MomentWord {
    /// Before the new version starts.
    #[shape(word = "before_deploy")]
    BeforeDeploy,
    /// After it has become healthy.
    #[shape(word = "after_deploy")]
    AfterDeploy,
    /// When somebody asks for it.
    Manual,
}

/// The user a service runs as, and its exceptions.
#[derive(Debug, Clone, Default, Decode)]
pub struct SecuritySection {
    /// The numeric user; by default 10001 for what we build.
    pub user: Option<Spanned<u32>>,
    /// Why the root file system must be writable.
    pub writable_root: Option<Spanned<String>>,
}

/// What a service writes to its log.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:format")]
pub struct LogsSpec {
    /// The form of a line; by default `json`. The service is told by `LOG_FORMAT`.
    pub format: Option<Spanned<LogFormat>>,
    /// The least severity; by default `info`, `debug` in development. The service is told by
    /// `LOG_LEVEL`.
    pub level: Option<Spanned<LogLevel>>,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// Text for people.
    Text,
}

/// The least severity that is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum LogLevel {
    /// Everything.
    Debug,
    /// What happens.
    Info,
    /// What looks wrong.
    Warn,
    /// What is wrong.
    Error,
}

/// How static files are served.
#[derive(Debug, Clone, Default, Decode)]
pub struct StaticSpec {
    /// Unknown paths are answered with the front page; by default on for `vite`.
    pub spa: Option<Spanned<bool>>,
    /// The page for unknown paths.
    pub not_found: Option<Spanned<String>>,
    /// `/about` finds `about.html`.
    pub clean_urls: Option<Spanned<bool>>,
}
