//! A stack for the tests of this folder: a backend with its worker and migrations, a frontend, both
//! stores, one external system.

use std::collections::BTreeMap;

use stackc_model::*;
use stackc_source::{Diagnostics, Node};
use stackc_target::{Artifacts, Target};

use super::Kubernetes;
use crate::fixture::{self, health, secret};

pub(crate) use crate::fixture::{given, label, name, span};

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

/// A service that listens on one port, or on none.
pub(crate) fn service(text: &str, kind: Kind, port: Option<u16>) -> Service {
    let usual = fixture::service(text, kind, port);
    Service {
        env: BTreeMap::from([(name("LOG_LEVEL"), given("info".to_owned()))]),
        scale: Scale { max: given(5), ..usual.scale },
        resources: bounds(250, 256),
        platforms: vec![Platform::Kubernetes],
        ..usual
    }
}

fn store(text: &str, engine: Engine, version: &str, port: u16, password: usize) -> Store {
    let resources = bounds(250, 512);
    Store { resources, ..fixture::store(text, engine, version, port, password) }
}

/// A route of a service on the main domain.
pub(crate) fn route(text: &str, service: usize, path: &str) -> Route {
    let timeout = given(Seconds::new(60));
    Route { websocket: text == "ws", timeout, ..fixture::route(text, service, path) }
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
        migrate: Some(fixture::migrate()),
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
    let (postgres, redis) = (fixture::postgres("app"), fixture::redis());
    vec![store("postgres", postgres, "15.19", 5432, 2), store("redis", redis, "7.4.11", 6379, 4)]
}

fn edge() -> Edge {
    let csp = Csp {
        report_only: given(false),
        directives: vec![("default-src".to_owned(), vec!["'self'".to_owned()])],
    };
    let usual = fixture::edge();
    let (email, hsts) = ("ops@shop.example", "max-age=63072000; includeSubDomains");
    let (email, hsts) = (Some(given(email.to_owned())), Some(given(hsts.to_owned())));
    Edge {
        tls: usual.tls.map(|tls| Tls { email, hsts, ..tls }),
        headers: Headers {
            csp: Some(csp),
            fixed: vec![Header {
                name: "X-Content-Type-Options".to_owned(),
                value: given("nosniff".to_owned()),
            }],
        },
        ..usual
    }
}

/// The environment.
pub(crate) fn environment(text: &str, tier: Tier) -> Environment {
    let usual = fixture::environment(text, tier);
    Environment {
        span: Some(span()),
        platforms: vec![Platform::Kubernetes],
        domains: fixture::domain("shop.example", &["www.shop.example"]),
        url: Some("https://shop.example".to_owned()),
        services: services(),
        stores: stores(),
        externals: vec![External {
            egress: vec!["api.example".to_owned()],
            ports: vec![443],
            ..fixture::external("mail")
        }],
        routes: vec![route("ws", 0, "/socket.io"), route("api", 0, "/api"), route("root", 1, "/")],
        secrets: secrets(),
        edge: edge(),
        backup: Some(Backup {
            schedule: given("30 2 * * *".to_owned()),
            keep_days: given(7),
            formats: vec!["custom".to_owned(), "sql".to_owned()],
            rpo: None,
            rto: None,
        }),
        observe: Observe { level: given(ObserveLevel::Full), ..usual.observe },
        ..usual
    }
}

/// A stack of one production environment.
pub(crate) fn stack() -> Stack {
    let stack = fixture::stack(environment("production", Tier::Production));
    Stack { timezone: given("UTC".to_owned()), ..stack }
}

/// The stack with options of this target.
pub(crate) fn with_options(pairs: &[(&str, &str)]) -> Stack {
    let mut stack = stack();
    stack.environments[0].options.insert("kubernetes".to_owned(), Some(options(pairs)));
    stack
}
