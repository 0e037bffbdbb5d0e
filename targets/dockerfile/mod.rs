//! The `dockerfile` target: how the images of this stack are built, one file for each service that has
//! no Dockerfile of its own.

mod bases;
mod ignore;
mod lines;
mod recipe;
mod serve;
mod source;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;
use stackc_model::{Environment, SECRETS_DIR, Service, Stack};
use stackc_shape::{Decode, Shape, Spanned};
use stackc_source::{Diagnostic, Diagnostics, codes};
use stackc_target::conventions::HEADER;
use stackc_target::image;
use stackc_target::{Artifact, Artifacts, Body, Format, Mode, RelPath, Target, Template};

use recipe::Recipe;

const ID: &str = "dockerfile";

/// The script that gives a program its secrets.
const ENTRYPOINT: Template = Template {
    name: "docker-entrypoint.sh",
    format: Format::Shell,
    source: include_str!("docker-entrypoint.sh"),
};

/// The `dockerfile` target.
pub(crate) struct Dockerfile;

/// What may be set under `targets.dockerfile`.
#[derive(Debug, Default, Decode)]
struct Options {
    /// Files at the root of a build context that images are built from too; folders are anyway, and so
    /// are files whose names are known to belong to a build.
    include: Vec<Spanned<String>>,
}

impl Target for Dockerfile {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "Dockerfiles of the services that have none of their own"
    }

    fn options(&self) -> Shape {
        Options::shape()
    }

    fn support(&self) -> &'static str {
        include_str!("support.json")
    }

    fn render(&self, stack: &Stack, out: &mut Artifacts, diagnostics: &mut Diagnostics) {
        if stack.options.get(ID).is_some_and(Option::is_none) {
            return;
        }
        let options: Options = stackc_target::stack_options(stack, ID, diagnostics);
        for built in built(stack) {
            lines::compare(&built, diagnostics);
            one(stack, &built, &options, out, diagnostics);
        }
    }
}

/// A service whose Dockerfile is generated, as each environment describes it; the most serious last.
struct Built<'a> {
    versions: Vec<(&'a Environment, &'a Service)>,
}

impl<'a> Built<'a> {
    /// The description that is shipped.
    fn shipped(&self) -> Option<(&'a Environment, &'a Service)> {
        self.versions.last().copied()
    }
}

/// The services whose Dockerfiles are generated, by name.
fn built(stack: &Stack) -> Vec<Built<'_>> {
    let mut found: BTreeMap<&str, Vec<(&Environment, &Service)>> = BTreeMap::new();
    for environment in &stack.environments {
        for service in &environment.services {
            let own = service.image_of.is_none();
            if own && image::generated(environment, service).is_some() {
                found.entry(service.name.as_str()).or_default().push((environment, service));
            }
        }
    }
    let plain = |environment: &Environment| environment.name.as_str() == "production";
    let mut found: Vec<_> = found.into_values().map(|versions| Built { versions }).collect();
    for built in &mut found {
        built.versions.sort_by_key(|(environment, _)| (environment.tier, plain(environment)));
    }
    found
}

/// The files of one service.
fn one(
    stack: &Stack,
    built: &Built<'_>,
    options: &Options,
    out: &mut Artifacts,
    diagnostics: &mut Diagnostics,
) {
    let Some((_, service)) = built.shipped() else { return };
    let Some(build) = &service.build else { return };
    let (folder, name) = build.file.rsplit_once('/').unwrap_or((".", &build.file));
    let mut put = |name: &str, text: String, mode: Mode| {
        let path = if folder == "." { name.to_owned() } else { format!("{folder}/{name}") };
        // Two services of one context share the entrypoint.
        let Ok(path) = RelPath::new(path) else { return };
        if out.get(path.as_str()).is_none_or(|there| there.target != ID) {
            let body = Body::Whole(text);
            out.add(Artifact { path, body, mode, target: ID, environment: None });
        }
    };
    let Some(recipe) = Recipe::of(stack, built, diagnostics) else { return };
    let Some(text) = rendered(&recipe.template(), &recipe, service, diagnostics) else { return };
    let ignored = ignore::text(service, build, &recipe, options, diagnostics);
    put(name, text, Mode::Plain);
    put(&format!("{name}.dockerignore"), ignored, Mode::Plain);
    if let Some(served) = serve::configuration(service, diagnostics) {
        put(&recipe.own, served, Mode::Plain);
    }
    if recipe.entrypoint {
        let values = BTreeMap::from([("header", HEADER), ("secrets", SECRETS_DIR)]);
        if let Some(text) = rendered(&ENTRYPOINT, &values, service, diagnostics) {
            put(recipe::ENTRYPOINT, text, Mode::Executable);
        }
    }
}

/// A template with its values; what it cannot carry is refused where the service stands, for what can
/// be pointed at has been refused before.
fn rendered(
    template: &Template,
    values: &impl Serialize,
    service: &Service,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    match template.render(values) {
        Ok(text) => Some(text),
        Err(fault) => {
            let message =
                format!("the Dockerfile of `{}` cannot be written: {fault}", service.name);
            diagnostics.push(Diagnostic::new(codes::CANNOT_CARRY, service.span, message));
            None
        }
    }
}
