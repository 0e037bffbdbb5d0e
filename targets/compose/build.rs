//! Where images come from: built here on a developer's machine, pulled by their version elsewhere.

use std::collections::BTreeMap;

use stackc_model::{EnvName, Kind, Service};

use super::document::{self, Build, Develop, Watch};
use super::scope::Scope;
use super::text::Text;
use stackc_target::conventions::PRIVATE;

/// The service whose image this one runs: its own, or that of the service it is like.
fn image_owner<'a>(scope: &Scope<'a>, service: &'a Service) -> &'a Service {
    service.image_of.map_or(service, |id| &scope.env[id])
}

/// Gives a service its image, or the way to build it.
pub(super) fn source(scope: &Scope<'_>, service: &Service, into: &mut document::Service) {
    let owner = image_owner(scope, service);
    match &owner.build {
        Some(build) if scope.is_development() => {
            into.build = Some(document_build(owner, build));
            // Sources are newer than any image, so each `up` builds; unchanged layers cost nothing.
            into.pull_policy = "build";
        }
        Some(_) => {
            into.image = Some(released(&owner.image));
            // Without a registry the name leads to Docker Hub, and there to whoever took it.
            if scope.stack.registry.is_none() {
                into.pull_policy = "never";
            }
        }
        None => into.image = Some(Text::from(owner.image.as_str())),
    }
}

/// An image of ours in the version that is being deployed.
fn released(image: &str) -> Text {
    let image = Text::from(format!("{image}:"));
    match EnvName::new("IMAGE_TAG") {
        Ok(tag) => image.then(&Text::required(&tag, "set IMAGE_TAG to the released version")),
        Err(_) => image,
    }
}

fn document_build(owner: &Service, build: &stackc_model::Build) -> Build {
    let args = build.args.iter().map(|(name, value)| (name.clone(), Text::from(&value.value)));
    let public =
        owner.public_env.iter().map(|(name, value)| (name.to_string(), Text::from(&value.value)));
    Build {
        context: Text::from(folder(&build.context)),
        dockerfile: build
            .dockerfile
            .as_ref()
            .map(|file| Text::from(seen_from(&build.context, file))),
        args: args.chain(public).collect::<BTreeMap<_, _>>(),
        target: build.target.as_ref().map(|target| Text::from(target.as_str())),
    }
}

/// A folder of the repository as compose wants it: marked as relative.
fn folder(context: &str) -> String {
    match context {
        "." => ".".to_owned(),
        folder => format!("./{folder}"),
    }
}

/// A file of the repository as seen from the build context, which is how compose reads it.
fn seen_from(context: &str, file: &str) -> String {
    let context = context.trim_end_matches('/');
    if context == "." {
        return file.to_owned();
    }
    match file.strip_prefix(context).and_then(|rest| rest.strip_prefix('/')) {
        Some(rest) => rest.to_owned(),
        None => format!("{}{file}", "../".repeat(context.split('/').count())),
    }
}

/// Rebuilds on a change of the sources. Copying them into the running container, as the other
/// actions do, cannot work: its root file system is read-only, as everywhere else.
pub(super) fn watch(scope: &Scope<'_>, service: &Service) -> Option<Develop> {
    let owner = image_owner(scope, service);
    let build = owner.build.as_ref().filter(|_| scope.is_development())?;
    let mut ignore = match *owner.kind {
        Kind::Nextjs => vec![".next/", "node_modules/"],
        Kind::Node | Kind::Vite => vec!["dist/", "node_modules/"],
        Kind::Python => vec!["**/__pycache__/"],
        Kind::Rust => vec!["target/"],
        Kind::Go | Kind::Static | Kind::Image => Vec::new(),
    };
    if build.context.as_str() == "." {
        ignore.extend(PRIVATE);
    }
    let path = Text::from(folder(&build.context));
    Some(Develop { watch: vec![Watch { action: "rebuild", path, ignore }] })
}

#[cfg(test)]
mod tests {
    use super::seen_from;

    #[test]
    fn a_dockerfile_is_seen_from_its_context() {
        assert_eq!(seen_from("backend", "backend/Dockerfile"), "Dockerfile");
        assert_eq!(seen_from("backend", "ops/backend.Dockerfile"), "../ops/backend.Dockerfile");
        assert_eq!(seen_from("apps/web", "apps/web.Dockerfile"), "../../apps/web.Dockerfile");
        assert_eq!(seen_from(".", "ops/Dockerfile"), "ops/Dockerfile");
    }
}
