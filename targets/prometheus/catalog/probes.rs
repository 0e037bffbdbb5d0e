//! The public addresses, and the edge behind them.

use stackc_model::AlertKind;

use super::{ON_INSTANCE, gauge, growing, on_instance};
use crate::prometheus::amount::{Amount, Unit, thousandths};
use crate::prometheus::jobs::{HOSTS, NGINX, probes};
use crate::prometheus::promql::jobs;
use crate::prometheus::row::{Area, Budget, Compare, Levels, Row, Severity, Subject};
use crate::prometheus::world::World;

pub(super) static ROWS: &[Row] = &[
    Row {
        alert: "NginxDown",
        area: Area::Edge,
        kind: Some(AlertKind::Down),
        subjects: nginx,
        expr: |s, compare| format!("nginx_up{{{}}} {compare}", jobs(&[&s.job])),
        compare: Compare::Equal,
        levels: Levels::Fixed(Severity::Critical, Amount::Count(0)),
        hold: [0, 1],
        keep: 0,
        labels: ON_INSTANCE,
        summary: "nginx is down",
        description: "The status page of nginx at {label.instance} does not answer.",
        input: |s, up, minutes| gauge(s, "nginx_up", up, minutes),
        warmup: 0,
        few: None,
    },
    Row {
        alert: "NginxConnectionsDropped",
        area: Area::Edge,
        kind: Some(AlertKind::Down),
        subjects: nginx,
        expr: |s, compare| {
            let job = jobs(&[&s.job]);
            format!(
                "rate(nginx_connections_accepted{{{job}}}[5m]) - rate(nginx_connections_handled{{{job}}}[5m]) {compare}"
            )
        },
        compare: Compare::Above,
        levels: Levels::Fixed(Severity::Warning, Amount::Count(0)),
        hold: [5, 0],
        keep: 5,
        labels: ON_INSTANCE,
        summary: "nginx drops connections",
        description: "nginx at {label.instance} accepts connections it has no worker left for.",
        input: |s, dropped, minutes| {
            let counter = |metric, per_minute: u64| {
                growing(on_instance(s, metric, &[]), &per_minute.to_string(), minutes)
            };
            vec![
                counter("nginx_connections_accepted", 60 + dropped.raw()),
                counter("nginx_connections_handled", 60),
            ]
        },
        warmup: 1,
        few: None,
    },
    Row {
        alert: "EndpointDown",
        area: Area::Probes,
        kind: Some(AlertKind::Uptime),
        subjects: probed,
        expr: |s, compare| format!("probe_success{{{}}} {compare}", peers(s)),
        compare: Compare::Equal,
        levels: Levels::Fixed(Severity::Critical, Amount::Count(0)),
        hold: [0, 2],
        keep: 0,
        labels: ON_INSTANCE,
        summary: "{label.instance} cannot be reached",
        description: "Probes of the public address {label.instance} fail.",
        input: |s, success, minutes| gauge(s, "probe_success", success, minutes),
        warmup: 0,
        few: None,
    },
    Row {
        alert: "UptimeBelowTarget",
        area: Area::Probes,
        kind: Some(AlertKind::Uptime),
        subjects: promised,
        expr: |s, compare| format!("avg_over_time(probe_success{{{}}}[24h]) {compare}", peers(s)),
        compare: Compare::Below,
        levels: Levels::Promised(Severity::Warning, Amount::percent(99)),
        hold: [15, 15],
        keep: 0,
        labels: ON_INSTANCE,
        summary: "{label.instance} was down too often",
        description: "{value} of the probes of {label.instance} succeeded over a day, fewer than \
                      {bound}.",
        input: |s, share, minutes| gauge(s, "probe_success", share, minutes),
        warmup: 0,
        few: None,
    },
    Row {
        alert: "CertificateExpiring",
        area: Area::Probes,
        kind: Some(AlertKind::Certificate),
        subjects: certificates,
        expr: |s, compare| {
            format!("probe_ssl_earliest_cert_expiry{{{}}} - time() {compare}", jobs(&[&s.job]))
        },
        compare: Compare::Below,
        levels: Levels::Thresholds(Unit::Time),
        hold: [60, 15],
        keep: 0,
        labels: ON_INSTANCE,
        summary: "The certificate of {label.instance} expires soon",
        description: "The certificate of {label.instance} is valid for {value} more, less than \
                      {bound}: it is not being renewed.",
        input: |s, left, minutes| {
            // Moves with the clock, which starts at zero, so the time left stays the same.
            let name = on_instance(s, "probe_ssl_earliest_cert_expiry", &[]);
            vec![(name, format!("{}+60x{minutes}", thousandths(left.raw())))]
        },
        warmup: 0,
        few: None,
    },
];

fn nginx(world: &World) -> Vec<Subject> {
    world.nginx.then(|| Subject::job(NGINX)).into_iter().collect()
}

/// All probes in one rule; a test probes with the first job.
fn probed(world: &World) -> Vec<Subject> {
    let jobs = probes(world);
    let subject = jobs.first().map(|job| Subject { peers: jobs.clone(), ..Subject::job(job) });
    subject.into_iter().collect()
}

/// The same with what was promised of them.
fn promised(world: &World) -> Vec<Subject> {
    let hours = world.slo.hours;
    let budget = world.slo.errors.map(|share| Budget { share, hours, slow: None });
    probed(world).into_iter().map(|subject| Subject { budget, ..subject }).collect()
}

fn certificates(world: &World) -> Vec<Subject> {
    (!world.hosts.is_empty()).then(|| Subject::job(HOSTS)).into_iter().collect()
}

fn peers(subject: &Subject) -> String {
    jobs(&subject.peers.iter().map(String::as_str).collect::<Vec<_>>())
}
