//! A stack for the tests of this folder: a backend with its worker and migrations, a frontend, both
//! stores, one external system.

use std::collections::BTreeMap;

use stackc_model::*;
use stackc_source::{Diagnostics, Node, Span};
use stackc_target::{Artifacts, Target};

use super::Kubernetes;

/// A value nobody wrote.
pub(crate) fn given<T>(value: T) -> Sourced<T> {
    Sourced::default(value, "test")
}

pub(crate) fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

pub(crate) fn name(text: &str) -> EnvName {
    EnvName::new(text).unwrap()
}

/// A place that exists.
pub(crate) fn span() -> Span {
    let mut sources = stackc_source::SourceMap::default();
    let file = sources.add("stack.yaml", "stack: 1\n");
    Span::new(file, 0, 5)
}

/// Options as a user writes them: `key: value` pairs.
pub(crate) fn options(pairs: &[(&str, &str)]) -> Node {
    let entry = |(key, value): &(&str, &str)| stackc_source::Entry {
        key: (*key).into(),
        key_span: span(),
        value: Node::scalar(*value, true, span()),
    };
    let entries = pairs.iter().map(entry).collect();
    Node { kind: stackc_source::NodeKind::Map(entries), span: span() }
}

/// Renders a stack.
pub(crate) fn render(stack: &Stack) -> (Artifacts, Diagnostics) {
    let (mut artifacts, mut diagnostics) = (Artifacts::default(), Diagnostics::default());
    Kubernetes.render(stack, &mut artifacts, &mut diagnostics);
    (artifacts, diagnostics)
}

/// The text of a generated file.
pub(crate) fn text(artifacts: &Artifacts, path: &str) -> String {
    artifacts.get(path).unwrap_or_else(|| panic!("no {path}")).body.text().to_owned()
}

fn bounds(cpu: u32, memory: u64) -> Resources {
    Resources {
        cpu_request: given(Millicores(cpu)),
        cpu_limit: Some(given(Millicores(cpu * 4))),
        memory_request: given(Bytes::mib(memory)),
        memory_limit: given(Bytes::mib(memory)),
        disk: given(Bytes::gib(1)),
    }
}

/// A service that builds its image and listens on one port.
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
        env: BTreeMap::from([(name("LOG_LEVEL"), given("info".to_owned()))]),
        public_env: BTreeMap::new(),
        secrets: BTreeMap::new(),
        delivery: given(Delivery::File),
        files: BTreeMap::new(),
        health: None,
        metrics: None,
        scale: Scale {
            min: given(2),
            max: given(5),
            cpu: given(Percent(7000)),
            memory: None,
            sticky: given(false),
        },
        singleton: given(false),
        resources: bounds(250, 256),
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
        platforms: vec![Platform::Kubernetes],
    }
}

