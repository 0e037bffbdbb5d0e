//! Promises to users: alerts on the pace at which their error budget is used up.
//!
//! Each looks through a long window, so that it is about something, and through a short one, so that
//! it ends soon after the cause. Source: The Site Reliability Workbook, chapter 5, table 5-8: 2% of
//! the budget in an hour and 5% in six hours call somebody, 10% in three days opens a ticket.

use super::{FEW, FEWEST, REQUEST, failures, few_failures, growing, on_instance};
use crate::prometheus::amount::{Amount, thousandths};
use crate::prometheus::promql::{any_value, jobs};
use crate::prometheus::row::{Area, Budget, Burn, Compare, Levels, Row, Series, Severity, Subject};
use crate::prometheus::world::World;

/// A pace of the table.
macro_rules! burns {
    ($($errors:literal $latency:literal $severity:ident $percent:literal $hours:literal $long:literal $short:literal $words:literal;)*) => {
        pub(super) static ROWS: &[Row] = &[
            $(Row {
                alert: $errors,
                area: Area::Promises,
                kind: None,
                subjects: |world| subjects(world, world.slo.errors, None),
                expr: |s, compare| both(|window| failed(s, window), &failed_in(s, $long), [$long, $short], compare),
                compare: Compare::Above,
                levels: Levels::Burn(Burn { severity: Severity::$severity, percent: $percent, hours: $hours }),
                hold: [0, 0],
                keep: 5,
                labels: &[],
                summary: "{service} uses up its error budget",
                description: concat!(
                    "{value} of the requests to {service} failed over ", $words,
                    ", more than {bound}: at this pace ", stringify!($percent),
                    "% of the budget is gone in that time."
                ),
                input: failures,
                warmup: 1,
                few: Some(few_failures),
            },
            Row {
                alert: $latency,
                area: Area::Promises,
                kind: None,
                subjects: |world| {
                    let (share, bound) = world.slo.slow.unzip();
                    subjects(world, share, bound)
                },
                expr: |s, compare| both(|window| slow(s, window), &slow_in(s, $long), [$long, $short], compare),
                compare: Compare::Above,
                levels: Levels::Burn(Burn { severity: Severity::$severity, percent: $percent, hours: $hours }),
                hold: [0, 0],
                keep: 5,
                labels: &[],
                summary: "{service} uses up its budget of slow requests",
                description: concat!(
                    "{value} of the requests to {service} took longer than promised over ", $words,
                    ", more than {bound}: at this pace ", stringify!($percent),
                    "% of the budget is gone in that time."
                ),
                input: slowness,
                warmup: 1,
                few: Some(few_slow),
            },)*
        ];
    };
}

burns! {
    "ErrorBudgetBurnHour" "LatencyBudgetBurnHour" Critical 2 1 "1h" "5m" "an hour and over five minutes";
    "ErrorBudgetBurnSixHours" "LatencyBudgetBurnSixHours" Critical 5 6 "6h" "30m" "six hours and over thirty minutes";
    "ErrorBudgetBurnThreeDays" "LatencyBudgetBurnThreeDays" Warning 10 72 "3d" "6h" "three days and over six hours";
}

/// The services that answer HTTP, with the budget of a promise; none where nothing is promised.
fn subjects(world: &World, share: Option<u32>, slow: Option<u64>) -> Vec<Subject> {
    let Some(share) = share else { return Vec::new() };
    let budget = Budget { share, hours: world.slo.hours, slow };
    let with_http = |service: &crate::prometheus::world::Watched| {
        let metric = service.http.as_ref()?;
        let named = Subject::named(&service.name).with_metric(metric);
        Some(Subject { budget: Some(budget), ..named })
    };
    world.services.iter().filter_map(with_http).collect()
}

/// The expression over both windows, each beyond the bound, and enough bad requests in the long one:
/// at night a single one is a large share.
fn both(share: impl Fn(&str) -> String, bad: &str, windows: [&str; 2], compare: &str) -> String {
    let [long, short] = windows.map(|window| format!("({}) {compare}", share(window)));
    format!("{long}\nand\n{short}\nand\n{bad} >= {FEWEST}")
}

/// The share of requests that were answered with 5xx.
fn failed(subject: &Subject, window: &str) -> String {
    let (metric, job) = (subject.metric(), jobs(&[&subject.job]));
    format!(
        "sum by (job) (rate({metric}_count{{{job}, status_code=~\"5..\"}}[{window}])) / sum by (job) \
         (rate({metric}_count{{{job}}}[{window}]))"
    )
}

/// How many requests were answered with 5xx.
fn failed_in(subject: &Subject, window: &str) -> String {
    let (metric, job) = (subject.metric(), jobs(&[&subject.job]));
    format!("sum by (job) (increase({metric}_count{{{job}, status_code=~\"5..\"}}[{window}]))")
}

/// The share of requests that took longer than promised, which is an edge of a bucket.
fn slow(subject: &Subject, window: &str) -> String {
    let (metric, job) = (subject.metric(), jobs(&[&subject.job]));
    let edge = any_value("le", &edges(subject));
    format!(
        "1 - sum by (job) (rate({metric}_bucket{{{job}, {edge}}}[{window}])) / sum by (job) \
         (rate({metric}_count{{{job}}}[{window}]))"
    )
}

/// How many requests took longer than promised.
fn slow_in(subject: &Subject, window: &str) -> String {
    let (metric, job) = (subject.metric(), jobs(&[&subject.job]));
    let edge = any_value("le", &edges(subject));
    format!(
        "sum by (job) (increase({metric}_count{{{job}}}[{window}])) - sum by (job) \
         (increase({metric}_bucket{{{job}, {edge}}}[{window}]))"
    )
}

/// The edge of the bucket as exporters and Prometheus 3 write it: whole seconds with `.0`, too.
fn edges(subject: &Subject) -> Vec<String> {
    let millis = subject.budget.and_then(|budget| budget.slow).unwrap_or(0);
    let edge = thousandths(millis);
    match edge.contains('.') {
        true => vec![edge],
        false => vec![edge.clone(), format!("{edge}.0")],
    }
}

fn slowness(subject: &Subject, share: Amount, minutes: u64) -> Vec<Series> {
    let (all, slow) = (1_000_000, share.raw() * 100);
    quick(subject, &(all - slow).to_string(), &all.to_string(), minutes)
}

/// The input of slow requests alone, fewer than call anybody.
fn few_slow(subject: &Subject, minutes: u64) -> Vec<Series> {
    quick(subject, "0", FEW, minutes)
}

/// So many requests a minute, and those of them that were not slow.
fn quick(subject: &Subject, quick: &str, all: &str, minutes: u64) -> Vec<Series> {
    let series = |metric: &str, labels: &[(&str, &str)], per_minute: &str| {
        let labels = [&REQUEST[..], labels].concat();
        let name = on_instance(subject, &format!("{}_{metric}", subject.metric()), &labels);
        growing(name, per_minute, minutes)
    };
    let edge = edges(subject).pop().unwrap_or_default();
    vec![series("bucket", &[("le", &edge)], quick), series("count", &[], all)]
}
