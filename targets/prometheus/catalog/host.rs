//! The host and its containers.

use stackc_model::AlertKind;

use super::{INSTANCE, ON_INSTANCE, growing, on_instance, quotient, steady};
use crate::prometheus::amount::{Amount, Unit, thousandths};
use crate::prometheus::jobs::{CADVISOR, NODE};
use crate::prometheus::row::{Area, Compare, Levels, Row, Severity, Subject};
use crate::prometheus::world::World;

/// A container in unit tests.
const CONTAINER: &[(&str, &str)] = &[("name", "shop-api-1")];
const ON_CONTAINER: &[(&str, &str)] = &[("instance", INSTANCE), ("name", "shop-api-1")];
/// A file system in unit tests.
const DISK: &[(&str, &str)] = &[("device", "/dev/sda1"), ("fstype", "ext4"), ("mountpoint", "/")];
const ON_DISK: &[(&str, &str)] =
    &[("instance", INSTANCE), ("device", "/dev/sda1"), ("fstype", "ext4"), ("mountpoint", "/")];

/// Real disks: not memory, not the layers of containers, not images that are full by nature.
const DISKS: &str = "job=\"node\", fstype!~\"tmpfs|ramfs|overlay|squashfs\"";
/// Containers by name: without one it is a control group of the host.
const CONTAINERS: &str = "job=\"cadvisor\", name!=\"\"";

