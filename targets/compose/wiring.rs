//! Who reads which secret in the compose file of an environment: for what makes the secrets.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{EnvName, Environment, Platform, Stack};
use stackc_source::Diagnostics;

use super::document::{Part, Said, Service};
use super::options::Options;
use super::scope::Scope;
use super::services;

/// What the containers of an environment find on their host.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Wiring {
    /// The compose file, where there is one.
    pub(crate) file: String,
    /// The containers that mount a secret, each with the user that reads it, by secret.
    pub(crate) mounts: BTreeMap<String, BTreeMap<String, u32>>,
    /// The containers that do not start without a variable, by variable.
    pub(crate) demands: BTreeMap<EnvName, BTreeSet<String>>,
    /// The containers that run all the time.
    lasting: BTreeSet<String>,
}

impl Wiring {
    /// That of an environment; `None` where it has no compose file.
    pub(crate) fn of(stack: &Stack, env: &Environment) -> Option<Self> {
        // What there is to say is said when the file is written.
        let options = Options::of(env, &mut Diagnostics::default())?;
        let file = options.path_of(stack, env, Part::Main);
        Some(Self { file, ..Self::on(stack, env, Platform::Compose) })
    }

    /// That of the same containers on compose or a swarm.
    pub(crate) fn on(stack: &Stack, env: &Environment, platform: Platform) -> Self {
        let mut unheard = Diagnostics::default();
        let mut scope = Scope::new(stack, env, platform, &mut unheard);
        let mut wiring = Self::default();
        for (name, service) in &services(&mut scope) {
            wiring.note(name, service);
        }
        wiring
    }

    fn note(&mut self, name: &str, service: &Service) {
        if service.restart != Some("no") && service.profiles.is_empty() {
            self.lasting.insert(name.to_owned());
        }
        for mount in &service.secrets {
            let readers = self.mounts.entry(mount.source().clone()).or_default();
            readers.insert(name.to_owned(), user(service));
        }
        for variable in
            service.environment.values().chain(&service.image).filter_map(|it| it.demands())
        {
            self.demands.entry(variable.clone()).or_default().insert(name.to_owned());
        }
    }

    /// The containers that run all the time and have a secret in either way.
    pub(crate) fn running(&self, secret: &EnvName) -> BTreeSet<&str> {
        let mut all = self.all(secret);
        all.retain(|name| self.lasting.contains(*name));
        all
    }

    /// The containers that have a secret in either way.
    pub(crate) fn all(&self, secret: &EnvName) -> BTreeSet<&str> {
        let mounted = self.mounts.get(secret.as_str()).into_iter().flat_map(BTreeMap::keys);
        let demanded = self.demands.get(secret).into_iter().flatten();
        mounted.chain(demanded).map(String::as_str).collect()
    }
}

/// The number of the user a container runs as.
fn user(service: &Service) -> u32 {
    let user = match &service.user {
        Some(Said::Plain(user)) => user.as_str(),
        Some(Said::Because(user)) => user.0.as_str(),
        None => "",
    };
    user.split(':').next().and_then(|user| user.parse().ok()).unwrap_or(0)
}
