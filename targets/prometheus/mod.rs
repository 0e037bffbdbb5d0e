//! Prometheus: alert rules, their unit tests, and the configuration that feeds them.
//!
//! The model is lowered into a [`World`](world::World) of what can be watched. The catalogue is a
//! table of rows; each row becomes a [`Check`](row::Check) per service or store it applies to, and
//! from a check come both the rule and its tests.

mod amount;
mod cases;
mod catalog;
mod document;
mod jobs;
mod options;
mod promql;
mod row;
mod rules;
mod scrape;
#[cfg(test)]
mod tests;
mod text;
mod world;

use std::collections::BTreeSet;

use serde::Serialize;
use stackc_model::{AlertKind, Environment, ObserveLevel, Platform, Stack};
use stackc_shape::{Decode, Shape};
use stackc_source::{Diagnostic, Diagnostics, codes};
use stackc_target::{Artifact, Artifacts, Body, Mode, RelPath, Target, is_off, options, yaml};

pub(crate) use jobs::{Exporter, Job};

use options::Options;
use world::World;

const ID: &str = "prometheus";

/// The `prometheus` target.
pub(crate) struct Prometheus;

impl Target for Prometheus {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "alert rules with their unit tests, and the configuration of Prometheus"
    }

    fn options(&self) -> Shape {
        Options::shape()
    }

    fn support(&self) -> &'static str {
        include_str!("support.json")
    }

    fn render(&self, stack: &Stack, out: &mut Artifacts, diagnostics: &mut Diagnostics) {
        for environment in stack.environments.iter().filter(|item| !is_off(item, ID)) {
            let Some(world) = World::of(stack, environment, diagnostics) else { continue };
            if !scraped(environment) {
                left_out(environment, &world, diagnostics);
                continue;
            }
            let options = options(environment, ID, diagnostics);
            report(environment, &world, diagnostics);
            for (path, text) in files(&world, &options, diagnostics) {
                add(&path, text, &world, out, diagnostics);
            }
        }
    }
}

/// What watches an environment, as its `prometheus.yml` expects to find it.
#[derive(Debug)]
pub(crate) struct Monitoring {
    /// Prometheus itself, and everything it asks besides services.
    pub(crate) jobs: Vec<Job>,
    /// The secrets by which it asks services.
    pub(crate) tokens: BTreeSet<String>,
}

/// What watches an environment; `None` where the monitoring is not ours.
pub(crate) fn monitoring(stack: &Stack, environment: &Environment) -> Option<Monitoring> {
    if is_off(environment, ID) {
        return None;
    }
    // What is to say is said where the files are written.
    let world = World::of(stack, environment, &mut Diagnostics::default())?;
    let tokens = world.services.iter().filter_map(|service| service.token.clone()).collect();
    world.full.then(|| Monitoring { jobs: jobs::exporters(&world), tokens })
}

/// Whether there is something to scrape: functions of a provider answer no scraper, and AWS watches
/// its own.
fn scraped(environment: &Environment) -> bool {
    environment
        .platforms
        .iter()
        .any(|platform| !matches!(platform, Platform::Vercel | Platform::Ecs))
}

/// Warns of rules that were asked for where nothing is scraped.
fn left_out(environment: &Environment, world: &World, diagnostics: &mut Diagnostics) {
    let observe = &environment.observe;
    let alerts = world.alerts.iter().filter_map(|alert| alert.span);
    let custom = observe.custom.iter().filter_map(|alert| alert.expr.origin.span());
    let slo = observe.slo.iter().flat_map(|slo| {
        [slo.errors.as_ref().map(|it| it.origin), slo.p95.as_ref().map(|it| it.origin)]
    });
    let slo = slo.flatten().filter_map(stackc_model::Origin::span);
    for span in alerts.chain(custom).chain(slo) {
        let message = "nothing scrapes what runs on Vercel or ECS alone, so no rule is written";
        diagnostics.push(Diagnostic::new(codes::MISSING_METRIC, span, message));
    }
}

