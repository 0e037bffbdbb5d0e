//! What runs and ends: jobs and cron jobs.

use serde::Serialize;

use super::{Kind, Noted, PodTemplate, TemplateMetadata};

pub(crate) const JOB: Kind = Kind::new("batch/v1", "Job");
pub(crate) const CRON_JOB: Kind = Kind::new("batch/v1", "CronJob");

/// A job.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobSpec {
    pub(crate) backoff_limit: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) active_deadline_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ttl_seconds_after_finished: Option<u64>,
    pub(crate) pod_failure_policy: FailurePolicy,
    pub(crate) template: PodTemplate,
}

/// Which failures count.
#[derive(Debug, Serialize)]
pub(crate) struct FailurePolicy {
    pub(crate) rules: Vec<FailureRule>,
}

/// What a kind of failure means.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailureRule {
    pub(crate) action: &'static str,
    pub(crate) on_pod_conditions: Vec<PodCondition>,
}

/// A condition of a pod.
#[derive(Debug, Serialize)]
pub(crate) struct PodCondition {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) status: &'static str,
}

/// A cron job.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CronJobSpec {
    pub(crate) schedule: Noted<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) suspend: bool,
    pub(crate) time_zone: String,
    pub(crate) concurrency_policy: &'static str,
    pub(crate) starting_deadline_seconds: u64,
    pub(crate) successful_jobs_history_limit: u32,
    pub(crate) failed_jobs_history_limit: u32,
    pub(crate) job_template: JobTemplate,
}

/// The job a cron job starts.
#[derive(Debug, Serialize)]
pub(crate) struct JobTemplate {
    pub(crate) metadata: TemplateMetadata,
    pub(crate) spec: JobSpec,
}
