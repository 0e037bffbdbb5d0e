//! What a process finds around it: secrets, files, rights, where its log goes.

use std::collections::BTreeMap;

use stackc_shape::{Decode, Spanned};
use stackc_unit::{Bytes, EnvName};

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
    /// The secret that is its content.
    pub secret: Option<Spanned<EnvName>>,
}

/// The user a service runs as, and its exceptions from the hardened defaults, each with its reason.
#[derive(Debug, Clone, Default, Decode)]
pub struct SecuritySection {
    /// The numeric user; by default 10001 for what we build.
    pub user: Option<Spanned<u32>>,
    /// Why the root file system must be writable.
    pub writable_root: Option<Spanned<String>>,
    /// Why it must run as root. Capabilities stay dropped.
    pub root: Option<Spanned<String>>,
    /// Why it must listen below port 1024 as an ordinary user.
    pub privileged_ports: Option<Spanned<String>>,
    /// Linux capabilities it keeps, such as `CHOWN`, each with the reason.
    pub capabilities: BTreeMap<EnvName, Spanned<String>>,
}

/// What a service writes to its log.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:format")]
pub struct LogsSpec {
    /// The form of a line; by default `json`. The service is told by `LOG_FORMAT`.
    pub format: Option<Spanned<LogFormat>>,
    /// How much of the log is kept: the size of a file, or `{size, files}`.
    pub rotate: Option<Spanned<RotateSpec>>,
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

/// How much of a log is kept.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:size")]
pub struct RotateSpec {
    /// How large a file may grow; by default `10MB`.
    pub size: Option<Spanned<Bytes>>,
    /// How many files are kept; by default `5`.
    pub files: Option<Spanned<u32>>,
}
