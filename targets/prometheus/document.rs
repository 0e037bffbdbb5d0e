//! The documents as Prometheus reads them, fields in the order a reviewer expects.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

/// A file of rules.
#[derive(Debug, Serialize)]
pub(super) struct RuleFile {
    pub(super) groups: Vec<Group>,
}

/// Rules that are evaluated in order.
#[derive(Debug, Serialize)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Rule {
    Record { record: &'static str, expr: String },
    Alert(AlertRule),
}

/// An alerting rule.
#[derive(Debug, Serialize)]
pub(super) struct AlertRule {
    pub(super) alert: Cow<'static, str>,
    pub(super) expr: String,
    #[serde(rename = "for")]
    pub(super) hold: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keep_firing_for: Option<String>,
    pub(super) labels: RuleLabels,
    pub(super) annotations: Annotations,
}

/// The labels a rule adds.
#[derive(Debug, Serialize)]
pub(super) struct RuleLabels {
    pub(super) severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metric: Option<String>,
}

/// What a person reads.
#[derive(Debug, Serialize)]
pub(super) struct Annotations {
    pub(super) summary: String,
    pub(super) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) runbook_url: Option<String>,
}

/// A file of unit tests for `promtool test rules`.
#[derive(Debug, Serialize)]
pub(super) struct TestFile {
    pub(super) rule_files: Vec<String>,
    pub(super) evaluation_interval: &'static str,
    pub(super) tests: Vec<TestCase>,
}

/// One situation.
#[derive(Debug, Serialize)]
pub(super) struct TestCase {
    pub(super) name: String,
    pub(super) interval: &'static str,
    pub(super) input_series: Vec<InputSeries>,
    pub(super) alert_rule_test: Vec<AlertTest>,
}

/// A series with its samples.
#[derive(Debug, Serialize)]
pub(super) struct InputSeries {
    pub(super) series: String,
    pub(super) values: String,
}

/// What fires at a moment.
#[derive(Debug, Serialize)]
pub(super) struct AlertTest {
    pub(super) eval_time: String,
    pub(super) alertname: &'static str,
    pub(super) exp_alerts: Vec<Expected>,
}

/// A firing alert.
#[derive(Debug, Serialize)]
pub(super) struct Expected {
    pub(super) exp_labels: BTreeMap<&'static str, String>,
    pub(super) exp_annotations: Annotations,
}

/// `prometheus.yml`.
#[derive(Debug, Serialize)]
pub(super) struct Config {
    pub(super) global: Global,
    pub(super) storage: Storage,
    pub(super) rule_files: Vec<&'static str>,
    pub(super) alerting: Alerting,
    pub(super) scrape_configs: Vec<Scrape>,
}

#[derive(Debug, Serialize)]
pub(super) struct Global {
    pub(super) scrape_interval: String,
    pub(super) scrape_timeout: String,
    pub(super) evaluation_interval: String,
    pub(super) external_labels: ExternalLabels,
}

#[derive(Debug, Serialize)]
pub(super) struct ExternalLabels {
    pub(super) stack: String,
    pub(super) environment: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Storage {
    pub(super) tsdb: Tsdb,
}

#[derive(Debug, Serialize)]
pub(super) struct Tsdb {
    pub(super) retention: Retention,
}

#[derive(Debug, Serialize)]
pub(super) struct Retention {
    pub(super) time: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Alerting {
    pub(super) alertmanagers: Vec<Alertmanager>,
}

#[derive(Debug, Serialize)]
pub(super) struct Alertmanager {
    pub(super) static_configs: Vec<Static>,
}

#[derive(Debug, Serialize)]
pub(super) struct Static {
    pub(super) targets: Vec<String>,
}

/// One job.
#[derive(Debug, Default, Serialize)]
pub(super) struct Scrape {
    pub(super) job_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metrics_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) authorization: Option<Authorization>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) params: BTreeMap<&'static str, Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sample_limit: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) dns_sd_configs: Vec<Dns>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) static_configs: Vec<Static>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) relabel_configs: Vec<Relabel>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) metric_relabel_configs: Vec<Relabel>,
}

/// A bearer token, read from a file at each scrape.
#[derive(Debug, Serialize)]
pub(super) struct Authorization {
    pub(super) credentials_file: String,
}

/// Discovery through the addresses of a name.
#[derive(Debug, Serialize)]
pub(super) struct Dns {
    pub(super) names: Vec<String>,
    #[serde(rename = "type")]
    pub(super) record: &'static str,
    pub(super) port: u16,
}

/// A step of relabelling.
#[derive(Debug, Default, Serialize)]
pub(super) struct Relabel {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) source_labels: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) regex: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target_label: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) replacement: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) action: Option<&'static str>,
}

/// The configuration of the Alertmanager.
#[derive(Debug, Serialize)]
pub(super) struct AlertmanagerConfig {
    pub(super) route: Route,
    pub(super) receivers: Vec<Receiver>,
}

/// Who is told.
#[derive(Debug, Serialize)]
pub(super) struct Route {
    pub(super) receiver: &'static str,
    pub(super) group_by: Vec<&'static str>,
}

/// Somebody who can be told.
#[derive(Debug, Serialize)]
pub(super) struct Receiver {
    pub(super) name: &'static str,
}

/// The configuration of the blackbox exporter.
#[derive(Debug, Serialize)]
pub(super) struct Blackbox {
    pub(super) modules: BTreeMap<&'static str, Module>,
}

/// A way to probe.
#[derive(Debug, Serialize)]
#[serde(tag = "prober", rename_all = "lowercase")]
pub(super) enum Module {
    Http { timeout: &'static str, http: HttpProbe },
    Tcp { timeout: &'static str, tcp: TcpProbe },
}

#[derive(Debug, Serialize)]
pub(super) struct HttpProbe {
    pub(super) preferred_ip_protocol: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct TcpProbe {
    pub(super) preferred_ip_protocol: &'static str,
    pub(super) tls: bool,
}
