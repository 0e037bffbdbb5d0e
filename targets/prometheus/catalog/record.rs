//! Recorded series: one name for what services call differently.

use stackc_model::AlertKind;

use crate::prometheus::promql::per_metric;
use crate::prometheus::row::Area;
use crate::prometheus::world::{Watched, World};

/// One recording rule.
pub(in crate::prometheus) struct Record {
    /// The recorded name: `level:metric:operations`.
    pub(in crate::prometheus) record: &'static str,
    /// Its group, which is that of the alerts on it: a group is evaluated in order.
    pub(in crate::prometheus) area: Area,
    /// The alert it is made for.
    pub(in crate::prometheus) kind: AlertKind,
    /// The expression; `None` where no service has the metric.
    pub(in crate::prometheus) expr: fn(&World) -> Option<String>,
}

/// Every recording rule.
pub(in crate::prometheus) static RECORDS: &[Record] = &[
    Record {
        record: "job:http_requests:rate5m",
        area: Area::Http,
        kind: AlertKind::ErrorRate,
        expr: |world| {
            per_metric(http(world), |metric, jobs| {
                format!("sum by (job) (rate({metric}_count{{{jobs}}}[5m]))")
            })
        },
    },
    Record {
        record: "job:http_requests_errors:ratio_rate5m",
        area: Area::Http,
        kind: AlertKind::ErrorRate,
        expr: |world| {
            let errors = per_metric(http(world), |metric, jobs| {
                let errors = format!("{metric}_count{{{jobs}, status_code=~\"5..\"}}");
                format!("sum by (job) (rate({errors}[5m]))")
            })?;
            let errors = match errors.lines().count() {
                1 => errors,
                _ => format!("(\n  {}\n)", errors.replace('\n', "\n  ")),
            };
            Some(format!("{errors}\n/\njob:http_requests:rate5m"))
        },
    },
    Record {
        record: "job:http_request_duration_seconds:p95_5m",
        area: Area::Http,
        kind: AlertKind::LatencyP95,
        expr: |world| p95(http(world), "job"),
    },
    Record {
        record: "job_route:http_request_duration_seconds:p95_5m",
        area: Area::Http,
        kind: AlertKind::LatencyP95,
        expr: |world| p95(http(world), "job, route"),
    },
    Record {
        record: "job_instance:db_pool_waiting:max",
        area: Area::Database,
        kind: AlertKind::DbPoolWaiting,
        expr: |world| {
            per_metric(named(world, |service| service.pool.as_ref()), |metric, jobs| {
                format!("max by (job, instance) ({metric}{{{jobs}}})")
            })
        },
    },
    Record {
        record: "job:db_query_duration_seconds:p95_5m",
        area: Area::Database,
        kind: AlertKind::DbLatency,
        expr: |world| p95(named(world, |service| service.queries.as_ref()), "job"),
    },
];

/// The jobs that have a metric, with its name.
fn named(
    world: &World,
    metric: fn(&Watched) -> Option<&String>,
) -> impl Iterator<Item = (&str, &str)> {
    world.services.iter().filter_map(move |service| {
        metric(service).map(|metric| (service.name.as_str(), metric.as_str()))
    })
}

fn http(world: &World) -> impl Iterator<Item = (&str, &str)> {
    named(world, |service| service.http.as_ref())
}

fn p95<'a>(metrics: impl Iterator<Item = (&'a str, &'a str)>, labels: &str) -> Option<String> {
    per_metric(metrics, |metric, jobs| {
        format!(
            "histogram_quantile(0.95, sum by ({labels}, le) (rate({metric}_bucket{{{jobs}}}[5m])))"
        )
    })
}
