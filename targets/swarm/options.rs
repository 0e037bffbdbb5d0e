//! What may be set under `targets.swarm`.

use std::collections::BTreeMap;

use stackc_model::{EnvName, Environment, Label, Platform, SecretSource, Stack};
use stackc_shape::{Decode, Spanned};
use stackc_source::{Diagnostic, Diagnostics, closest, codes};

use super::ID;

/// Options of the stack files and of their deployment.
#[derive(Debug, Default, Decode)]
pub(crate) struct Options {
    /// The manager that the environment is deployed to over SSH.
    pub(crate) host: Option<Spanned<String>>,
    /// The user on that manager.
    pub(crate) user: Option<Spanned<String>>,
    /// The folder on that manager that holds the repository's files.
    pub(crate) path: Option<Spanned<String>>,
    /// The base of the name of the swarm's stack, which the environment's name follows; by default
    /// the stack's name. Services, networks, volumes, secrets, configs and labels of nodes carry it.
    pub(crate) stack: Option<Spanned<String>>,
    /// The versions of secrets, by their names; 1 where nothing is said. A swarm never changes a secret:
    /// a new value is a new secret, with the next number.
    pub(crate) versions: BTreeMap<EnvName, Spanned<u32>>,
}

impl Options {
    /// The options of an environment; `None` where it does not run on a swarm.
    pub(crate) fn of(env: &Environment, diagnostics: &mut Diagnostics) -> Option<Self> {
        let on = env.runs_on(Platform::Swarm) && !stackc_target::is_off(env, ID);
        on.then(|| stackc_target::options(env, ID, diagnostics))
    }

    /// The name of the swarm's stack. It holds the environment, so that two of them on one swarm
    /// never take over each other's services and volumes.
    pub(crate) fn stack(&self, stack: &Stack, env: &Environment) -> String {
        let base = self.stack.as_ref().map_or(stack.name.as_str(), |name| &name.value);
        format!("{base}-{}", env.name)
    }

    /// The name of a secret in the swarm, with its version.
    pub(crate) fn secret(&self, stack: &str, env: &Environment, name: &str) -> String {
        format!("{stack}_{name}_v{}", self.version(env, name))
    }

    /// The version of a secret. One that is made of others changes with each of them, so its number
    /// counts all their changes besides its own.
    fn version(&self, env: &Environment, name: &str) -> u32 {
        let changes = |name: &str| {
            let written = self.versions.iter().find(|(known, _)| known.as_str() == name);
            written.map_or(0, |(_, version)| version.value.saturating_sub(1))
        };
        let own = changes(name);
        let secret = env.secrets.iter().find(|secret| secret.name.as_str() == name);
        let parts: u32 = match secret.map(|secret| &secret.source) {
            Some(SecretSource::Derived(text)) => {
                let ids: std::collections::BTreeSet<_> = text.secrets().collect();
                ids.into_iter().map(|id| self.version(env, env[id].name.as_str()) - 1).sum()
            }
            _ => 0,
        };
        own.saturating_add(parts).saturating_add(1)
    }

    /// Reports values that docker would not take or that nothing would read.
    pub(super) fn check(&self, stack: &Stack, env: &Environment, diagnostics: &mut Diagnostics) {
        if let Some(stack) = self.stack.as_ref().filter(|name| Label::new(name).is_err()) {
            let message = format!("`{}` cannot name the stack of a swarm", stack.value);
            diagnostics.push(
                Diagnostic::new(codes::BAD_FORMAT, stack.span, message)
                    .help("write lower-case letters, digits and `-`, a letter first"),
            );
        }
        for (name, version) in &self.versions {
            if version.value == 0 {
                let message = format!("the first version of `{name}` is 1");
                diagnostics.push(Diagnostic::new(codes::OUT_OF_RANGE, version.span, message));
            }
            let known = || env.secrets.iter().map(|secret| secret.name.as_str());
            if !known().any(|secret| secret == name.as_str()) {
                let message = format!("`{}` has no secret `{name}`", env.name);
                let list = known().collect::<Vec<_>>().join(", ");
                // The place is the version's: the name itself has none.
                let help = match closest(name.as_str(), known()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("its secrets are {list}"),
                };
                diagnostics
                    .push(Diagnostic::new(codes::UNDEFINED, version.span, message).help(help));
            }
        }
        let deploys = stack.ci.is_some() && !stackc_target::is_off(env, "github");
        for option in [&self.host, &self.user, &self.path].into_iter().flatten() {
            if !deploys {
                let message = "nothing deploys this environment: no workflows are generated";
                diagnostics.push(Diagnostic::new(codes::NO_EFFECT, option.span, message));
            }
        }
    }
}
