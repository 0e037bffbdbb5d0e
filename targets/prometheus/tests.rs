//! Tests over everything the catalogue makes of a stack that has one of each thing.

use std::collections::BTreeSet;

use serde::Deserialize;
use stackc_model::{Alert, AlertKind, Origin, Percent, Seconds, Sourced, Threshold};
use stackc_source::{Diagnostics, FileId, Span, codes};

use super::catalog::rows;
use super::document::{Rule, RuleFile, TestCase, TestFile};
use super::options::Options;
use super::row::{Check, checks};
use super::world::{Database, DatabaseKind, Promises, Watched, World};
use super::{cases, files, rules};

const EVERY_KIND: [AlertKind; 13] = [
    AlertKind::Down,
    AlertKind::ErrorRate,
    AlertKind::LatencyP95,
    AlertKind::Cpu,
    AlertKind::Memory,
    AlertKind::DiskFree,
    AlertKind::Db,
    AlertKind::DbPoolWaiting,
    AlertKind::DbLatency,
    AlertKind::Redis,
    AlertKind::Uptime,
    AlertKind::Certificate,
    AlertKind::Backup,
];

fn service(name: &str, http: &str) -> Watched {
    Watched {
        name: name.to_owned(),
        copies: 3,
        port: 3000,
        path: "/metrics".to_owned(),
        token: None,
        http: Some(http.to_owned()),
        pool: Some("db_pool_waiting".to_owned()),
        queries: Some("db_query_duration_seconds".to_owned()),
    }
}

fn store(name: &str, kind: DatabaseKind) -> Database {
    Database { name: name.to_owned(), kind }
}

fn world() -> World {
    World {
        stack: "shop".to_owned(),
        environment: "production".to_owned(),
        full: true,
        swarm: false,
        retention: Seconds::new(30 * 86_400),
        services: vec![
            service("api", "http_request_duration_seconds"),
            service("billing", "http_server_duration_seconds"),
        ],
        stores: vec![
            store("postgres", DatabaseKind::Postgres),
            store("queue", DatabaseKind::Redis { evicts: false, persists: true }),
        ],
        host: true,
        containers: true,
        nginx: true,
        backup: true,
        pages: vec!["https://shop.example/".to_owned()],
        hosts: vec!["shop.example:443".to_owned()],
        alerts: EVERY_KIND.into_iter().map(usual).collect(),
        slo: Promises { hours: 720, errors: Some(10), slow: Some((500, 1_000)) },
        custom: Vec::new(),
    }
}

fn alert(kind: AlertKind, critical: Option<Threshold>) -> Alert {
    let span = Span::new(FileId(0), 1, 2);
    let critical = critical.map(|value| Sourced { value, origin: Origin::Written(span) });
    Alert { kind, warning: None, critical, span: Some(span) }
}

/// An alert with bounds of its unit.
fn usual(kind: AlertKind) -> Alert {
    let percent = |whole: u32| Threshold::Percent(Percent(whole * 100));
    let (warning, critical) = match kind {
        AlertKind::Down | AlertKind::Uptime => return alert(kind, None),
        AlertKind::ErrorRate => (percent(1), percent(5)),
        AlertKind::DiskFree => (percent(20), percent(10)),
        AlertKind::Cpu | AlertKind::Memory | AlertKind::Db | AlertKind::Redis => {
            (percent(80), percent(95))
        }
        AlertKind::LatencyP95 | AlertKind::DbLatency => (
            Threshold::Duration(Seconds { millis: 250 }),
            Threshold::Duration(Seconds { millis: 12_345 }),
        ),
        AlertKind::DbPoolWaiting => (Threshold::Count(5), Threshold::Count(10)),
        AlertKind::Certificate => {
            (Threshold::Duration(Seconds::new(864_000)), Threshold::Duration(Seconds::new(259_200)))
        }
        AlertKind::Backup => {
            (Threshold::Duration(Seconds::new(93_600)), Threshold::Duration(Seconds::new(180_000)))
        }
    };
    Alert { warning: Some(Sourced::default(warning, "usual")), ..alert(kind, Some(critical)) }
}

fn lowered(world: &World) -> (Vec<Check>, RuleFile, TestFile) {
    let mut diagnostics = Diagnostics::default();
    let checks = checks(world, rows(), &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let rules = rules::rule_file(world, &checks, None);
    let tests = cases::test_file("shop.rules.yml", &checks, None);
    (checks, rules, tests)
}

fn codes_of(world: &World) -> Vec<&'static str> {
    let mut diagnostics = Diagnostics::default();
    files(world, &Options::default(), &mut diagnostics);
    diagnostics.iter().map(|item| item.code.id).collect()
}

