//! What a Dockerfile says: the values of its template.

use std::collections::BTreeSet;

use serde::Serialize;
use stackc_model::{Base, Environment, Kind, PackageManager, Service, Stack, pins};
use stackc_source::Diagnostics;
use stackc_target::Template;
use stackc_target::ask::{self, Asker};
use stackc_target::conventions::HEADER;
use stackc_target::image;

use super::{Built, bases, lines, source};

/// The entrypoint, as its file is called in the build context.
pub(super) const ENTRYPOINT: &str = "docker-entrypoint.sh";

/// The values of a template.
#[derive(Debug, Serialize)]
pub(super) struct Recipe {
    header: &'static str,
    kind: Kind,
    title: String,
    /// The image it is built in.
    image: String,
    /// The image that its tools want, where that is another.
    build_image: String,
    /// The image it is shipped in, where that is another.
    runtime_image: String,
    web_image: String,
    user: u32,
    /// Where the sources of what is built lie in the image.
    place: String,
    package: String,
    /// The same as a path that no tool takes for a name.
    source: String,
    /// Where the build leaves what is shipped, below the context; empty for everything.
    pub(super) output: String,
    command: Vec<String>,
    arguments: BTreeSet<String>,
    public: BTreeSet<String>,
    manager: PackageManager,
    manager_version: String,
    corepack: String,
    uv: String,
    prisma: bool,
    tools: Vec<String>,
    dev: Vec<String>,
    scratch: Vec<&'static str>,
    /// The server of Next.js, below its standalone folder.
    server: String,
    /// The name of a native program.
    program: String,
    /// The name of a cache that no other build shares.
    cache: String,
    /// The web server's configuration, or else the entrypoint, as its file is called in the build
    /// context: no source. Empty where there is neither.
    pub(super) own: String,
    pub(super) site: bool,
    pub(super) entrypoint: bool,
    run: Vec<String>,
    port: u16,
    ports: BTreeSet<u16>,
    health: Vec<String>,
    /// Whether what asks is built along.
    healthcheck: bool,
    interval: String,
    timeout: String,
    unasked: &'static str,
}

impl Recipe {
    /// The recipe of a service; `None` where something it says cannot be written, which is reported.
    pub(super) fn of(
        stack: &Stack,
        built: &Built<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let (environment, service) = built.shipped()?;
        let build = service.build.as_ref()?;
        let (kind, site) = (*service.kind, service.kind.is_static());
        let package = lines::path(build.package.as_ref(), "package", service, diagnostics)?;
        let written = lines::path(build.output.as_ref(), "output", service, diagnostics)?;
        let public = lines::names(built, |service| {
            service.public_env.iter().map(|(name, value)| (name.to_string(), value)).collect()
        });
        let arguments = lines::names(built, |service| {
            let build = service.build.iter().flat_map(|build| &build.args);
            build.map(|(name, value)| (name.clone(), value)).collect()
        });
        let arguments = lines::identifiers(arguments, service, diagnostics)?;
        let public = lines::identifiers(public, service, diagnostics)?;
        let tools = tools(built);
        let prisma = built_with(&tools, "prisma");
        let command = build.command.as_ref().map(|command| command.value.clone());
        if !lines::output_fits(service, build, diagnostics) {
            return None;
        }
        let image = bases::builder(service, build, diagnostics)?;
        let port = service.main_port().map_or(0, |(_, port)| *port.number);
        let health = ask::service(service, Asker::of(environment, service)).unwrap_or_default();
        let entrypoint = !site && *build.base != Base::Distroless;
        let own = match (site, build.file.ends_with("Dockerfile")) {
            (true, true) => "docker-nginx.conf".to_owned(),
            (true, false) => format!("docker-nginx.{}.conf", service.name),
            _ if entrypoint => ENTRYPOINT.to_owned(),
            _ => String::new(),
        };
        let tool = |name: &str| pins::tool(name).unwrap_or_default();
        let manager = match build.package_manager {
            PackageManager::Npm => "npm",
            PackageManager::Pnpm => "pnpm",
            PackageManager::Yarn => "yarn",
        };
        Some(Self {
            header: HEADER,
            kind,
            title: format!("{}/{}", stack.name.as_str(), service.name),
            build_image: match prisma {
                true => bases::tooled(&image),
                false => String::new(),
            },
            image,
            runtime_image: bases::runtime(kind, *build.base),
            web_image: match site {
                true => bases::web(stack, service, build, diagnostics)?,
                false => String::new(),
            },
            user: *service.user,
            place: match package.as_str() {
                "" => "/app".to_owned(),
                folder => format!("/app/{folder}"),
            },
            source: match package.as_str() {
                "" => ".".to_owned(),
                folder => format!("./{folder}"),
            },
            output: output(service, &package, written),
            command: command.unwrap_or_else(|| usual(kind)),
            arguments: arguments.union(&public).cloned().collect(),
            public,
            manager: build.package_manager,
            manager_version: format!("{manager}@{}", tool(manager)),
            corepack: format!("corepack@{}", tool("corepack")),
            uv: format!("uv=={}", tool("uv")),
            prisma,
            dev: dev(service, &package, port),
            scratch: match kind {
                Kind::Nextjs => vec![".next", ".next/cache"],
                Kind::Vite => vec!["node_modules/.vite", "node_modules/.vite-temp"],
                _ => Vec::new(),
            },
            server: beside(&package, "server.js"),
            program: service.name.to_string(),
            cache: format!("cargo-target-{}-{}", stack.name.as_str(), service.name),
            own,
            site,
            entrypoint,
            run: run(service, &package),
            port,
            ports: service.ports.values().map(|port| *port.number).collect(),
            interval: service.health.as_ref().map_or_else(String::new, |it| it.interval.compact()),
            timeout: service.health.as_ref().map_or_else(String::new, |it| it.timeout.compact()),
            unasked: match service.ports.is_empty() {
                true => "nothing listens here to be asked",
                false => "nothing is known that could ask this port",
            },
            healthcheck: health.first().is_some_and(|word| word == ask::HEALTHCHECK),
            health,
            tools,
            package,
        })
    }

