//! What is observed and which alerts are on.

use stackc_model::{
    Alert, AlertKind, Engine, Observe, ObserveLevel, Percent, Seconds, Service, Sourced, Store,
    Threshold,
};
use stackc_shape::{Spanned, Switch};
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{AlertLevels, AlertValue, AlertsSpec, LevelWord, ObserveSpec};

use crate::context::{Context, or, or_map, written};
use crate::slo;

/// The observation of one environment.
pub(crate) fn resolve(
    services: &[Service],
    stores: &[Store],
    public: bool,
    cx: &mut Context<'_>,
) -> Observe {
    let default = ObserveSpec::default();
    let spec = cx.spec.observe.as_ref().map_or(&default, |observe| &observe.value);
    let level = or_map(
        spec.level.as_ref(),
        |word| match word {
            LevelWord::None => ObserveLevel::None,
            LevelWord::Basic => ObserveLevel::Basic,
            LevelWord::Full => ObserveLevel::Full,
        },
        ObserveLevel::Basic,
        "alert rules cost nothing",
    );
    let full = *level == ObserveLevel::Full;
    let on = |flag: Option<&Spanned<bool>>| flag.map_or(full, |flag| flag.value);
    let (host, blackbox) = (on(spec.host.as_ref()), on(spec.blackbox.as_ref()));
    let present = Present {
        metrics: services.iter().any(|service| service.metrics.is_some()),
        pool: has(services, |metrics| metrics.db_pool_waiting.is_some()),
        latency: has(services, |metrics| metrics.db_latency.is_some()),
        postgres: stores.iter().any(|store| matches!(store.engine, Engine::Postgres { .. })),
        redis: stores.iter().any(|store| matches!(store.engine, Engine::Redis { .. })),
        host: host || !full,
        probed: public && (blackbox || !full),
    };
    let no_alerts = AlertsSpec::default();
    let written_alerts = spec.alerts.as_ref().unwrap_or(&no_alerts);
    Observe {
        alerts: alerts(written_alerts, &present, cx),
        slo: slo::promises(present.metrics, cx),
        custom: slo::custom(spec, cx),
        retention: or(spec.retention.as_ref(), Seconds::new(15 * 86_400), "two weeks to look back"),
        containers: on(spec.containers.as_ref()),
        level,
        host,
        blackbox,
    }
}

/// Whether the monitoring itself is asked for.
pub(crate) fn is_full(cx: &Context<'_>) -> bool {
    let level = cx.spec.observe.as_ref().and_then(|observe| observe.value.level.as_ref());
    level.is_some_and(|level| level.value == LevelWord::Full)
}

fn has(services: &[Service], test: impl Fn(&stackc_model::Metrics) -> bool) -> bool {
    services.iter().filter_map(|service| service.metrics.as_ref()).any(test)
}

/// What there is to watch.
struct Present {
    metrics: bool,
    pool: bool,
    latency: bool,
    postgres: bool,
    redis: bool,
    host: bool,
    probed: bool,
}

/// What a bound of an alert is counted in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Share,
    Time,
    Number,
}

/// One row per alert with two levels: kind, unit, defaults, whether more is worse, what must be
/// there, and what is missing where it is not.
struct Row<'a> {
    kind: AlertKind,
    name: &'static str,
    written: Option<&'a Spanned<Switch<AlertLevels>>>,
    unit: Unit,
    warning: u64,
    critical: u64,
    rising: bool,
    present: bool,
    missing: &'static str,
}

fn rows<'a>(spec: &'a AlertsSpec, present: &Present) -> [Row<'a>; 10] {
    let row = |kind, name, written, unit, (warning, critical), rising, present, missing| Row {
        kind,
        name,
        written,
        unit,
        warning,
        critical,
        rising,
        present,
        missing,
    };
    let metrics = "no service declares `metrics`";
    let hosts = "`observe.host` is off";
    [
        row(
            AlertKind::ErrorRate,
            "error_rate",
            spec.error_rate.as_ref(),
            Unit::Share,
            (100, 500),
            true,
            present.metrics,
            metrics,
        ),
        row(
            AlertKind::LatencyP95,
            "latency_p95",
            spec.latency_p95.as_ref(),
            Unit::Time,
            (500, 1000),
            true,
            present.metrics,
            metrics,
        ),
        row(
            AlertKind::Cpu,
            "cpu",
            spec.cpu.as_ref(),
            Unit::Share,
            (8000, 9000),
            true,
            present.host,
            hosts,
        ),
        row(
            AlertKind::Memory,
            "memory",
            spec.memory.as_ref(),
            Unit::Share,
            (8000, 9500),
            true,
            present.host,
            hosts,
        ),
        row(
            AlertKind::DiskFree,
            "disk_free",
            spec.disk_free.as_ref(),
            Unit::Share,
            (2000, 1000),
            false,
            present.host,
            hosts,
        ),
        row(
            AlertKind::Db,
            "db",
            spec.db.as_ref(),
            Unit::Share,
            (8000, 9500),
            true,
            present.postgres,
            "there is no PostgreSQL",
        ),
        row(
            AlertKind::DbPoolWaiting,
            "db_pool_waiting",
            spec.db_pool_waiting.as_ref(),
            Unit::Number,
            (5, 10),
            true,
            present.pool,
            "no service declares `metrics.db_pool_waiting`",
        ),
        row(
            AlertKind::DbLatency,
            "db_latency",
            spec.db_latency.as_ref(),
            Unit::Time,
            (200, 500),
            true,
            present.latency,
            "no service declares `metrics.db_latency`",
        ),
        row(
            AlertKind::Redis,
            "redis",
            spec.redis.as_ref(),
            Unit::Share,
            (8000, 9000),
            true,
            present.redis,
            "there is no redis",
        ),
        row(
            AlertKind::Certificate,
            "certificate",
            spec.certificate.as_ref(),
            Unit::Time,
            (10 * 86_400_000, 3 * 86_400_000),
            false,
            present.probed,
            "nothing public is probed",
        ),
    ]
}

