//! Hosts that several environments share.

use std::collections::BTreeMap;

use stackc_model::{Environment, Label, Platform, Tier};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Diagnostics, Span, codes};

use super::edge;

/// Who publishes the ports of the public on each host: the first environment that does.
#[derive(Debug, Default)]
pub(super) struct Hosts<'a>(BTreeMap<String, (&'a Label, Option<Span>)>);

impl<'a> Hosts<'a> {
    /// Notes that an environment is deployed to a host; refuses a second one with an edge.
    pub(super) fn publish(
        &mut self,
        env: &'a Environment,
        host: Option<&Spanned<String>>,
        diagnostics: &mut Diagnostics,
    ) {
        // A developer's machine is not deployed to.
        let Some(host) =
            host.filter(|_| env.tier != Tier::Development && edge::is_here(env, Platform::Compose))
        else {
            return;
        };
        let Some((first, span)) = self.0.insert(host.value.clone(), (&env.name, env.span)) else {
            return;
        };
        let message = format!(
            "`{first}` and `{}` both take the ports of the public on `{}`",
            env.name, host.value
        );
        let fault = Diagnostic::new(codes::PORT_CONFLICT, host.span, message)
            .help("give each environment a host of its own under its `targets.compose`");
        let places = [(span, "published here"), (env.span, "and here")];
        diagnostics.push(places.into_iter().fold(fault, |fault, (span, what)| match span {
            Some(span) => fault.related(span, what),
            None => fault,
        }));
    }
}
