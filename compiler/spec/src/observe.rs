//! What is observed, and the promises it guards.

use std::collections::BTreeMap;

use stackc_shape::{Decode, Spanned, Switch};
use stackc_unit::{Label, Percent, Seconds};

use crate::AlertValue;

/// What is observed.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:level")]
pub struct ObserveSpec {
    /// How much; by default `basic`.
    pub level: Option<Spanned<LevelWord>>,
    /// Run Prometheus; by default with `full`.
    #[shape(planned)]
    pub prometheus: Option<Spanned<bool>>,
    /// Run Grafana; by default with `full`.
    #[shape(planned)]
    pub grafana: Option<Spanned<bool>>,
    /// Watch the hosts; by default with `full`.
    pub host: Option<Spanned<bool>>,
    /// Watch the containers; by default with `full`.
    pub containers: Option<Spanned<bool>>,
    /// Probe public addresses from outside; by default with `full`.
    pub blackbox: Option<Spanned<bool>>,
    /// How long samples are kept; by default `15d`.
    pub retention: Option<Spanned<Seconds>>,
    /// Alerts by what they watch.
    pub alerts: Option<AlertsSpec>,
    /// Dashboards for Grafana; by default with `full`.
    #[shape(planned)]
    pub dashboards: Option<Spanned<bool>>,
    /// A scheduled workflow that asks the public address; by default off.
    #[shape(planned)]
    pub uptime: Option<Spanned<Switch<UptimeSpec>>>,
    /// Who watches; by default `prometheus`.
    #[shape(planned)]
    pub via: Option<Spanned<ViaWord>>,
}

/// How much is observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum LevelWord {
    /// Nothing.
    None,
    /// Alert rules.
    Basic,
    /// The monitoring stack too.
    Full,
}

/// Who watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum ViaWord {
    /// Prometheus and its rules.
    Prometheus,
    /// Scheduled workflows that ask the public address.
    Actions,
    /// The alarms of AWS.
    Cloudwatch,
}

/// A scheduled probe.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:every")]
pub struct UptimeSpec {
    /// How often; by default `15m`, and at least `5m`.
    pub every: Option<Spanned<Seconds>>,
}

/// Alerts by what they watch. Each takes `warning/critical`; one value is critical; `false` turns it
/// off.
#[derive(Debug, Clone, Default, Decode)]
pub struct AlertsSpec {
    /// A service does not answer the scraper, or fewer copies than its least answer.
    pub down: Option<Spanned<bool>>,
    /// Share of requests answered with 5xx; by default `1%/5%`.
    pub error_rate: Option<Spanned<Switch<AlertLevels>>>,
    /// 95th percentile of request duration; by default `500ms/1s`.
    pub latency_p95: Option<Spanned<Switch<AlertLevels>>>,
    /// Processor use of the host; by default `80%/90%`.
    pub cpu: Option<Spanned<Switch<AlertLevels>>>,
    /// Memory use of the host; by default `80%/95%`.
    pub memory: Option<Spanned<Switch<AlertLevels>>>,
    /// Free disk space of the host; by default `20%/10%`.
    pub disk_free: Option<Spanned<Switch<AlertLevels>>>,
    /// Connections of the database that are taken; by default `80%/95%`.
    pub db: Option<Spanned<Switch<AlertLevels>>>,
    /// Requests waiting for a database connection; by default `5/10`.
    pub db_pool_waiting: Option<Spanned<Switch<AlertLevels>>>,
    /// 95th percentile of query duration; by default `200ms/500ms`.
    pub db_latency: Option<Spanned<Switch<AlertLevels>>>,
    /// Memory of redis that is used; by default `80%/90%`.
    pub redis: Option<Spanned<Switch<AlertLevels>>>,
    /// Probes from outside that fail; always critical.
    pub uptime: Option<Spanned<bool>>,
    /// Time until a certificate expires; by default `10d/3d`.
    pub certificate: Option<Spanned<Switch<AlertLevels>>>,
    /// Age of the last good backup; by default two hours, and a whole interval and two hours, above
    /// the interval between two.
    #[shape(planned)]
    pub backup: Option<Spanned<Switch<AlertLevels>>>,
    /// Alerts of your own, by name.
    pub custom: BTreeMap<Label, Spanned<CustomAlertSpec>>,
}

/// The two levels of an alert.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "levels:warning,critical")]
pub struct AlertLevels {
    /// From here on somebody should look.
    pub warning: Option<Spanned<AlertValue>>,
    /// From here on somebody is called.
    pub critical: Option<Spanned<AlertValue>>,
}

/// An alert of your own.
#[derive(Debug, Clone, Decode)]
pub struct CustomAlertSpec {
    /// The condition, in PromQL.
    pub expr: Spanned<String>,
    /// How long it must hold; by default `5m`.
    #[shape(key = "for")]
    pub hold: Option<Spanned<Seconds>>,
    /// How bad it is; by default `warning`.
    pub severity: Option<Spanned<SeverityWord>>,
    /// What is said when it fires, in one line; by default its name.
    pub summary: Option<Spanned<String>>,
}

/// How bad an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum SeverityWord {
    /// Somebody should look.
    Warning,
    /// Somebody is called.
    Critical,
}

/// Promises to users and the alerts that guard them.
#[derive(Debug, Clone, Default, Decode)]
pub struct SloSpec {
    /// Share of requests that are answered without an error of ours.
    pub availability: Option<Spanned<Percent>>,
    /// How fast requests are answered.
    pub latency: Option<Spanned<SloLatencySpec>>,
    /// Share of requests that may fail; another way to say `availability`.
    pub errors: Option<Spanned<Percent>>,
    /// The time over which promises are counted; by default `30d`.
    pub window: Option<Spanned<Seconds>>,
}

/// How fast requests are answered.
#[derive(Debug, Clone, Default, Decode)]
pub struct SloLatencySpec {
    /// 95 of 100 requests are answered within this.
    pub p95: Option<Spanned<Seconds>>,
}