/// The files of an environment: paths below `monitoring/<environment>/` and texts.
fn files(world: &World, options: &Options, diagnostics: &mut Diagnostics) -> Vec<(String, String)> {
    let runbooks = options.runbooks(diagnostics);
    let intervals = options.intervals(world.full, diagnostics);
    let checks = row::checks(world, catalog::rows(), diagnostics);
    // A metric that was refused is missing as well; one message is enough.
    if !diagnostics.has_errors() {
        unwatched(world, &checks, diagnostics);
    }

    let mut files = Vec::new();
    let rules = rules::rule_file(world, &checks, runbooks);
    if !rules.groups.is_empty() {
        let name = format!("{}.rules.yml", world.stack);
        let tests = cases::test_file(&name, &checks, runbooks);
        let folder = "prometheus/rules";
        write(format!("{folder}/{name}"), &rules, &mut files, diagnostics);
        write(format!("{folder}/{}.test.yml", world.stack), &tests, &mut files, diagnostics);
    }
    if world.full {
        let config = scrape::config(world, intervals);
        write("prometheus/prometheus.yml".to_owned(), &config, &mut files, diagnostics);
        let quiet = scrape::alertmanager();
        write("alertmanager/alertmanager.yml".to_owned(), &quiet, &mut files, diagnostics);
        if let Some(blackbox) = scrape::blackbox(world) {
            write("blackbox/blackbox.yml".to_owned(), &blackbox, &mut files, diagnostics);
        }
    }
    files
}

fn write<T: Serialize>(
    path: String,
    document: &T,
    files: &mut Vec<(String, String)>,
    diagnostics: &mut Diagnostics,
) {
    match yaml(document) {
        Ok(text) => files.push((path, text)),
        Err(error) => {
            let message = format!("prometheus cannot write {path}: {error}");
            diagnostics.push(Diagnostic::global(codes::CANNOT_CARRY, message));
        }
    }
}

fn add(
    path: &str,
    text: String,
    world: &World,
    out: &mut Artifacts,
    diagnostics: &mut Diagnostics,
) {
    match RelPath::new(format!("monitoring/{}/{path}", world.environment)) {
        Ok(path) => out.add(Artifact {
            path,
            body: Body::Whole(text),
            mode: Mode::Plain,
            target: ID,
            environment: Some(world.environment.clone()),
        }),
        Err(fault) => {
            let message = format!("the path {path} {fault}");
            diagnostics.push(Diagnostic::global(codes::BAD_PATH, message));
        }
    }
}

/// Says what this environment cannot have.
fn report(environment: &Environment, world: &World, diagnostics: &mut Diagnostics) {
    let level = &environment.observe.level;
    if **level == ObserveLevel::Full && !world.full {
        let message = format!(
            "`observe: full` writes rules but no scrape configuration for `{}`, which runs neither \
             on compose nor on swarm",
            world.environment
        );
        let diagnostic = match level.origin.span().or(environment.span) {
            Some(span) => Diagnostic::new(codes::PLANNED, span, message),
            None => Diagnostic::global(codes::PLANNED, message),
        };
        diagnostics.push(diagnostic.help("scrape every service under a job of its name"));
    }
    let reserved = jobs::reserved(world);
    let services = environment.services.iter().map(|service| (&service.name, service.span));
    let stores = environment.stores.iter().map(|store| (&store.name, store.span));
    for (name, span) in services.chain(stores) {
        if reserved.iter().any(|reserved| reserved == name.as_str()) {
            let message = format!("`{name}` is also the name of a job of the monitoring");
            let help = "choose another name: alerts tell things apart by their job";
            diagnostics.push(Diagnostic::new(codes::COLLISION, span, message).help(help));
        }
    }
}

/// Warns of alerts that were asked for and have nothing to watch.
fn unwatched(world: &World, checks: &[row::Check], diagnostics: &mut Diagnostics) {
    for alert in &world.alerts {
        let watched = checks.iter().any(|check| check.row.kind == Some(alert.kind));
        if let (Some(span), false) = (alert.span, watched) {
            let message = format!(
                "nothing in `{}` exports what this alert needs: {}",
                world.environment,
                source(alert.kind)
            );
            diagnostics.push(Diagnostic::new(codes::MISSING_METRIC, span, message));
        }
    }
}

/// Where the series of an alert come from, for a message.
fn source(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::Down => "a service with `metrics`",
        AlertKind::ErrorRate | AlertKind::LatencyP95 => "a service with `metrics.http`",
        AlertKind::Cpu | AlertKind::Memory => "`observe.host` or `observe.containers`",
        AlertKind::DiskFree => "`observe.host`",
        AlertKind::Db => "a PostgreSQL store",
        AlertKind::DbPoolWaiting => "a service with `metrics.db_pool_waiting`",
        AlertKind::DbLatency => "a service with `metrics.db_latency`",
        AlertKind::Redis => "a Redis store",
        AlertKind::Uptime => "`observe.blackbox` and a public domain",
        AlertKind::Certificate => "`observe.blackbox` and a public domain with TLS",
        AlertKind::Backup => "`backup` and `observe.host`",
    }
}
