//! How health is asked.

use stackc_model::{EnvName, Environment, Health, Label, Service, Sourced};
use stackc_target::ask::{self, Asker};

use super::context::port_ref;
use super::manifest::{Exec, Grpc, Handler, HttpGet, PortRef, Probe, TcpSocket};
use super::text::unexpanded;

/// How long a container may take to start: as many tries of [`STARTUP_PERIOD`] seconds.
const STARTUP_TRIES: u32 = 36;
const STARTUP_PERIOD: u64 = 5;

/// The three questions.
#[derive(Debug, Default)]
pub(crate) struct Probes {
    pub(crate) startup: Option<Probe>,
    pub(crate) liveness: Option<Probe>,
    pub(crate) readiness: Option<Probe>,
}

/// What can be asked of a service.
struct Asked<'a> {
    environment: &'a Environment,
    health: &'a Health,
    service: &'a Service,
    port: Option<PortRef>,
    /// Whether it serves files, and so has a front page.
    front: bool,
}

impl Asked<'_> {
    fn tcp(&self) -> Option<Handler> {
        self.port.clone().map(|port| Handler::TcpSocket(TcpSocket { port }))
    }

    fn get(&self, path: Option<&Sourced<String>>) -> Option<Handler> {
        self.http(path?.value.clone())
    }

    fn http(&self, path: String) -> Option<Handler> {
        if let Some(token) = &self.health.token {
            return asked_with(self.environment, self.service, &path, token);
        }
        let port = self.port.clone()?;
        Some(Handler::HttpGet(HttpGet { path, port }))
    }

    fn exec(&self) -> Option<Handler> {
        self.health.command.as_ref().map(|command| exec(command))
    }

    /// The one question on a port of its own, instead of paths.
    fn port(&self) -> Option<Handler> {
        let number = |name: &Label| Some(*self.service.ports.get(name)?.number);
        if let Some(name) = &self.health.tcp {
            let port = port_ref(name.as_str(), number(name)?);
            return Some(Handler::TcpSocket(TcpSocket { port }));
        }
        let port = number(self.health.grpc.as_ref()?)?;
        Some(Handler::Grpc(Grpc { port }))
    }

    /// Whether the process lives; never whether what it depends on does.
    fn live(&self) -> Option<Handler> {
        self.get(self.health.live.as_ref())
            .or_else(|| self.port())
            .or_else(|| self.tcp())
            .or_else(|| self.exec())
    }

    /// Whether it can answer; nobody sends anything to what has no port. A path that tells whether it
    /// lives tells more than an open port.
    fn ready(&self) -> Option<Handler> {
        self.port.as_ref()?;
        let front = || self.front.then(|| self.http("/".to_owned())).flatten();
        self.get(self.health.ready.as_ref())
            .or_else(|| self.port())
            .or_else(|| self.exec())
            .or_else(|| self.get(self.health.live.as_ref()))
            .or_else(front)
            .or_else(|| self.tcp())
    }

    fn started(&self) -> Option<Handler> {
        self.get(self.health.startup.as_ref()).or_else(|| self.live())
    }

    fn every(&self, handler: Handler, failures: u32) -> Probe {
        Probe {
            handler,
            period_seconds: self.health.interval.ceil().max(1),
            timeout_seconds: self.health.timeout.ceil().max(1),
            failure_threshold: failures,
        }
    }
}

/// A command inside the container.
fn exec(words: &[String]) -> Handler {
    Handler::Exec(Exec { command: words.iter().map(|word| unexpanded(word)).collect() })
}

/// A path that wants a token. The kubelet has none to send, so the container asks itself; `None`
/// where nothing is known that could.
pub(crate) fn asked_with(
    environment: &Environment,
    service: &Service,
    path: &str,
    token: &EnvName,
) -> Option<Handler> {
    let (asker, health) = (Asker::of(environment, service)?, service.health.as_ref()?);
    let port = *service.main_port()?.1.number;
    ask::path(asker, health, port, path, Some(token)).map(|words| exec(&words))
}

/// The probes of a service; none where nothing can be asked.
pub(crate) fn of_service(environment: &Environment, service: &Service) -> Probes {
    let Some(health) = &service.health else { return Probes::default() };
    let port = service.main_port().map(|(name, port)| port_ref(name.as_str(), *port.number));
    let asked = Asked { environment, health, service, port, front: service.kind.is_static() };
    Probes {
        startup: asked.started().map(|handler| Probe {
            period_seconds: STARTUP_PERIOD,
            ..asked.every(handler, STARTUP_TRIES)
        }),
        liveness: asked.live().map(|handler| asked.every(handler, 3)),
        readiness: asked.ready().map(|handler| asked.every(handler, 2)),
    }
}
