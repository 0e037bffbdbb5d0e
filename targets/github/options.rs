//! What may be set under `targets.github`.

use stackc_shape::{Decode, Spanned};

/// Options of the GitHub Actions workflows.
#[derive(Debug, Default, Decode)]
pub(crate) struct Options {
    /// The runner label of every job; by default `ubuntu-24.04`. A label of your own runners works
    /// where they carry the same tools.
    pub(crate) runner: Option<Spanned<String>>,
    /// Long-lived branches that are checked on every push, besides pull requests; by default
    /// `[main]`. A branch that an environment deploys from is checked by that deployment instead.
    #[shape(fixed)]
    pub(crate) branches: Option<Vec<Spanned<String>>>,
    /// The platforms the workflow of an environment deploys to; by default all the environment runs
    /// on. An empty list leaves the deploy workflow out.
    pub(crate) platforms: Option<Vec<Spanned<DeployPlatform>>>,
}

/// A platform that a workflow can deploy to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub(crate) enum DeployPlatform {
    /// Over SSH to a host with docker compose.
    Compose,
    /// With kubectl to a cluster.
    Kubernetes,
    /// Over SSH to a manager of a swarm.
    Swarm,
}

impl Options {
    /// The branches checked on push, as written.
    pub(crate) fn branches(&self) -> Vec<(&str, Option<stackc_source::Span>)> {
        self.branches.as_ref().map_or_else(
            || vec![("main", None)],
            |branches| branches.iter().map(|b| (b.value.as_str(), Some(b.span))).collect(),
        )
    }
}
