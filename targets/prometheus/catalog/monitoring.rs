//! Who watches the watchers.

use super::{INSTANCE, ON_INSTANCE, gauge, growing, on_instance, steady};
use crate::prometheus::amount::Amount;
use crate::prometheus::jobs::{ALERTMANAGER, PROMETHEUS, exporters, probes};
use crate::prometheus::promql::{jobs, series};
use crate::prometheus::row::{Area, Compare, Levels, Row, Severity, Subject};
use crate::prometheus::world::World;

pub(super) static ROWS: &[Row] = &[
    Row {
        alert: "MonitoringTargetDown",
        area: Area::Monitoring,
        kind: None,
        subjects: monitored,
        expr: |s, compare| {
            let names: Vec<_> = s.peers.iter().map(String::as_str).collect();
            format!("up{{{}}} {compare}", jobs(&names))
        },
        compare: Compare::Equal,
        levels: Levels::Fixed(Severity::Warning, Amount::Count(0)),
        hold: [5, 0],
        keep: 0,
        labels: ON_INSTANCE,
        summary: "{label.job} cannot be scraped",
        description: "{label.job} at {label.instance} does not answer the scraper, so the alerts on \
                      what it reports cannot fire.",
        input: |s, up, minutes| gauge(s, "up", up, minutes),
        warmup: 0,
        few: None,
    },
    Row {
        alert: "MonitoringTargetAbsent",
        area: Area::Monitoring,
        kind: None,
        subjects: monitored,
        expr: |s, _| {
            let absent = |job: &String| format!("absent(up{{{}}})", jobs(&[job]));
            s.peers.iter().map(absent).collect::<Vec<_>>().join("\nor\n")
        },
        compare: Compare::Absent,
        levels: Levels::Fixed(Severity::Warning, Amount::Count(0)),
        hold: [10, 0],
        keep: 0,
        labels: &[],
        summary: "{label.job} is not scraped",
        description: "No target of the job {label.job} is known, so the alerts on what it reports \
                      cannot fire.",
        input: |s, there, minutes| {
            let present = s.peers.iter().filter(|job| there.raw() > 0 || **job != s.job);
            let up = |job: &String| series("up", &[("job", job), ("instance", INSTANCE)]);
            present.map(|job| steady(up(job), "1", minutes)).collect()
        },
        warmup: 0,
        few: None,
    },
    Row {
        alert: "PrometheusConfigReloadFailed",
        area: Area::Monitoring,
        kind: None,
        subjects: prometheus,
        expr: |s, compare| {
            format!("prometheus_config_last_reload_successful{{{}}} {compare}", jobs(&[&s.job]))
        },
        compare: Compare::Equal,
        levels: Levels::Fixed(Severity::Warning, Amount::Count(0)),
        hold: [5, 0],
        keep: 0,
        labels: ON_INSTANCE,
        summary: "Prometheus runs with an old configuration",
        description: "Prometheus at {label.instance} could not load its configuration and goes on \
                      with the one before.",
        input: |s, loaded, minutes| {
            gauge(s, "prometheus_config_last_reload_successful", loaded, minutes)
        },
        warmup: 0,
        few: None,
    },
    Row {
        alert: "PrometheusRuleFailures",
        area: Area::Monitoring,
        kind: None,
        subjects: prometheus,
        expr: |s, compare| {
            format!(
                "sum by (job, instance) (increase(prometheus_rule_evaluation_failures_total{{{}}}[5m])) {compare}",
                jobs(&[&s.job])
            )
        },
        compare: Compare::Above,
        levels: Levels::Fixed(Severity::Critical, Amount::Count(0)),
        hold: [0, 5],
        keep: 5,
        labels: ON_INSTANCE,
        summary: "Prometheus cannot evaluate its rules",
        description: "Prometheus at {label.instance} failed to evaluate rules in the last five \
                      minutes; alerts may be missing.",
        input: |s, failures, minutes| {
            let labels = [("rule_group", "a")];
            let name = on_instance(s, "prometheus_rule_evaluation_failures_total", &labels);
            vec![growing(name, &failures.promql(), minutes)]
        },
        warmup: 1,
        few: None,
    },
    Row {
        alert: "PrometheusNotificationsFailing",
        area: Area::Monitoring,
        kind: None,
        subjects: prometheus,
        expr: |s, compare| {
            format!(
                "sum by (job, instance) (increase(prometheus_notifications_errors_total{{{}}}[5m])) {compare}",
                jobs(&[&s.job])
            )
        },
        compare: Compare::Above,
        levels: Levels::Fixed(Severity::Critical, Amount::Count(0)),
        hold: [0, 10],
        keep: 5,
        labels: ON_INSTANCE,
        summary: "Prometheus cannot deliver alerts",
        description: "Prometheus at {label.instance} fails to send alerts to the Alertmanager.",
        input: |s, errors, minutes| {
            let labels = [("alertmanager", "http://alertmanager:9093/api/v2/alerts")];
            let name = on_instance(s, "prometheus_notifications_errors_total", &labels);
            vec![growing(name, &errors.promql(), minutes)]
        },
        warmup: 1,
        few: None,
    },
    Row {
        alert: "AlertmanagerConfigReloadFailed",
        area: Area::Monitoring,
        kind: None,
        subjects: alertmanager,
        expr: |s, compare| {
            format!("alertmanager_config_last_reload_successful{{{}}} {compare}", jobs(&[&s.job]))
        },
        compare: Compare::Equal,
        levels: Levels::Fixed(Severity::Critical, Amount::Count(0)),
        hold: [0, 5],
        keep: 0,
        labels: ON_INSTANCE,
        summary: "The Alertmanager runs with an old configuration",
        description: "The Alertmanager at {label.instance} could not load its configuration and \
                      goes on with the one before.",
        input: |s, loaded, minutes| {
            gauge(s, "alertmanager_config_last_reload_successful", loaded, minutes)
        },
        warmup: 0,
        few: None,
    },
    Row {
        alert: "AlertmanagerNotificationsFailing",
        area: Area::Monitoring,
        kind: None,
        subjects: alertmanager,
        expr: |s, compare| {
            format!(
                "sum by (job, instance, integration) (increase(alertmanager_notifications_failed_total{{{}}}[5m])) {compare}",
                jobs(&[&s.job])
            )
        },
        compare: Compare::Above,
        levels: Levels::Fixed(Severity::Critical, Amount::Count(0)),
        hold: [0, 10],
        keep: 5,
        labels: &[("instance", INSTANCE), ("integration", "slack")],
        summary: "Nobody hears of alerts through {label.integration}",
        description: "The Alertmanager at {label.instance} fails to notify through \
                      {label.integration}.",
        input: |s, failures, minutes| {
            let labels = [("integration", "slack"), ("reason", "other")];
            let name = on_instance(s, "alertmanager_notifications_failed_total", &labels);
            vec![growing(name, &failures.promql(), minutes)]
        },
        warmup: 1,
        few: None,
    },
    Row {
        alert: "Watchdog",
        area: Area::Monitoring,
        kind: None,
        subjects: |world| world.full.then(Subject::default).into_iter().collect(),
        expr: |_, _| "vector(1)".to_owned(),
        compare: Compare::Always,
        levels: Levels::Fixed(Severity::None, Amount::Count(1)),
        hold: [0, 0],
        keep: 0,
        labels: &[],
        summary: "Alerting works",
        description: "Always fires. When it stops, the way from Prometheus to whoever listens for \
                      it is broken.",
        input: |_, _, _| Vec::new(),
        warmup: 0,
        few: None,
    },
];

/// All monitoring jobs in one rule; a test takes the first.
fn monitored(world: &World) -> Vec<Subject> {
    let mut jobs: Vec<_> = exporters(world).into_iter().map(|job| job.name).collect();
    jobs.extend(probes(world));
    let subject = jobs.first().map(|job| Subject { peers: jobs.clone(), ..Subject::job(job) });
    subject.into_iter().collect()
}

fn prometheus(world: &World) -> Vec<Subject> {
    world.full.then(|| Subject::job(PROMETHEUS)).into_iter().collect()
}

fn alertmanager(world: &World) -> Vec<Subject> {
    world.full.then(|| Subject::job(ALERTMANAGER)).into_iter().collect()
}
