//! Services: whether they run, and what they say of their requests and their database.

use stackc_model::AlertKind;

use super::{
    FEWEST, INSTANCE, ON_INSTANCE, REQUEST, failures, few_failures, gauge, histogram, on_instance,
    steady,
};
use crate::prometheus::amount::{Amount, Unit};
use crate::prometheus::cases::MANY;
use crate::prometheus::promql::{jobs, series};
use crate::prometheus::row::{Area, Compare, Levels, Row, Series, Severity, Subject};
use crate::prometheus::world::{Watched, World};

pub(super) static ROWS: &[Row] = &[
    Row {
        alert: "ServiceDown",
        area: Area::Services,
        kind: Some(AlertKind::Down),
        subjects: services,
        expr: |s, compare| format!("sum by (job) (up{{{}}}) {compare}", jobs(&[&s.job])),
        compare: Compare::Below,
        levels: Levels::Copies,
        hold: [10, 1],
        keep: 0,
        labels: &[],
        summary: "Too few copies of {service} answer",
        description: "Copies of {service} that answer the scraper: {value}. There should be at least \
                      {bound}.",
        input: copies,
        warmup: 0,
        few: None,
    },
    Row {
        alert: "ServiceAbsent",
        area: Area::Services,
        kind: Some(AlertKind::Down),
        subjects: services,
        expr: |s, _| format!("absent(up{{{}}})", jobs(&[&s.job])),
        compare: Compare::Absent,
        levels: Levels::Fixed(Severity::Critical, Amount::Count(0)),
        hold: [0, 5],
        keep: 0,
        labels: &[],
        summary: "No copy of {service} is known",
        description: "The job {service} has no target: nothing runs under that name, or the name \
                      does not resolve.",
        input: |s, there, minutes| {
            let others = s.peers.iter().map(String::as_str);
            let present = others.chain((there.raw() > 0).then_some(s.job.as_str()));
            present.map(|job| up(job, minutes)).collect()
        },
        warmup: 0,
        few: None,
    },
    Row {
        alert: "ServiceMetricMissing",
        area: Area::Services,
        kind: Some(AlertKind::Down),
        subjects: metrics,
        expr: |s, _| {
            let job = jobs(&[&s.job]);
            let metric = s.metric();
            format!("absent({metric}{{{job}}})\nand on (job)\nsum by (job) (up{{{job}}}) > 0")
        },
        compare: Compare::Absent,
        levels: Levels::Fixed(Severity::Warning, Amount::Count(0)),
        hold: [60, 0],
        keep: 0,
        labels: &[],
        summary: "{service} does not export {metric}",
        description: "{service} answers the scraper without {metric}, so the alerts on it cannot \
                      fire.",
        input: |s, there, minutes| {
            let others = s.peers.iter().map(String::as_str);
            let present = others.chain((there.raw() > 0).then_some(s.metric()));
            let metrics = present.map(|name| steady(on_instance(s, name, &[]), "1", minutes));
            std::iter::once(up(&s.job, minutes)).chain(metrics).collect()
        },
        warmup: 0,
        few: None,
    },
    Row {
        alert: "HighErrorRate",
        area: Area::Http,
        kind: Some(AlertKind::ErrorRate),
        subjects: http,
        expr: |s, compare| {
            let job = jobs(&[&s.job]);
            let share = format!("job:http_requests_errors:ratio_rate5m{{{job}}}");
            // A rate is per second.
            format!(
                "{share} {compare}\nand\n{share} * job:http_requests:rate5m{{{job}}} * 300 >= {FEWEST}"
            )
        },
        compare: Compare::Above,
        levels: Levels::Thresholds(Unit::Share),
        hold: [10, 5],
        keep: 5,
        labels: &[],
        summary: "Requests to {service} fail",
        description: "{value} of the requests to {service} were answered with a 5xx status over \
                      five minutes, more than {bound}.",
        input: failures,
        warmup: 1,
        few: Some(few_failures),
    },
    Row {
        alert: "HighLatencyP95",
        area: Area::Http,
        kind: Some(AlertKind::LatencyP95),
        subjects: http,
        expr: |s, compare| {
            format!("job:http_request_duration_seconds:p95_5m{{{}}} {compare}", jobs(&[&s.job]))
        },
        compare: Compare::Above,
        levels: Levels::Thresholds(Unit::Time),
        hold: [10, 5],
        keep: 5,
        labels: &[],
        summary: "Requests to {service} are slow",
        description: "The slowest 5% of the requests to {service} took {value} or longer over five \
                      minutes; the bound is {bound}.",
        input: |s, value, minutes| histogram(s, &REQUEST, value, minutes),
        warmup: 1,
        few: None,
    },
    Row {
        alert: "DbPoolWaiting",
        area: Area::Database,
        kind: Some(AlertKind::DbPoolWaiting),
        subjects: pools,
        expr: |s, compare| {
            format!("job_instance:db_pool_waiting:max{{{}}} {compare}", jobs(&[&s.job]))
        },
        compare: Compare::Above,
        levels: Levels::Thresholds(Unit::Count),
        hold: [5, 5],
        keep: 5,
        labels: ON_INSTANCE,
        summary: "{service} waits for database connections",
        description: "{value} requests wait for a connection in the pool of {service} on \
                      {label.instance}, more than {bound}.",
        input: |s, value, minutes| gauge(s, s.metric(), value, minutes),
        warmup: 0,
        few: None,
    },
    Row {
        alert: "DbLatencyHigh",
        area: Area::Database,
        kind: Some(AlertKind::DbLatency),
        subjects: queries,
        expr: |s, compare| {
            format!("job:db_query_duration_seconds:p95_5m{{{}}} {compare}", jobs(&[&s.job]))
        },
        compare: Compare::Above,
        levels: Levels::Thresholds(Unit::Time),
        hold: [10, 5],
        keep: 5,
        labels: &[],
        summary: "Database queries of {service} are slow",
        description: "The slowest 5% of the queries of {service} took {value} or longer over five \
                      minutes; the bound is {bound}.",
        input: |s, value, minutes| histogram(s, &[], value, minutes),
        warmup: 1,
        few: None,
    },
];

