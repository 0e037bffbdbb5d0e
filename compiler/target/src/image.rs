//! Images we build: where their Dockerfiles lie, and which of their stages runs what.
//!
//! The target `dockerfile` writes the stages, and those that run images choose among them, so what
//! both must know stands here.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{Build, Environment, Service, Stack};

/// The stage that runs where sources change: on a developer's machine.
pub const DEV: &str = "dev";
/// The stage that holds the tools of migrations and seeds.
pub const MIGRATE: &str = "migrate";
/// The stage that is shipped.
pub const RUNTIME: &str = "runtime";

/// The service whose image a service runs: its own, or that of the service it is like.
#[must_use]
pub fn owner<'a>(environment: &'a Environment, service: &'a Service) -> &'a Service {
    service.image_of.map_or(service, |id| &environment[id])
}

/// How an image is built whose Dockerfile is generated; `None` for all others.
#[must_use]
pub fn generated<'a>(environment: &Environment, owner: &'a Service) -> Option<&'a Build> {
    let ours = |build: &&Build| build.dockerfile.is_none();
    owner.build.as_ref().filter(ours).filter(|_| !crate::is_off(environment, "dockerfile"))
}

/// The image that migrations and seeds of a service run in, where it is another than the service's:
/// what a Node.js program runs without is taken out of its image, and their tools are among that.
#[must_use]
pub fn tools(environment: &Environment, service: &Service) -> Option<String> {
    let owner = owner(environment, service);
    let apart = generated(environment, owner).is_some() && owner.kind.is_node();
    apart.then(|| format!("{}-{MIGRATE}", owner.image.value))
}

/// Whether any service that runs this image has migrations or seeds.
#[must_use]
pub fn has_tools(environment: &Environment, of: &Service) -> bool {
    let uses = |service: &&Service| owner(environment, service).name == of.name;
    let runs = |service: &Service| service.migrate.is_some() || service.seed.is_some();
    of.kind.is_node() && environment.services.iter().filter(uses).any(runs)
}

/// Where the Dockerfiles of a stack lie.
#[derive(Debug)]
pub struct Dockerfiles {
    /// Folders that several services are built from: each has a file of its own there.
    shared: BTreeSet<String>,
}

impl Dockerfiles {
    /// Looks at every service of a stack that is built.
    #[must_use]
    pub fn of(stack: &Stack) -> Self {
        let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for service in stack.environments.iter().flat_map(|environment| &environment.services) {
            if let (Some(build), None) = (&service.build, service.image_of) {
                users.entry(folder(&build.context)).or_default().insert(service.name.as_str());
            }
        }
        let shared = users.into_iter().filter(|(_, names)| names.len() > 1);
        Self { shared: shared.map(|(folder, _)| folder.to_owned()).collect() }
    }

    /// Whether several services are built from a folder.
    #[must_use]
    pub fn is_shared(&self, build: &Build) -> bool {
        self.shared.contains(folder(&build.context))
    }

    /// The name of a service's generated Dockerfile in its context.
    #[must_use]
    pub fn name(&self, service: &Service, build: &Build) -> String {
        match self.is_shared(build) {
            true => format!("Dockerfile.{}", service.name),
            false => "Dockerfile".to_owned(),
        }
    }
}

/// A folder of the repository, without what only says that it is one; `.` is the root.
#[must_use]
pub fn folder(path: &str) -> &str {
    match path.trim_start_matches("./").trim_end_matches('/') {
        "" => ".",
        folder => folder,
    }
}

/// A file of a folder, as seen from the repository root.
#[must_use]
pub fn file(context: &str, name: &str) -> String {
    match folder(context) {
        "." => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{file, folder};

    #[test]
    fn a_folder_is_the_same_however_it_is_written() {
        for text in ["api", "./api", "api/"] {
            assert_eq!((folder(text), file(text, "x").as_str()), ("api", "api/x"));
        }
        for text in [".", "./"] {
            assert_eq!((folder(text), file(text, "x").as_str()), (".", "x"));
        }
    }
}
