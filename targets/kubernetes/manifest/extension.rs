//! Objects of operators: External Secrets, cert-manager, the Prometheus operator.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Kind, Name, Noted, PortRef, SecretKey, Selector};

pub(crate) const EXTERNAL_SECRET: Kind = Kind::new("external-secrets.io/v1", "ExternalSecret");
pub(crate) const CERTIFICATE: Kind = Kind::new("cert-manager.io/v1", "Certificate");
pub(crate) const ISSUER: Kind = Kind::new("cert-manager.io/v1", "Issuer");
pub(crate) const POD_MONITOR: Kind = Kind::new("monitoring.coreos.com/v1", "PodMonitor");

/// A secret fetched from a store.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExternalSecretSpec {
    pub(crate) refresh_interval: &'static str,
    pub(crate) secret_store_ref: StoreRef,
    pub(crate) target: SecretTarget,
    pub(crate) data: Vec<RemoteData>,
}

/// The store.
#[derive(Debug, Serialize)]
pub(crate) struct StoreRef {
    pub(crate) kind: &'static str,
    pub(crate) name: Noted<String>,
}

/// The secret that is made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretTarget {
    pub(crate) name: String,
    pub(crate) creation_policy: &'static str,
    pub(crate) deletion_policy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) template: Option<SecretTemplate>,
}

/// How its values are put together (Go templates).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretTemplate {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<&'static str>,
    pub(crate) engine_version: &'static str,
    pub(crate) data: BTreeMap<String, String>,
}

/// One value fetched.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RemoteData {
    pub(crate) secret_key: String,
    pub(crate) remote_ref: RemoteRef,
}

/// Where it lies.
#[derive(Debug, Serialize)]
pub(crate) struct RemoteRef {
    pub(crate) key: String,
    pub(crate) property: String,
}

/// A certificate.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CertificateSpec {
    pub(crate) secret_name: String,
    pub(crate) dns_names: Vec<String>,
    pub(crate) private_key: PrivateKey,
    pub(crate) issuer_ref: IssuerRef,
}

/// The key of a certificate.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PrivateKey {
    pub(crate) algorithm: &'static str,
    pub(crate) size: u32,
    pub(crate) rotation_policy: &'static str,
}

/// Who signs.
#[derive(Debug, Serialize)]
pub(crate) struct IssuerRef {
    pub(crate) group: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
}

/// An issuer.
#[derive(Debug, Serialize)]
pub(crate) struct IssuerSpec {
    pub(crate) acme: Acme,
}

/// An ACME account.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Acme {
    pub(crate) server: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    pub(crate) private_key_secret_ref: Name,
    pub(crate) solvers: Vec<Solver>,
}

/// How control of a host is proved.
#[derive(Debug, Serialize)]
pub(crate) struct Solver {
    pub(crate) http01: Http01,
}

/// Over HTTP.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Http01 {
    /// By a route at a gateway.
    #[serde(rename = "gatewayHTTPRoute")]
    Gateway(GatewaySolver),
    /// By an Ingress.
    Ingress(IngressSolver),
}

/// The gateway of a solver.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GatewaySolver {
    pub(crate) parent_refs: Vec<GatewayParent>,
}

/// A listener of a gateway; cert-manager wants the kind written out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GatewayParent {
    pub(crate) group: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) section_name: &'static str,
}

/// The class of a solver's Ingress.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IngressSolver {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ingress_class_name: Option<String>,
}

/// What Prometheus scrapes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PodMonitorSpec {
    pub(crate) job_label: &'static str,
    pub(crate) selector: Selector,
    pub(crate) pod_metrics_endpoints: Vec<Endpoint>,
}

/// Where pods expose metrics.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Endpoint {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<PortRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port_number: Option<PortRef>,
    pub(crate) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authorization: Option<Authorization>,
}

/// How a scrape shows who it is: a bearer token.
#[derive(Debug, Serialize)]
pub(crate) struct Authorization {
    pub(crate) credentials: SecretKey,
}
