//! Services: what they are, the part they play, and every default.

use std::collections::BTreeMap;

use stackc_model::{
    Build, Bytes, Concurrency, Cron, Delivery, EnvName, Kind, Label, Logs, Metrics, Migrate,
    Millicores, Mount, NeedTarget, Origin, PackageManager, Percent, Platform, Port, Protocol, Role,
    Scale, Seconds, SecretId, Service, ServiceId, Sourced, Stop, Tier, Update, Volume, pins,
};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Span, closest, codes};
use stackc_spec::{
    AccessMode, ConcurrencyWord, DeliveryWord, KindWord, LogFormat, LogLevel, MigrateTool,
    PackageManagerWord, ProtocolWord, ServiceSpec, UpdateWord,
};

use crate::context::{Context, or, or_map, written};
use crate::data::{Defaults, resources};
use crate::health;
use crate::variables::Bindings;

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
            let names =
                spec.services.keys().map(Label::as_str).filter(|other| *other != name.as_str());
            Diagnostic::new(
                codes::UNDEFINED,
                like.span,
                format!("no service is called `{}`", like.value),
            )
            .did_you_mean(closest(like.value.as_str(), names))
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
    let names = spec.services.keys().map(Label::as_str).filter(|other| *other != name.as_str());
    let message = format!("the stack has no service `{name}` that this could change");
    let help = match closest(name.as_str(), names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "for a service of this environment alone, say its `kind`".to_owned(),
    };
    cx.push(Diagnostic::new(codes::UNDEFINED, span, message).help(help));
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
    cycles(drafts, &services, cx);
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
        image: image(draft, cx),
        runtime: runtime(draft, cx),
        command: command(draft, cx),
        routes: Vec::new(),
        needs: bindings.needs,
        env: bindings.env,
        public_env: own
            .public_env
            .iter()
            .map(|(name, value)| {
                (name.clone(), Sourced::written(value.value.0.clone(), value.span))
            })
            .collect(),
        secrets: bindings
            .secrets
            .into_iter()
            .filter_map(|(name, secret)| Some((name, *ids.get(&secret)?)))
            .collect(),
        delivery,
        files: files(draft, cx),
        health: health::resolve(draft, cx),
        metrics: metrics(draft, cx),
        scale: scale(draft, *singleton, &volumes, cx),
        resources: resources(bounds, &bounds_of(kind)),
        update: update(own, *singleton, &volumes, cx),
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

fn image(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Sourced<String> {
    let spec = draft.own.image.as_ref().or(draft.shared.image.as_ref());
    if *draft.kind == Kind::Image {
        return spec.map(|image| written(image).map(|image| image.0)).unwrap_or_else(|| {
            let message = format!("`services.{}.image` is required for `kind: image`", draft.name);
            cx.push(Diagnostic::new(codes::MISSING_FIELD, draft.own.span, message).help(
                "name the image with its exact tag, such as `image: traefik/whoami:v1.11.0`",
            ));
            Sourced::default(String::new(), "")
        });
    }
    if let Some(image) = spec {
        let message =
            format!("`services.{}.image` is for `kind: image`; this one is built here", draft.name);
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, image.span, message)
                .help("take it out: the image is named after `registry` and the service"),
        );
    }
    let owner = draft
        .own
        .like
        .as_ref()
        .filter(|_| draft.image_of.is_some())
        .map_or(draft.name, |like| &like.value);
    match &cx.spec.registry {
        Some(registry) => {
            let base = registry.value.trim_end_matches('/');
            check_registry(base, registry.span, cx);
            let origin = Origin::Derived(registry.span, "the registry and the service's name");
            Sourced { value: format!("{base}/{owner}"), origin }
        }
        None => Sourced::default(
            format!("{}/{owner}", cx.spec.name.value),
            "the stack's and the service's names",
        ),
    }
}

