//! The parts of a stack for the tests of the targets, each field at a usual value. A folder's own
//! fixture puts them together and says only what its tests are about.

use std::collections::BTreeMap;

use stackc_model::*;
use stackc_source::{FileId, Span};

/// A place to point at.
pub(crate) fn span() -> Span {
    Span::new(FileId(0), 0, 1)
}

/// A value written by the user.
pub(crate) fn set<T>(value: T) -> Sourced<T> {
    Sourced::written(value, span())
}

/// A value nobody wrote.
pub(crate) fn given<T>(value: T) -> Sourced<T> {
    Sourced::default(value, "test")
}

/// A name of a service, a store, a route.
pub(crate) fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

/// A name of a variable or a secret.
pub(crate) fn name(text: &str) -> EnvName {
    EnvName::new(text).unwrap()
}

fn resources() -> Resources {
    Resources {
        cpu_request: given(Millicores(250)),
        cpu_limit: Some(given(Millicores(1000))),
        memory_request: given(Bytes::mib(256)),
        memory_limit: given(Bytes::mib(256)),
        disk: given(Bytes::gib(1)),
    }
}

/// A worker, or a web service where it listens.
pub(crate) fn service(text: &str, kind: Kind, port: Option<u16>) -> Service {
    let port = port.map(|number| Port { number: given(number), protocol: Protocol::Http });
    Service {
        name: label(text),
        span: span(),
        kind: given(kind),
        role: given(if port.is_some() { Role::Web } else { Role::Worker }),
        image_of: None,
        build: None,
        image: given(format!("ghcr.io/acme/shop/{text}")),
        pull_secret: None,
        runtime: None,
        command: None,
        ports: port.into_iter().map(|port| (label("http"), port)).collect(),
        routes: Vec::new(),
        needs: BTreeMap::new(),
        env: BTreeMap::new(),
        public_env: BTreeMap::new(),
        secrets: BTreeMap::new(),
        delivery: given(Delivery::File),
        files: BTreeMap::new(),
        health: None,
        metrics: None,
        scale: Scale {
            min: given(2),
            max: given(2),
            cpu: given(Percent(7000)),
            memory: None,
            sticky: given(false),
        },
        singleton: given(false),
        resources: resources(),
        volumes: BTreeMap::new(),
        writable: Vec::new(),
        stop: Stop { grace: given(Seconds::new(30)), drain: given(Seconds::new(10)) },
        update: given(Update::Rolling),
        rollout: Rollout { surge: given(Copies::Share(25)), unavailable: given(Copies::Count(0)) },
        migrate: None,
        seed: None,
        job: None,
        cron: None,
        user: given(10001),
        exceptions: BTreeMap::new(),
        capabilities: BTreeMap::new(),
        logs: Logs {
            rotate: Rotate { size: given(Bytes(10_000_000)), files: given(5) },
            format: given("json".to_owned()),
            level: given("info".to_owned()),
        },
        files_served: None,
        platforms: vec![Platform::Compose],
    }
}

/// Health that is asked over HTTP.
pub(crate) fn health(live: Option<&str>, ready: Option<&str>) -> Health {
    let path = |path: Option<&str>| path.map(|path| given(path.to_owned()));
    Health {
        live: path(live),
        ready: path(ready),
        startup: None,
        detail: None,
        command: None,
        tcp: None,
        grpc: None,
        token: None,
        interval: given(Seconds::new(10)),
        timeout: given(Seconds::new(3)),
    }
}

/// Migrations with the tool that most have.
pub(crate) fn migrate() -> Migrate {
    let command = ["npx", "prisma", "migrate", "deploy"].map(str::to_owned).to_vec();
    Migrate { command: given(command), timeout: given(Seconds::new(600)) }
}

/// PostgreSQL whose superuser is the sixth secret.
pub(crate) fn postgres(user: &str) -> Engine {
    Engine::Postgres {
        database: "shop".to_owned(),
        user: user.to_owned(),
        superuser: SecretId::at(5),
        params: BTreeMap::new(),
        max_connections: 100,
        tuned: given(true),
        extensions: Vec::new(),
        users: Vec::new(),
    }
}

/// Redis with a queue, whose access list is the fourth secret.
pub(crate) fn redis() -> Engine {
    Engine::Redis {
        valkey: false,
        purpose: given(RedisPurpose::Queue),
        persistence: given(Persistence::Aof),
        acl: SecretId::at(3),
        monitor: None,
    }
}

