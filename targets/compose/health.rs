//! Health checks: asked inside the container, so only with what its image is known to hold.

use stackc_model::{Environment, Health, Kind, Service};
use stackc_target::Commented;
use stackc_target::ask::{self, Asker};

use super::build;
use super::document::Healthcheck;
use super::scope::Scope;
use super::text::{Text, texts};

/// The command that tells whether a service is ready; `None` where its image holds nothing that is
/// known to ask.
///
/// Readiness and not liveness: docker restarts no unhealthy container, so the check only decides
/// when those that wait for it may go on.
pub(crate) fn command(environment: &Environment, service: &Service) -> Option<Vec<Text>> {
    ask::service(service, Asker::of(environment, service)).map(exec)
}

/// Whether the command only connects, where the service would say more.
pub(super) fn only_connects(environment: &Environment, service: &Service) -> bool {
    ask::only_connects(service, Asker::of(environment, service))
}

/// A command without a shell.
fn exec(words: Vec<String>) -> Vec<Text> {
    texts(std::iter::once("CMD".to_owned()).chain(words))
}

/// Asks a URL with curl.
pub(super) fn curl(url: &str) -> Vec<Text> {
    exec(ask::curl(url))
}

/// The check of a service.
pub(super) fn check(scope: &Scope<'_>, service: &Service) -> Option<Healthcheck> {
    let test = match build::copied(scope, service) {
        // The server of development is a program of Node.js, also where files are shipped.
        Some(_) if service.kind.is_static() => ask::service(service, Some(Asker::Node)).map(exec),
        _ => command(scope.env, service),
    };
    match (test, &service.health) {
        (Some(test), Some(health)) => Some(timed(test, health)),
        // An image that nothing is known of may bring a check of its own.
        (None, Some(_)) => None,
        _ if service.kind.value == Kind::Image => None,
        _ => Some(off("nothing listens here to be asked; it is up while its process runs")),
    }
}

fn timed(test: Vec<Text>, health: &Health) -> Healthcheck {
    Healthcheck::Test {
        test,
        interval: health.interval.compact(),
        timeout: health.timeout.compact(),
        retries: 3,
        start_period: "60s",
        start_interval: "2s",
    }
}

/// A check with the times that fit stores and the edge.
pub(super) fn usual(test: Vec<Text>) -> Healthcheck {
    Healthcheck::Test {
        test,
        interval: "10s".to_owned(),
        timeout: "5s".to_owned(),
        retries: 5,
        start_period: "60s",
        start_interval: "1s",
    }
}

/// No check, not even one that the image brings along for another command.
pub(super) fn off(reason: &str) -> Healthcheck {
    Healthcheck::Off { disable: Commented(true, reason.to_owned()) }
}
