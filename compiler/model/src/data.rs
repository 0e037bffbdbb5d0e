//! Data stores.

use std::collections::BTreeMap;

use serde::Serialize;
use stackc_source::Span;

use crate::{Bytes, EnvName, Label, Resources, Seconds, SecretId, Sourced};

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

    /// How entries are kept where nothing is said.
    #[must_use]
    pub fn persistence(self) -> Persistence {
        match self {
            Self::Queue | Self::Session | Self::General => Persistence::Aof,
            Self::Cache | Self::Pubsub => Persistence::None,
        }
    }
}

/// How a redis keeps its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Persistence {
    /// Every write is appended to a log.
    Aof,
    /// A snapshot is written from time to time.
    Rdb,
    /// Not at all.
    None,
}

impl Persistence {
    /// Whether entries outlive the container.
    #[must_use]
    pub fn keeps(self) -> bool {
        self != Self::None
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
        /// The owner of the database, and of nothing else on the server.
        user: String,
        /// The password of [`SUPERUSER`], which the server is made with and backups are taken as.
        superuser: SecretId,
        /// Server parameters, besides those derived from the memory.
        params: BTreeMap<String, Sourced<String>>,
        /// Most connections.
        max_connections: u32,
        /// Whether parameters follow from the memory.
        tuned: Sourced<bool>,
        /// Extensions that are created with the database.
        extensions: Vec<String>,
        /// Users besides the owner, created with the database.
        users: Vec<DatabaseUser>,
    },
    /// Redis or Valkey.
    Redis {
        /// Whether it is Valkey.
        valkey: bool,
        /// What it is for.
        purpose: Sourced<RedisPurpose>,
        /// How it keeps its entries.
        persistence: Sourced<Persistence>,
        /// The derived secret that holds its ACL file, made from the passwords.
        acl: SecretId,
        /// The derived secret by which the exporter logs in, where one watches.
        monitor: Option<SecretId>,
    },
    /// Any other: everything that is needed to run it stands here.
    Server(Box<Server>),
}

/// The role of PostgreSQL that may do everything; no service knows its password.
pub const SUPERUSER: &str = "postgres";

/// The user of PostgreSQL and Redis as which an exporter looks at a store.
pub const MONITOR: &str = "monitoring";

/// What a user of a database may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DataAccess {
    /// Read all data.
    Read,
    /// Read and change all data.
    Write,
    /// Read what the server says about itself, and no data.
    Monitor,
}

/// A user of a database besides its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DatabaseUser {
    /// Its name.
    pub name: Label,
    /// What it may do.
    pub access: DataAccess,
    /// The secret that holds its password.
    pub password: SecretId,
}

/// A server about which the targets know nothing: how to run it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Server {
    /// What it is, such as `mysql`; `custom` where the user describes it.
    pub kind: &'static str,
    /// The user it runs as.
    pub user: u32,
    /// Its variables.
    pub env: BTreeMap<EnvName, String>,
    /// Variables that are secrets.
    pub secrets: BTreeMap<EnvName, SecretId>,
    /// Secrets it reads as files.
    pub files: Vec<SecretId>,
    /// The variable that takes the password itself, where none of the others takes its file: for a
    /// test that mounts no files.
    pub login: Option<EnvName>,
    /// What runs in place of the image's own command; empty where that runs.
    pub command: Vec<String>,
    /// Exits 0 where the server answers.
    pub health: Vec<String>,
    /// Where its volume goes; `None` where it keeps nothing.
    pub volume: Option<String>,
    /// Folders it writes besides.
    pub scratch: Vec<String>,
    /// From the signal to stop to the end.
    pub grace: Seconds,
    /// How its data is saved.
    pub dump: Option<Dump>,
}

/// How data is saved, from a container of the server's image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dump {
    /// Writes the data to its standard output.
    pub save: Vec<String>,
    /// Reads it back from its standard input.
    pub restore: Vec<String>,
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
    /// The version line as written, such as `15` or `7.2`; the tag of a custom store's image.
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
    /// How many connections each copy of a service opens at most, where it is said.
    pub pool: Option<Sourced<u32>>,
    /// Whether its data outlives the container.
    pub persistent: bool,
}

impl Store {
    /// The name of the database it is made with, where the engine is known to have one.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        match &self.engine {
            Engine::Postgres { database, .. } => Some(database),
            Engine::Redis { .. } | Engine::Server(_) => None,
        }
    }
}
