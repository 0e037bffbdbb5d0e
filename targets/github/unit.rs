//! What CI works on: each service that this stack builds, once for all environments.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use stackc_model::{Build, Environment, Kind, PackageManager, Platform, Service, Stack, Tier};
use stackc_source::Span;
use stackc_target::image::{MIGRATE, RUNTIME, generated, has_tools, tools};

/// A service we build, as the environment that ships its image describes it.
#[derive(Clone, Copy)]
pub(crate) struct Unit<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) service: &'a Service,
    pub(crate) build: &'a Build,
    /// Whether its image is run anywhere but on a developer's machine: Vercel builds from the source.
    pub(crate) ships: bool,
    /// Whether it is the image of the tools that migrate and seed, not that of the service.
    pub(crate) tools: bool,
}

/// The tools a service is checked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Toolchain {
    Node(PackageManagerKind),
    Python,
    Go,
    Rust,
    None,
}

impl Toolchain {
    /// The language, where CI may check with several of its versions.
    pub(crate) fn language(self) -> Option<&'static str> {
        match self {
            Self::Node(_) => Some("node"),
            Self::Python => Some("python"),
            Self::Go => Some("go"),
            Self::Rust | Self::None => None,
        }
    }
}

/// [`PackageManager`] with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PackageManagerKind {
    Npm,
    Pnpm,
    Yarn,
}

/// The units of a stack, by name.
pub(crate) fn units(stack: &Stack) -> Vec<Unit<'_>> {
    let mut seen = BTreeSet::new();
    let mut environments: Vec<_> = stack.environments.iter().rev().collect();
    environments.sort_by_key(|environment| Reverse(weight(environment)));
    let mut found: Vec<_> = environments
        .into_iter()
        .flat_map(of_environment)
        .filter(|unit| seen.insert(unit.service.name.clone()))
        .map(|unit| Unit { ships: ships(stack, unit.service), ..unit })
        .collect();
    found.sort_by(|a, b| a.service.name.cmp(&b.service.name));
    found
}

/// How much an environment says of what is shipped: one whose images run somewhere more than one
/// that a provider builds from the source, and plain production more than its variants.
fn weight(environment: &Environment) -> (bool, Tier, bool) {
    let plain = environment.name.as_str() == "production";
    (runs_images(environment), environment.tier, plain)
}

fn ships(stack: &Stack, service: &Service) -> bool {
    stack.environments.iter().any(|environment| {
        let has = environment.services.iter().any(|other| other.name == service.name);
        has && runs_images(environment)
    })
}

fn runs_images(environment: &Environment) -> bool {
    let mut platforms = environment.platforms.iter();
    environment.tier != Tier::Development && platforms.any(|on| *on != Platform::Vercel)
}

/// The units of one environment: those that make an image of their own.
pub(crate) fn of_environment(environment: &Environment) -> impl Iterator<Item = Unit<'_>> {
    environment.services.iter().filter_map(move |service| {
        let build = service.build.as_ref()?;
        let ships = runs_images(environment);
        let unit = Unit { environment, service, build, ships, tools: false };
        service.image_of.is_none().then_some(unit)
    })
}

impl<'a> Unit<'a> {
    pub(crate) fn name(&self) -> &'a str {
        self.service.name.as_str()
    }

    /// The image of its tools, where that is another and anything runs them.
    fn tooled(self) -> Option<Self> {
        let apart = tools(self.environment, self.service).is_some();
        let apart = apart && has_tools(self.environment, self.service);
        apart.then_some(Unit { tools: true, ..self })
    }

    /// The images that are made of it.
    pub(crate) fn images(self) -> impl Iterator<Item = Self> {
        std::iter::once(self).chain(self.tooled())
    }

    /// What its image is called in ids and titles.
    pub(crate) fn title(&self) -> String {
        if self.tools { format!("{}-{MIGRATE}", self.name()) } else { self.name().to_owned() }
    }

    /// Its image without a tag.
    pub(crate) fn image(&self) -> String {
        let tools = tools(self.environment, self.service).filter(|_| self.tools);
        tools.unwrap_or_else(|| self.service.image.value.clone())
    }

    /// The stage it is built to: one of ours, or one of the user's own Dockerfile.
    pub(crate) fn stage(&self) -> Option<(&'a str, Option<Span>)> {
        match (generated(self.environment, self.service), self.tools) {
            (Some(_), true) => Some((MIGRATE, None)),
            (Some(_), false) => Some((RUNTIME, None)),
            (None, _) => {
                self.build.target.as_ref().map(|stage| (stage.as_str(), stage.origin.span()))
            }
        }
    }

    /// The folder it is built from, `.` for the root.
    pub(crate) fn folder(&self) -> &'a str {
        let context = self.build.context.value.as_str();
        let inner = context.strip_prefix("./").unwrap_or(context).trim_end_matches('/');
        if inner.is_empty() { "." } else { inner }
    }

    /// The folder of its Dockerfile.
    pub(crate) fn dockerfile_folder(&self) -> &'a str {
        match &self.build.dockerfile {
            Some(file) => file.rsplit_once('/').map_or(".", |(folder, _)| folder),
            None => self.folder(),
        }
    }

    /// A file of the folder, as seen from the root.
    pub(crate) fn file(&self, name: &str) -> String {
        match self.folder() {
            "." => name.to_owned(),
            folder => format!("{folder}/{name}"),
        }
    }

    pub(crate) fn toolchain(&self) -> Toolchain {
        match *self.service.kind {
            Kind::Nextjs | Kind::Node | Kind::Vite => {
                Toolchain::Node(match self.build.package_manager {
                    PackageManager::Npm => PackageManagerKind::Npm,
                    PackageManager::Pnpm => PackageManagerKind::Pnpm,
                    PackageManager::Yarn => PackageManagerKind::Yarn,
                })
            }
            Kind::Python => Toolchain::Python,
            Kind::Go => Toolchain::Go,
            Kind::Rust => Toolchain::Rust,
            Kind::Static | Kind::Image => Toolchain::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use stackc_model::{Base, Build, Environment, PackageManager, Platform, Tier};

    use super::units;
    use crate::kubernetes::fixture::{environment, given, stack};

    fn on(name: &str, tier: Tier, platform: Platform) -> Environment {
        let mut environment = environment(name, tier);
        environment.platforms = vec![platform];
        environment.services[0].image_of = None;
        environment.services[0].build = Some(Build {
            context: given(".".to_owned()),
            file: "Dockerfile".to_owned(),
            dockerfile: None,
            target: None,
            args: BTreeMap::new(),
            package_manager: PackageManager::Npm,
            package: None,
            command: None,
            output: None,
            base: given(Base::Debian),
        });
        environment
    }

    fn checked_as(environments: Vec<Environment>) -> String {
        let mut stack = stack();
        stack.environments = environments;
        units(&stack)[0].environment.name.to_string()
    }

    #[test]
    fn checks_see_the_environment_that_ships_the_image() {
        let production = on("production", Tier::Production, Platform::Compose);
        let aws = on("aws", Tier::Production, Platform::Ecs);
        let vercel = on("vercel", Tier::Production, Platform::Vercel);
        let staging = on("staging", Tier::Staging, Platform::Compose);
        let local = on("development", Tier::Development, Platform::Compose);
        assert_eq!(checked_as(vec![aws, production, vercel.clone()]), "production");
        assert_eq!(checked_as(vec![staging, vercel.clone()]), "staging");
        assert_eq!(checked_as(vec![local, vercel]), "vercel");
    }
}
