//! One folder per output format. This file is the registry: the only list of targets there is.

mod compose;
mod dockerfile;
mod env;
#[cfg(test)]
mod fixture;
mod github;
mod kubernetes;
mod nginx;
mod prometheus;
mod scripts;
mod swarm;

use stackc_target::Target;

/// Every target, by name.
pub const ALL: &[&dyn Target] = &[
    &compose::Compose,
    &dockerfile::Dockerfile,
    &env::Env,
    &github::Github,
    &kubernetes::Kubernetes,
    &nginx::Nginx,
    &prometheus::Prometheus,
    &scripts::Scripts,
    &swarm::Swarm,
];

/// The target of a name.
#[must_use]
pub fn find(id: &str) -> Option<&'static dyn Target> {
    ALL.iter().copied().find(|target| target.id() == id)
}
