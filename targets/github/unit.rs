//! What CI works on: each service that this stack builds, once for all environments.

use std::collections::BTreeSet;

use stackc_model::{Build, Environment, Kind, PackageManager, Platform, Service, Stack, Tier};

/// A service we build, as the most serious environment that has it describes it.
#[derive(Clone, Copy)]
pub(crate) struct Unit<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) service: &'a Service,
    pub(crate) build: &'a Build,
    /// Whether its image is run anywhere but on a developer's machine: Vercel builds from the source.
    pub(crate) ships: bool,
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
    let mut found: Vec<_> = stack
        .environments
        .iter()
        .rev()
        .flat_map(of_environment)
        .filter(|unit| seen.insert(unit.service.name.clone()))
        .map(|unit| Unit { ships: ships(stack, unit.service), ..unit })
        .collect();
    found.sort_by(|a, b| a.service.name.cmp(&b.service.name));
    found
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
        service.image_of.is_none().then_some(Unit { environment, service, build, ships })
    })
}

impl<'a> Unit<'a> {
    pub(crate) fn name(&self) -> &'a str {
        self.service.name.as_str()
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
