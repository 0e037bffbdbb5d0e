//! Small environments for tests: a shop whose parts a test changes as it needs.

use std::collections::BTreeMap;

use stackc_model::*;
use stackc_source::{FileId, Span};

pub(super) fn span() -> Span {
    Span::new(FileId(0), 0, 1)
}

pub(super) fn sourced<T>(value: T) -> Sourced<T> {
    Sourced::written(value, span())
}

pub(super) fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

fn service(name: &str, kind: Kind, port: u16) -> Service {
    let port = Port { number: sourced(port), protocol: Protocol::Http };
    let resources = Resources {
        cpu_request: sourced(Millicores(100)),
        cpu_limit: None,
        memory_request: sourced(Bytes::mib(128)),
        memory_limit: sourced(Bytes::mib(256)),
        disk: sourced(Bytes::mib(64)),
    };
    Service {
        name: label(name),
        span: span(),
        kind: sourced(kind),
        role: sourced(Role::Web),
        image_of: None,
        build: None,
        image: sourced(format!("example/{name}")),
        pull_secret: None,
        runtime: None,
        command: None,
        ports: BTreeMap::from([(label("http"), port)]),
        routes: Vec::new(),
        needs: BTreeMap::new(),
        env: BTreeMap::new(),
        public_env: BTreeMap::new(),
        secrets: BTreeMap::new(),
        delivery: sourced(Delivery::File),
        files: BTreeMap::new(),
        health: Some(Health {
            live: Some(sourced("/live".to_owned())),
            ready: None,
            startup: None,
            detail: None,
            command: None,
            tcp: None,
            grpc: None,
            token: None,
            interval: sourced(Seconds::new(10)),
            timeout: sourced(Seconds::new(3)),
        }),
        metrics: None,
        scale: Scale {
            min: sourced(1),
            max: sourced(1),
            cpu: sourced(Percent(7000)),
            memory: None,
            sticky: sourced(false),
        },
        singleton: sourced(false),
        resources,
        volumes: BTreeMap::new(),
        writable: Vec::new(),
        stop: Stop { grace: sourced(Seconds::new(30)), drain: sourced(Seconds::new(10)) },
        update: sourced(Update::Rolling),
        rollout: Rollout {
            surge: sourced(Copies::Share(25)),
            unavailable: sourced(Copies::Count(0)),
        },
        migrate: None,
        seed: None,
        job: None,
        cron: None,
        user: sourced(10001),
        exceptions: BTreeMap::new(),
        capabilities: BTreeMap::new(),
        logs: Logs {
            rotate: Rotate { size: sourced(Bytes(10_000_000)), files: sourced(5) },
            format: sourced("json".to_owned()),
            level: sourced("info".to_owned()),
        },
        files_served: None,
        platforms: vec![Platform::Compose],
    }
}

/// A route of the backend (service 0) or the frontend (service 1).
pub(super) fn route(name: &str, service: usize, path: &str) -> Route {
    Route {
        name: label(name),
        span: span(),
        service: ServiceId::at(service),
        port: label("http"),
        domain: label("main"),
        path: sourced(path.to_owned()),
        exact: false,
        strip: false,
        websocket: false,
        body_limit: sourced(Bytes::mib(1)),
        timeout: sourced(Seconds::new(30)),
        buffering: true,
        sensitive: false,
        cache: sourced(AnswerCache::Never),
        access: None,
        limits: Vec::new(),
    }
}

/// A limit on everything, listed by no route yet.
pub(super) fn limit(name: &str, count: u32, seconds: u64) -> Limit {
    Limit {
        name: label(name),
        span: span(),
        rate: sourced(Rate { count, window: Seconds::new(seconds) }),
        paths: Vec::new(),
        methods: Vec::new(),
        mode: sourced(LimitMode::Average),
        key: sourced(LimitKey::Address),
        enforce: sourced(Enforce::Edge),
        exempt: Vec::new(),
    }
}

fn edge() -> Edge {
    let own = || vec!["'self'".to_owned()];
    Edge {
        tls: Some(Tls {
            profile: sourced(TlsProfile::Intermediate),
            provider: sourced(TlsProvider::Certbot),
            email: None,
            hsts: Some(sourced("max-age=63072000; includeSubDomains".to_owned())),
        }),
        http2: sourced(true),
        headers: Headers {
            csp: Some(Csp {
                report_only: sourced(false),
                directives: vec![
                    ("default-src".to_owned(), own()),
                    ("frame-ancestors".to_owned(), vec!["'none'".to_owned()]),
                ],
            }),
            fixed: vec![Header {
                name: "X-Content-Type-Options".to_owned(),
                value: sourced("nosniff".to_owned()),
            }],
        },
        compression: Some(Compression {
            level: sourced(5),
            types: vec!["text/css".to_owned(), "application/json".to_owned()],
        }),
        static_cache: None,
        body_limit: sourced(Bytes::mib(1)),
        access: BTreeMap::new(),
        trusted_proxies: Vec::new(),
        http3: sourced(false),
        cors: None,
        timeouts: Timeouts {
            header: sourced(Seconds::new(10)),
            body: sourced(Seconds::new(30)),
            send: sourced(Seconds::new(30)),
            keepalive: sourced(Seconds::new(65)),
            connect: sourced(Seconds::new(5)),
            answer: sourced(Seconds::new(30)),
        },
        cdn: None,
        logs: EdgeLogs { format: sourced("json".to_owned()), level: sourced("warn".to_owned()) },
        maintenance: None,
        extra: Extra::default(),
    }
}

/// A shop in production: `/api` and a WebSocket to the backend, the rest to the frontend.
pub(super) fn shop() -> Stack {
    let mut socket = route("ws", 0, "/socket.io");
    socket.websocket = true;
    socket.timeout = sourced(Seconds::new(3600));
    let domain = Domain {
        host: sourced("cod.example".to_owned()),
        aliases: Vec::new(),
        redirect_from: vec![sourced("www.cod.example".to_owned())],
    };
    let environment = Environment {
        name: label("production"),
        span: None,
        tier: Tier::Production,
        trigger: Trigger::Manual,
        platforms: vec![Platform::Compose],
        domains: BTreeMap::from([(label("main"), domain)]),
        url: Some("https://cod.example".to_owned()),
        services: vec![service("backend", Kind::Node, 3000), service("frontend", Kind::Vite, 8080)],
        stores: Vec::new(),
        externals: Vec::new(),
        routes: vec![socket, route("api", 0, "/api"), route("main", 1, "/")],
        secrets: Vec::new(),
        edge: edge(),
        limits: Vec::new(),
        backup: None,
        observe: Observe {
            slo: None,
            custom: Vec::new(),
            level: sourced(ObserveLevel::None),
            retention: sourced(Seconds::new(86_400)),
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
        title: "Shop".to_owned(),
        registry: None,
        out: None,
        ci: None,
        timezone: sourced("Etc/UTC".to_owned()),
        versions: BTreeMap::new(),
        options: BTreeMap::new(),
        patches: Vec::new(),
        acceptances: Vec::new(),
        environments: vec![environment],
    }
}