/// The names of metrics in a PromQL expression.
fn metrics(expr: &str) -> BTreeSet<String> {
    const GROUPING: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    const OTHER: [&str; 10] =
        ["and", "or", "unless", "bool", "offset", "sum", "avg", "max", "min", "count"];
    let chars: Vec<char> = expr.chars().collect();
    let (mut found, mut at) = (BTreeSet::new(), 0);
    // Skips to behind a closing sign; strings inside may hold that sign.
    let behind = |mut at: usize, close: char| {
        let mut quoted = false;
        while at < chars.len() && (quoted || chars[at] != close) {
            quoted ^= chars[at] == '"' && chars[at - 1] != '\\';
            at += 1;
        }
        at + 1
    };
    let blank = |mut at: usize| {
        while chars.get(at).is_some_and(|c| c.is_whitespace()) {
            at += 1;
        }
        at
    };
    while at < chars.len() {
        match chars[at] {
            '{' => at = behind(at + 1, '}'),
            '[' => at = behind(at + 1, ']'),
            c if c.is_ascii_digit() => {
                while chars.get(at).is_some_and(|c| c.is_ascii_alphanumeric() || *c == '.') {
                    at += 1;
                }
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let start = at;
                while chars.get(at).is_some_and(|c| c.is_ascii_alphanumeric() || "_:".contains(*c))
                {
                    at += 1;
                }
                let word: String = chars[start..at].iter().collect();
                let next = blank(at);
                if GROUPING.contains(&&*word) {
                    at = behind(next, ')');
                } else if !OTHER.contains(&&*word) && chars.get(next) != Some(&'(') {
                    found.insert(word);
                }
            }
            _ => at += 1,
        }
    }
    found
}

#[test]
fn metric_names_are_found_in_promql() {
    let expr = "sum by (job, le) (rate(a_bucket{x=\"}b\", y!=\"\"}[5m])) / on (z) c:d:e > 24 * 3600\nor absent(up)";
    let expected = ["a_bucket", "c:d:e", "up"].map(str::to_owned);
    assert_eq!(metrics(expr), BTreeSet::from(expected));
}

#[derive(Deserialize)]
struct Known {
    exporter: String,
    version: String,
    metric: String,
    source: String,
    date: String,
}

#[test]
fn every_metric_is_known() {
    let known: Vec<Known> = serde_json::from_str(include_str!("metrics.json")).unwrap();
    for entry in &known {
        assert!(!entry.exporter.is_empty() && !entry.source.is_empty(), "{}", entry.metric);
        assert!(
            entry.version.split('.').count() == 3 && entry.date.len() == 10,
            "{}",
            entry.metric
        );
    }
    let world = world();
    let (_, file, tests) = lowered(&world);
    let mut allowed: BTreeSet<_> = known.iter().map(|entry| entry.metric.clone()).collect();
    for service in &world.services {
        allowed.extend(service.pool.clone());
        for histogram in service.http.iter().chain(&service.queries) {
            allowed.extend(["_bucket", "_count"].map(|suffix| format!("{histogram}{suffix}")));
        }
    }
    let rules = || file.groups.iter().flat_map(|group| &group.rules);
    let mut used = BTreeSet::new();
    for rule in rules() {
        let expr = match rule {
            Rule::Record { record, expr } => {
                allowed.insert((*record).to_owned());
                expr
            }
            Rule::Alert(alert) => &alert.expr,
        };
        used.extend(metrics(expr));
    }
    let unknown: Vec<_> = used.difference(&allowed).collect();
    assert!(unknown.is_empty(), "no exporter has {unknown:?}");
    let idle: Vec<_> = known.iter().filter(|entry| !used.contains(&entry.metric)).collect();
    assert!(idle.is_empty(), "no rule uses {:?}", idle[0].metric);
    for input in tests.tests.iter().flat_map(|test| &test.input_series) {
        let metric = input.series.split('{').next().unwrap();
        assert!(allowed.contains(metric), "a test feeds the unknown {metric}");
    }
}

