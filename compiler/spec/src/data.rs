//! Data stores and external systems.

use std::collections::BTreeMap;

use stackc_shape::{Decode, RawText, Spanned, Version};
use stackc_unit::{Bytes, EnvName};

use crate::{HostName, ResourcesSpec};

/// A data store.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:version")]
pub struct DataSpec {
    /// The engine; by default the store's name.
    pub engine: Option<Spanned<EngineWord>>,
    /// The version line, such as `16` or `"7.2"`. The exact image comes from a verified list.
    pub version: Option<Spanned<Version>>,
    /// Who runs it; by default we do, as a container.
    #[shape(planned)]
    pub mode: Option<Spanned<ModeWord>>,
    /// How large its volume is; by default `10Gi`.
    pub storage: Option<Spanned<Bytes>>,
    /// Bounds of the server.
    pub resources: Option<Spanned<ResourcesSpec>>,
    /// What a redis is for: it decides eviction and persistence.
    pub purpose: Option<Spanned<PurposeWord>>,
    /// Server parameters of PostgreSQL, besides those derived from the memory.
    pub params: BTreeMap<String, Spanned<RawText>>,
    /// The write-ahead log level of PostgreSQL.
    pub wal_level: Option<Spanned<WalWord>>,
}

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum EngineWord {
    /// PostgreSQL
    Postgres,
    /// Redis
    Redis,
    /// Valkey
    Valkey,
}

/// Who runs a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum ModeWord {
    /// We do, as a container.
    Container,
    /// A Kubernetes operator.
    Operator,
    /// A provider.
    Managed,
}

/// What a redis is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum PurposeWord {
    /// Entries may be lost.
    Cache,
    /// Entries must stay.
    Queue,
    /// Entries must stay.
    Session,
    /// Nothing is kept.
    Pubsub,
}

/// How much PostgreSQL writes ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum WalWord {
    /// Enough for a standby.
    Replica,
    /// Enough for logical replication.
    Logical,
}

/// A system run by somebody else.
#[derive(Debug, Clone, Default, Decode)]
pub struct ExternalSpec {
    /// A known system; by default the entry's name, where it is one.
    pub profile: Option<Spanned<ProfileWord>>,
    /// Variables for the services that need it.
    pub env: BTreeMap<EnvName, Spanned<RawText>>,
    /// Secrets for the services that need it.
    pub secrets: Vec<Spanned<EnvName>>,
    /// Hosts the browser loads from, by kind.
    pub hosts: Option<HostsSpec>,
    /// Hosts the services connect to.
    pub egress: Vec<Spanned<HostName>>,
}

/// Hosts the browser loads from.
#[derive(Debug, Clone, Default, Decode)]
pub struct HostsSpec {
    /// Scripts.
    pub script: Vec<Spanned<HostName>>,
    /// Connections.
    pub connect: Vec<Spanned<HostName>>,
    /// Images.
    pub img: Vec<Spanned<HostName>>,
}

/// A known system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum ProfileWord {
    /// Sentry error tracking.
    Sentry,
    /// Resend mail.
    Resend,
    /// An SMTP relay.
    Smtp,
}
