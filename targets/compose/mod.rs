//! The `compose` target: one file per environment that runs on docker compose.

pub(crate) mod bounds;
mod build;
pub(crate) mod document;
pub(crate) mod edge;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod handover;
mod harden;
pub(crate) mod health;
mod hosts;
mod mail;
mod monitoring;
mod mount;
mod options;
mod port;
pub(crate) mod scope;
mod secrets;
mod service;
mod store;
pub(crate) mod sum;
pub(crate) mod text;
mod tools;
mod wiring;

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{Environment, Platform, Stack};
use stackc_shape::{Decode, Shape};
use stackc_source::{Diagnostic, Diagnostics, Span, codes};
use stackc_target::{Artifact, Artifacts, Body, Mode, RelPath, Target, yaml};

pub(crate) use options::Options;
pub(crate) use service::volume as service_volume;
pub(crate) use store::volume as store_volume;
pub(crate) use tools::copies as backup_copies;
pub(crate) use wiring::Wiring;

use document::{Containers, Document, File, FileMount, Network, Part, Port, Volume};
use scope::Scope;
use text::Text;

/// The `compose` target.
pub(crate) struct Compose;

impl Target for Compose {
    fn id(&self) -> &'static str {
        "compose"
    }

    fn about(&self) -> &'static str {
        "docker compose files, one per environment"
    }

    fn options(&self) -> Shape {
        Options::shape()
    }

    fn support(&self) -> &'static str {
        include_str!("support.json")
    }

    fn render(&self, stack: &Stack, out: &mut Artifacts, diagnostics: &mut Diagnostics) {
        let mut hosts = hosts::Hosts::default();
        for env in &stack.environments {
            if let Some(options) = Options::of(env, diagnostics) {
                options.check(stack, env, diagnostics);
                environment(stack, env, &options, out, diagnostics);
                hosts.publish(env, options.host.as_ref(), diagnostics);
            }
        }
    }
}

/// Renders one environment.
fn environment(
    stack: &Stack,
    env: &Environment,
    options: &Options,
    out: &mut Artifacts,
    diagnostics: &mut Diagnostics,
) {
    let mut scope = Scope::new(stack, env, Platform::Compose, diagnostics);
    let documents = documents(&mut scope, options);
    bounds::report(&mut scope);
    let contents = std::mem::take(&mut scope.contents);
    for (part, document) in documents {
        match yaml(&document) {
            Ok(text) => {
                let span = options.file.as_ref().map(|file| file.span);
                add(env, &options.path_of(stack, env, part), text, span, out, diagnostics);
            }
            Err(fault) => {
                let message =
                    format!("the compose file of `{}` cannot be written: {fault}", env.name);
                diagnostics.push(Diagnostic::global(codes::CANNOT_CARRY, message));
            }
        }
    }
    for (path, content) in contents {
        add(env, &path, content, None, out, diagnostics);
    }
}

/// The compose files of an environment: the one that is started, and those it includes.
fn documents(scope: &mut Scope<'_>, options: &Options) -> BTreeMap<Part, Document> {
    let mut parts: BTreeMap<Part, Containers> = BTreeMap::new();
    let dual = options.dual(scope.env);
    for (name, mut service) in services(scope) {
        if dual {
            let six: Vec<_> = service.ports.iter().filter_map(Port::over_ipv6).collect();
            service.ports.extend(six);
        }
        parts.entry(service.part).or_default().insert(name, service);
    }
    let others = parts.keys().filter(|part| **part != Part::Main);
    let include: Vec<_> =
        others.map(|part| options.path_of(scope.stack, scope.env, *part)).collect();
    let document = |(part, services): (Part, Containers)| {
        let document = Document {
            name: options.project(scope.stack, scope.env),
            include: if part == Part::Main { include.clone() } else { Vec::new() },
            networks: networks(scope, &services, dual),
            volumes: volumes(&services),
            secrets: secrets::files(scope.env, &services),
            configs: configs(scope, &services),
            services,
        };
        (part, document)
    };
    parts.into_iter().map(document).collect()
}

/// What of the generated tree a host needs to run an environment: its files, the one to start first,
/// and what they mount.
pub(crate) fn needed(stack: &Stack, env: &Environment) -> Vec<String> {
    // What is to say is said where the files are written.
    let mut diagnostics = Diagnostics::default();
    let Some(options) = Options::of(env, &mut diagnostics) else { return Vec::new() };
    let mut scope = Scope::new(stack, env, Platform::Compose, &mut diagnostics);
    let documents = documents(&mut scope, &options);
    let containers = || documents.values().flat_map(|document| document.services.values());
    let mounts = containers().flat_map(|it| &it.volumes).filter(|mount| mount.generated);
    let folders: BTreeSet<_> = mounts.map(|mount| mount.source.data()).collect();
    let written = (!scope.contents.is_empty()).then(|| format!("config/{}", env.name));
    let files = documents.keys().map(|part| options.path_of(stack, env, *part));
    let folders = folders.iter().map(|path| path.trim_start_matches("./").to_owned());
    files.chain(written).chain(folders).collect()
}

