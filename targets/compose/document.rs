//! The document: what of the compose specification is written, in the order reviewers and `dclint`
//! expect (image, dependencies, data, environment, network, run time, metadata, then by alphabet).

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use stackc_model::Bytes;
use stackc_target::Commented;

pub(crate) use super::mount::{Bind, FileMount, Scratch, VolumeMount};
pub(crate) use super::port::Port;
use super::text::Text;

/// A compose file.
#[derive(Debug, Serialize)]
pub(crate) struct Document {
    pub(crate) name: String,
    /// Files that are read as a part of this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) include: Vec<String>,
    pub(crate) services: Containers,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) networks: BTreeMap<&'static str, Network>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) volumes: BTreeMap<Text, Volume>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) secrets: BTreeMap<String, File>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) configs: BTreeMap<String, File>,
}

/// Containers by name.
pub(crate) type Containers = BTreeMap<String, Service>;

/// A network of the project.
#[derive(Debug, Serialize)]
pub(crate) struct Network {
    pub(crate) driver: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) enable_ipv6: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) internal: bool,
}

/// A named volume of the project.
#[derive(Debug, Serialize)]
pub(crate) struct Volume {
    pub(crate) driver: &'static str,
}

/// A secret or config from a file of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct File {
    pub(crate) file: Text,
}

/// The file of an environment that a container stands in.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// What the stack is made of.
    #[default]
    Main,
    /// What gets certificates.
    Tls,
    /// What watches.
    Monitoring,
}

/// A service.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Service {
    /// The file it stands in.
    #[serde(skip)]
    pub(crate) part: Part,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) image: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) build: Option<Build>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) depends_on: BTreeMap<String, Dependency>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) volumes: Vec<VolumeMount>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) configs: Vec<FileMount>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) secrets: Vec<FileMount>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) environment: BTreeMap<String, Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ports: Vec<Port>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) networks: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) network_mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) command: Option<Vec<Text>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) entrypoint: Option<Vec<Text>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) restart: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) healthcheck: Option<Healthcheck>,
    pub(crate) logging: Logging,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) labels: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<Said<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) cap_add: Vec<Commented<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) cap_drop: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cpu_shares: Option<u32>,
    pub(crate) deploy: Deploy,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) develop: Option<Develop>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) devices: Vec<Commented<&'static str>>,
    pub(crate) init: Flag,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) profiles: Vec<&'static str>,
    pub(crate) pull_policy: &'static str,
    pub(crate) read_only: Flag,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) security_opt: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shm_size: Option<Short>,
    pub(crate) stop_grace_period: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) sysctls: BTreeMap<&'static str, Commented<u16>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tmpfs: Vec<Scratch>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) ulimits: BTreeMap<&'static str, Ulimit>,
}

/// An amount of memory as docker writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Short(pub(crate) Bytes);

impl Serialize for Short {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.short())
    }
}

/// A value that carries the reason where it is not as expected.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Said<T> {
    Plain(T),
    Because(Commented<T>),
}

/// A switch.
pub(crate) type Flag = Said<bool>;

impl Default for Flag {
    fn default() -> Self {
        Self::Plain(true)
    }
}

/// How an image is built.
#[derive(Debug, Serialize)]
pub(crate) struct Build {
    pub(crate) context: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dockerfile: Option<Text>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) args: BTreeMap<String, Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<Text>,
}

/// What a service waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Dependency {
    pub(crate) condition: Condition,
    /// Whether it starts anew when what it waits for was made anew.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) restart: bool,
}

/// When the wait is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Condition {
    #[serde(rename = "service_started")]
    Started,
    #[serde(rename = "service_healthy")]
    Healthy,
    #[serde(rename = "service_completed_successfully")]
    Completed,
}

impl From<Condition> for Dependency {
    fn from(condition: Condition) -> Self {
        Self { condition, restart: false }
    }
}

/// A health check.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Healthcheck {
    Test {
        test: Vec<Text>,
        interval: String,
        timeout: String,
        retries: u32,
        start_period: &'static str,
        start_interval: &'static str,
    },
    Off {
        disable: Commented<bool>,
    },
}

/// Where logs go, and how much is kept.
#[derive(Debug, Serialize)]
pub(crate) struct Logging {
    driver: &'static str,
    options: BTreeMap<&'static str, String>,
}

impl Default for Logging {
    fn default() -> Self {
        Self::kept("10m".to_owned(), 5)
    }
}

impl Logging {
    /// So many files of this size.
    pub(crate) fn kept(size: String, files: u32) -> Self {
        let options = BTreeMap::from([("max-file", files.to_string()), ("max-size", size)]);
        Self { driver: "json-file", options }
    }
}

/// Copies and bounds.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Deploy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replicas: Option<u32>,
    pub(crate) resources: Resources,
}

/// Bounds of one copy.
#[derive(Debug, Default, Clone, Serialize)]
pub(crate) struct Resources {
    pub(crate) limits: Amounts,
    pub(crate) reservations: Amounts,
}

/// Amounts of what a container may use.
#[derive(Debug, Default, Clone, Serialize)]
pub(crate) struct Amounts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cpus: Option<String>,
    pub(crate) memory: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pids: Option<u32>,
}

/// What `docker compose watch` does.
#[derive(Debug, Serialize)]
pub(crate) struct Develop {
    pub(crate) watch: Vec<Watch>,
}

/// One watched folder.
#[derive(Debug, Serialize)]
pub(crate) struct Watch {
    pub(crate) action: &'static str,
    pub(crate) path: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ignore: Vec<&'static str>,
}

/// A bound of the kernel on one process.
#[derive(Debug, Serialize)]
pub(crate) struct Ulimit {
    pub(crate) soft: u32,
    pub(crate) hard: u32,
}
