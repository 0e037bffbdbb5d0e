//! Services: what they are, the part they play, and every default.

use std::collections::BTreeMap;

use stackc_model::{
    Build, Bytes, Concurrency, Cron, Delivery, EnvName, Kind, Label, Logs, Metrics, Migrate,
    Millicores, Mount, Origin, PackageManager, Platform, Port, Protocol, Role, Seconds, SecretId,
    Service, ServiceId, Sourced, Stop, Tier, Volume, pins,
};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{
    AccessMode, ConcurrencyWord, DeliveryWord, KindWord, LogFormat, LogLevel, MigrateTool,
    PackageManagerWord, ProtocolWord, ServiceSpec,
};

use crate::context::{Context, or, or_map, written};
use crate::data::{Defaults, resources};
use crate::near::{self, places};
use crate::variables::Bindings;
use crate::{copies, health, image, order};

/// A service whose kind, image and part are known.
#[derive(Debug)]
pub(crate) struct DraftService<'a> {
    pub(crate) name: &'a Label,
    /// Its own entry.
    pub(crate) own: &'a Spanned<ServiceSpec>,
    /// The entry of the service it is like, or its own.
    pub(crate) shared: &'a Spanned<ServiceSpec>,
    /// The service whose image it runs.
    pub(crate) image_of: Option<ServiceId>,
    pub(crate) kind: Sourced<Kind>,
    pub(crate) ports: BTreeMap<Label, Port>,
    pub(crate) role: Sourced<Role>,
}

impl DraftService<'_> {
    /// A map of the service it is like with its own laid over it, by key.
    pub(crate) fn both<K: Ord, V>(
        &self,
        map: fn(&ServiceSpec) -> &BTreeMap<K, V>,
    ) -> BTreeMap<&K, &V> {
        map(&self.shared.value).iter().chain(map(&self.own.value)).collect()
    }

    /// The main port with its name.
    pub(crate) fn main_port(&self) -> Option<(&Label, &Port)> {
        self.ports.get_key_value("http").or_else(|| self.ports.iter().next())
    }
}

/// Finds out what each service is; faulty ones are left out, so ids are positions in the result.
pub(crate) fn draft<'a>(cx: &mut Context<'a>) -> Vec<DraftService<'a>> {
    let spec = cx.spec;
    let mut drafts: Vec<DraftService<'a>> = Vec::with_capacity(spec.services.len());
    for (name, own) in &spec.services {
        let Some(shared) = shared(name, own, cx) else { continue };
        let Some(kind) = kind(name, own, shared, cx) else { continue };
        let ports = ports(own, *kind);
        let role = role(own, &ports);
        drafts.push(DraftService { name, own, shared, image_of: None, kind, ports, role });
    }
    let position: BTreeMap<&Label, usize> =
        drafts.iter().enumerate().map(|(at, draft)| (draft.name, at)).collect();
    let image_of = |draft: &DraftService<'_>| {
        let like = draft.own.like.as_ref().filter(|_| draft.own.build.is_none())?;
        position.get(&like.value).map(|at| ServiceId::at(*at))
    };
    let images: Vec<_> = drafts.iter().map(image_of).collect();
    for (draft, image) in drafts.iter_mut().zip(images) {
        draft.image_of = image;
    }
    drafts
}

/// The entry of the service that is copied.
fn shared<'a>(
    name: &Label,
    own: &'a Spanned<ServiceSpec>,
    cx: &mut Context<'a>,
) -> Option<&'a Spanned<ServiceSpec>> {
    let Some(like) = &own.like else { return Some(own) };
    let spec = cx.spec;
    let fault = match spec.services.get(&like.value) {
        None if cx.is_written(like.value.as_str()) => return None,
        None => {
            let message = format!("no service is called `{}`", like.value);
            let fault = Diagnostic::new(codes::UNDEFINED, like.span, message);
            let others = places(spec.services.iter().filter(|(other, _)| *other != name));
            near::suggest(fault, &like.value, &others)
        }
        Some(_) if like.value == *name => {
            Diagnostic::new(codes::LIKE, like.span, "a service cannot be like itself")
                .help("name the service it shares everything with, or say its `kind`")
        }
        Some(other) if other.like.is_some() => Diagnostic::new(
            codes::LIKE,
            like.span,
            format!("`{}` is itself like another service", like.value),
        )
        .help("`like` goes one level: name the service that says everything"),
        Some(other) => return Some(other),
    };
    cx.push(fault);
    None
}

