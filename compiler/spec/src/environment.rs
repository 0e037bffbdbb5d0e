//! Environments: a few fields of their own, and any section of the stack in part.

use std::collections::BTreeMap;

use stackc_shape::{AnyValue, Decode, Spanned, Version};
use stackc_unit::{EnvName, Label, Seconds};

use crate::{
    BackupSpec, DataSpec, DomainSpec, EdgeSpec, ExternalSpec, LimitSpec, NotifySpec, ObserveSpec,
    SecretSpec, ServiceSpec, VariableSpec,
};

/// An environment. Besides its own fields it may hold any section of the stack in part; what it says
/// replaces what the stack says, key by key, and `null` restores the default.
#[derive(Debug, Clone, Decode)]
#[shape(moves = "domain -> domains.main: The main domain here; short for `domains: {main: …}`.")]
pub struct EnvironmentSpec {
    /// How serious it is; by default its name, where that is a tier, else `staging`.
    pub tier: Option<Spanned<TierWord>>,
    /// A push to this branch deploys it.
    pub branch: Option<Spanned<String>>,
    /// A pushed tag that matches this pattern deploys it.
    pub tag: Option<Spanned<String>>,
    /// A pull request deploys it.
    #[shape(planned)]
    pub pull_request: Option<Spanned<bool>>,
    /// Only a person deploys it.
    pub manual: Option<Spanned<bool>>,
    /// How long a preview lives.
    #[shape(planned)]
    pub ttl: Option<Spanned<Seconds>>,
    /// Who must approve a deployment.
    #[shape(planned)]
    pub approvers: Vec<Spanned<String>>,
    /// Only protected branches and tags deploy it.
    #[shape(planned)]
    pub protected: Option<Spanned<bool>>,
    /// Where images are pushed.
    pub registry: Option<Spanned<String>>,
    /// Public domains by name.
    pub domains: BTreeMap<Label, Spanned<DomainSpec>>,
    /// The platforms to deploy to.
    pub deploy: Option<Spanned<Vec<Spanned<PlatformWord>>>>,
    /// What we build or run, in part.
    pub services: BTreeMap<Label, Spanned<ServiceSpec>>,
    /// Data stores, in part.
    pub data: BTreeMap<Label, Spanned<DataSpec>>,
    /// External systems, in part.
    pub external: BTreeMap<Label, Spanned<ExternalSpec>>,
    /// The edge, in part.
    pub edge: Option<Spanned<EdgeSpec>>,
    /// Limits, in part.
    pub limits: BTreeMap<Label, Spanned<LimitSpec>>,
    /// Secrets, in part.
    pub secrets: BTreeMap<EnvName, Spanned<SecretSpec>>,
    /// Variables of every service we build, in part.
    pub env: BTreeMap<EnvName, Spanned<VariableSpec>>,
    /// How data is saved, in part.
    pub backup: Option<stackc_shape::Switch<Spanned<BackupSpec>>>,
    /// What is observed, in part.
    pub observe: Option<Spanned<ObserveSpec>>,
    /// Promises to users, in part.
    #[shape(planned)]
    pub slo: Option<AnyValue>,
    /// Where notifications go, in part.
    pub notify: Option<NotifySpec>,
    /// How releases are made, in part.
    #[shape(planned)]
    pub release: Option<AnyValue>,
    /// The time zone of schedules.
    pub timezone: Option<Spanned<String>>,
    /// Versions of what the compiler chooses itself.
    pub versions: BTreeMap<String, Spanned<Version>>,
    /// Options of output formats, in part.
    pub targets: BTreeMap<String, AnyValue>,
}

/// How serious an environment is; it drives defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum TierWord {
    /// A developer's machine.
    Development,
    /// One per pull request.
    Preview,
    /// Before production.
    Staging,
    /// The real thing.
    Production,
}

/// A platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum PlatformWord {
    /// docker compose on one host.
    Compose,
    /// Kubernetes.
    Kubernetes,
}
