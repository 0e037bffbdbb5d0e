//! The catalogue: one row per alert, one per recorded series.

mod host;
mod monitoring;
mod probes;
mod record;
mod services;
mod slo;
mod stores;

use super::amount::{Amount, thousandths};
use super::promql::series;
use super::row::{Row, Series, Subject};

pub(super) use record::RECORDS;

/// Every alert, in the order in which a reader looks for them.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    [services::ROWS, slo::ROWS, host::ROWS, stores::ROWS, probes::ROWS, monitoring::ROWS]
        .into_iter()
        .flatten()
}

/// The instance in unit tests.
const INSTANCE: &str = "10.0.0.5:9000";
/// The label of most results besides `job`.
const ON_INSTANCE: &[(&str, &str)] = &[("instance", INSTANCE)];

/// `<metric>{job, instance, …}` with more labels where a test needs them.
fn on_instance(subject: &Subject, metric: &str, more: &[(&str, &str)]) -> String {
    let base = [("job", subject.job.as_str()), ("instance", INSTANCE)];
    series(metric, &[&base, more].concat())
}

/// A series that stays the same.
fn steady(series: String, value: &str, minutes: u64) -> Series {
    (series, format!("{value}x{minutes}"))
}

/// A counter that grows by this much every minute.
fn growing(series: String, per_minute: &str, minutes: u64) -> Series {
    (series, format!("0+{per_minute}x{minutes}"))
}

/// What a request is counted under in a test.
const REQUEST: [(&str, &str); 2] = [("method", "GET"), ("route", "/")];

/// So many requests have to be bad before a share of them calls anybody: of few, one is many.
const FEWEST: u64 = 5;

/// The input of requests of which this share is answered with 5xx, so many that none is chance.
fn failures(subject: &Subject, share: Amount, minutes: u64) -> Vec<Series> {
    let (all, failed) = (1_000_000, share.raw() * 100);
    vec![
        answered(subject, "200", &(all - failed).to_string(), minutes),
        answered(subject, "500", &failed.to_string(), minutes),
    ]
}

/// The input of failures alone, one fewer in five minutes than [`FEWEST`].
fn few_failures(subject: &Subject, minutes: u64) -> Vec<Series> {
    vec![answered(subject, "500", FEW, minutes)]
}

/// One fewer than [`FEWEST`], spread over five minutes.
const FEW: &str = "0.8";

fn answered(subject: &Subject, status: &str, per_minute: &str, minutes: u64) -> Series {
    let count = format!("{}_count", subject.metric());
    let labels = [&REQUEST[..], &[("status_code", status)]].concat();
    growing(on_instance(subject, &count, &labels), per_minute, minutes)
}

/// The input of a gauge that has the measured value itself.
fn gauge(subject: &Subject, metric: &str, value: Amount, minutes: u64) -> Vec<Series> {
    vec![steady(on_instance(subject, metric, &[]), &value.promql(), minutes)]
}

/// The input of a quotient of two gauges that is this share.
fn quotient(part: String, whole: String, value: Amount, minutes: u64) -> Vec<Series> {
    vec![steady(part, &value.raw().to_string(), minutes), steady(whole, "10000", minutes)]
}

/// The input of a histogram whose 95th percentile is this duration: it lies in the middle of the
/// bucket that holds the slowest tenth.
fn histogram(
    subject: &Subject,
    labels: &[(&str, &str)],
    value: Amount,
    minutes: u64,
) -> Vec<Series> {
    let (middle, reach) = (value.raw(), (value.raw() / 10).max(1));
    let bucket = |le: &str, per_minute: &str| {
        let labels = [labels, &[("le", le)]].concat();
        let metric = format!("{}_bucket", subject.metric());
        growing(on_instance(subject, &metric, &labels), per_minute, minutes)
    };
    vec![
        bucket(&thousandths(middle.saturating_sub(reach)), "90"),
        bucket(&thousandths(middle + reach), "100"),
        bucket("+Inf", "100"),
    ]
}
