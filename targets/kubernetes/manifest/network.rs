//! How pods are reached: services, network policies, the Ingress.

use serde::Serialize;

use super::{Kind, Labels, Noted, PortRef, Selector};

pub(crate) const SERVICE: Kind = Kind::new("v1", "Service");
pub(crate) const NETWORK_POLICY: Kind = Kind::new("networking.k8s.io/v1", "NetworkPolicy");
pub(crate) const INGRESS: Kind = Kind::new("networking.k8s.io/v1", "Ingress");

/// A service.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceSpec {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(rename = "clusterIP", skip_serializing_if = "Option::is_none")]
    pub(crate) cluster_ip: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session_affinity: Option<&'static str>,
    pub(crate) selector: Labels,
    pub(crate) ports: Vec<ServicePort>,
}

/// A port of a service.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServicePort {
    pub(crate) name: String,
    pub(crate) port: u16,
    pub(crate) target_port: PortRef,
    pub(crate) protocol: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) app_protocol: Option<&'static str>,
}

/// Who may talk to some pods, and whom they may talk to.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicySpec {
    pub(crate) pod_selector: Selector,
    pub(crate) policy_types: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ingress: Vec<IngressRule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) egress: Vec<EgressRule>,
}

/// Who may come in; everybody where nobody is named.
#[derive(Debug, Serialize)]
pub(crate) struct IngressRule {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) from: Vec<Peer>,
    pub(crate) ports: Vec<PolicyPort>,
}

/// Where pods may go.
#[derive(Debug, Serialize)]
pub(crate) struct EgressRule {
    pub(crate) to: Vec<Peer>,
    pub(crate) ports: Vec<PolicyPort>,
}

/// The other side of a rule.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Peer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) namespace_selector: Option<Selector>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pod_selector: Option<Selector>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ip_block: Option<IpBlock>,
}

/// A range of addresses.
#[derive(Debug, Serialize)]
pub(crate) struct IpBlock {
    pub(crate) cidr: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) except: &'static [&'static str],
}

/// A port of a rule.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PolicyPort {
    pub(crate) port: Noted<u16>,
    pub(crate) protocol: &'static str,
}

impl PolicyPort {
    /// A TCP port.
    pub(crate) fn tcp(port: u16) -> Self {
        Self { port: Noted::Plain(port), protocol: "TCP" }
    }
}

/// An Ingress.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IngressSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ingress_class_name: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tls: Vec<IngressTls>,
    pub(crate) rules: Vec<IngressHost>,
}

/// The certificate of some hosts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IngressTls {
    pub(crate) hosts: Vec<String>,
    pub(crate) secret_name: String,
}

/// The paths of a host.
#[derive(Debug, Serialize)]
pub(crate) struct IngressHost {
    pub(crate) host: String,
    pub(crate) http: IngressPaths,
}

/// Paths.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct IngressPaths {
    pub(crate) paths: Vec<IngressPath>,
}

/// A path and who answers.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IngressPath {
    pub(crate) path: String,
    pub(crate) path_type: &'static str,
    pub(crate) backend: IngressBackend,
}

/// Who answers.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct IngressBackend {
    pub(crate) service: IngressService,
}

/// A service by name and port.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct IngressService {
    pub(crate) name: String,
    pub(crate) port: IngressPort,
}

/// A port by number.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct IngressPort {
    pub(crate) number: u16,
}
