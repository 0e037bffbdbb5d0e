//! Data stores.

use std::collections::BTreeMap;

use stackc_shape::{Decode, RawText, Spanned, Version, Words};
use stackc_unit::{Bytes, EnvName, Label, Seconds};

use crate::{FileSpec, ImageRef, ResourcesSpec};

/// A data store.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:version")]
pub struct DataSpec {
    /// The engine; by default the store's name.
    pub engine: Option<Spanned<EngineWord>>,
    /// The version line, such as `16` or `"7.2"`. The exact image comes from a verified list.
    pub version: Option<Spanned<Version>>,
    /// A server no engine stands for, described here.
    pub custom: Option<Spanned<CustomSpec>>,
    /// Who runs it; by default we do, as a container.
    pub mode: Option<Spanned<ModeWord>>,
    /// Who provides a managed store; naming one makes the store managed.
    pub provider: Option<Spanned<ProviderWord>>,
    /// The secret that holds the URL of a managed store; by default `<NAME>_URL`.
    pub url: Option<Spanned<EnvName>>,
    /// The secret that holds the URL past a managed store's pooler; by default `<NAME>_DIRECT_URL`.
    pub direct_url: Option<Spanned<EnvName>>,
    /// How many connections each copy of a service opens at most; services find it as
    /// `DATABASE_POOL_SIZE`.
    pub pool: Option<Spanned<u32>>,
    /// What pools connections in front of it; by default `none`.
    pub pooler: Option<Spanned<PoolerWord>>,
    /// How clients of PostgreSQL use TLS; it becomes part of the URL.
    pub sslmode: Option<Spanned<SslWord>>,
    /// How long one statement of PostgreSQL may take; by default without end.
    pub statement_timeout: Option<Spanned<Seconds>>,
    /// The write-ahead log level of PostgreSQL; by default `replica`.
    pub wal_level: Option<Spanned<WalWord>>,
    /// Extensions of PostgreSQL, created when the database is; in one that exists, create them yourself.
    pub extensions: Vec<Spanned<String>>,
    /// Users of PostgreSQL besides the owner, created when the database is; the password of each is the
    /// secret `<STORE>_<USER>_PASSWORD`.
    pub users: BTreeMap<Label, Spanned<UserSpec>>,
    /// Whether parameters follow from the memory; by default `auto`.
    pub tune: Option<Spanned<TuneWord>>,
    /// Parameters of the server, besides those derived from the memory.
    pub params: BTreeMap<String, Spanned<RawText>>,
    /// How large its volume is; by default `10Gi`.
    pub storage: Option<Spanned<Bytes>>,
    /// Bounds of the server.
    pub resources: Option<Spanned<ResourcesSpec>>,
    /// How many servers hold the data, for high availability; by default 1.
    pub instances: Option<Spanned<u32>>,
    /// How many servers follow for reading alone; by default 0.
    pub read_replicas: Option<Spanned<u32>>,
    /// Files put into the server's container, by name.
    #[shape(planned)]
    pub files: BTreeMap<Label, Spanned<FileSpec>>,
    /// What a redis is for: it decides eviction and persistence.
    pub purpose: Option<Spanned<PurposeWord>>,
    /// How a redis keeps its entries; by default as its purpose wants.
    pub persistence: Option<Spanned<PersistenceWord>>,
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
    /// MySQL
    Mysql,
    /// MariaDB
    Mariadb,
    /// RabbitMQ
    Rabbitmq,
    /// NATS with JetStream
    Nats,
    /// MongoDB
    Mongodb,
}

/// A server no engine stands for.
#[derive(Debug, Clone, Decode)]
pub struct CustomSpec {
    /// Its image, with the exact tag.
    pub image: Spanned<ImageRef>,
    /// The port it listens on.
    pub port: Spanned<u16>,
    /// The URL services get, such as `amqp://app:${password}@${host}:${port}`.
    pub url: Option<Spanned<String>>,
    /// Where its volume goes; without it nothing outlives the container.
    pub volume: Option<Spanned<String>>,
    /// The id of the user it runs as; by default 10001.
    pub user: Option<Spanned<u32>>,
    /// Variables of the server; `${password}` and `${password_file}` give it its password.
    pub env: BTreeMap<EnvName, Spanned<RawText>>,
    /// A program of the image that exits 0 where the server answers.
    pub health: Spanned<Words>,
    /// What runs in place of the image's own command.
    pub command: Option<Spanned<Words>>,
    /// How its data is saved.
    #[shape(planned)]
    pub backup: Option<Spanned<CustomBackupSpec>>,
}

/// How the data of a custom store is saved.
#[derive(Debug, Clone, Decode)]
pub struct CustomBackupSpec {
    /// A program that writes the data to its standard output.
    pub dump: Spanned<Words>,
    /// A program that reads it back from its standard input.
    pub restore: Spanned<Words>,
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

/// Who provides a managed store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum ProviderWord {
    /// Neon
    Neon,
    /// Supabase
    Supabase,
    /// Amazon RDS
    Rds,
    /// Amazon ElastiCache
    Elasticache,
    /// Somebody else
    Other,
}

/// What pools connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum PoolerWord {
    /// Nothing: every client has a connection of its own.
    None,
    /// A PgBouncer of ours.
    Pgbouncer,
    /// The provider's pooler, which lends a connection for one transaction.
    Transaction,
    /// The provider's pooler, which lends a connection for as long as the client stays.
    Session,
}

/// How clients use TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum SslWord {
    /// Not at all.
    Disable,
    /// Where the server has it.
    Prefer,
    /// Always; whom they talk to is not verified.
    Require,
    /// Always; the certificate is verified.
    VerifyCa,
    /// Always; the certificate and the name in it are verified.
    VerifyFull,
}

/// What a user may do.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:access")]
pub struct UserSpec {
    /// What it may do; by default `read`.
    pub access: Option<Spanned<UserAccessWord>>,
}

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum UserAccessWord {
    /// Read every table.
    Read,
    /// Read and change every table, without changing the schema.
    Write,
}

/// Whether parameters follow from the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum TuneWord {
    /// They do.
    Auto,
    /// The server's own defaults stay.
    None,
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

/// How a redis keeps its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum PersistenceWord {
    /// Every write is appended to a log.
    Aof,
    /// A snapshot is written from time to time: the last minutes may be lost.
    Rdb,
    /// Not at all.
    None,
}

/// How much PostgreSQL writes ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum WalWord {
    /// Enough for a standby.
    Replica,
    /// Enough for logical replication.
    Logical,
}
