//! What keeps pods running: deployments, stateful sets, autoscalers, disruption budgets, claims.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Kind, Labels, PodTemplate, Selector};

pub(crate) const DEPLOYMENT: Kind = Kind::new("apps/v1", "Deployment");
pub(crate) const STATEFUL_SET: Kind = Kind::new("apps/v1", "StatefulSet");
pub(crate) const AUTOSCALER: Kind = Kind::new("autoscaling/v2", "HorizontalPodAutoscaler");
pub(crate) const BUDGET: Kind = Kind::new("policy/v1", "PodDisruptionBudget");
pub(crate) const CLAIM: Kind = Kind::new("v1", "PersistentVolumeClaim");

/// A deployment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeploymentSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replicas: Option<u32>,
    pub(crate) revision_history_limit: u32,
    pub(crate) min_ready_seconds: u32,
    pub(crate) progress_deadline_seconds: u64,
    pub(crate) strategy: Strategy,
    pub(crate) selector: Selector,
    pub(crate) template: PodTemplate,
}

/// How new pods replace old ones.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Strategy {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rolling_update: Option<RollingUpdate>,
}

/// The bounds of a rolling update.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RollingUpdate {
    pub(crate) max_surge: Amount,
    pub(crate) max_unavailable: Amount,
}

/// A number of pods, or a share of them.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Amount {
    /// So many.
    Count(u32),
    /// A percentage.
    Share(String),
}

/// A stateful set.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatefulSetSpec {
    pub(crate) service_name: String,
    pub(crate) replicas: u32,
    pub(crate) revision_history_limit: u32,
    pub(crate) min_ready_seconds: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) persistent_volume_claim_retention_policy: Option<Retention>,
    pub(crate) selector: Selector,
    pub(crate) template: PodTemplate,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) volume_claim_templates: Vec<ClaimTemplate>,
}

/// What becomes of claims.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retention {
    pub(crate) when_deleted: &'static str,
    pub(crate) when_scaled: &'static str,
}

/// A claim made for each pod.
#[derive(Debug, Serialize)]
pub(crate) struct ClaimTemplate {
    pub(crate) metadata: ClaimMetadata,
    pub(crate) spec: ClaimSpec,
}

/// The metadata of a claim template.
#[derive(Debug, Serialize)]
pub(crate) struct ClaimMetadata {
    pub(crate) name: &'static str,
    pub(crate) labels: Labels,
}

/// A claim on storage.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClaimSpec {
    pub(crate) access_modes: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) storage_class_name: Option<String>,
    pub(crate) resources: ClaimResources,
}

/// How much is claimed.
#[derive(Debug, Serialize)]
pub(crate) struct ClaimResources {
    pub(crate) requests: BTreeMap<&'static str, String>,
}

/// An autoscaler.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AutoscalerSpec {
    pub(crate) scale_target_ref: TargetRef,
    pub(crate) min_replicas: u32,
    pub(crate) max_replicas: u32,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) behavior: Behavior,
}

/// What is scaled.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TargetRef {
    pub(crate) api_version: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
}

/// What scaling follows.
#[derive(Debug, Serialize)]
pub(crate) struct Metric {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) resource: MetricResource,
}

/// A resource and its target.
#[derive(Debug, Serialize)]
pub(crate) struct MetricResource {
    pub(crate) name: &'static str,
    pub(crate) target: MetricTarget,
}

/// A share of what is requested.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MetricTarget {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) average_utilization: u32,
}

/// How fast scaling goes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Behavior {
    pub(crate) scale_up: ScalingRules,
    pub(crate) scale_down: ScalingRules,
}

/// The speed in one direction.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScalingRules {
    pub(crate) stabilization_window_seconds: u32,
    pub(crate) select_policy: &'static str,
    pub(crate) policies: Vec<ScalingPolicy>,
}

/// A bound on change in a period.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScalingPolicy {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) value: u32,
    pub(crate) period_seconds: u32,
}

/// A disruption budget.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BudgetSpec {
    pub(crate) max_unavailable: u32,
    pub(crate) unhealthy_pod_eviction_policy: &'static str,
    pub(crate) selector: Selector,
}
