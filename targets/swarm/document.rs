//! The stack file: what schema 3.13 of docker takes, and nothing that it would ignore.

use std::collections::BTreeMap;

use serde::Serialize;
use stackc_target::Commented;

use crate::compose::document::{Flag, Healthcheck, Logging, Resources, Said, Ulimit};
use crate::compose::text::Text;

/// A stack file.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    pub(super) services: BTreeMap<String, Service>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) networks: BTreeMap<&'static str, Network>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) volumes: BTreeMap<Text, Volume>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) secrets: BTreeMap<String, Secret>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) configs: BTreeMap<String, Config>,
}

/// A network across the nodes.
#[derive(Debug, Serialize)]
pub(super) struct Network {
    pub(super) driver: &'static str,
    pub(super) driver_opts: BTreeMap<&'static str, &'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) internal: bool,
}

/// A volume on the disk of one node.
#[derive(Debug, Serialize)]
pub(super) struct Volume {
    pub(super) driver: &'static str,
}

/// A secret that somebody made before.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Secret {
    pub(super) external: bool,
    pub(super) name: String,
}

/// A file that docker keeps. It never changes under its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Config {
    pub(super) name: Text,
    pub(super) file: Text,
}

/// A service.
#[derive(Debug, Serialize)]
pub(super) struct Service {
    pub(super) image: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) volumes: Vec<Mount>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) configs: Vec<ConfigMount>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) secrets: Vec<SecretMount>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) environment: BTreeMap<String, Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ports: Vec<Port>,
    pub(super) networks: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entrypoint: Option<Vec<Text>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command: Option<Vec<Text>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) healthcheck: Option<Healthcheck>,
    pub(super) logging: Logging,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<Said<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) cap_add: Vec<Commented<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) cap_drop: Vec<&'static str>,
    pub(super) deploy: Deploy,
    pub(super) init: Flag,
    pub(super) read_only: Flag,
    pub(super) stop_grace_period: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) sysctls: BTreeMap<&'static str, Commented<u16>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) ulimits: BTreeMap<&'static str, Ulimit>,
}

/// A folder in a container.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Mount {
    /// On the disk of the node.
    Volume {
        source: Text,
        target: Text,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        read_only: bool,
    },
    /// In memory. The short key `tmpfs` of compose would be dropped without a word.
    Tmpfs { target: Text, tmpfs: Memory },
}

/// How large a folder in memory may grow, in bytes: docker takes no unit here.
#[derive(Debug, Serialize)]
pub(super) struct Memory {
    pub(super) size: Commented<u64>,
}

/// A config at its place.
#[derive(Debug, Serialize)]
pub(super) struct ConfigMount {
    pub(super) source: String,
    pub(super) target: Text,
}

/// A secret at its place, for one user.
#[derive(Debug, Serialize)]
pub(super) struct SecretMount {
    pub(super) source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<Text>,
    pub(super) uid: String,
    pub(super) gid: String,
    pub(super) mode: Commented<u16>,
}

/// A port of the node the container runs on.
#[derive(Debug, Serialize)]
pub(super) struct Port {
    pub(super) target: u16,
    pub(super) published: u16,
    pub(super) protocol: &'static str,
    pub(super) mode: &'static str,
}

/// How copies run, where, and how they are replaced.
#[derive(Debug, Serialize)]
pub(super) struct Deploy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) endpoint_mode: Option<&'static str>,
    pub(super) replicas: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) update_config: Option<Change>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rollback_config: Option<Change>,
    pub(super) restart_policy: Restart,
    #[serde(skip_serializing_if = "Placement::is_anywhere")]
    pub(super) placement: Placement,
    pub(super) resources: Resources,
}

/// How one version gives way to another.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Change {
    pub(super) parallelism: u32,
    pub(super) failure_action: &'static str,
    pub(super) monitor: &'static str,
    pub(super) order: &'static str,
}

/// Whether what ended starts again.
#[derive(Debug, Serialize)]
pub(super) struct Restart {
    pub(super) condition: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delay: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_attempts: Option<u32>,
}

/// On which nodes copies run.
#[derive(Debug, Default, Serialize)]
pub(super) struct Placement {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) constraints: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) preferences: Vec<Spread>,
}

impl Placement {
    fn is_anywhere(&self) -> bool {
        self.constraints.is_empty() && self.preferences.is_empty()
    }
}

/// Copies are spread evenly over the values of a label.
#[derive(Debug, Serialize)]
pub(super) struct Spread {
    pub(super) spread: &'static str,
}
