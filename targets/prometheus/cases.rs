//! Unit tests for every alert of the catalogue, made from the same rows: just on this side of each bound, just on
//! the other, a minute too early and on time.

use std::collections::{BTreeMap, BTreeSet};

use super::amount::Amount;
use super::document::{AlertTest, Expected, InputSeries, TestCase, TestFile};
use super::row::{Check, Compare, Level, Series};
use super::rules::annotations;
use super::text::Places;

/// From how many services on the absence of all is tested at once. Each test of one service alone
/// needs the series of all others, so that the file would grow with the square of the services.
pub(super) const MANY: usize = 50;

/// What the name of such a test ends with.
const ALL: &str = ", with all others";

/// The tests of a file of rules.
pub(super) fn test_file(rules: &str, checks: &[Check], runbooks: Option<&str>) -> TestFile {
    TestFile {
        rule_files: vec![rules.to_owned()],
        evaluation_interval: "1m",
        tests: checks
            .chunk_by(|a, b| std::ptr::eq(a.row, b.row))
            .flat_map(|checks| of_row(checks, runbooks))
            .collect(),
    }
}

fn of_row(checks: &[Check], runbooks: Option<&str>) -> Vec<TestCase> {
    let all = checks.iter().map(|check| cases(check, runbooks));
    let absence = |check: &Check| {
        matches!(check.row.compare, Compare::Absent) && check.subject.peers.is_empty()
    };
    if checks.len() > MANY && checks.iter().all(absence) {
        all.reduce(together).unwrap_or_default()
    } else {
        all.flatten().collect()
    }
}

/// The tests of two checks of a row as those of both.
fn together(mut cases: Vec<TestCase>, others: Vec<TestCase>) -> Vec<TestCase> {
    for (case, other) in cases.iter_mut().zip(others) {
        if !case.name.ends_with(ALL) {
            case.name.push_str(ALL);
        }
        case.input_series.extend(other.input_series);
        for (test, other) in case.alert_rule_test.iter_mut().zip(other.alert_rule_test) {
            test.exp_alerts.extend(other.exp_alerts);
        }
    }
    cases
}

fn cases(check: &Check, runbooks: Option<&str>) -> Vec<TestCase> {
    let around = |level: &Level| check.row.compare.around(level.bound);
    let mut values: Vec<Amount> = check.levels.iter().flat_map(around).collect();
    values.sort_by_key(|value| value.raw());
    values.dedup();
    let cases = values.into_iter().map(|value| case(check, value, runbooks));
    cases.chain(few(check)).collect()
}

/// When an alert of a level is due.
fn due(check: &Check, level: &Level) -> u64 {
    check.row.warmup + level.hold.millis.div_ceil(60_000)
}

/// Nobody is called for a large share of few requests.
fn few(check: &Check) -> Option<TestCase> {
    let input = check.row.few?;
    let times: BTreeSet<u64> = check.levels.iter().map(|level| due(check, level)).collect();
    let end = times.last()? + 1;
    let quiet = |time| AlertTest {
        eval_time: format!("{time}m"),
        alertname: check.row.alert,
        exp_alerts: Vec::new(),
    };
    Some(TestCase {
        name: format!("{} of few requests", name(check)),
        interval: "1m",
        input_series: series(input(&check.subject, end)),
        alert_rule_test: times.into_iter().map(quiet).collect(),
    })
}

fn series(found: Vec<Series>) -> Vec<InputSeries> {
    found.into_iter().map(|(series, values)| InputSeries { series, values }).collect()
}

fn case(check: &Check, value: Amount, runbooks: Option<&str>) -> TestCase {
    let row = check.row;
    let beyond: Vec<_> =
        check.levels.iter().filter(|level| row.compare.fires(value, level.bound)).collect();
    let due = |level: &Level| due(check, level);
    let mut times: BTreeSet<u64> = beyond
        .iter()
        .flat_map(|level| [due(level).checked_sub(1), Some(due(level))])
        .flatten()
        .collect();
    if times.is_empty() {
        times.extend(check.levels.iter().map(due).max().map(|latest| latest + 5));
    }
    let end = times.last().copied().unwrap_or(0) + 1;
    let at = |time: u64| AlertTest {
        eval_time: format!("{time}m"),
        alertname: row.alert,
        exp_alerts: beyond
            .iter()
            .filter(|level| due(level) <= time)
            .map(|level| expected(check, level, value, runbooks))
            .collect(),
    };
    TestCase {
        name: format!("{} at {}", name(check), value.printed()),
        interval: "1m",
        input_series: series((row.input)(&check.subject, value, end)),
        alert_rule_test: times.into_iter().map(at).collect(),
    }
}

fn name(check: &Check) -> String {
    let subject = check.subject.service.iter().map(String::as_str);
    let metric = check.metric_label();
    let words: Vec<_> = std::iter::once(check.row.alert).chain(subject).chain(metric).collect();
    words.join(" ")
}

fn expected(check: &Check, level: &Level, value: Amount, runbooks: Option<&str>) -> Expected {
    let mut labels: BTreeMap<&'static str, String> =
        check.row.labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let mut set = |name, value: Option<&str>| {
        labels.extend(value.map(|value| (name, value.to_owned())));
    };
    set("job", Some(&*check.subject.job).filter(|job| !job.is_empty()));
    set("severity", Some(level.severity.name()));
    set("service", check.subject.service.as_deref());
    set("metric", check.metric_label());
    let places = Measured { check, value, bound: level.bound, labels: &labels };
    let annotations = annotations(check, &places, runbooks, str::to_owned);
    Expected { exp_annotations: annotations, exp_labels: labels }
}

/// Annotations as they come out of Prometheus.
struct Measured<'a> {
    check: &'a Check,
    value: Amount,
    bound: Amount,
    labels: &'a BTreeMap<&'static str, String>,
}

impl Places for Measured<'_> {
    fn fill(&self, place: &str) -> String {
        match place {
            "value" => self.value.printed(),
            "bound" => self.bound.bound(),
            _ => match place.strip_prefix("label.") {
                Some(label) => self.labels.get(label).cloned().unwrap_or_default(),
                None => self.check.name(place).to_owned(),
            },
        }
    }
}
