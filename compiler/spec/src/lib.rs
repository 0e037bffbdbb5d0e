//! The language: what a user may write in `stack.yaml`.
//!
//! These types are the grammar. Their doc comments are what users read in the schema, in the editor
//! and in `stackc explain`. Nothing here decides anything: defaults and checks are the resolver's.
//! A field marked `planned` is checked and kept, and says so when it is used.

mod backup;
mod ci;
mod data;
mod edge;
mod environment;
mod external;
mod foreign;
mod hatches;
mod meant;
mod notify;
mod observe;
mod release;
mod secret;
mod service;
mod values;

use std::collections::BTreeMap;

use stackc_shape::{AnyValue, Decode, Spanned, Switch, Version};
use stackc_unit::{EnvName, Label};

pub use backup::{
    BackupModeWord, BackupSpec, BackupToSpec, EncryptSpec, FormatWord, KeepSpec, VerifyWord,
};
pub use ci::{
    BudgetsSpec, ChecksSpec, CiSpec, IntervalWord, LoadTestSpec, LoadToolWord, MatrixSpec,
    SecuritySpec, UpdatesSpec,
};
pub use data::{
    CustomBackupSpec, CustomSpec, DataSpec, EngineWord, ModeWord, PersistenceWord, PoolerWord,
    ProviderWord, PurposeWord, SslWord, TuneWord, UserAccessWord, UserSpec, WalWord,
};
pub use edge::{
    AccessSpec, AcmeSpec, CacheSpec, CdnWord, CompressionSpec, CoopWord, CorpWord, CorsSpec,
    CspHostsSpec, CspModeWord, CspSpec, DomainSpec, EdgeLogsSpec, EdgeSpec, EnforceWord, ExtraSpec,
    FrameWord, HeaderOwner, HeadersSpec, HstsWord, LimitKeyWord, LimitModeWord, LimitSpec,
    MaintenanceSpec, Method, TimeoutsSpec, TlsProfileWord, TlsProviderWord, TlsSpec,
};
pub use environment::{EnvironmentSpec, LoginValue, PlatformWord, RegistrySpec, RunWord, TierWord};
pub use external::{ExternalSpec, HostsSpec, ProfileWord};
pub use hatches::{AcceptSpec, PatchSpec};
pub use notify::{ChannelWord, EmailSpec, NotifyRoutesSpec, NotifySpec};
pub use observe::{
    AlertLevels, AlertsSpec, CustomAlertSpec, LevelWord, ObserveSpec, SeverityWord, SloLatencySpec,
    SloSpec, UptimeSpec, ViaWord,
};
pub use release::{DocsSpec, ReleaseSpec, ReleaseTagWord, RollbackWord};
pub use secret::{SecretSpec, VariableSpec};
pub use service::{
    AccessMode, ArchWord, BaseWord, BuildSpec, CallSpec, ConcurrencyWord, Copies, CpuSpec,
    DeliveryWord, FileSpec, HealthSpec, KindWord, LogFormat, LogLevel, LogsSpec, MemorySpec,
    MetricsSpec, MigrateSpec, MigrateTool, MomentWord, NeedSpec, PackageManagerWord, PortSpec,
    ProtocolWord, ReachWord, ResourcesSpec, RotateSpec, RouteSpec, ScaleSpec, SecretUse,
    SecuritySection, SeedSpec, SeedTool, ServiceSpec, StartWord, StaticSpec, StopSpec, UpdateSpec,
    UpdateWord, VariableName, VolumeSpec,
};
pub use values::{
    AgeRecipient, AlertValue, BucketPath, CronText, Day, DaysText, Fraction, Generate, HostName,
    ImageRef, PathGlob, PlainHost, RoutePath, ScheduleText, TimeZone, WebUrl,
};

/// Output formats that the language knows and no target renders yet: their options are kept.
pub const PLANNED_TARGETS: [&str; 6] =
    ["alertmanager", "grafana", "vercel", "ecs", "systemd", "docs"];