/// Every container by its name.
pub(crate) fn services(scope: &mut Scope<'_>) -> document::Containers {
    let mut found = BTreeMap::new();
    let env = scope.env;
    let mut ports =
        store::LoopbackPorts::besides(edge::is_here(env, scope.platform).then_some(edge::LOCAL));
    for store in &env.stores {
        found.insert(store.name.to_string(), store::lower(scope, store, &mut ports));
    }
    for service in scope.services() {
        found.insert(service.name.to_string(), service::lower(scope, service));
    }
    let mut ours = edge::lower(scope);
    handover::folders(scope, &mut ours);
    ours.extend(mail::lower(scope, &mut ports));
    ours.extend(tools::lower(scope));
    ours.extend(monitoring::lower(scope));
    for service in scope.services() {
        if let Some(migrate) = service::lower_migrate(scope, service) {
            ours.insert(service::migrate_name(service), migrate);
        }
        if let Some(seed) = service::lower_seed(scope, service) {
            ours.insert(format!("{}-seed", service.name), seed);
        }
    }
    join(scope, &mut found, ours);
    let runs = handover::lower(scope, &mut found);
    join(scope, &mut found, runs);
    found
}

/// Adds containers of ours.
fn join(scope: &mut Scope<'_>, found: &mut Containers, ours: Containers) {
    for (name, service) in ours {
        if found.contains_key(&name) {
            taken(scope, &name);
        }
        found.insert(name, service);
    }
}

/// Reports a service or store that has the name of a container of ours.
fn taken(scope: &mut Scope<'_>, name: &str) {
    let services = scope.env.services.iter().map(|item| (item.name.as_str(), item.span));
    let stores = scope.env.stores.iter().map(|item| (item.name.as_str(), item.span));
    if let Some((_, span)) = services.chain(stores).find(|(taken, _)| *taken == name) {
        let message = format!("the generated file has a service `{name}` of its own");
        scope.tell(codes::COLLISION, span, message, "choose another name");
    }
}

/// The networks that are joined. Stores are on one that leads nowhere, except on a developer's
/// machine, where their ports are published: docker publishes none from an internal network. The edge
/// has IPv6 of its own where the public comes over it, for a relay would hide who asks.
fn networks(
    scope: &Scope<'_>,
    services: &BTreeMap<String, document::Service>,
    dual: bool,
) -> BTreeMap<&'static str, Network> {
    let joined = services.values().flat_map(|service| service.networks.iter().copied());
    let network = |name| {
        let internal = name == "data" && !scope.is_development();
        (name, Network { driver: "bridge", enable_ipv6: dual && name == "edge", internal })
    };
    joined.map(network).collect()
}

/// The named volumes that are mounted.
fn volumes(services: &Containers) -> BTreeMap<Text, Volume> {
    let mounts = services.values().flat_map(|service| &service.volumes);
    let named = mounts.filter(|mount| mount.r#type == "volume");
    named.map(|mount| (mount.source.clone(), Volume { driver: "local" })).collect()
}

/// The configs that are mounted.
fn configs(scope: &Scope<'_>, services: &Containers) -> BTreeMap<String, File> {
    let mounts = services.values().flat_map(|service| &service.configs);
    let named = mounts.map(FileMount::source).filter_map(|name| scope.configs.get_key_value(name));
    named.map(|(name, file)| (name.clone(), file.clone())).collect()
}

fn add(
    env: &Environment,
    path: &str,
    text: String,
    span: Option<Span>,
    out: &mut Artifacts,
    diagnostics: &mut Diagnostics,
) {
    match RelPath::new(path) {
        Ok(path) => out.add(Artifact {
            path,
            body: Body::Whole(text),
            mode: Mode::Plain,
            target: "compose",
            environment: Some(env.name.to_string()),
        }),
        Err(fault) => {
            let message = format!("the path `{path}` {fault}");
            diagnostics.push(match span {
                Some(span) => Diagnostic::new(codes::BAD_PATH, span, message),
                None => Diagnostic::global(codes::BAD_PATH, message),
            });
        }
    }
}

#[cfg(test)]
mod tests;
