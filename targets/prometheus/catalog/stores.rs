//! Stores and their backups.

use stackc_model::AlertKind;

use super::{ON_INSTANCE, gauge, growing, on_instance, quotient, steady};
use crate::prometheus::amount::{Amount, Unit, thousandths};
use crate::prometheus::jobs::NODE;
use crate::prometheus::promql::jobs;
use crate::prometheus::row::{Area, Compare, Levels, Row, Severity, Subject};
use crate::prometheus::world::World;

pub(super) static ROWS: &[Row] = &[
    Row {
        alert: "PostgresDown",
        area: Area::Database,
        kind: Some(AlertKind::Db),
        subjects: postgres,
        expr: |s, compare| format!("pg_up{{{}}} {compare}", jobs(&[&s.job])),
        compare: Compare::Equal,
        levels: Levels::Fixed(Severity::Critical, Amount::Count(0)),
        hold: [0, 1],
        keep: 0,
        labels: ON_INSTANCE,
        summary: "PostgreSQL {service} is down",
        description: "The exporter cannot connect to {service}.",
        input: |s, up, minutes| gauge(s, "pg_up", up, minutes),
        warmup: 0,
        few: None,
    },
    Row {
        alert: "PostgresConnectionsHigh",
        area: Area::Database,
        kind: Some(AlertKind::Db),
        subjects: postgres,
        expr: |s, compare| {
            let job = jobs(&[&s.job]);
            format!(
                "sum by (job, instance) (pg_stat_activity_count{{{job}}})\n/\n(\n  max by (job, instance) (pg_settings_max_connections{{{job}}})\n  -\n  max by (job, instance) (pg_settings_superuser_reserved_connections{{{job}}})\n) {compare}"
            )
        },
        compare: Compare::Above,
        levels: Levels::Thresholds(Unit::Share),
        hold: [10, 5],
        keep: 5,
        labels: ON_INSTANCE,
        summary: "PostgreSQL {service} runs out of connections",
        description: "{value} of the connections that {service} allows are in use, more than \
                      {bound}.",
        input: |s, share, minutes| {
            let gauge = |metric, labels: &[_], value: &str| {
                steady(on_instance(s, metric, labels), value, minutes)
            };
            vec![
                gauge("pg_stat_activity_count", &[("state", "active")], &share.raw().to_string()),
                gauge("pg_settings_max_connections", &[], "10003"),
                gauge("pg_settings_superuser_reserved_connections", &[], "3"),
            ]
        },
        warmup: 0,
        few: None,
    },
    Row {
        alert: "RedisDown",
        area: Area::Redis,
        kind: Some(AlertKind::Redis),
        subjects: redis,
        expr: |s, compare| format!("redis_up{{{}}} {compare}", jobs(&[&s.job])),
        compare: Compare::Equal,
        levels: Levels::Fixed(Severity::Critical, Amount::Count(0)),
        hold: [0, 1],
        keep: 0,
        labels: ON_INSTANCE,
        summary: "Redis {service} is down",
        description: "The exporter cannot connect to {service}.",
        input: |s, up, minutes| gauge(s, "redis_up", up, minutes),
        warmup: 0,
        few: None,
    },
    Row {
        alert: "RedisMemoryHigh",
        area: Area::Redis,
        kind: Some(AlertKind::Redis),
        subjects: lasting_redis,
        expr: |s, compare| {
            let job = jobs(&[&s.job]);
            format!(
                "redis_memory_used_bytes{{{job}}} / (redis_memory_max_bytes{{{job}}} > 0) {compare}"
            )
        },
        compare: Compare::Above,
        levels: Levels::Thresholds(Unit::Share),
        hold: [10, 5],
        keep: 5,
        labels: ON_INSTANCE,
        summary: "Redis {service} runs out of memory",
        description: "{service} uses {value} of its memory, more than {bound}; it evicts nothing, \
                      so at its limit every write fails.",
        input: |s, share, minutes| {
            let name = |metric| on_instance(s, metric, &[]);
            quotient(
                name("redis_memory_used_bytes"),
                name("redis_memory_max_bytes"),
                share,
                minutes,
            )
        },
        warmup: 0,
        few: None,
    },
    Row {
        alert: "RedisRejectedConnections",
        area: Area::Redis,
        kind: Some(AlertKind::Redis),
        subjects: redis,
        expr: |s, compare| {
            format!(
                "increase(redis_rejected_connections_total{{{}}}[5m]) {compare}",
                jobs(&[&s.job])
            )
        },
        compare: Compare::Above,
        levels: Levels::Fixed(Severity::Warning, Amount::Count(0)),
        hold: [1, 0],
        keep: 10,
        labels: ON_INSTANCE,
        summary: "Redis {service} turns clients away",
        description: "{service} reached its limit of clients and refused connections in the last \
                      five minutes.",
        input: |s, refused, minutes| {
            let name = on_instance(s, "redis_rejected_connections_total", &[]);
            vec![growing(name, &refused.promql(), minutes)]
        },
        warmup: 1,
        few: None,
    },
    Row {
        alert: "RedisRewriteFailed",
        area: Area::Redis,
        kind: Some(AlertKind::Redis),
        subjects: persistent_redis,
        expr: |s, compare| {
            format!("redis_aof_last_bgrewrite_status{{{}}} {compare}", jobs(&[&s.job]))
        },
        compare: Compare::Equal,
        levels: Levels::Fixed(Severity::Warning, Amount::Count(0)),
        hold: [5, 0],
        keep: 0,
        labels: ON_INSTANCE,
        summary: "Redis {service} cannot rewrite its log",
        description: "The last rewrite of the append-only file of {service} failed; without one the \
                      file grows until the disk is full.",
        input: |s, written, minutes| gauge(s, "redis_aof_last_bgrewrite_status", written, minutes),
        warmup: 0,
        few: None,
    },
    Row {
        alert: "RedisAppendFailed",
        area: Area::Redis,
        kind: Some(AlertKind::Redis),
        subjects: persistent_redis,
        expr: |s, compare| format!("redis_aof_last_write_status{{{}}} {compare}", jobs(&[&s.job])),
        compare: Compare::Equal,
        levels: Levels::Fixed(Severity::Critical, Amount::Count(0)),
        hold: [0, 1],
        keep: 0,
        labels: ON_INSTANCE,
        summary: "Redis {service} cannot write its log",
        description: "The last write of {service} to its append-only file failed; while it does, \
                      writes are refused.",
        input: |s, written, minutes| gauge(s, "redis_aof_last_write_status", written, minutes),
        warmup: 0,
        few: None,
    },
    Row {
        alert: "BackupTooOld",
        area: Area::Backup,
        kind: Some(AlertKind::Backup),
        subjects: backup,
        expr: |s, compare| {
            format!(
                "time() - backup_last_success_timestamp_seconds{{{}}} {compare}",
                jobs(&[&s.job])
            )
        },
        compare: Compare::Above,
        levels: Levels::Thresholds(Unit::Time),
        hold: [5, 5],
        keep: 0,
        labels: ON_INSTANCE,
        summary: "The last good backup is too old",
        description: "The last backup that succeeded on {label.instance} is {value} old, older than \
                      {bound}.",
        input: |s, age, minutes| {
            // Moves with the clock, which starts at zero, so the age stays the same.
            let name = on_instance(s, "backup_last_success_timestamp_seconds", &[]);
            vec![(name, format!("-{}+60x{minutes}", thousandths(age.raw())))]
        },
        warmup: 0,
        few: None,
    },
    Row {
        alert: "BackupNeverReported",
        area: Area::Backup,
        kind: Some(AlertKind::Backup),
        subjects: backup,
        expr: |s, _| {
            format!("absent(backup_last_success_timestamp_seconds{{{}}})", jobs(&[&s.job]))
        },
        compare: Compare::Absent,
        levels: Levels::Fixed(Severity::Critical, Amount::Count(0)),
        // Longer than a day, so that a new host can make its first nightly backup.
        hold: [0, 26 * 60],
        keep: 0,
        labels: &[],
        summary: "No backup has ever succeeded",
        description: "Nothing has reported a successful backup for more than a day.",
        input: |s, there, minutes| {
            let name = on_instance(s, "backup_last_success_timestamp_seconds", &[]);
            (there.raw() > 0).then(|| steady(name, "1", minutes)).into_iter().collect()
        },
        warmup: 0,
        few: None,
    },
];

fn postgres(world: &World) -> Vec<Subject> {
    world.postgres().map(|store| Subject::named(&store.name)).collect()
}

fn redis(world: &World) -> Vec<Subject> {
    world.redis().map(|(store, ..)| Subject::named(&store.name)).collect()
}

/// Those that keep every entry: for a cache a full memory is normal.
fn lasting_redis(world: &World) -> Vec<Subject> {
    let lasting = world.redis().filter(|(_, evicts, _)| !evicts);
    lasting.map(|(store, ..)| Subject::named(&store.name)).collect()
}

fn persistent_redis(world: &World) -> Vec<Subject> {
    let persistent = world.redis().filter(|(.., persists)| *persists);
    persistent.map(|(store, ..)| Subject::named(&store.name)).collect()
}

/// Backups leave their time with the node exporter's textfile collector.
fn backup(world: &World) -> Vec<Subject> {
    world.backup.then(|| Subject::job(NODE)).into_iter().collect()
}