fn services(world: &World) -> Vec<Subject> {
    let alone = world.services.len() > MANY;
    let names = || world.services.iter().map(|service| &service.name).filter(|_| !alone);
    let subject = |service: &Watched| Subject {
        copies: service.copies,
        peers: names().filter(|name| **name != service.name).cloned().collect(),
        ..Subject::named(&service.name)
    };
    world.services.iter().map(subject).collect()
}

/// The services that export a metric.
fn with(world: &World, metric: fn(&Watched) -> Option<&String>) -> Vec<Subject> {
    let subject =
        |service: &Watched| Some(Subject::named(&service.name).with_metric(metric(service)?));
    world.services.iter().filter_map(subject).collect()
}

fn http(world: &World) -> Vec<Subject> {
    with(world, |service| service.http.as_ref())
}

fn pools(world: &World) -> Vec<Subject> {
    with(world, |service| service.pool.as_ref())
}

fn queries(world: &World) -> Vec<Subject> {
    with(world, |service| service.queries.as_ref())
}

/// The metrics that alerts need, as the names of their series.
fn metrics(world: &World) -> Vec<Subject> {
    let on = |kinds: &[AlertKind]| kinds.iter().any(|kind| world.alert(*kind).is_some());
    let (http, pool, queries) = (
        on(&[AlertKind::ErrorRate, AlertKind::LatencyP95]),
        on(&[AlertKind::DbPoolWaiting]),
        on(&[AlertKind::DbLatency]),
    );
    let count = |name: &String| format!("{name}_count");
    let of_service = |service: &Watched| {
        let names: Vec<_> = [
            service.http.as_ref().filter(|_| http).map(count),
            service.pool.clone().filter(|_| pool),
            service.queries.as_ref().filter(|_| queries).map(count),
        ]
        .into_iter()
        .flatten()
        .collect();
        let subject = |name: &String| Subject {
            peers: names.iter().filter(|other| *other != name).cloned().collect(),
            ..Subject::named(&service.name).with_metric(name)
        };
        names.iter().map(subject).collect::<Vec<_>>()
    };
    world.services.iter().flat_map(of_service).collect()
}

fn up(job: &str, minutes: u64) -> Series {
    steady(series("up", &[("job", job), ("instance", INSTANCE)]), "1", minutes)
}

/// As many copies as there should be, of which so many answer.
fn copies(subject: &Subject, answering: Amount, minutes: u64) -> Vec<Series> {
    let copy = |n: u64| {
        let instance = format!("10.0.0.{}:9000", n + 5);
        let name = series("up", &[("job", &subject.job), ("instance", &instance)]);
        steady(name, if n < answering.raw() { "1" } else { "0" }, minutes)
    };
    (0..subject.copies).map(copy).collect()
}