/// A registry path as the OCI distribution specification has repository names.
fn check_registry(base: &str, span: Span, cx: &mut Context<'_>) {
    let part = |text: &str| {
        let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        !text.is_empty()
            && text.chars().all(|c| alphanumeric(c) || "._-".contains(c))
            && text.starts_with(alphanumeric)
            && text.ends_with(alphanumeric)
    };
    let (host, rest) = base.split_once('/').unwrap_or((base, ""));
    let host_fits = part(host)
        || host
            .rsplit_once(':')
            .is_some_and(|(name, port)| part(name) && port.parse::<u16>().is_ok());
    if !host_fits || (!rest.is_empty() && !rest.split('/').all(part)) {
        let message = "this is no registry path";
        cx.push(
            Diagnostic::new(codes::BAD_FORMAT, span, message)
                .help("write it as `ghcr.io/owner/repository`: lower case, without scheme or tag"),
        );
    }
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
        cx.push(Diagnostic::new(codes::MISSING_FIELD, draft.own.span, message).help(
            "write `file_env` where it reads `<NAME>_FILE`, `env` where it reads variables only, or `file`",
        ));
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

fn scale(
    draft: &DraftService<'_>,
    singleton: bool,
    volumes: &BTreeMap<Label, Volume>,
    cx: &mut Context<'_>,
) -> Scale {
    let spec = draft.own.scale.as_ref().map(|scale| &scale.value);
    let single_volume = volumes.values().any(|volume| !volume.shared);
    let (usual, reason) = match cx.tier {
        _ if singleton => (1, "it is a singleton"),
        _ if single_volume => (1, "its volume is written by one copy"),
        Tier::Production if matches!(*draft.role, Role::Web | Role::Internal) => {
            (2, "one copy may be replaced while the other serves")
        }
        _ => (1, "one copy is enough here"),
    };
    let mut min = or(spec.and_then(|scale| scale.min.as_ref()), usual, reason);
    let top = usual.max(*min);
    let mut max = or(spec.and_then(|scale| scale.max.as_ref()), top, reason);
    if cx.tier == Tier::Development {
        for bound in [&mut min, &mut max] {
            if let Some(span) = bound.origin.span().filter(|span| !cx.in_overlay(*span)) {
                *bound = Sourced {
                    value: 1,
                    origin: Origin::Derived(span, "one copy on a developer's machine"),
                };
            }
        }
    }
    check_scale(draft, &min, &max, singleton, single_volume, cx);
    Scale {
        min,
        max,
        cpu: or(
            spec.and_then(|scale| scale.cpu.as_ref()),
            Percent(7000),
            "room for a peak while copies start",
        ),
        memory: spec.and_then(|scale| scale.memory.as_ref()).map(written),
    }
}

fn check_scale(
    draft: &DraftService<'_>,
    min: &Sourced<u32>,
    max: &Sourced<u32>,
    singleton: bool,
    single_volume: bool,
    cx: &mut Context<'_>,
) {
    let span = max.origin.span().or(min.origin.span()).unwrap_or(draft.own.span);
    let fault = if min.value == 0 || max.value == 0 {
        Some((
            "a service with no copies does not run".to_owned(),
            "to turn it off, take it out; in an environment write `null` for it",
        ))
    } else if max.value < min.value {
        Some((
            format!("at most {} copies are fewer than at least {}", max.value, min.value),
            "swap them",
        ))
    } else if max.value > 1 && singleton {
        Some((
            "a singleton cannot have several copies".to_owned(),
            "take out `scale` or `singleton`",
        ))
    } else if max.value > 1 && single_volume {
        Some((
            "several copies cannot write one volume".to_owned(),
            "set the volume's `access: rwx`, or `scale: 1`",
        ))
    } else {
        None
    };
    if let Some((message, help)) = fault {
        cx.push(Diagnostic::new(codes::SCALE, span, message).help(help));
    }
}

fn update(
    own: &ServiceSpec,
    singleton: bool,
    volumes: &BTreeMap<Label, Volume>,
    cx: &mut Context<'_>,
) -> Sourced<Update> {
    let alone = singleton || volumes.values().any(|volume| !volume.shared);
    let strategy = own.update.as_ref().map(|update| &update.value.strategy);
    if let (true, Some(word)) = (alone, strategy.filter(|word| word.value == UpdateWord::Rolling)) {
        let message =
            "two copies would run at once during a rolling update, which this service cannot take";
        cx.push(
            Diagnostic::new(codes::SCALE, word.span, message)
                .help("write `update: recreate`, or take it out"),
        );
    }
    let (default, reason) = match alone {
        true => (Update::Recreate, "two copies must never run at once"),
        false => (Update::Rolling, "no request is lost"),
    };
    or_map(
        strategy,
        |word| match word {
            UpdateWord::Rolling => Update::Rolling,
            UpdateWord::Recreate => Update::Recreate,
        },
        default,
        reason,
    )
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

/// Finds services that wait for each other; each cycle is said once.
fn cycles(drafts: &[DraftService<'_>], services: &[Service], cx: &mut Context<'_>) {
    // 0: not seen, 1: on the way, 2: done. The walk keeps its own stack: a long chain is no reason
    // to overflow the thread's.
    let mut state = vec![0u8; services.len()];
    for start in 0..services.len() {
        let mut path = vec![(start, 0)];
        while let Some((at, next)) = path.pop() {
            state[at] = 1;
            let waits: Vec<_> = services[at]
                .needs
                .iter()
                .filter(|(_, need)| *need.start != stackc_model::Start::Any)
                .filter_map(|(name, need)| match need.target {
                    NeedTarget::Service(id) => Some((name, id.position())),
                    _ => None,
                })
                .collect();
            match waits.get(next) {
                None => state[at] = 2,
                Some((name, to)) => {
                    path.push((at, next + 1));
                    match state.get(*to) {
                        Some(0) => path.push((*to, 0)),
                        Some(1) => report_cycle(drafts, services, &path, at, *to, name, cx),
                        _ => {}
                    }
                }
            }
        }
    }
}

fn report_cycle(
    drafts: &[DraftService<'_>],
    services: &[Service],
    path: &[(usize, usize)],
    at: usize,
    to: usize,
    name: &Label,
    cx: &mut Context<'_>,
) {
    let from = path.iter().position(|(step, _)| *step == to).unwrap_or(0);
    let names: Vec<_> =
        path[from..].iter().map(|(step, _)| services[*step].name.as_str()).collect();
    let span = drafts[at]
        .own
        .needs
        .get(name)
        .or(drafts[at].shared.needs.get(name))
        .map_or(drafts[at].own.span, |need| need.span);
    let message =
        format!("services wait for each other: {} → {}", names.join(" → "), services[to].name);
    cx.push(
        Diagnostic::new(codes::CYCLE, span, message)
            .help("let one of them start without the other: `needs: {NAME: {start: any}}`"),
    );
}