pub(super) static ROWS: &[Row] = &[
    Row {
        alert: "HostCpuHigh",
        area: Area::Host,
        kind: Some(AlertKind::Cpu),
        subjects: host,
        expr: |_, compare| {
            format!(
                "1 - avg by (job, instance) (rate(node_cpu_seconds_total{{job=\"node\", mode=\"idle\"}}[5m])) {compare}"
            )
        },
        compare: Compare::Above,
        levels: Levels::Thresholds(Unit::Share),
        hold: [10, 15],
        keep: 5,
        labels: ON_INSTANCE,
        summary: "The processors of {label.instance} are busy",
        description: "{value} of the processor time of {label.instance} is in use, more than \
                      {bound}.",
        input: |s, share, minutes| {
            // Idle seconds per minute.
            let idle = thousandths((10_000 - share.raw()) * 6);
            let name = on_instance(s, "node_cpu_seconds_total", &[("cpu", "0"), ("mode", "idle")]);
            vec![growing(name, &idle, minutes)]
        },
        warmup: 1,
        few: None,
    },
    Row {
        alert: "HostMemoryHigh",
        area: Area::Host,
        kind: Some(AlertKind::Memory),
        subjects: host,
        expr: |_, compare| {
            format!(
                "1 - node_memory_MemAvailable_bytes{{job=\"node\"}} / node_memory_MemTotal_bytes{{job=\"node\"}} {compare}"
            )
        },
        compare: Compare::Above,
        levels: Levels::Thresholds(Unit::Share),
        hold: [10, 5],
        keep: 5,
        labels: ON_INSTANCE,
        summary: "The memory of {label.instance} is nearly used up",
        description: "{value} of the memory of {label.instance} is in use, more than {bound}.",
        input: |s, share, minutes| {
            let free = (10_000 - share.raw()).to_string();
            let gauge = |name, value: &str| steady(on_instance(s, name, &[]), value, minutes);
            vec![
                gauge("node_memory_MemAvailable_bytes", &free),
                gauge("node_memory_MemTotal_bytes", "10000"),
            ]
        },
        warmup: 0,
        few: None,
    },
    Row {
        alert: "DiskSpaceLow",
        area: Area::Host,
        kind: Some(AlertKind::DiskFree),
        subjects: host,
        expr: |_, compare| {
            format!(
                "node_filesystem_avail_bytes{{{DISKS}}}\n/\nnode_filesystem_size_bytes{{{DISKS}}} {compare}\nand\nnode_filesystem_readonly{{{DISKS}}} == 0"
            )
        },
        compare: Compare::Below,
        levels: Levels::Thresholds(Unit::Share),
        hold: [15, 5],
        keep: 5,
        labels: ON_DISK,
        summary: "The disk at {label.mountpoint} on {label.instance} is nearly full",
        description: "{value} of {label.device} at {label.mountpoint} on {label.instance} is free, \
                      less than {bound}.",
        input: |s, share, minutes| {
            let name = |metric| on_instance(s, metric, DISK);
            let mut input = quotient(
                name("node_filesystem_avail_bytes"),
                name("node_filesystem_size_bytes"),
                share,
                minutes,
            );
            input.push(steady(name("node_filesystem_readonly"), "0", minutes));
            input
        },
        warmup: 0,
        few: None,
    },
    Row {
        alert: "DiskFillingUp",
        area: Area::Host,
        kind: Some(AlertKind::DiskFree),
        subjects: host,
        expr: |_, _| {
            format!(
                "node_filesystem_avail_bytes{{{DISKS}}}\n/\nnode_filesystem_size_bytes{{{DISKS}}} < 0.4\nand\npredict_linear(node_filesystem_avail_bytes{{{DISKS}}}[6h], 24 * 3600) < 0\nand\nnode_filesystem_readonly{{{DISKS}}} == 0"
            )
        },
        compare: Compare::Present,
        levels: Levels::Fixed(Severity::Warning, Amount::Count(0)),
        hold: [60, 0],
        keep: 15,
        labels: ON_DISK,
        summary: "The disk at {label.mountpoint} on {label.instance} fills up",
        description: "At the pace of the last six hours {label.device} at {label.mountpoint} on \
                      {label.instance} is full within a day.",
        input: |s, falling, minutes| {
            let name = |metric| on_instance(s, metric, DISK);
            let per_minute = falling.raw();
            vec![
                (name("node_filesystem_avail_bytes"), format!("390-{per_minute}x{minutes}")),
                steady(name("node_filesystem_size_bytes"), "1000", minutes),
                steady(name("node_filesystem_readonly"), "0", minutes),
            ]
        },
        warmup: 1,
        few: None,
    },
    Row {
        alert: "ContainerMemoryHigh",
        area: Area::Containers,
        kind: Some(AlertKind::Memory),
        subjects: containers,
        expr: |_, compare| {
            format!(
                "max by (job, instance, name) (\n  container_memory_working_set_bytes{{{CONTAINERS}}}\n  /\n  (container_spec_memory_limit_bytes{{{CONTAINERS}}} > 0)\n) {compare}"
            )
        },
        compare: Compare::Above,
        levels: Levels::Thresholds(Unit::Share),
        hold: [10, 5],
        keep: 5,
        labels: ON_CONTAINER,
        summary: "The container {label.name} nearly reaches its memory limit",
        description: "{label.name} on {label.instance} uses {value} of its memory limit, more than \
                      {bound}; at the limit it is killed.",
        input: |s, share, minutes| {
            let name = |metric| on_instance(s, metric, CONTAINER);
            quotient(
                name("container_memory_working_set_bytes"),
                name("container_spec_memory_limit_bytes"),
                share,
                minutes,
            )
        },
        warmup: 0,
        few: None,
    },
    Row {
        alert: "ContainerCpuThrottled",
        area: Area::Containers,
        kind: Some(AlertKind::Cpu),
        subjects: containers,
        expr: |_, compare| {
            format!(
                "sum by (job, instance, name) (rate(container_cpu_cfs_throttled_periods_total{{{CONTAINERS}}}[5m]))\n/\nsum by (job, instance, name) (rate(container_cpu_cfs_periods_total{{{CONTAINERS}}}[5m])) {compare}"
            )
        },
        compare: Compare::Above,
        levels: Levels::Fixed(Severity::Warning, Amount::percent(25)),
        hold: [15, 0],
        keep: 5,
        labels: ON_CONTAINER,
        summary: "The container {label.name} is slowed down by its CPU limit",
        description: "{label.name} on {label.instance} was held back in {value} of its scheduling \
                      periods, more than {bound}.",
        input: |s, share, minutes| {
            let counter = |metric, value: u64| {
                growing(on_instance(s, metric, CONTAINER), &value.to_string(), minutes)
            };
            vec![
                counter("container_cpu_cfs_throttled_periods_total", share.raw()),
                counter("container_cpu_cfs_periods_total", 10_000),
            ]
        },
        warmup: 1,
        few: None,
    },
    Row {
        alert: "ContainerOomKilled",
        area: Area::Containers,
        kind: Some(AlertKind::Memory),
        subjects: containers,
        expr: |_, compare| {
            format!(
                "sum by (job, instance, name) (increase(container_oom_events_total{{{CONTAINERS}}}[10m])) {compare}"
            )
        },
        compare: Compare::Above,
        levels: Levels::Fixed(Severity::Critical, Amount::Count(0)),
        hold: [0, 1],
        keep: 10,
        labels: ON_CONTAINER,
        summary: "The container {label.name} ran out of memory",
        description: "The kernel killed a process of {label.name} on {label.instance} in the last \
                      ten minutes because it reached its memory limit.",
        input: |s, kills, minutes| {
            let name = on_instance(s, "container_oom_events_total", CONTAINER);
            // The kills happen in the second minute, at once.
            vec![(name, format!("0 {}x{minutes}", kills.raw()))]
        },
        warmup: 1,
        few: None,
    },
    Row {
        alert: "ContainerRestarting",
        area: Area::Containers,
        kind: Some(AlertKind::Down),
        subjects: containers,
        expr: |_, compare| {
            format!(
                "max by (job, instance, name) (changes(container_start_time_seconds{{{CONTAINERS}}}[15m])) {compare}"
            )
        },
        compare: Compare::Above,
        levels: Levels::Fixed(Severity::Warning, Amount::Count(2)),
        hold: [1, 0],
        keep: 15,
        labels: ON_CONTAINER,
        summary: "The container {label.name} keeps restarting",
        description: "{label.name} on {label.instance} started {value} times in the last 15 \
                      minutes.",
        input: |s, starts, minutes| {
            let name = on_instance(s, "container_start_time_seconds", CONTAINER);
            let starts = starts.raw();
            vec![(name, format!("0+60x{starts} {}x{minutes}", starts * 60))]
        },
        warmup: 3,
        few: None,
    },
];

fn host(world: &World) -> Vec<Subject> {
    world.host.then(|| Subject::job(NODE)).into_iter().collect()
}

fn containers(world: &World) -> Vec<Subject> {
    world.containers.then(|| Subject::job(CADVISOR)).into_iter().collect()
}