#[test]
fn every_alert_is_seen_firing_pending_and_quiet() {
    let (_, file, tests) = lowered(&world());
    let alerts = file.groups.iter().flat_map(|group| &group.rules).filter_map(|rule| match rule {
        Rule::Alert(alert) => Some(alert),
        Rule::Record { .. } => None,
    });
    let (mut seen, mut pending, mut quiet) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for case in &tests.tests {
        let name = case.alert_rule_test.first().unwrap().alertname;
        let mut firing = 0;
        for (at, moment) in case.alert_rule_test.iter().enumerate() {
            if at > 0 && moment.exp_alerts.len() > firing {
                pending.insert(name);
            }
            firing = moment.exp_alerts.len();
            for expected in &moment.exp_alerts {
                let label = |name| expected.exp_labels.get(name).cloned().unwrap_or_default();
                seen.insert((name, ["severity", "service", "metric"].map(label).join(" ")));
            }
        }
        if firing == 0 {
            quiet.insert(name);
        }
    }
    for alert in alerts {
        let label = |label: &Option<String>| label.clone().unwrap_or_default();
        let labels = &alert.labels;
        let key =
            format!("{} {} {}", labels.severity, label(&labels.service), label(&labels.metric));
        assert!(seen.contains(&(&*alert.alert, key.clone())), "{} {key} never fires", alert.alert);
        let patient = pending.contains(&*alert.alert) && quiet.contains(&*alert.alert);
        assert!(patient || alert.alert == "Watchdog", "{} is never quiet", alert.alert);
    }
}

/// The bounds of the alerts on a promise, by the end of their names.
fn burns(slo: Promises, prefix: &str) -> Vec<(String, u64)> {
    let (checks, ..) = lowered(&World { slo, ..world() });
    let of_api = |check: &&Check| check.subject.service.as_deref() == Some("api");
    let burn = |check: &Check| {
        let name = check.row.alert.strip_prefix(prefix)?;
        Some((name.to_owned(), check.levels[0].bound.raw()))
    };
    checks.iter().filter(of_api).filter_map(burn).collect()
}

#[test]
fn promises_are_guarded_at_the_paces_of_the_workbook() {
    let pace = |name: &str, raw| (name.to_owned(), raw);
    // 14.4, 6 and 1 times a budget of 0.1%, which are 10 hundredths of a percent.
    let month = Promises { hours: 720, errors: Some(10), slow: None };
    assert_eq!(
        burns(month.clone(), "ErrorBudgetBurn"),
        [pace("Hour", 144), pace("SixHours", 60), pace("ThreeDays", 10)]
    );
    // No service can fail 14.4 times as often as one request in ten.
    let loose = Promises { errors: Some(1_000), ..month };
    assert_eq!(
        burns(loose, "ErrorBudgetBurn"),
        [pace("SixHours", 6_000), pace("ThreeDays", 1_000)]
    );
    let slow = Promises { errors: None, slow: Some((500, 250)), hours: 720 };
    assert_eq!(burns(slow.clone(), "ErrorBudgetBurn"), []);
    assert_eq!(burns(slow, "LatencyBudgetBurn").len(), 3);
}

#[test]
fn a_promise_is_looked_at_through_two_windows() {
    let (_, file, _) = lowered(&world());
    let rules = || file.groups.iter().flat_map(|group| &group.rules);
    let expr = |name: &str| {
        rules()
            .find_map(|rule| match rule {
                Rule::Alert(alert) if alert.alert == name => Some(alert.expr.clone()),
                _ => None,
            })
            .unwrap()
    };
    let errors = expr("ErrorBudgetBurnHour");
    assert!(errors.contains("[1h]") && errors.contains("\nand\n") && errors.contains("[5m]"));
    assert!(expr("LatencyBudgetBurnHour").contains("le=~\"1|1\\\\.0\""));
}

#[test]
fn a_large_share_of_few_requests_calls_nobody() {
    let slo = Promises { hours: 720, errors: Some(10), slow: Some((500, 250)) };
    let (_, file, tests) = lowered(&World { slo, ..world() });
    let rules = file.groups.iter().flat_map(|group| &group.rules);
    let shares = rules.filter_map(|rule| match rule {
        Rule::Alert(alert) if alert.annotations.description.contains("of the requests") => {
            Some(&*alert.alert).filter(|name| *name != "HighLatencyP95")
        }
        _ => None,
    });
    let shares: BTreeSet<_> = shares.collect();
    assert_eq!(shares.len(), 7, "{shares:?}");
    for alert in shares {
        let few = |case: &&TestCase| case.name == format!("{alert} api of few requests");
        let case = tests.tests.iter().find(few).unwrap_or_else(|| panic!("{alert} counts few"));
        assert!(case.alert_rule_test.iter().all(|moment| moment.exp_alerts.is_empty()));
    }
}

#[test]
fn uptime_is_held_against_the_promise() {
    let bound = |errors| {
        let slo = Promises { hours: 720, errors, slow: None };
        let (checks, ..) = lowered(&World { slo, ..world() });
        let check = checks.iter().find(|check| check.row.alert == "UptimeBelowTarget").unwrap();
        check.levels[0].bound.raw()
    };
    assert_eq!((bound(Some(10)), bound(None)), (9_990, 9_900));
}