    /// The template of its kind.
    pub(super) fn template(&self) -> Template {
        match self.kind {
            Kind::Nextjs => source::NEXTJS,
            Kind::Vite => source::VITE,
            Kind::Static => source::STATIC,
            Kind::Python => source::PYTHON,
            Kind::Go => source::GO,
            Kind::Rust => source::RUST,
            Kind::Node | Kind::Image => source::NODE,
        }
    }
}

/// The command that builds what nothing else is said of; empty where the template says it.
fn usual(kind: Kind) -> Vec<String> {
    let words: &[&str] = match kind {
        Kind::Nextjs | Kind::Vite => &["npm", "run", "build"],
        Kind::Node => &["npm", "run", "build", "--if-present"],
        _ => &[],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The commands of migrations and seeds that run in this image: the first that is found.
fn tools(built: &Built<'_>) -> Vec<String> {
    let commands = built.versions.iter().rev().filter(|(env, of)| image::has_tools(env, of));
    let of = |(environment, owner): &(&Environment, &Service)| {
        let uses = environment
            .services
            .iter()
            .filter(|other| image::owner(environment, other).name == owner.name);
        let migrate =
            uses.clone().find_map(|other| Some(other.migrate.as_ref()?.command.value.clone()));
        migrate.or_else(|| uses.clone().find_map(|other| Some(other.seed.as_ref()?.value.clone())))
    };
    commands.filter_map(of).next().unwrap_or_default()
}

fn built_with(command: &[String], tool: &str) -> bool {
    command.iter().any(|word| word == tool)
}

fn beside(package: &str, file: &str) -> String {
    match package {
        "" => file.to_owned(),
        folder => format!("{folder}/{file}"),
    }
}

/// What is shipped, below the context. A command that runs what a compiler made needs no sources.
fn output(service: &Service, package: &str, written: String) -> String {
    if !written.is_empty() {
        return written;
    }
    match *service.kind {
        Kind::Vite => beside(package, "dist"),
        Kind::Static => ".".to_owned(),
        Kind::Node if package.is_empty() => {
            image::compiled(service).map(str::to_owned).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// The command the image starts with.
fn run(service: &Service, package: &str) -> Vec<String> {
    let usual = || match *service.kind {
        Kind::Nextjs => vec!["node".to_owned(), beside(package, "server.js")],
        _ => vec![format!("/usr/local/bin/{}", service.name)],
    };
    service.command.as_ref().map_or_else(usual, |command| command.value.clone())
}

/// The command of a server that follows the sources.
fn dev(service: &Service, package: &str, port: u16) -> Vec<String> {
    let port = port.to_string();
    let (tool, file, arguments): (_, _, &[&str]) = match *service.kind {
        Kind::Nextjs => ("next", "node_modules/next/dist/bin/next", &["dev"]),
        Kind::Vite => {
            let arguments = &["--host", "0.0.0.0", "--port", &port, "--strictPort"];
            return words(package, "vite", "node_modules/vite/bin/vite.js", arguments);
        }
        _ => return run(service, package),
    };
    words(package, tool, file, arguments)
}

/// Node.js is started by itself; but where the packages of a workspace put their tools is known to the
/// package manager alone.
fn words(package: &str, tool: &str, file: &str, arguments: &[&str]) -> Vec<String> {
    let start = match package {
        "" => vec!["node", file],
        _ => vec!["npx", "--no-install", tool],
    };
    start.iter().chain(arguments).map(|word| (*word).to_owned()).collect()
}
