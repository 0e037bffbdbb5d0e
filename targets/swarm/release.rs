//! What it takes to bring a release to a swarm: for whoever deploys it.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{Environment, Platform, Stack};
use stackc_source::Diagnostics;

use super::document::Document;
use super::options::Options;
use super::{Run, file, objects, place, plan};
use crate::compose::Wiring;
use crate::compose::scope::Scope;

/// A release of an environment.
#[derive(Debug)]
pub(crate) struct Release {
    /// The name of the swarm's stack.
    pub(crate) stack: String,
    /// The generated files and folders it needs beside each other.
    pub(crate) files: Vec<String>,
    /// The files of the repository that services mount.
    pub(crate) mounted: BTreeSet<String>,
    /// Labels that exactly one node must have.
    pub(crate) labels: BTreeSet<String>,
    /// Secrets by their name in the swarm, each with its name in the stack.
    pub(crate) secrets: BTreeSet<(String, String)>,
    /// What stands in variables when the stack is deployed, besides the version.
    pub(crate) variables: BTreeSet<String>,
    /// Runs that need nothing that runs, in order.
    pub(crate) first: Vec<String>,
    /// Runs that need the stores, in order, before the services change.
    pub(crate) before: Vec<String>,
    /// Everything the stack may hold, running or run.
    pub(crate) services: BTreeSet<String>,
}

impl Release {
    /// The release of an environment; `None` where it does not run on a swarm.
    pub(crate) fn of(stack: &Stack, env: &Environment) -> Option<Self> {
        // What is to be said, the target itself says.
        let mut unheard = Diagnostics::default();
        let options = Options::of(env, &mut unheard)?;
        let mut scope = Scope::new(stack, env, Platform::Swarm, &mut unheard);
        let name = options.stack(stack, env);
        let plan = plan(&mut scope, &options);
        let owners = place::owners(&scope).into_values().map(|owner| place::label(&name, &owner));
        let documents =
            || std::iter::once(&plan.main).chain(plan.runs.iter().map(|it| &it.document));
        let needed: BTreeSet<_> = documents().flat_map(constraints).collect();
        let labels =
            owners.filter(|label| needed.contains(&format!("node.labels.{label} == true")));
        let secrets = documents().flat_map(|document| &document.secrets);
        let (first, before) = ordered(&plan.runs);
        let runs = plan.runs.iter().map(|run| file(env, Some(&run.name)));
        let nginx = plan.main.services.contains_key(place::EDGE);
        let folders = [
            nginx.then(|| format!("nginx/{}", env.name)),
            (!plan.contents.is_empty()).then(|| objects::folder(env)),
        ];
        Some(Self {
            labels: labels.collect(),
            files: std::iter::once(file(env, None))
                .chain(runs)
                .chain(folders.into_iter().flatten())
                .collect(),
            mounted: mounted(&scope),
            secrets: secrets.map(|(key, secret)| (secret.name.clone(), key.clone())).collect(),
            variables: Kept::of(stack, env)?.variables,
            services: documents().flat_map(|document| document.services.keys().cloned()).collect(),
            stack: name,
            first,
            before,
        })
    }
}

fn constraints(document: &Document) -> impl Iterator<Item = &String> {
    document.services.values().flat_map(|service| &service.deploy.placement.constraints)
}

/// The runs of a release, each after those it needs: first what needs no running service.
fn ordered(runs: &[Run]) -> (Vec<String>, Vec<String>) {
    let (mut first, mut before) = (Vec::new(), Vec::new());
    let mut open: Vec<_> = runs.iter().filter(|run| run.released).collect();
    while !open.is_empty() {
        let waits = |run: &&Run| open.iter().any(|other| run.after.contains(&other.name));
        let (waiting, ready): (Vec<_>, Vec<_>) = open.iter().copied().partition(waits);
        // Nothing that waits in a circle gets here; if it did, any order is as good.
        let ready = if ready.is_empty() { waiting.clone() } else { ready };
        for run in &ready {
            let alone = run.after.iter().all(|name| first.contains(name));
            if alone { &mut first } else { &mut before }.push(run.name.clone());
        }
        open.retain(|run| !ready.iter().any(|done| done.name == run.name));
    }
    (first, before)
}

/// Files of the repository in containers of this environment.
fn mounted(scope: &Scope<'_>) -> BTreeSet<String> {
    let files = scope.services().flat_map(|service| service.files.values());
    files.filter_map(|mount| Some(mount.from.as_ref()?.value.clone())).collect()
}

/// What a swarm keeps of an environment, or is told when the stack is deployed.
pub(crate) struct Kept {
    /// The name of the swarm's stack.
    pub(crate) stack: String,
    /// Names that must be variables of whoever deploys, but for that of the release.
    pub(crate) variables: BTreeSet<String>,
    /// Secrets by their name in the stack, each with its name in the swarm.
    pub(crate) secrets: BTreeMap<String, String>,
}

impl Kept {
    /// That of an environment; `None` where it does not run on a swarm.
    pub(crate) fn of(stack: &Stack, env: &Environment) -> Option<Self> {
        let options = Options::of(env, &mut Diagnostics::default())?;
        let name = options.stack(stack, env);
        let wiring = Wiring::on(stack, env, Platform::Swarm);
        let secrets = wiring.mounts.keys();
        let secrets = secrets.map(|key| (key.clone(), options.secret(&name, env, key)));
        let variables = wiring.demands.keys().map(ToString::to_string);
        Some(Self {
            secrets: secrets.collect(),
            variables: variables.filter(|name| name != "IMAGE_TAG").collect(),
            stack: name,
        })
    }

    /// Whether a secret or variable has to be there for a release.
    pub(crate) fn needs(&self, name: &str) -> bool {
        self.secrets.contains_key(name) || self.variables.contains(name)
    }
}
