//! The `swarm` target: a stack file for what runs all the time, and one for each run.

mod bounds;
mod document;
mod lower;
mod objects;
mod options;
mod place;

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{Environment, Platform, Stack};
use stackc_shape::{Decode, Shape};
use stackc_source::{Diagnostic, Diagnostics, codes};
use stackc_target::{Artifact, Artifacts, Body, Mode, RelPath, Target, yaml};

use crate::compose;
use crate::compose::scope::Scope;
use document::{Config, Document, Mount, Network, Service, Volume};
use options::Options;

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
    let (plan, contents) = plan(&mut scope, options);
    let mut files: Vec<_> = contents.into_iter().collect();
    for (path, document) in plan {
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

/// The stack files of an environment by their path, and the contents that configs are made from.
fn plan(
    scope: &mut Scope<'_>,
    options: &Options,
) -> (Vec<(String, Document)>, BTreeMap<String, String>) {
    let name = options.stack(scope.stack, scope.env);
    let mut containers = compose::services(scope);
    place::folders(scope, &mut containers);
    bounds::report(scope, &containers);
    let (mut configs, contents) = objects::configs(scope, &name);
    let (mut running, mut runs) = (BTreeMap::new(), Vec::new());
    for (service, container) in containers {
        let run = lower::is_run(&container);
        let mut lowered = lower::service(scope, &name, &service, container);
        if service == place::EDGE {
            let (files, mounts) = objects::nginx(scope, &name);
            configs.extend(files);
            lowered.configs = mounts;
        }
        match run {
            true => runs.push((service, lowered)),
            false => _ = running.insert(service, lowered),
        }
    }
    let secret = |key: &str| options.secret(&name, scope.env, key);
    let main = document(running, &configs, &secret);
    let mut files = vec![(format!("swarm.{}.yaml", scope.env.name), main)];
    files.extend(runs.into_iter().map(|(run, service)| {
        let path = format!("swarm.{}.{run}.yaml", scope.env.name);
        (path, document([(run, service)].into(), &configs, &secret))
    }));
    (files, contents)
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