fn kind(
    name: &Label,
    own: &Spanned<ServiceSpec>,
    shared: &Spanned<ServiceSpec>,
    cx: &mut Context<'_>,
) -> Option<Sourced<Kind>> {
    let Some(word) = own.kind.as_ref().or(shared.kind.as_ref()) else {
        if cx.in_overlay(own.span) {
            unknown_override(name, own.span, cx);
            return None;
        }
        let message = format!("`services.{name}.kind` is required");
        cx.push(
            Diagnostic::new(codes::MISSING_FIELD, own.span, message)
                .help("say what it is made of: `nextjs`, `node`, `vite`, `static`, `python`, `go`, `rust` or `image`"),
        );
        return None;
    };
    Some(written(word).map(|word| match word {
        KindWord::Nextjs => Kind::Nextjs,
        KindWord::Node => Kind::Node,
        KindWord::Vite => Kind::Vite,
        KindWord::Static => Kind::Static,
        KindWord::Python => Kind::Python,
        KindWord::Go => Kind::Go,
        KindWord::Rust => Kind::Rust,
        KindWord::Image => Kind::Image,
    }))
}

/// An environment speaks of a service that the stack does not have.
fn unknown_override(name: &Label, span: Span, cx: &mut Context<'_>) {
    let spec = cx.spec;
    let message = format!("the stack has no service `{name}` that this could change");
    let others = places(spec.services.iter().filter(|(other, _)| *other != name));
    let help = match near::nearest(name, &others) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "for a service of this environment alone, say its `kind`".to_owned(),
    };
    let fault = Diagnostic::new(codes::UNDEFINED, span, message).help(help);
    cx.push(near::show(fault, name, &others));
}

fn ports(own: &ServiceSpec, kind: Kind) -> BTreeMap<Label, Port> {
    let convert = |port: &stackc_spec::PortSpec| Port {
        number: written(&port.port),
        protocol: match port.protocol.as_ref().map(|protocol| protocol.value) {
            None | Some(ProtocolWord::Http) => Protocol::Http,
            Some(ProtocolWord::Grpc) => Protocol::Grpc,
            Some(ProtocolWord::Tcp) => Protocol::Tcp,
        },
    };
    let mut ports: BTreeMap<_, _> =
        own.ports.iter().map(|(name, port)| (name.clone(), convert(&port.value))).collect();
    let usual = match kind {
        Kind::Nextjs => Some((3000, "Next.js listens on 3000")),
        Kind::Vite | Kind::Static => Some((8080, "static files are served on 8080")),
        _ => None,
    };
    if let (true, Some((number, reason)), Ok(http)) = (ports.is_empty(), usual, Label::new("http"))
    {
        ports.insert(
            http,
            Port { number: Sourced::default(number, reason), protocol: Protocol::Http },
        );
    }
    ports
}

/// The part a service plays, as far as its own entry tells; claims to `/` are settled later.
fn role(own: &ServiceSpec, ports: &BTreeMap<Label, Port>) -> Sourced<Role> {
    if let Some(schedule) = &own.schedule {
        let reason = "it has a schedule";
        return Sourced { value: Role::Cron, origin: Origin::Derived(schedule.span, reason) };
    }
    if let Some(route) = own.routes.values().next() {
        return Sourced {
            value: Role::Web,
            origin: Origin::Derived(route.span, "it has public routes"),
        };
    }
    match ports.is_empty() {
        true => Sourced::default(Role::Worker, "it listens to nobody"),
        false => Sourced::default(Role::Internal, "it listens, but has no public route"),
    }
}

