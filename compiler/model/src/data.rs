//! Data stores and external systems.

use std::collections::BTreeMap;

use serde::Serialize;
use stackc_source::Span;

use crate::{Bytes, EnvName, Label, Resources, SecretId, Sourced};

/// What a redis is for; it decides eviction and persistence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RedisPurpose {
    /// Entries may be lost: evicts, does not persist.
    Cache,
    /// Entries must stay: never evicts, persists.
    Queue,
    /// As a queue.
    Session,
    /// Nothing is kept.
    Pubsub,
    /// Not said: treated as a queue.
    General,
}

impl RedisPurpose {
    /// Whether entries may be evicted.
    #[must_use]
    pub fn evicts(self) -> bool {
        matches!(self, Self::Cache)
    }

    /// Whether entries are kept on disk.
    #[must_use]
    pub fn persists(self) -> bool {
        matches!(self, Self::Queue | Self::Session | Self::General)
    }
}

/// The engine of a store with what only it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "engine")]
pub enum Engine {
    /// PostgreSQL.
    Postgres {
        /// The database.
        database: String,
        /// The owner of the database.
        user: String,
        /// Server parameters, besides those derived from the memory.
        params: BTreeMap<String, Sourced<String>>,
        /// Most connections.
        max_connections: u32,
    },
    /// Redis or Valkey.
    Redis {
        /// Whether it is Valkey.
        valkey: bool,
        /// What it is for.
        purpose: Sourced<RedisPurpose>,
        /// The derived secret that holds its ACL file, made from the password.
        acl: SecretId,
    },
}

/// A data store of one environment, run by us as a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Store {
    /// Its name, unique among services, stores and externals; also its host name.
    pub name: Label,
    /// Where its entry stands.
    #[serde(skip)]
    pub span: Span,
    /// The engine.
    pub engine: Engine,
    /// The version line as written, such as `15` or `7.2`.
    pub version: Sourced<String>,
    /// The exact image, from the dated data file.
    pub image: String,
    /// The port it listens on.
    pub port: u16,
    /// How large its volume is.
    pub storage: Sourced<Bytes>,
    /// Bounds.
    pub resources: Resources,
    /// The secret that holds its password.
    pub password: SecretId,
    /// Whether its data outlives the container.
    pub persistent: bool,
}

/// A system run by somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct External {
    /// Its name.
    pub name: Label,
    /// Where its entry stands.
    #[serde(skip)]
    pub span: Span,
    /// Variables it gives to the services that need it.
    pub env: BTreeMap<EnvName, Sourced<String>>,
    /// Secrets it gives to the services that need it.
    pub secrets: Vec<SecretId>,
    /// Hosts the services connect to.
    pub egress: Vec<String>,
    /// Hosts the browser connects to (CSP `connect-src`).
    pub connect: Vec<String>,
    /// Hosts scripts come from (CSP `script-src`).
    pub script: Vec<String>,
    /// Hosts images come from (CSP `img-src`).
    pub img: Vec<String>,
}
