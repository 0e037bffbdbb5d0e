//! A small stack for tests: `web` with migrations and a route, its `worker`, one PostgreSQL, one
//! Redis.

use std::collections::BTreeMap;

use stackc_model::*;
use stackc_source::{FileId, Span};

/// A place to point at.
pub(crate) fn span() -> Span {
    Span::new(FileId(0), 0, 1)
}

/// A label.
pub(crate) fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

fn name(text: &str) -> EnvName {
    EnvName::new(text).unwrap()
}

/// A value written by the user.
pub(crate) fn set<T>(value: T) -> Sourced<T> {
    Sourced::written(value, span())
}

/// A default value.
pub(crate) fn usual<T>(value: T) -> Sourced<T> {
    Sourced::default(value, "test")
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn resources(mebibytes: u64) -> Resources {
    Resources {
        cpu_request: usual(Millicores(250)),
        cpu_limit: Some(usual(Millicores(1000))),
        memory_request: usual(Bytes::mib(mebibytes / 2)),
        memory_limit: usual(Bytes::mib(mebibytes)),
        disk: usual(Bytes::mib(512)),
    }
}

/// A worker that needs both stores.
pub(crate) fn service(text: &str) -> Service {
    let store =
        |at| Need { target: NeedTarget::Store(StoreId::at(at)), start: usual(Start::Healthy) };
    Service {
        name: label(text),
        span: span(),
        kind: usual(Kind::Node),
        role: usual(Role::Worker),
        image_of: None,
        build: Some(Build {
            context: usual("backend".to_owned()),
            file: "backend/Dockerfile".to_owned(),
            dockerfile: None,
            target: None,
            args: BTreeMap::new(),
            package_manager: PackageManager::Npm,
            package: None,
            command: None,
            output: None,
            base: usual(Base::Debian),
        }),
        image: usual("ghcr.io/acme/shop/web".to_owned()),
        pull_secret: None,
        runtime: Some(usual("24".to_owned())),
        command: Some(usual(words("node dist/worker.js"))),
        ports: BTreeMap::new(),
        routes: Vec::new(),
        needs: BTreeMap::from([(label("postgres"), store(0)), (label("redis"), store(1))]),
        env: BTreeMap::from([(name("GREETING"), usual("costs $5".to_owned()))]),
        public_env: BTreeMap::new(),
        secrets: BTreeMap::from([
            (name("DATABASE_URL"), SecretId::at(0)),
            (name("TOKEN"), SecretId::at(2)),
        ]),
        delivery: usual(Delivery::File),
        files: BTreeMap::new(),
        health: None,
        metrics: None,
        scale: Scale {
            min: usual(2),
            max: usual(2),
            cpu: usual(Percent(7000)),
            memory: None,
            sticky: usual(false),
        },
        singleton: usual(false),
        resources: resources(512),
        volumes: BTreeMap::new(),
        writable: Vec::new(),
        stop: Stop { grace: usual(Seconds::new(30)), drain: usual(Seconds::new(10)) },
        update: usual(Update::Rolling),
        rollout: Rollout { surge: usual(Copies::Share(25)), unavailable: usual(Copies::Count(0)) },
        migrate: None,
        seed: None,
        job: None,
        cron: None,
        user: usual(10001),
        exceptions: BTreeMap::new(),
        capabilities: BTreeMap::new(),
        logs: Logs {
            rotate: Rotate { size: usual(Bytes(10_000_000)), files: usual(5) },
            format: usual("json".to_owned()),
            level: usual("info".to_owned()),
        },
        files_served: None,
        platforms: vec![Platform::Compose],
    }
}

fn web() -> Service {
    Service {
        role: usual(Role::Web),
        command: Some(usual(words("node dist/server.js"))),
        ports: BTreeMap::from([(
            label("http"),
            Port { number: usual(3000), protocol: Protocol::Http },
        )]),
        routes: vec![RouteId::at(0)],
        health: Some(Health {
            live: Some(usual("/live".to_owned())),
            ready: Some(usual("/ready".to_owned())),
            startup: None,
            detail: None,
            command: None,
            tcp: None,
            grpc: None,
            token: None,
            interval: usual(Seconds::new(10)),
            timeout: usual(Seconds::new(3)),
        }),
        migrate: Some(Migrate {
            command: usual(words("npx prisma migrate deploy")),
            timeout: usual(Seconds::new(600)),
        }),
        ..service("web")
    }
}

fn store(text: &str, engine: Engine, version: &str, port: u16, password: usize) -> Store {
    Store {
        name: label(text),
        span: span(),
        engine,
        version: set(version.to_owned()),
        image: format!("{text}:{version}"),
        port,
        storage: usual(Bytes::gib(20)),
        resources: resources(1024),
        password: SecretId::at(password),
        pool: None,
        persistent: true,
    }
}

fn stores() -> Vec<Store> {
    let postgres = Engine::Postgres {
        database: "shop".to_owned(),
        user: "shop".to_owned(),
        superuser: SecretId::at(5),
        params: BTreeMap::new(),
        max_connections: 100,
        tuned: usual(true),
        extensions: Vec::new(),
        users: Vec::new(),
    };
    let redis = Engine::Redis {
        valkey: false,
        purpose: usual(RedisPurpose::Queue),
        persistence: usual(Persistence::Aof),
        acl: SecretId::at(3),
        monitor: None,
    };
    vec![store("postgres", postgres, "15", 5432, 1), store("redis", redis, "7.4", 6379, 4)]
}

fn secrets() -> Vec<Secret> {
    let secret = |text: &str| Secret {
        name: name(text),
        source: SecretSource::Provided,
        description: String::new(),
        rotate: None,
        consumers: Vec::new(),
        span: None,
    };
    let names = ["DATABASE_URL", "POSTGRES_PASSWORD", "TOKEN", "REDIS_ACL", "REDIS_PASSWORD"];
    names.into_iter().chain(["POSTGRES_SUPERUSER_PASSWORD"]).map(secret).collect()
}

fn route() -> Route {
    Route {
        name: label("web"),
        span: span(),
        service: ServiceId::at(0),
        port: label("http"),
        domain: label("main"),
        path: usual("/".to_owned()),
        exact: false,
        strip: false,
        websocket: false,
        body_limit: usual(Bytes::mib(1)),
        timeout: usual(Seconds::new(30)),
        buffering: true,
        sensitive: false,
        cache: usual(AnswerCache::Never),
        access: None,
        limits: Vec::new(),
    }
}

fn edge(tier: Tier) -> Edge {
    let tls = Tls {
        profile: usual(TlsProfile::Intermediate),
        provider: usual(TlsProvider::Certbot),
        email: None,
        hsts: None,
    };
    Edge {
        tls: (tier != Tier::Development).then_some(tls),
        http2: usual(true),
        headers: Headers { csp: None, fixed: Vec::new() },
        compression: None,
        static_cache: None,
        body_limit: usual(Bytes::mib(1)),
        access: BTreeMap::new(),
        trusted_proxies: Vec::new(),
        http3: usual(false),
        cors: None,
        timeouts: Timeouts {
            header: usual(Seconds::new(10)),
            body: usual(Seconds::new(30)),
            send: usual(Seconds::new(30)),
            keepalive: usual(Seconds::new(65)),
            connect: usual(Seconds::new(5)),
            answer: usual(Seconds::new(30)),
        },
        cdn: None,
        logs: EdgeLogs { format: usual("json".to_owned()), level: usual("warn".to_owned()) },
        maintenance: None,
        extra: Extra::default(),
    }
}

/// The stack with one environment of a tier, named after it.
pub(crate) fn stack(tier: Tier) -> Stack {
    let worker = Service { image_of: Some(ServiceId::at(0)), build: None, ..service("worker") };
    let domain = Domain {
        host: set("shop.example".to_owned()),
        aliases: Vec::new(),
        redirect_from: Vec::new(),
    };
    let environment = Environment {
        name: label(if tier == Tier::Development { "development" } else { "production" }),
        span: None,
        tier,
        trigger: Trigger::Manual,
        platforms: vec![Platform::Compose],
        domains: BTreeMap::from([(label("main"), domain)]),
        url: None,
        services: vec![web(), worker],
        stores: stores(),
        externals: Vec::new(),
        routes: vec![route()],
        secrets: secrets(),
        edge: edge(tier),
        limits: Vec::new(),
        backup: None,
        observe: Observe {
            slo: None,
            custom: Vec::new(),
            level: usual(ObserveLevel::Basic),
            retention: usual(Seconds::new(86_400)),
            alerts: Vec::new(),
            host: false,
            containers: false,
            blackbox: false,
        },
        release: stackc_model::Release::default(),
        notify: Notify::default(),
        options: BTreeMap::new(),
    };
    Stack {
        name: label("shop"),
        title: "shop".to_owned(),
        registry: Some(usual("ghcr.io/acme/shop".to_owned())),
        out: None,
        ci: None,
        timezone: usual("Etc/UTC".to_owned()),
        versions: BTreeMap::new(),
        options: BTreeMap::new(),
        patches: Vec::new(),
        acceptances: Vec::new(),
        environments: vec![environment],
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

/// Nightly copies in both formats.
pub(crate) fn backup() -> Backup {
    Backup {
        schedule: usual("0 2 * * *".to_owned()),
        keep_days: usual(9),
        formats: vec!["custom".to_owned(), "sql".to_owned()],
        rpo: None,
        rto: None,
    }
}
