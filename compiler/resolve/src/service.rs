//! Services: what they are, the part they play, and every default.

use std::collections::BTreeMap;

use stackc_model::{
    Bytes, EnvName, Kind, Label, Millicores, Origin, Platform, Port, Protocol, Role, SecretId,
    Service, ServiceId, Sourced, Tier,
};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{KindWord, ProtocolWord, ServiceSpec};

use crate::context::{Context, or, written};
use crate::data::{Defaults, laid_over, resources};
use crate::near::{self, places};
use crate::text::Scope;
use crate::variables::Bindings;
use crate::{build, copies, environment, health, image, inside, jobs, order, runtime};

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
    if let Some(run) = &own.run {
        let reason = "it runs once";
        return Sourced { value: Role::Job, origin: Origin::Derived(run.span, reason) };
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

/// What the services of an environment are finished with.
pub(crate) struct Finish<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) ids: &'a BTreeMap<EnvName, SecretId>,
    pub(crate) platforms: &'a [Platform],
}

/// The finished services.
pub(crate) fn finish(
    drafts: &[DraftService<'_>],
    bindings: Vec<Bindings>,
    with: &Finish<'_>,
    cx: &mut Context<'_>,
) -> Vec<Service> {
    let services: Vec<_> = drafts
        .iter()
        .zip(bindings)
        .map(|(draft, bindings)| one(draft, bindings, with, cx))
        .collect();
    order::cycles(drafts, &services, cx);
    services
}

fn one(
    draft: &DraftService<'_>,
    bindings: Bindings,
    Finish { scope, ids, platforms }: &Finish<'_>,
    cx: &mut Context<'_>,
) -> Service {
    let (own, shared, kind) = (&draft.own.value, &draft.shared.value, *draft.kind);
    let singleton = or(own.singleton.as_ref(), false, "several copies may run");
    let volumes = inside::volumes(own, cx);
    let bounds = match (&own.resources, &shared.resources) {
        (Some(own), Some(shared)) => Some(laid_over(own, shared)),
        (own, shared) => own.as_ref().or(shared.as_ref()).map(|spec| spec.value.clone()),
    };
    let rights = inside::rights(draft, cx);
    let secret = !bindings.secrets.is_empty();
    let delivery = inside::delivery(draft, secret, cx);
    let reads = build::reads_secrets(draft, *delivery, secret);
    jobs::unused(draft, cx);
    let (update, rollout) = copies::update(own, *singleton, &volumes, cx);
    Service {
        name: draft.name.clone(),
        span: draft.own.span,
        role: draft.role.clone(),
        image_of: draft.image_of,
        build: (kind != Kind::Image).then(|| build::resolve(draft, reads, scope, cx)),
        image: image::resolve(draft, cx),
        pull_secret: image::pull_secret(draft, cx).and_then(|name| ids.get(&name).copied()),
        runtime: runtime::runtime(draft, cx),
        command: command(draft, scope, cx),
        routes: Vec::new(),
        needs: bindings.needs,
        env: bindings.env,
        public_env: build::public_env(draft, scope, cx),
        delivery,
        health: health::resolve(draft, &bindings.secrets, scope, cx),
        metrics: health::metrics(draft, &bindings.secrets, cx),
        secrets: bindings
            .secrets
            .into_iter()
            .filter_map(|(name, secret)| Some((name, *ids.get(&secret)?)))
            .collect(),
        files: inside::files(draft, ids, cx),
        scale: copies::scale(draft, *singleton, &volumes, cx),
        resources: resources(bounds.as_ref(), &bounds_of(draft, cx)),
        update,
        rollout,
        writable: inside::writable(own, kind, &volumes, cx),
        stop: copies::stop(own),
        migrate: jobs::migrate(draft, scope, cx),
        seed: jobs::seed(draft, scope, cx),
        job: jobs::job(draft, cx),
        cron: jobs::cron(own),
        user: rights.user,
        exceptions: rights.exceptions,
        capabilities: rights.capabilities,
        logs: inside::logs(own, cx),
        files_served: runtime::files_served(draft, cx),
        platforms: where_it_runs(own, platforms, cx),
        kind: draft.kind.clone(),
        ports: draft.ports.clone(),
        singleton,
        volumes,
    }
}

/// The platforms of the service: all of the environment's, or those of them it names.
fn where_it_runs(own: &ServiceSpec, all: &[Platform], cx: &mut Context<'_>) -> Vec<Platform> {
    if own.deploy.is_empty() || cx.tier == Tier::Development {
        return all.to_vec();
    }
    let mut found = Vec::new();
    for word in &own.deploy {
        let platform = environment::platform(word.value);
        if all.contains(&platform) {
            found.push(platform);
            continue;
        }
        let message = format!("`{}` is not deployed to this platform", cx.name);
        cx.push(
            Diagnostic::new(codes::UNDEFINED, word.span, message).help(
                "a service chooses among the platforms in `deploy` of the stack: add it there",
            ),
        );
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn command(
    draft: &DraftService<'_>,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Sourced<Vec<String>>> {
    let spec = draft.own.command.as_ref();
    if spec.is_none() && matches!(*draft.kind, Kind::Node | Kind::Python) {
        let message = format!("`services.{}.command` is required for this kind", draft.name);
        let such = match *draft.kind {
            Kind::Python => "[python, -m, app]",
            _ => "[node, dist/server.js]",
        };
        let help = format!("name the program and its arguments, such as `command: {such}`");
        cx.push(Diagnostic::new(codes::NEEDS_COMMAND, draft.own.span, message).help(help));
    }
    spec.map(|words| jobs::command(words, scope, cx))
}

fn bounds_of(draft: &DraftService<'_>, cx: &Context<'_>) -> Defaults {
    let develops = cx.tier == Tier::Development && build::generated(draft);
    let (cpu, memory, reason) = match *draft.kind {
        Kind::Nextjs | Kind::Vite if develops => {
            ((100, 2000), (256, 2048), "a server that compiles while it runs")
        }
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
