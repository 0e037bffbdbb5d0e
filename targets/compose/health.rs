//! Health checks: asked inside the container, so only with what its image is known to hold.

use stackc_model::{Health, Kind, Service};
use stackc_target::Commented;

use super::document::Healthcheck;
use super::text::{Text, texts};

/// Asks a URL; `fetch` would refuse the ports that browsers block and follow redirects.
const NODE_HTTP: &str = "require('http').get(process.argv[1], (response) => \
     process.exit(response.statusCode < 400 ? 0 : 1)).on('error', () => process.exit(1))";
const NODE_TCP: &str = "require('net').connect(process.argv[1], '127.0.0.1', () => \
     process.exit(0)).on('error', () => process.exit(1))";
const PYTHON_HTTP: &str = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).close()";
const PYTHON_TCP: &str =
    "import socket, sys; socket.create_connection(('127.0.0.1', sys.argv[1])).close()";

/// The command that tells whether a service is ready; `None` where its image holds nothing that is
/// known to ask.
///
/// Readiness and not liveness: docker restarts no unhealthy container, so the check only decides
/// when those that wait for it may go on.
pub(super) fn command(service: &Service) -> Option<Vec<Text>> {
    let health = service.health.as_ref()?;
    if let Some(command) = &health.command {
        return Some(texts(std::iter::once("CMD").chain(command.iter().map(String::as_str))));
    }
    let port = service.main_port()?.1.number.value;
    let path = health.ready.as_ref().or(health.live.as_ref());
    let path = path.map(|path| path.as_str());
    let url = |path: &str| format!("http://127.0.0.1:{port}{path}");
    let words = match (service.kind.value, path) {
        (kind, Some(path)) if kind.is_node() => {
            ["node", "-e", NODE_HTTP, &url(path)].map(Text::from)
        }
        (kind, None) if kind.is_node() => {
            ["node", "-e", NODE_TCP, &port.to_string()].map(Text::from)
        }
        (Kind::Python, Some(path)) => ["python", "-c", PYTHON_HTTP, &url(path)].map(Text::from),
        (Kind::Python, None) => ["python", "-c", PYTHON_TCP, &port.to_string()].map(Text::from),
        (kind, path) if kind.is_static() => return Some(curl(&url(path.unwrap_or("/")))),
        _ => return None,
    };
    Some(std::iter::once(Text::from("CMD")).chain(words).collect())
}

/// Asks a URL with curl, which every official nginx image but the `slim` one holds.
pub(super) fn curl(url: &str) -> Vec<Text> {
    texts([
        "CMD",
        "curl",
        "--fail",
        "--silent",
        "--show-error",
        "--globoff",
        "--output",
        "/dev/null",
        url,
    ])
}

/// The check of a service.
pub(super) fn check(service: &Service) -> Option<Healthcheck> {
    match (command(service), &service.health) {
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