fn alerts(spec: &AlertsSpec, present: &Present, cx: &mut Context<'_>) -> Vec<Alert> {
    let mut alerts: Vec<_> =
        rows(spec, present).iter().filter_map(|row| two_levels(row, cx)).collect();
    let plain = [
        (
            AlertKind::Down,
            "down",
            spec.down.as_ref(),
            present.metrics,
            "no service declares `metrics`",
        ),
        (
            AlertKind::Uptime,
            "uptime",
            spec.uptime.as_ref(),
            present.probed,
            "nothing public is probed",
        ),
    ];
    for (kind, name, written, present, missing) in plain {
        match written {
            Some(flag) if flag.value && !present => no_metric(name, flag.span, missing, cx),
            Some(flag) if !flag.value => {}
            _ if present => alerts.push(Alert {
                kind,
                warning: None,
                critical: None,
                span: written.map(|flag| flag.span),
            }),
            _ => {}
        }
    }
    alerts.sort_by_key(|alert| alert.kind);
    alerts
}

fn two_levels(row: &Row<'_>, cx: &mut Context<'_>) -> Option<Alert> {
    let levels = match row.written.map(|written| &written.value) {
        Some(Switch::Off(_)) => return None,
        Some(Switch::On(levels)) => levels.as_ref(),
        None => None,
    };
    let span = row.written.map(|written| written.span);
    if !row.present {
        if let Some(span) = span {
            no_metric(row.name, span, row.missing, cx);
        }
        return None;
    }
    let default = |value: u64| {
        let value = match row.unit {
            Unit::Share => Threshold::Percent(Percent(u32::try_from(value).unwrap_or(u32::MAX))),
            Unit::Time => Threshold::Duration(Seconds { millis: value }),
            Unit::Number => Threshold::Count(value),
        };
        Some(Sourced::default(value, "the usual bound"))
    };
    let (warning, critical) = match levels {
        None => (default(row.warning), default(row.critical)),
        Some(levels) => (
            levels.warning.as_ref().and_then(|value| threshold(value, row, cx)),
            levels.critical.as_ref().and_then(|value| threshold(value, row, cx)),
        ),
    };
    if let (Some(low), Some(high), Some(span)) = (&warning, &critical, span) {
        let (low, high) = (magnitude(**low), magnitude(**high));
        if (row.rising && low >= high) || (!row.rising && low <= high) {
            let message =
                format!("the warning of `{}` comes no earlier than the critical level", row.name);
            cx.push(
                Diagnostic::new(codes::OUT_OF_RANGE, span, message)
                    .help("the first number warns, the second calls somebody"),
            );
        }
    }
    Some(Alert { kind: row.kind, warning, critical, span })
}

fn magnitude(threshold: Threshold) -> u64 {
    match threshold {
        Threshold::Percent(percent) => u64::from(percent.0),
        Threshold::Duration(time) => time.millis,
        Threshold::Count(count) => count,
    }
}

fn threshold(
    value: &Spanned<AlertValue>,
    row: &Row<'_>,
    cx: &mut Context<'_>,
) -> Option<Sourced<Threshold>> {
    let (found, unit) = match value.value {
        AlertValue::Percent(percent) => (Threshold::Percent(percent), Unit::Share),
        AlertValue::Duration(time) => (Threshold::Duration(time), Unit::Time),
        AlertValue::Count(count) => (Threshold::Count(count), Unit::Number),
    };
    if unit != row.unit {
        let wanted = match row.unit {
            Unit::Share => "a percentage such as `5%`",
            Unit::Time => "a duration such as `500ms`",
            Unit::Number => "a plain number such as `10`",
        };
        let message = format!("the alert `{}` is bounded by {wanted}", row.name);
        cx.push(Diagnostic::new(codes::BAD_FORMAT, value.span, message));
        return None;
    }
    Some(written(value).map(|_| found))
}

fn no_metric(name: &str, span: Span, missing: &str, cx: &mut Context<'_>) {
    let message = format!("the alert `{name}` has nothing to watch: {missing}");
    cx.push(
        Diagnostic::new(codes::MISSING_METRIC, span, message)
            .help("it is left out: add what it watches, or take it out"),
    );
}