#[test]
fn a_group_never_holds_two_rules_with_the_same_labels() {
    // `promtool check rules --lint=all` calls them duplicates.
    let (_, file, _) = lowered(&world());
    let mut seen = BTreeSet::new();
    for rule in file.groups.iter().flat_map(|group| &group.rules) {
        let key = match rule {
            Rule::Record { record, .. } => (*record).to_owned(),
            Rule::Alert(alert) => format!("{} {:?}", alert.alert, alert.labels),
        };
        assert!(seen.insert(key.clone()), "{key} stands twice");
    }
}

#[test]
fn thresholds_of_the_wrong_unit_or_out_of_reach_are_refused() {
    for (kind, threshold, code) in [
        (AlertKind::ErrorRate, Threshold::Duration(Seconds::new(1)), codes::BAD_FORMAT),
        (AlertKind::LatencyP95, Threshold::Percent(Percent(500)), codes::BAD_FORMAT),
        (AlertKind::Cpu, Threshold::Percent(Percent(10_000)), codes::OUT_OF_RANGE),
        (AlertKind::DiskFree, Threshold::Percent(Percent(0)), codes::OUT_OF_RANGE),
    ] {
        let mut world = world();
        world.alerts = vec![alert(kind, Some(threshold))];
        assert!(codes_of(&world).contains(&code.id), "{kind:?} took {threshold:?}");
    }
}

#[test]
fn thresholds_become_exact_bounds() {
    let mut world = world();
    world.alerts = vec![alert(AlertKind::ErrorRate, Some(Threshold::Percent(Percent(250))))];
    let (checks, rules, _) = lowered(&world);
    let rate = checks.iter().find(|check| check.row.alert == "HighErrorRate").unwrap();
    assert_eq!(rate.levels.len(), 1, "a single value is critical alone");
    assert!(serde_json::to_string(&rules).unwrap().contains("> 0.025"));
}

#[test]
fn one_copy_cannot_be_too_few() {
    let mut world = world();
    world.services[0].copies = 1;
    let (checks, ..) = lowered(&world);
    let levels: Vec<_> = checks
        .iter()
        .filter(|check| check.row.alert == "ServiceDown")
        .map(|check| check.levels.len())
        .collect();
    assert_eq!(levels, [1, 2]);
}

#[test]
fn an_alert_without_anything_to_watch_is_a_warning() {
    let mut world = world();
    assert_eq!(codes_of(&world), Vec::<&str>::new());
    world.stores.clear();
    let missing = codes_of(&world);
    assert_eq!(missing, [codes::MISSING_METRIC.id; 2], "one for Db, one for Redis");
}

#[test]
fn a_cache_may_be_full() {
    let mut world = world();
    world.stores = vec![store("cache", DatabaseKind::Redis { evicts: true, persists: false })];
    let (checks, ..) = lowered(&world);
    let redis: Vec<_> = checks
        .iter()
        .map(|check| check.row.alert)
        .filter(|name| name.starts_with("Redis"))
        .collect();
    assert_eq!(redis, ["RedisDown", "RedisRejectedConnections"]);
}

#[test]
fn basic_writes_rules_alone() {
    let mut world = world();
    let paths = |world: &World| {
        let files = files(world, &Options::default(), &mut Diagnostics::default());
        files.into_iter().map(|(path, _)| path).collect::<Vec<_>>()
    };
    assert_eq!(
        paths(&world),
        [
            "prometheus/rules/shop.rules.yml",
            "prometheus/rules/shop.test.yml",
            "prometheus/prometheus.yml",
            "alertmanager/alertmanager.yml",
            "blackbox/blackbox.yml",
        ]
    );
    world.full = false;
    assert_eq!(paths(&world).len(), 2);
}

#[test]
fn the_absence_of_many_services_is_tested_at_once() {
    let services = |count: usize| {
        let name = |at| service(&format!("s{at}"), "http_request_duration_seconds");
        let (_, _, tests) = lowered(&World { services: (0..count).map(name).collect(), ..world() });
        let absent = |case: &&TestCase| case.name.starts_with("ServiceAbsent");
        let cases: Vec<_> = tests.tests.iter().filter(absent).collect();
        let alerts = |case: &TestCase| {
            case.alert_rule_test.iter().map(|test| test.exp_alerts.len()).max().unwrap()
        };
        let found: Vec<_> =
            cases.iter().map(|case| (case.input_series.len(), alerts(case))).collect();
        found
    };
    // Nothing is there and everything fires; everything is there and nothing does.
    assert_eq!(services(cases::MANY + 1), [(0, 51), (51, 0)]);
    let few = services(cases::MANY);
    assert_eq!((few.len(), few[0], few[1]), (100, (49, 1), (50, 0)));
}
