//! Images we build: where their Dockerfiles lie, and which of their stages runs what.
//!
//! The target `dockerfile` writes the stages, and those that run images choose among them, so what
//! both must know stands here.

use stackc_model::{Build, Environment, Kind, Service};

/// The stage that runs where sources change: on a developer's machine.
pub const DEV: &str = "dev";
/// The stage that holds the tools of migrations and seeds.
pub const MIGRATE: &str = "migrate";
/// The stage that is shipped.
pub const RUNTIME: &str = "runtime";

/// The stage that runs on a developer's machine.
#[must_use]
pub fn developed(kind: Kind) -> &'static str {
    match kind {
        Kind::Nextjs | Kind::Node | Kind::Vite | Kind::Python => DEV,
        _ => RUNTIME,
    }
}

/// Where compilers of Node.js programs leave what they make.
const COMPILED: [&str; 4] = [".output", "build", "dist", "out"];

/// The folder that the command of a service runs something in which a compiler made.
#[must_use]
pub fn compiled(service: &Service) -> Option<&str> {
    let mut words = service.command.iter().flat_map(|command| command.iter());
    words.find_map(|word| {
        let folder = word.trim_start_matches("./").split_once('/')?.0;
        COMPILED.contains(&folder).then_some(folder)
    })
}

/// Whether a program runs from its sources, so that nothing is to be made when they change.
#[must_use]
pub fn runs_sources(service: &Service) -> bool {
    let made = |build: &Build| {
        build.output.is_some() || build.command.is_some() || build.package.is_some()
    };
    match *service.kind {
        Kind::Python => true,
        Kind::Node => !service.build.as_ref().is_some_and(made) && compiled(service).is_none(),
        _ => false,
    }
}

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

/// A folder of the repository, without what only says that it is one; `.` is the root.
#[must_use]
pub fn folder(path: &str) -> &str {
    match path.trim_start_matches("./").trim_end_matches('/') {
        "" => ".",
        folder => folder,
    }
}

#[cfg(test)]
mod tests {
    use super::folder;

    #[test]
    fn a_folder_is_the_same_however_it_is_written() {
        for text in ["api", "./api", "api/"] {
            assert_eq!(folder(text), "api");
        }
        for text in [".", "./"] {
            assert_eq!(folder(text), ".");
        }
    }
}