/// A store that keeps its data.
pub(crate) fn store(
    text: &str,
    engine: Engine,
    version: &str,
    port: u16,
    password: usize,
) -> Store {
    Store {
        name: label(text),
        span: span(),
        engine,
        version: given(version.to_owned()),
        image: format!("{text}:{version}"),
        port,
        storage: given(Bytes::gib(20)),
        resources: resources(),
        password: SecretId::at(password),
        pool: None,
        persistent: true,
    }
}

/// A secret that nobody uses yet.
pub(crate) fn secret(text: &str, source: SecretSource) -> Secret {
    Secret {
        name: name(text),
        source,
        description: String::new(),
        rotate: None,
        consumers: Vec::new(),
        span: None,
    }
}

/// A route on the main domain to a service by its position.
pub(crate) fn route(text: &str, service: usize, path: &str) -> Route {
    Route {
        name: label(text),
        span: span(),
        service: ServiceId::at(service),
        port: label("http"),
        domain: label("main"),
        path: set(path.to_owned()),
        exact: false,
        strip: false,
        websocket: false,
        body_limit: given(Bytes::mib(1)),
        timeout: given(Seconds::new(30)),
        buffering: true,
        sensitive: false,
        cache: given(AnswerCache::Never),
        access: None,
        limits: Vec::new(),
    }
}

/// TLS, and nothing else that could be left out.
pub(crate) fn edge() -> Edge {
    Edge {
        tls: Some(Tls {
            profile: given(TlsProfile::Intermediate),
            provider: given(TlsProvider::Certbot),
            email: None,
            hsts: None,
        }),
        http2: given(true),
        headers: Headers { csp: None, fixed: Vec::new() },
        compression: None,
        static_cache: None,
        body_limit: given(Bytes::mib(1)),
        access: BTreeMap::new(),
        trusted_proxies: Vec::new(),
        http3: given(false),
        cors: None,
        timeouts: Timeouts {
            header: given(Seconds::new(10)),
            body: given(Seconds::new(30)),
            send: given(Seconds::new(30)),
            keepalive: given(Seconds::new(65)),
            connect: given(Seconds::new(5)),
            answer: given(Seconds::new(30)),
        },
        cdn: None,
        logs: EdgeLogs { format: given("json".to_owned()), level: given("warn".to_owned()) },
        maintenance: None,
        extra: Extra::default(),
    }
}

/// A system run by somebody else, of which nothing is known.
pub(crate) fn external(name: &str) -> External {
    External {
        name: label(name),
        span: span(),
        secrets: Vec::new(),
        egress: Vec::new(),
        ports: Vec::new(),
        connect: Vec::new(),
        script: Vec::new(),
        img: Vec::new(),
        frame: Vec::new(),
        font: Vec::new(),
        caught: false,
        status_url: None,
        store: None,
    }
}

/// A host with one address that leads to it.
pub(crate) fn domain(host: &str, from: &[&str]) -> BTreeMap<Label, Domain> {
    let from = from.iter().map(|host| set((*host).to_owned())).collect();
    let domain = Domain { host: set(host.to_owned()), aliases: Vec::new(), redirect_from: from };
    BTreeMap::from([(label("main"), domain)])
}

/// An environment on compose in which nothing runs yet.
pub(crate) fn environment(text: &str, tier: Tier) -> Environment {
    Environment {
        name: label(text),
        span: None,
        tier,
        trigger: Trigger::Manual,
        platforms: vec![Platform::Compose],
        domains: BTreeMap::new(),
        url: None,
        services: Vec::new(),
        stores: Vec::new(),
        externals: Vec::new(),
        routes: Vec::new(),
        secrets: Vec::new(),
        edge: edge(),
        limits: Vec::new(),
        backup: None,
        observe: Observe {
            slo: None,
            custom: Vec::new(),
            level: given(ObserveLevel::Basic),
            retention: given(Seconds::new(86_400)),
            alerts: Vec::new(),
            host: false,
            containers: false,
            blackbox: false,
        },
        release: stackc_model::Release::default(),
        notify: Notify::default(),
        options: BTreeMap::new(),
    }
}

/// The shop with one environment.
pub(crate) fn stack(environment: Environment) -> Stack {
    Stack {
        name: label("shop"),
        title: "Shop".to_owned(),
        registry: Some(given("ghcr.io/acme/shop".to_owned())),
        out: None,
        ci: None,
        timezone: given("Etc/UTC".to_owned()),
        versions: BTreeMap::new(),
        options: BTreeMap::new(),
        patches: Vec::new(),
        acceptances: Vec::new(),
        environments: vec![environment],
    }
}
