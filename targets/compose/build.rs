//! Where images come from: built here on a developer's machine, pulled by their version elsewhere.

use std::collections::BTreeMap;

use stackc_model::{EnvName, Kind, PackageManager, Service};
use stackc_target::image;

use super::document::{self, Build, Develop, Watch};
use super::scope::Scope;
use super::text::Text;
use stackc_target::conventions::PRIVATE;

/// What of an image a container runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The service itself.
    Program,
    /// The tools of its migrations and seeds.
    Tools,
}

/// Gives a service its image, or the way to build it.
pub(super) fn source(
    scope: &Scope<'_>,
    service: &Service,
    part: Part,
    into: &mut document::Service,
) {
    let owner = image::owner(scope.env, service);
    let tools = image::tools(scope.env, service).filter(|_| part == Part::Tools);
    match &owner.build {
        Some(build) if scope.is_development() => {
            // The stage of development holds the tools too.
            let stage = image::generated(scope.env, owner).map(|_| image::developed(*owner.kind));
            into.build = Some(document_build(owner, build, stage));
            // Sources are newer than any image, so each `up` builds; unchanged layers cost nothing.
            into.pull_policy = "build";
        }
        Some(_) => {
            into.image = Some(released(&tools.unwrap_or_else(|| owner.image.value.clone())));
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

fn document_build(owner: &Service, build: &stackc_model::Build, stage: Option<&str>) -> Build {
    let args = build.args.iter().map(|(name, value)| (name.clone(), Text::from(&value.value)));
    let public =
        owner.public_env.iter().map(|(name, value)| (name.to_string(), Text::from(&value.value)));
    let file = seen_from(&build.context, &build.file);
    Build {
        context: Text::from(folder(&build.context)),
        dockerfile: (file != "Dockerfile").then(|| Text::from(file)),
        args: args.chain(public).collect::<BTreeMap<_, _>>(),
        target: stage.or(build.target.as_ref().map(|stage| stage.as_str())).map(Text::from),
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

/// What a change of the sources does. Where a server follows them, or a program is run from them, they
/// are copied into the container; else the image is built anew.
pub(super) fn watch(scope: &Scope<'_>, service: &Service) -> Option<Develop> {
    let owner = image::owner(scope.env, service);
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
    let Some(action) = copied(scope, owner) else {
        return Some(Develop {
            watch: vec![Watch { action: "rebuild", path, target: None, ignore }],
        });
    };
    let rebuild = |name: &&str| Watch {
        action: "rebuild",
        path: Text::from(format!("./{}", below(&build.context, name))),
        target: None,
        ignore: Vec::new(),
    };
    let target = Some(Text::from("/app/"));
    let sources = Watch { action, path, target, ignore };
    Some(Develop { watch: locks(owner, build).iter().map(rebuild).chain([sources]).collect() })
}

/// How sources are copied into the container of a generated image; `None` where they are not.
pub(super) fn copied(scope: &Scope<'_>, owner: &Service) -> Option<&'static str> {
    let generated = scope.is_development() && image::generated(scope.env, owner).is_some();
    match *owner.kind {
        Kind::Nextjs | Kind::Vite if generated => Some("sync"),
        _ if generated && image::runs_sources(owner) => Some("sync+restart"),
        _ => None,
    }
}

/// What, when it changes, changes the packages that are installed.
fn locks(owner: &Service, build: &stackc_model::Build) -> &'static [&'static str] {
    match (*owner.kind, build.package_manager) {
        (Kind::Python, _) => &["uv.lock"],
        (_, PackageManager::Npm) => &["package-lock.json"],
        (_, PackageManager::Pnpm) => &["pnpm-lock.yaml"],
        (_, PackageManager::Yarn) => &["yarn.lock"],
    }
}

/// A file of a folder of the repository.
fn below(context: &str, file: &str) -> String {
    match image::folder(context) {
        "." => file.to_owned(),
        folder => format!("{folder}/{file}"),
    }
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