/// One stack: what a team runs, in one file.
#[derive(Debug, Clone, Decode)]
#[shape(
    foreign = "crate::foreign::STACK",
    moves = "domain -> domains.main: The main domain, such as `shop.example`; short for `domains: {main: …}`."
)]
pub struct StackSpec {
    /// The version of the language: `1`.
    #[shape(fixed)]
    pub stack: Spanned<u32>,
    /// The name of the stack, a DNS label. Containers, namespaces and images carry it.
    #[shape(fixed)]
    pub name: Spanned<Label>,
    /// The name for people; by default `name`.
    #[shape(planned)]
    pub title: Option<Spanned<String>>,
    /// Who owns the stack: a team or an address.
    #[shape(planned)]
    pub owner: Option<Spanned<String>>,
    /// The address of the repository.
    #[shape(planned)]
    pub repository: Option<Spanned<String>>,
    /// The folder the generated tree lies in, as seen from this file; by default beside it.
    #[shape(fixed)]
    pub out: Option<Spanned<String>>,
    /// Where images are pushed, such as `ghcr.io/acme/shop`; by default the stack's name.
    pub registry: Option<Spanned<RegistrySpec>>,
    /// Public domains by name; the main one is `main`.
    pub domains: BTreeMap<Label, Spanned<DomainSpec>>,
    /// The platforms to deploy to; by default `[compose]`.
    pub deploy: Option<Spanned<Vec<Spanned<PlatformWord>>>>,
    /// What we build or run, by name.
    pub services: BTreeMap<Label, Spanned<ServiceSpec>>,
    /// Data stores, by name.
    pub data: BTreeMap<Label, Spanned<DataSpec>>,
    /// Systems run by others, by name.
    pub external: BTreeMap<Label, Spanned<ExternalSpec>>,
    /// What faces the public: TLS, headers, compression.
    pub edge: Option<Spanned<EdgeSpec>>,
    /// Limits on requests, by name; `default` covers everything.
    pub limits: BTreeMap<Label, Spanned<LimitSpec>>,
    /// Secrets that need more than a name: how they are made, who rotates them.
    pub secrets: BTreeMap<EnvName, Spanned<SecretSpec>>,
    /// Variables of every service we build.
    pub env: BTreeMap<EnvName, Spanned<VariableSpec>>,
    /// How data is saved; `false` turns it off.
    pub backup: Option<Switch<Spanned<BackupSpec>>>,
    /// What is observed: `none`, `basic` (alert rules), `full` (the monitoring stack too).
    pub observe: Option<Spanned<ObserveSpec>>,
    /// Promises to users and the alerts that guard them.
    pub slo: Option<Spanned<SloSpec>>,
    /// Where notifications go.
    pub notify: Option<NotifySpec>,
    /// Continuous integration; `false` turns it off.
    #[shape(fixed)]
    pub ci: Option<Switch<CiSpec>>,
    /// How releases are made.
    pub release: Option<Spanned<ReleaseSpec>>,
    /// The IANA time zone of schedules; by default `Etc/UTC`.
    pub timezone: Option<Spanned<TimeZone>>,
    /// Versions of what the compiler chooses itself, such as `{nginx: "1.30", node: 24}`.
    pub versions: BTreeMap<String, Spanned<Version>>,
    /// The environments, by name. One named `development` and one named `production` exist anyway.
    #[shape(fixed)]
    pub environments: BTreeMap<Label, Spanned<EnvironmentSpec>>,
    /// Options of output formats, by format; `false` turns one off.
    pub targets: BTreeMap<String, AnyValue>,
    /// Changes to generated files, by name: the last word is yours.
    #[shape(fixed)]
    pub patches: BTreeMap<Label, Spanned<PatchSpec>>,
    /// Fields that a target cannot honour and that are accepted, by name.
    #[shape(fixed)]
    pub accept: BTreeMap<Label, Spanned<AcceptSpec>>,
    /// Generated documentation; `false` turns it off.
    #[shape(planned)]
    pub docs: Option<Switch<Spanned<DocsSpec>>>,
}
