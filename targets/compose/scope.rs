//! What every step of the lowering needs: the environment, and where to report.

use std::collections::BTreeMap;

use stackc_model::{Environment, Platform, Service, Sourced, Stack, Tier};
use stackc_source::{Code, Diagnostic, Diagnostics, Span, codes};

use super::document;
use super::text::Text;

/// One environment on its way to a compose file.
pub(super) struct Scope<'a> {
    pub(super) stack: &'a Stack,
    pub(super) env: &'a Environment,
    pub(super) diagnostics: &'a mut Diagnostics,
    /// Configs of the document, from files of the repository or from `contents`.
    pub(super) configs: BTreeMap<String, document::File>,
    /// Files that only hold the content of a config, by path.
    pub(super) contents: BTreeMap<String, String>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        stack: &'a Stack,
        env: &'a Environment,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        Self { stack, env, diagnostics, configs: BTreeMap::new(), contents: BTreeMap::new() }
    }

    /// Whether this is a developer's machine: images are built here, ports are on loopback.
    pub(super) fn is_development(&self) -> bool {
        self.env.tier == Tier::Development
    }

    /// Services that run here, which are not all: some may be on another platform.
    pub(super) fn services(&self) -> impl Iterator<Item = &'a Service> + use<'a> {
        self.env.services.iter().filter(|service| runs(service))
    }

    /// Reports something about a value of this environment.
    pub(super) fn tell(&mut self, code: Code, span: Span, message: String, help: &str) {
        let name = self.env.name.as_str();
        let diagnostic = Diagnostic::new(code, span, message).help(help);
        self.diagnostics.push(diagnostic.in_environment(Some(name)));
    }

    /// A path inside a container. Docker takes its mounts as `source:target:options`, so a path
    /// with a colon would be cut.
    pub(super) fn path(&mut self, path: &Sourced<String>, of: &Service) -> Text {
        if path.contains(':') {
            let message = format!("compose cannot mount at `{}`: the path holds a colon", **path);
            let help = "choose a path without `:`";
            self.tell(codes::CANNOT_CARRY, path.origin.span().unwrap_or(of.span), message, help);
        }
        Text::from(path.as_str())
    }
}

/// Whether a service runs on compose.
pub(super) fn runs(service: &Service) -> bool {
    service.platforms.contains(&Platform::Compose)
}
