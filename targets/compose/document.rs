//! The document: what of the compose specification is written, in the order reviewers and `dclint`
//! expect (image, dependencies, data, environment, network, run time, metadata, then by alphabet).

use std::collections::BTreeMap;

use serde::Serialize;
use stackc_target::Commented;

use super::text::Text;

/// A compose file.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    pub(super) name: String,
    pub(super) services: Containers,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) networks: BTreeMap<&'static str, Network>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) volumes: BTreeMap<String, Volume>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) secrets: BTreeMap<String, File>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) configs: BTreeMap<String, File>,
}

/// Containers by name.
pub(super) type Containers = BTreeMap<String, Service>;

/// A network of the project.
#[derive(Debug, Serialize)]
pub(super) struct Network {
    pub(super) driver: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) internal: bool,
}

/// A named volume of the project.
#[derive(Debug, Serialize)]
pub(super) struct Volume {
    pub(super) driver: &'static str,
}

/// A secret or config from a file of the host.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct File {
    pub(super) file: Text,
}

/// A service.
#[derive(Debug, Default, Serialize)]
pub(super) struct Service {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) build: Option<Build>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) depends_on: BTreeMap<String, Dependency>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) volumes: Vec<VolumeMount>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) configs: Vec<FileMount>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) secrets: Vec<FileMount>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) environment: BTreeMap<String, Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ports: Vec<Port>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) networks: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) network_mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command: Option<Vec<Text>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) restart: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) healthcheck: Option<Healthcheck>,
    pub(super) logging: Logging,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) labels: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<Said<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) cap_add: Vec<Commented<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) cap_drop: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cpu_shares: Option<u32>,
    pub(super) deploy: Deploy,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) develop: Option<Develop>,
    pub(super) init: Flag,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) profiles: Vec<&'static str>,
    pub(super) pull_policy: &'static str,
    pub(super) read_only: Flag,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) security_opt: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shm_size: Option<String>,
    pub(super) stop_grace_period: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) sysctls: BTreeMap<&'static str, Commented<u16>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tmpfs: Vec<Text>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) ulimits: BTreeMap<&'static str, Ulimit>,
}

/// A value that carries the reason where it is not as expected.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Said<T> {
    Plain(T),
    Because(Commented<T>),
}

/// A switch.
pub(super) type Flag = Said<bool>;

impl Default for Flag {
    fn default() -> Self {
        Self::Plain(true)
    }
}

/// How an image is built.
#[derive(Debug, Serialize)]
pub(super) struct Build {
    pub(super) context: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dockerfile: Option<Text>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) args: BTreeMap<String, Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<Text>,
}

/// A port published on the host. The address is always said: without one, docker listens on all.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Port {
    pub(super) target: u16,
    pub(super) published: String,
    pub(super) host_ip: &'static str,
    pub(super) protocol: &'static str,
}

impl Port {
    /// A TCP port on all addresses of the host.
    pub(super) fn public(published: u16, target: u16) -> Self {
        let published = published.to_string();
        Self { target, published, host_ip: "0.0.0.0", protocol: "tcp" }
    }

    /// A TCP port that only the host itself reaches.
    pub(super) fn loopback(published: u16, target: u16) -> Self {
        Self { host_ip: "127.0.0.1", ..Self::public(published, target) }
    }
}

/// What a service waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Dependency {
    pub(super) condition: Condition,
}

/// When the wait is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Condition {
    #[serde(rename = "service_started")]
    Started,
    #[serde(rename = "service_healthy")]
    Healthy,
    #[serde(rename = "service_completed_successfully")]
    Completed,
}

impl From<Condition> for Dependency {
    fn from(condition: Condition) -> Self {
        Self { condition }
    }
}

/// A volume or a folder of the host, mounted.
#[derive(Debug, Clone, Serialize)]
pub(super) struct VolumeMount {
    pub(super) r#type: &'static str,
    pub(super) source: Text,
    pub(super) target: Text,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) read_only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bind: Option<Bind>,
}

/// How a folder of the host is mounted.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Bind {
    /// False: a missing folder stops the run, where docker would make an empty one owned by root.
    pub(super) create_host_path: bool,
}

impl VolumeMount {
    /// A named volume.
    pub(super) fn volume(name: &str, target: impl AsRef<str>) -> Self {
        Self {
            r#type: "volume",
            source: Text::from(name),
            target: Text::from(target),
            read_only: false,
            bind: None,
        }
    }

    /// The same, mounted somewhere else.
    pub(super) fn at(&self, target: &str) -> Self {
        Self { target: Text::from(target), ..self.clone() }
    }

    /// A folder of the host.
    pub(super) fn folder(source: &str, target: &str, read_only: bool) -> Self {
        let bind = Some(Bind { create_host_path: false });
        Self { r#type: "bind", bind, read_only, ..Self::volume(source, target) }
    }
}

/// A secret or config in a container.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub(super) enum FileMount {
    /// At its usual place.
    Plain(String),
    /// Somewhere else, or under another name.
    At { source: String, target: Text },
}

/// A health check.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Healthcheck {
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
pub(super) struct Logging {
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
    pub(super) fn kept(size: String, files: u32) -> Self {
        let options = BTreeMap::from([("max-file", files.to_string()), ("max-size", size)]);
        Self { driver: "json-file", options }
    }
}

/// Copies and bounds.
#[derive(Debug, Default, Serialize)]
pub(super) struct Deploy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) replicas: Option<u32>,
    pub(super) resources: Resources,
}

/// Bounds of one copy.
#[derive(Debug, Default, Serialize)]
pub(super) struct Resources {
    pub(super) limits: Amounts,
    pub(super) reservations: Amounts,
}

/// Amounts of what a container may use.
#[derive(Debug, Default, Serialize)]
pub(super) struct Amounts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cpus: Option<String>,
    pub(super) memory: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pids: Option<u32>,
}

/// What `docker compose watch` does.
#[derive(Debug, Serialize)]
pub(super) struct Develop {
    pub(super) watch: Vec<Watch>,
}

/// One watched folder.
#[derive(Debug, Serialize)]
pub(super) struct Watch {
    pub(super) action: &'static str,
    pub(super) path: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ignore: Vec<&'static str>,
}

/// A bound of the kernel on one process.
#[derive(Debug, Serialize)]
pub(super) struct Ulimit {
    pub(super) soft: u32,
    pub(super) hard: u32,
}
