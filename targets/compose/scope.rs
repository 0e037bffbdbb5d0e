//! What every step of the lowering needs: the environment, and where to report.

use std::collections::BTreeMap;

use stackc_model::{
    Engine, Environment, NeedTarget, Platform, Service, Sourced, Stack, StoreId, Tier,
};
use stackc_source::{Code, Diagnostic, Diagnostics, Span, codes};

use super::document;
use super::text::Text;
use crate::prometheus::{self, Exporter, Monitoring};

/// One environment on its way to a compose file, or to the stack file of a swarm.
pub(crate) struct Scope<'a> {
    pub(crate) stack: &'a Stack,
    pub(crate) env: &'a Environment,
    /// Compose, or the swarm that takes the same containers.
    pub(crate) platform: Platform,
    pub(crate) diagnostics: &'a mut Diagnostics,
    /// The services that migrate each database.
    pub(crate) migrating: BTreeMap<StoreId, Vec<&'a Service>>,
    /// What watches this environment here; `None` where nothing of ours does.
    pub(crate) monitoring: Option<Monitoring>,
    /// Configs of the document, from files of the repository or from `contents`.
    pub(crate) configs: BTreeMap<String, document::File>,
    /// Files that only hold the content of a config, by path.
    pub(crate) contents: BTreeMap<String, String>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(
        stack: &'a Stack,
        env: &'a Environment,
        platform: Platform,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let mut migrating: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let migrates = |item: &&Service| item.migrate.is_some() && runs(item, platform);
        for service in env.services.iter().filter(migrates) {
            for id in databases(env, service) {
                migrating.entry(id).or_default().push(service);
            }
        }
        let (configs, contents) = (BTreeMap::new(), BTreeMap::new());
        // What watches a swarm is not rendered yet.
        let here = platform == Platform::Compose;
        let monitoring = prometheus::monitoring(stack, env).filter(|_| here);
        Self { stack, env, platform, diagnostics, migrating, monitoring, configs, contents }
    }

    /// The platform, as people call it.
    pub(crate) fn place(&self) -> &'static str {
        if self.platform == Platform::Swarm { "a swarm" } else { "compose" }
    }

    /// The command that runs what does not run all the time.
    pub(crate) fn command(&self, run: &str) -> String {
        match self.platform {
            // Docker waits for a run that failed, without end.
            Platform::Swarm => {
                let file = format!("swarm.{}.{run}.yaml", self.env.name);
                format!("timeout 1h docker stack deploy --detach=false -c {file} <stack>")
            }
            _ => format!("docker compose -f <file> run --rm {run}"),
        }
    }

    /// Whether this is a developer's machine: images are built here, ports are on loopback.
    pub(crate) fn is_development(&self) -> bool {
        self.env.tier == Tier::Development
    }

    /// Whether an exporter of this kind runs here.
    pub(crate) fn is_watched(&self, exporter: Exporter) -> bool {
        let mut jobs = self.monitoring.iter().flat_map(|monitoring| &monitoring.jobs);
        jobs.any(|job| job.exporter == exporter)
    }

    /// Services that run here, which are not all: some may be on another platform.
    pub(crate) fn services(&self) -> impl Iterator<Item = &'a Service> + use<'a> {
        let platform = self.platform;
        self.env.services.iter().filter(move |service| runs(service, platform))
    }

    /// Reports something about a value of this environment.
    pub(crate) fn tell(&mut self, code: Code, span: Span, message: String, help: &str) {
        let name = self.env.name.as_str();
        let diagnostic = Diagnostic::new(code, span, message).help(help);
        self.diagnostics.push(diagnostic.in_environment(Some(name)));
    }

    /// A path inside a container. Docker takes its mounts as `source:target:options`, so a path
    /// with a colon would be cut.
    pub(crate) fn path(&mut self, path: &Sourced<String>, of: &Service) -> Text {
        if path.contains(':') {
            let message = format!("docker cannot mount at `{}`: the path holds a colon", **path);
            let help = "choose a path without `:`";
            self.tell(codes::CANNOT_CARRY, path.origin.span().unwrap_or(of.span), message, help);
        }
        Text::from(path.as_str())
    }
}

/// The PostgreSQL stores a service needs.
pub(crate) fn databases(env: &Environment, service: &Service) -> impl Iterator<Item = StoreId> {
    let stores = service.needs.values().filter_map(|need| match need.target {
        NeedTarget::Store(id) => Some(id),
        _ => None,
    });
    stores.filter(|id| matches!(env[*id].engine, Engine::Postgres { .. }))
}

/// Whether a service runs on a platform.
pub(crate) fn runs(service: &Service, platform: Platform) -> bool {
    service.platforms.contains(&platform)
}
