//! What a process finds around it: bounds, files, rights, where its log goes.

use serde::Serialize;

use crate::{Bytes, Millicores, SecretId, Sourced};

/// How secrets reach a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// As files under `/run/secrets`, read at start by the image's entrypoint.
    File,
    /// As files, their paths in `<NAME>_FILE`.
    FileEnv,
    /// In the environment.
    Env,
}

/// Bounds of one copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resources {
    /// Reserved processor time.
    pub cpu_request: Sourced<Millicores>,
    /// Most processor time; `None` means unbounded, on request.
    pub cpu_limit: Option<Sourced<Millicores>>,
    /// Reserved memory.
    pub memory_request: Sourced<Bytes>,
    /// Most memory.
    pub memory_limit: Sourced<Bytes>,
    /// Most scratch disk.
    pub disk: Sourced<Bytes>,
}

/// A volume of a service's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Volume {
    /// Where it is mounted.
    pub path: Sourced<String>,
    /// How large.
    pub size: Sourced<Bytes>,
    /// Whether several copies may write it at once.
    pub shared: bool,
    /// Whether its content is to be saved, where somebody said.
    pub backup: Option<Sourced<bool>>,
}

/// A file put into the container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mount {
    /// Its path inside.
    pub path: Sourced<String>,
    /// The file in the repository it comes from; else `content`.
    pub from: Option<Sourced<String>>,
    /// Its content.
    pub content: Option<Sourced<String>>,
    /// The secret that is its content.
    pub secret: Option<SecretId>,
}

/// An exception from the hardened defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exception {
    /// The root file system is writable.
    WritableRoot,
    /// It runs as root.
    Root,
    /// An ordinary user listens below port 1024.
    PrivilegedPorts,
}

/// How much of a log is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rotate {
    /// How large a file may grow.
    pub size: Sourced<Bytes>,
    /// How many files are kept.
    pub files: Sourced<u32>,
}

/// What a service writes to its log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Logs {
    /// How much of it is kept.
    pub rotate: Rotate,
    /// `json` or `text`, given to the service as `LOG_FORMAT`.
    pub format: Sourced<String>,
    /// Given to the service as `LOG_LEVEL`.
    pub level: Sourced<String>,
}
