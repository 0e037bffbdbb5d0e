//! The `swarm` target: a stack file for what runs all the time, and one for each run.

mod bounds;
mod document;
mod lower;
mod objects;
mod options;
mod place;
mod release;

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{Environment, Platform, Stack};
use stackc_shape::{Decode, Shape};
use stackc_source::{Diagnostic, Diagnostics, codes};
use stackc_target::{Artifact, Artifacts, Body, Mode, RelPath, Target, yaml};

use crate::compose;
use crate::compose::scope::Scope;
use document::{Config, Document, Mount, Network, Service, Volume};
use options::Options;
pub(crate) use release::{Kept, Release};

/// The name of this target.
const ID: &str = "swarm";

/// The `swarm` target.
pub(crate) struct Swarm;

impl Target for Swarm {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "stack files for docker swarm, one per environment and one per run"
    }

    fn options(&self) -> Shape {
        Options::shape()
    }

    fn support(&self) -> &'static str {
        include_str!("support.json")
    }

    fn render(&self, stack: &Stack, out: &mut Artifacts, diagnostics: &mut Diagnostics) {
        for env in &stack.environments {
            if let Some(options) = Options::of(env, diagnostics) {
                options.check(stack, env, diagnostics);
                let files = files(stack, env, &options, diagnostics);
                for (path, text) in files {
                    add(env, &path, text, out, diagnostics);
                }
            }
        }
    }
}

/// The files of an environment by their path.
fn files(
    stack: &Stack,
    env: &Environment,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Vec<(String, String)> {
    let mut scope = Scope::new(stack, env, Platform::Swarm, diagnostics);
    let plan = plan(&mut scope, options);
    let documents = plan.runs.into_iter().map(|run| (file(env, Some(&run.name)), run.document));
    let mut files: Vec<_> = plan.contents.into_iter().collect();
    for (path, document) in std::iter::once((file(env, None), plan.main)).chain(documents) {
        objects::names(&mut scope, options, &document);
        match yaml(&document) {
            Ok(text) => files.push((path, text)),
            Err(fault) => {
                let message = format!("`{path}` cannot be written: {fault}");
                scope.diagnostics.push(Diagnostic::global(codes::CANNOT_CARRY, message));
            }
        }
    }
    files
}

/// The path of a stack file: of what runs all the time, or of a run.
fn file(env: &Environment, run: Option<&str>) -> String {
    match run {
        None => format!("swarm.{}.yaml", env.name),
        Some(run) => format!("swarm.{}.{run}.yaml", env.name),
    }
}

/// Everything of an environment.
struct Plan {
    main: Document,
    runs: Vec<Run>,
    /// Contents that configs are made from, by path.
    contents: BTreeMap<String, String>,
}

/// What runs to its end, and again each time it is deployed.
struct Run {
    name: String,
    document: Document,
    /// Whether it belongs to each release, and is not run by whoever wants it.
    released: bool,
    /// What has to be there before.
    after: BTreeSet<String>,
}

fn plan(scope: &mut Scope<'_>, options: &Options) -> Plan {
    let stack = options.stack(scope.stack, scope.env);
    let mut containers = compose::services(scope);
    place::folders(scope, &mut containers);
    bounds::report(scope, &containers);
    let (mut configs, contents) = objects::configs(scope, &stack);
    let nginx = containers.contains_key(place::EDGE).then(|| objects::nginx(scope, &stack));
    let (files, mut mounts) = nginx.unwrap_or_default();
    configs.extend(files);
    let secret = |key: &str| options.secret(&stack, scope.env, key);
    let (mut running, mut runs) = (BTreeMap::new(), Vec::new());
    for (name, container) in containers {
        let run = lower::is_run(&container);
        let released = container.profiles.is_empty();
        let after = container.depends_on.keys().cloned().collect();
        let mut service = lower::service(scope, &stack, &name, container);
        if name == place::EDGE {
            service.configs.append(&mut mounts);
        }
        if run {
            let services = BTreeMap::from([(name.clone(), service)]);
            let document = document(services, &configs, &secret);
            runs.push(Run { name, document, released, after });
        } else {
            running.insert(name, service);
        }
    }
    Plan { main: document(running, &configs, &secret), runs, contents }
}

/// A stack file with what its services use.
fn document(
    services: BTreeMap<String, Service>,
    configs: &BTreeMap<String, Config>,
    secret: &dyn Fn(&str) -> String,
) -> Document {
    let all = || services.values();
    let networks: BTreeSet<_> = all().flat_map(|it| it.networks.iter().copied()).collect();
    let volumes = all().flat_map(|service| &service.volumes).filter_map(|mount| match mount {
        Mount::Volume { source, .. } => Some((source.clone(), Volume { driver: "local" })),
        Mount::Tmpfs { .. } => None,
    });
    let used = all().flat_map(|service| &service.configs).filter_map(|mount| {
        let config = configs.get(&mount.source)?;
        Some((mount.source.clone(), config.clone()))
    });
    let secrets = all().flat_map(|service| &service.secrets).map(|mount| {
        let name = secret(&mount.source);
        (mount.source.clone(), document::Secret { external: true, name })
    });
    Document {
        networks: networks.into_iter().map(|name| (name, network(name))).collect(),
        volumes: volumes.collect(),
        secrets: secrets.collect(),
        configs: used.collect(),
        services,
    }
}

/// A network over all nodes. What passes between them is encrypted: on the way from nginx to a
/// service, too, are passwords and sessions.
fn network(name: &str) -> Network {
    let driver_opts = BTreeMap::from([("encrypted", "true")]);
    Network { driver: "overlay", driver_opts, internal: name == "data" }
}

fn add(
    env: &Environment,
    path: &str,
    text: String,
    out: &mut Artifacts,
    diagnostics: &mut Diagnostics,
) {
    match RelPath::new(path) {
        Ok(path) => out.add(Artifact {
            path,
            body: Body::Whole(text),
            mode: Mode::Plain,
            target: ID,
            environment: Some(env.name.to_string()),
        }),
        Err(fault) => {
            let message = format!("the path `{path}` {fault}");
            diagnostics.push(Diagnostic::global(codes::BAD_PATH, message));
        }
    }
}

#[cfg(test)]
mod tests;