/// The finished services.
pub(crate) fn finish(
    drafts: &[DraftService<'_>],
    bindings: Vec<Bindings>,
    ids: &BTreeMap<EnvName, SecretId>,
    platforms: &[Platform],
    cx: &mut Context<'_>,
) -> Vec<Service> {
    let services: Vec<_> = drafts
        .iter()
        .zip(bindings)
        .map(|(draft, bindings)| one(draft, bindings, ids, platforms, cx))
        .collect();
    order::cycles(drafts, &services, cx);
    services
}

fn one(
    draft: &DraftService<'_>,
    bindings: Bindings,
    ids: &BTreeMap<EnvName, SecretId>,
    platforms: &[Platform],
    cx: &mut Context<'_>,
) -> Service {
    let (own, shared, kind) = (&draft.own.value, &draft.shared.value, *draft.kind);
    let security = own.security.as_ref().or(shared.security.as_ref());
    let singleton = or(own.singleton.as_ref(), false, "several copies may run");
    let volumes = volumes(own, cx);
    let mut exceptions = BTreeMap::new();
    if let Some(reason) = security.and_then(|security| security.writable_root.as_ref()) {
        exceptions.insert("writable_root".to_owned(), reason.value.clone());
    }
    let bounds = own.resources.as_ref().or(shared.resources.as_ref()).map(|spec| &spec.value);
    unused_schedule(draft, cx);
    let delivery = delivery(draft, !bindings.secrets.is_empty(), cx);
    Service {
        name: draft.name.clone(),
        span: draft.own.span,
        role: draft.role.clone(),
        image_of: draft.image_of,
        build: (kind != Kind::Image).then(|| build(draft, cx)),
        image: image::resolve(draft, cx),
        runtime: runtime(draft, cx),
        command: command(draft, cx),
        routes: Vec::new(),
        needs: bindings.needs,
        env: bindings.env,
        public_env: bindings.public_env,
        secrets: bindings
            .secrets
            .into_iter()
            .filter_map(|(name, secret)| Some((name, *ids.get(&secret)?)))
            .collect(),
        delivery,
        files: files(draft, cx),
        health: health::resolve(draft, cx),
        metrics: metrics(draft, cx),
        scale: copies::scale(draft, *singleton, &volumes, cx),
        resources: resources(bounds, &bounds_of(kind)),
        update: copies::update(own, *singleton, &volumes, cx),
        writable: own.writable.iter().filter_map(|path| absolute(path, cx)).collect(),
        stop: Stop {
            grace: or(
                own.stop.as_ref().and_then(|stop| stop.grace.as_ref()),
                Seconds::new(30),
                "time to finish requests",
            ),
            drain: or(
                own.stop.as_ref().and_then(|stop| stop.drain.as_ref()),
                Seconds::new(10),
                "time for the edge to look elsewhere",
            ),
        },
        migrate: migrate(draft, cx),
        cron: cron(own),
        user: user(security, kind),
        exceptions,
        logs: logs(own, cx),
        spa: Sourced::default(kind == Kind::Vite, "a Vite build is a single-page application"),
        platforms: platforms.to_vec(),
        kind: draft.kind.clone(),
        ports: draft.ports.clone(),
        singleton,
        volumes,
    }
}

fn unused_schedule(draft: &DraftService<'_>, cx: &mut Context<'_>) {
    if draft.own.schedule.is_some() {
        return;
    }
    let concurrency = draft.own.concurrency.as_ref().map(|word| ("concurrency", word.span));
    let deadline = draft.own.deadline.as_ref().map(|time| ("deadline", time.span));
    for (key, span) in concurrency.into_iter().chain(deadline) {
        let message =
            format!("`services.{}.{key}` changes nothing without a `schedule`", draft.name);
        cx.push(
            Diagnostic::new(codes::NO_EFFECT, span, message)
                .help("take it out, or add a `schedule`"),
        );
    }
}

fn build(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Build {
    let default = stackc_spec::BuildSpec::default();
    let spec = draft
        .own
        .build
        .as_ref()
        .or(draft.shared.build.as_ref())
        .map_or(&default, |build| &build.value);
    let context = or(spec.context.as_ref(), ".".to_owned(), "the repository root");
    for path in [spec.context.as_ref(), spec.dockerfile.as_ref()].into_iter().flatten() {
        relative(path, cx);
    }
    Build {
        context,
        dockerfile: spec.dockerfile.as_ref().map(written),
        target: spec.target.as_ref().map(written),
        args: spec.args.iter().map(|(name, value)| (name.clone(), value.value.0.clone())).collect(),
        package_manager: match spec.package_manager.as_ref().map(|word| word.value) {
            None | Some(PackageManagerWord::Npm) => PackageManager::Npm,
            Some(PackageManagerWord::Pnpm) => PackageManager::Pnpm,
            Some(PackageManagerWord::Yarn) => PackageManager::Yarn,
        },
    }
}

/// A path inside the repository.
pub(crate) fn relative(path: &Spanned<String>, cx: &mut Context<'_>) -> bool {
    let text = path.value.trim_end_matches('/');
    let fault = match text {
        "" => Some("is empty"),
        "." => None,
        _ if text.starts_with('/') => Some("is absolute; it is seen from the repository root"),
        _ if text.split('/').any(|part| part.is_empty() || part == "..") => {
            Some("leaves the repository")
        }
        _ if text.chars().any(|c| c.is_control() || "\\:*?\"<>|".contains(c)) => {
            Some("has a character that paths cannot have everywhere")
        }
        _ => None,
    };
    if let Some(fault) = fault {
        cx.push(
            Diagnostic::new(codes::BAD_PATH, path.span, format!("the path {fault}"))
                .help("write it as seen from the repository root, such as `services/api`"),
        );
    }
    fault.is_none()
}

/// An absolute path inside a container.
fn absolute(path: &Spanned<String>, cx: &mut Context<'_>) -> Option<Sourced<String>> {
    let text = &path.value;
    let fits = text.starts_with('/')
        && text.len() > 1
        && !text.contains("//")
        && !text.split('/').any(|part| part == "..")
        && !text.chars().any(|c| c.is_control() || c == ':');
    if !fits {
        let message = "a path inside a container is absolute, without `..`, `//` or `:`";
        cx.push(Diagnostic::new(codes::BAD_PATH, path.span, message));
    }
    fits.then(|| written(path))
}

fn runtime(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Option<Sourced<String>> {
    let kind = *draft.kind;
    let spec = draft.own.runtime.as_ref().or(draft.shared.runtime.as_ref());
    let (versions, reason) = (cx.spec.versions.get("node"), "the newest line under maintenance");
    let default = match kind {
        Kind::Nextjs | Kind::Node | Kind::Vite => versions.map_or_else(
            || Some(Sourced::default("24".to_owned(), reason)),
            |node| Some(Sourced::written(node.value.0.clone(), node.span)),
        ),
        Kind::Python => {
            Some(Sourced::default("3.13".to_owned(), "a line with years of security fixes ahead"))
        }
        _ => None,
    };
    let found = spec.map(|version| written(version).map(|version| version.0)).or(default)?;
    if let (Kind::Nextjs | Kind::Node | Kind::Vite, Some(span)) = (kind, found.origin.span()) {
        let major: u32 =
            found.value.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
        if major < 22 {
            let message = format!("Node.js {} has no security fixes any more", found.value);
            cx.push(
                Diagnostic::new(codes::UNKNOWN_VERSION, span, message)
                    .help(format!("use one of {}", pins::lines("node").join(", "))),
            );
        }
    }
    if let (Kind::Static | Kind::Image, Some(spec)) = (kind, spec) {
        let message = format!("`services.{}.runtime` changes nothing for this kind", draft.name);
        cx.push(Diagnostic::new(codes::NO_EFFECT, spec.span, message).help("take it out"));
    }
    Some(found)
}

fn command(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Option<Sourced<Vec<String>>> {
    let spec = draft.own.command.as_ref().or(draft.shared.command.as_ref());
    if spec.is_none() && matches!(*draft.kind, Kind::Node | Kind::Python) {
        let message = format!("`services.{}.command` is required for this kind", draft.name);
        cx.push(
            Diagnostic::new(codes::NEEDS_COMMAND, draft.own.span, message).help(
                "name the program and its arguments, such as `command: [node, dist/server.js]`",
            ),
        );
    }
    spec.map(|words| written(words).map(|words| words.0))
}

fn delivery(draft: &DraftService<'_>, secrets: bool, cx: &mut Context<'_>) -> Sourced<Delivery> {
    let spec = draft.own.secret_delivery.as_ref().or(draft.shared.secret_delivery.as_ref());
    if spec.is_none() && secrets && *draft.kind == Kind::Image {
        let message = format!(
            "`services.{}.secret_delivery` is required: nothing is known of how this image reads secrets",
            draft.name
        );
        let fault = Diagnostic::new(codes::MISSING_FIELD, draft.own.span, message).help(
            "write `file_env` where it reads `<NAME>_FILE`, `env` where it reads variables only, or `file`",
        );
        cx.push(match draft.both(|service| &service.secrets).into_values().next() {
            Some(secret) => fault.related(secret.span, "a secret it receives"),
            None => fault,
        });
    }
    or_map(
        spec,
        |word| match word {
            DeliveryWord::File => Delivery::File,
            DeliveryWord::FileEnv => Delivery::FileEnv,
            DeliveryWord::Env => Delivery::Env,
        },
        Delivery::File,
        "files stay out of process listings and crash reports",
    )
}

fn files(draft: &DraftService<'_>, cx: &mut Context<'_>) -> BTreeMap<Label, Mount> {
    let mut files = BTreeMap::new();
    for (name, file) in draft.both(|service| &service.files) {
        let from = file.from.as_ref().filter(|from| relative(from, cx)).map(written);
        let content = file.content.as_ref().map(written);
        if file.from.is_some() == content.is_some() {
            let message = format!("the file `{name}` takes either `from` or `content`");
            cx.push(Diagnostic::new(codes::EXCLUSIVE, file.span, message));
        }
        if let Some(path) = absolute(&file.path, cx) {
            files.insert(name.clone(), Mount { path, from, content });
        }
    }
    files
}

fn metrics(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Option<Metrics> {
    let spec = draft.own.metrics.as_ref()?;
    let port =
        health::port(draft, spec.port.as_ref(), spec.span, "metrics are scraped from a port", cx)?;
    Some(Metrics {
        path: or_map(
            spec.path.as_ref(),
            |path| path.0.clone(),
            "/metrics".to_owned(),
            "the usual path",
        ),
        port,
        http: or(
            spec.http.as_ref(),
            "http_request_duration_seconds".to_owned(),
            "the name most libraries use",
        ),
        db_pool_waiting: spec.db_pool_waiting.as_ref().map(written),
        db_latency: spec.db_latency.as_ref().map(written),
    })
}

fn volumes(own: &ServiceSpec, cx: &mut Context<'_>) -> BTreeMap<Label, Volume> {
    let mut volumes = BTreeMap::new();
    for (name, volume) in &own.volumes {
        let Some(path) = absolute(&volume.path, cx) else { continue };
        let size = or(volume.size.as_ref(), Bytes::gib(1), "a small disk");
        let shared = volume.access.as_ref().is_some_and(|access| access.value == AccessMode::Rwx);
        volumes.insert(name.clone(), Volume { path, size, shared });
    }
    volumes
}

fn migrate(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Option<Migrate> {
    let spec = draft.own.migrate.as_ref()?;
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let command = match (&spec.tool, &spec.command) {
        (Some(tool), None) => written(tool).map(|tool| match tool {
            MigrateTool::Prisma => words(&["npx", "--no-install", "prisma", "migrate", "deploy"]),
            MigrateTool::Drizzle => words(&["npx", "--no-install", "drizzle-kit", "migrate"]),
            MigrateTool::Alembic => words(&["alembic", "upgrade", "head"]),
            MigrateTool::Django => words(&["python", "manage.py", "migrate", "--noinput"]),
        }),
        (None, Some(command)) => written(command).map(|words| words.0),
        _ => {
            let message =
                format!("`services.{}.migrate` takes either `tool` or `command`", draft.name);
            cx.push(Diagnostic::new(codes::EXCLUSIVE, spec.span, message));
            return None;
        }
    };
    let timeout = or(spec.timeout.as_ref(), Seconds::new(600), "ten minutes for a migration");
    Some(Migrate { command, timeout })
}

fn cron(own: &ServiceSpec) -> Option<Cron> {
    let schedule = own.schedule.as_ref()?;
    Some(Cron {
        schedule: written(schedule).map(|cron| cron.0),
        concurrency: match own.concurrency.as_ref().map(|word| word.value) {
            None | Some(ConcurrencyWord::Forbid) => Concurrency::Forbid,
            Some(ConcurrencyWord::Replace) => Concurrency::Replace,
            Some(ConcurrencyWord::Allow) => Concurrency::Allow,
        },
        deadline: own.deadline.as_ref().map(written),
    })
}

fn user(security: Option<&Spanned<stackc_spec::SecuritySection>>, kind: Kind) -> Sourced<u32> {
    let (default, reason) = match kind {
        Kind::Vite | Kind::Static => (101, "the user of the web server's image"),
        _ => (10_001, "above every user of the host"),
    };
    or(security.and_then(|security| security.user.as_ref()), default, reason)
}

fn logs(own: &ServiceSpec, cx: &Context<'_>) -> Logs {
    let spec = own.logs.as_ref();
    let level = match cx.tier {
        Tier::Development => "debug",
        _ => "info",
    };
    let format = |format: &LogFormat| match format {
        LogFormat::Json => "json".to_owned(),
        LogFormat::Text => "text".to_owned(),
    };
    let severity = |level: &LogLevel| match level {
        LogLevel::Debug => "debug".to_owned(),
        LogLevel::Info => "info".to_owned(),
        LogLevel::Warn => "warn".to_owned(),
        LogLevel::Error => "error".to_owned(),
    };
    Logs {
        format: or_map(
            spec.and_then(|logs| logs.format.as_ref()),
            format,
            "json".to_owned(),
            "machines read logs first",
        ),
        level: or_map(
            spec.and_then(|logs| logs.level.as_ref()),
            severity,
            level.to_owned(),
            "by tier",
        ),
    }
}

fn bounds_of(kind: Kind) -> Defaults {
    let (cpu, memory, reason) = match kind {
        Kind::Nextjs => ((100, 1000), (256, 512), "a Next.js server"),
        Kind::Node => ((100, 1000), (128, 512), "a Node.js process"),
        Kind::Vite | Kind::Static => ((50, 500), (32, 128), "a web server for files"),
        Kind::Python => ((100, 1000), (128, 512), "a Python process"),
        Kind::Go | Kind::Rust => ((50, 1000), (32, 256), "a native program"),
        Kind::Image => ((100, 1000), (128, 512), "an image nothing is known of"),
    };
    Defaults {
        cpu: (Millicores(cpu.0), Millicores(cpu.1)),
        memory: (Bytes::mib(memory.0), Bytes::mib(memory.1)),
        reason,
    }
}
