//! Pods and what is in them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Labels, Name, Noted, Selector};

/// What each pod of a workload looks like.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PodTemplate {
    pub(crate) metadata: TemplateMetadata,
    pub(crate) spec: PodSpec,
}

/// The metadata of a template.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TemplateMetadata {
    pub(crate) labels: Labels,
}

/// A pod.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PodSpec {
    pub(crate) service_account_name: String,
    pub(crate) automount_service_account_token: bool,
    pub(crate) enable_service_links: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) host_users: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) restart_policy: Option<&'static str>,
    pub(crate) termination_grace_period_seconds: u64,
    pub(crate) security_context: PodSecurity,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) affinity: Option<Affinity>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) topology_spread_constraints: Vec<Spread>,
    pub(crate) containers: Vec<Container>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) volumes: Vec<Volume>,
}

/// Who a pod runs as.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PodSecurity {
    pub(crate) run_as_non_root: Noted<bool>,
    pub(crate) run_as_user: u32,
    pub(crate) run_as_group: u32,
    pub(crate) fs_group: u32,
    pub(crate) fs_group_change_policy: &'static str,
    pub(crate) seccomp_profile: Seccomp,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sysctls: Vec<Sysctl>,
}

/// A setting of the kernel, for the pod alone.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Sysctl {
    pub(crate) name: &'static str,
    pub(crate) value: Noted<&'static str>,
}

/// The system calls a pod may make.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Seccomp {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
}

/// What a container may do.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContainerSecurity {
    pub(crate) allow_privilege_escalation: bool,
    pub(crate) read_only_root_filesystem: Noted<bool>,
    pub(crate) capabilities: Capabilities,
}

/// Linux capabilities.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Capabilities {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) add: Vec<Noted<String>>,
    pub(crate) drop: [&'static str; 1],
}

/// Where pods would rather not be.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Affinity {
    pub(crate) pod_anti_affinity: AntiAffinity,
}

/// Preferred distance between pods.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AntiAffinity {
    pub(crate) preferred_during_scheduling_ignored_during_execution: Vec<Preference>,
}

/// One preference.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Preference {
    pub(crate) weight: u32,
    pub(crate) pod_affinity_term: Term,
}

/// Which pods, and what counts as near.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Term {
    pub(crate) topology_key: &'static str,
    pub(crate) label_selector: Selector,
}

/// Even distribution over a topology.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Spread {
    pub(crate) max_skew: u32,
    pub(crate) topology_key: &'static str,
    pub(crate) when_unsatisfiable: &'static str,
    pub(crate) label_selector: Selector,
    pub(crate) match_label_keys: [&'static str; 1],
}

/// A container.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Container {
    pub(crate) name: Noted<String>,
    pub(crate) image: String,
    pub(crate) image_pull_policy: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) command: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) args: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ports: Vec<ContainerPort>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) env_from: Vec<EnvFrom>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) env: Vec<EnvVar>,
    pub(crate) resources: Resources,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) startup_probe: Option<Probe>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) liveness_probe: Option<Probe>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) readiness_probe: Option<Probe>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lifecycle: Option<Lifecycle>,
    pub(crate) security_context: ContainerSecurity,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) volume_mounts: Vec<VolumeMount>,
}

/// A port a container listens on.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContainerPort {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    pub(crate) container_port: u16,
    pub(crate) protocol: &'static str,
}

/// A port by its name, or by its number where it has none a container may carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum PortRef {
    /// By name.
    Name(String),
    /// By number.
    Number(u16),
}

/// All variables of a config map.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnvFrom {
    pub(crate) config_map_ref: Name,
}

/// A variable.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnvVar {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value_from: Option<ValueFrom>,
}

/// Where a variable's value comes from.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ValueFrom {
    pub(crate) secret_key_ref: SecretKey,
}

/// A key of a secret.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SecretKey {
    pub(crate) name: String,
    pub(crate) key: String,
}

/// Bounds by resource.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Resources {
    pub(crate) requests: BTreeMap<&'static str, String>,
    pub(crate) limits: BTreeMap<&'static str, String>,
}

/// A question about health.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Probe {
    #[serde(flatten)]
    pub(crate) handler: Handler,
    pub(crate) period_seconds: u64,
    pub(crate) timeout_seconds: u64,
    pub(crate) failure_threshold: u32,
}

/// How a [`Probe`] asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Handler {
    /// A command.
    Exec(Exec),
    /// A request.
    HttpGet(HttpGet),
    /// A connection.
    TcpSocket(TcpSocket),
    /// The gRPC health protocol.
    Grpc(Grpc),
}

/// A command run inside the container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Exec {
    pub(crate) command: Vec<String>,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct HttpGet {
    pub(crate) path: String,
    pub(crate) port: PortRef,
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TcpSocket {
    pub(crate) port: PortRef,
}

/// The gRPC health protocol; the port has no name here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Grpc {
    pub(crate) port: u16,
}

/// What happens around a container's life.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lifecycle {
    pub(crate) pre_stop: PreStop,
}

/// What happens before SIGTERM.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PreStop {
    pub(crate) sleep: Sleep,
}

/// A pause.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Sleep {
    pub(crate) seconds: u64,
}

/// Where a volume appears.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VolumeMount {
    pub(crate) name: String,
    pub(crate) mount_path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sub_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) read_only: Option<bool>,
}

/// A volume of a pod.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Volume {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) source: VolumeSource,
}

/// What a volume is made of.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum VolumeSource {
    /// Scratch space that goes with the pod.
    EmptyDir(EmptyDir),
    /// Keys of a secret as files.
    Secret(SecretVolume),
    /// Keys of a config map as files.
    ConfigMap(ConfigMapVolume),
    /// A claim.
    PersistentVolumeClaim(ClaimVolume),
}

/// Scratch space.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EmptyDir {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) medium: Option<&'static str>,
    pub(crate) size_limit: String,
}

/// Keys of a secret as files.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretVolume {
    pub(crate) secret_name: String,
    pub(crate) default_mode: Noted<u32>,
    pub(crate) items: Vec<KeyToPath>,
}

/// Keys of a config map as files.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigMapVolume {
    pub(crate) name: String,
    pub(crate) default_mode: Noted<u32>,
}

/// One key and the file it becomes.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct KeyToPath {
    pub(crate) key: String,
    pub(crate) path: String,
}

/// A claim by name.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClaimVolume {
    pub(crate) claim_name: String,
}