fn health(live: Option<&str>, ready: Option<&str>) -> Health {
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

fn secret(text: &str, source: SecretSource) -> Secret {
    Secret {
        name: name(text),
        source,
        description: String::new(),
        rotate: None,
        consumers: Vec::new(),
        span: None,
    }
}

fn store(text: &str, engine: Engine, version: &str, port: u16, password: usize) -> Store {
    Store {
        name: label(text),
        span: span(),
        engine,
        version: given(version.to_owned()),
        image: format!("{text}:{version}"),
        port,
        storage: given(Bytes::gib(20)),
        resources: bounds(250, 512),
        password: SecretId::at(password),
        pool: None,
        persistent: true,
    }
}

/// A route of a service on the main domain.
pub(crate) fn route(text: &str, service: usize, path: &str) -> Route {
    Route {
        name: label(text),
        span: span(),
        service: ServiceId::at(service),
        port: label("http"),
        domain: label("main"),
        path: given(path.to_owned()),
        exact: false,
        strip: false,
        websocket: text == "ws",
        body_limit: given(Bytes::mib(1)),
        timeout: given(Seconds::new(60)),
        buffering: true,
        sensitive: false,
        cache: given(AnswerCache::Never),
        access: None,
        limits: Vec::new(),
    }
}

/// What the derived secrets of the fixture are made of: `POSTGRES_PASSWORD` is the third.
fn secrets() -> Vec<Secret> {
    let password = |position| Segment::Secret(SecretId::at(position));
    let text = |before: &str, position, after: &str| Text {
        segments: vec![
            Segment::Literal(before.to_owned()),
            password(position),
            Segment::Literal(after.to_owned()),
        ],
    };
    let generated = || SecretSource::Generated { encoding: "hex", length: 32 };
    let url = text("postgresql://app:", 2, "@postgres:5432/shop");
    let acl = text("user default on >", 4, " ~* &* +@all\n");
    vec![
        secret("DATABASE_URL", SecretSource::Derived(url)),
        secret("JWT_SECRET", SecretSource::Provided),
        secret("POSTGRES_PASSWORD", generated()),
        secret("REDIS_ACL", SecretSource::Derived(acl)),
        secret("REDIS_PASSWORD", generated()),
        secret("POSTGRES_SUPERUSER_PASSWORD", generated()),
    ]
}

fn services() -> Vec<Service> {
    let need = |target| Need { target, start: given(Start::Healthy) };
    let needs = BTreeMap::from([
        (label("mail"), need(NeedTarget::External(ExternalId::at(0)))),
        (label("postgres"), need(NeedTarget::Store(StoreId::at(0)))),
        (label("redis"), need(NeedTarget::Store(StoreId::at(1)))),
    ]);
    let known = BTreeMap::from([
        (name("DATABASE_URL"), SecretId::at(0)),
        (name("JWT_SECRET"), SecretId::at(1)),
    ]);
    let backend = Service {
        routes: vec![RouteId::at(0), RouteId::at(1)],
        needs: needs.clone(),
        secrets: known.clone(),
        health: Some(health(Some("/live"), Some("/ready"))),
        metrics: Some(Metrics {
            path: given("/metrics".to_owned()),
            port: label("http"),
            http: given("http_request_duration_seconds".to_owned()),
            db_pool_waiting: None,
            db_latency: None,
            token: None,
        }),
        migrate: Some(Migrate {
            command: given(vec!["npx".into(), "prisma".into(), "migrate".into(), "deploy".into()]),
            timeout: given(Seconds::new(600)),
        }),
        ..service("backend", Kind::Node, Some(3000))
    };
    let frontend = Service {
        routes: vec![RouteId::at(2)],
        health: Some(health(None, Some("/"))),
        ..service("frontend", Kind::Vite, Some(8080))
    };
    let worker = Service {
        needs,
        secrets: known,
        health: Some(health(None, None)),
        scale: Scale { min: given(2), max: given(2), ..frontend.scale.clone() },
        ..service("worker", Kind::Node, None)
    };
    vec![backend, frontend, worker]
}

fn stores() -> Vec<Store> {
    let postgres = Engine::Postgres {
        database: "shop".to_owned(),
        user: "app".to_owned(),
        superuser: SecretId::at(5),
        params: BTreeMap::new(),
        max_connections: 100,
        tuned: given(true),
        extensions: Vec::new(),
        users: Vec::new(),
    };
    let redis = Engine::Redis {
        valkey: false,
        purpose: given(RedisPurpose::Queue),
        persistence: given(Persistence::Aof),
        acl: SecretId::at(3),
        monitor: None,
    };
    vec![store("postgres", postgres, "15.19", 5432, 2), store("redis", redis, "7.4.11", 6379, 4)]
}

fn edge() -> Edge {
    let csp = Csp {
        report_only: given(false),
        directives: vec![("default-src".to_owned(), vec!["'self'".to_owned()])],
    };
    Edge {
        tls: Some(Tls {
            profile: given(TlsProfile::Intermediate),
            provider: given(TlsProvider::Certbot),
            email: Some(given("ops@shop.example".to_owned())),
            hsts: Some(given("max-age=63072000; includeSubDomains".to_owned())),
        }),
        http2: given(true),
        headers: Headers {
            csp: Some(csp),
            fixed: vec![Header {
                name: "X-Content-Type-Options".to_owned(),
                value: given("nosniff".to_owned()),
            }],
        },
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

/// The environment.
pub(crate) fn environment(text: &str, tier: Tier) -> Environment {
    let domain = Domain {
        host: given("shop.example".to_owned()),
        aliases: Vec::new(),
        redirect_from: vec![given("www.shop.example".to_owned())],
    };
    Environment {
        name: label(text),
        span: Some(span()),
        tier,
        trigger: Trigger::Manual,
        platforms: vec![Platform::Kubernetes],
        domains: BTreeMap::from([(label("main"), domain)]),
        url: Some("https://shop.example".to_owned()),
        services: services(),
        stores: stores(),
        externals: vec![External {
            name: label("mail"),
            span: span(),
            secrets: Vec::new(),
            egress: vec!["api.example".to_owned()],
            ports: vec![443],
            connect: Vec::new(),
            script: Vec::new(),
            img: Vec::new(),
            frame: Vec::new(),
            font: Vec::new(),
            caught: false,
            status_url: None,
            store: None,
        }],
        routes: vec![route("ws", 0, "/socket.io"), route("api", 0, "/api"), route("root", 1, "/")],
        secrets: secrets(),
        edge: edge(),
        limits: Vec::new(),
        backup: Some(Backup {
            schedule: given("30 2 * * *".to_owned()),
            keep_days: given(7),
            formats: vec!["custom".to_owned(), "sql".to_owned()],
            rpo: None,
            rto: None,
        }),
        observe: Observe {
            slo: None,
            custom: Vec::new(),
            level: given(ObserveLevel::Full),
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

/// A stack of one production environment.
pub(crate) fn stack() -> Stack {
    Stack {
        name: label("shop"),
        title: "Shop".to_owned(),
        registry: Some(given("ghcr.io/acme/shop".to_owned())),
        out: None,
        ci: None,
        timezone: given("UTC".to_owned()),
        versions: BTreeMap::new(),
        options: BTreeMap::new(),
        patches: Vec::new(),
        acceptances: Vec::new(),
        environments: vec![environment("production", Tier::Production)],
    }
}

/// The stack with options of this target.
pub(crate) fn with_options(pairs: &[(&str, &str)]) -> Stack {
    let mut stack = stack();
    stack.environments[0].options.insert("kubernetes".to_owned(), Some(options(pairs)));
    stack
}
