//! Small environments for tests: a shop whose parts a test changes as it needs.

use stackc_model::*;

use crate::fixture;

pub(super) use crate::fixture::{label, set as sourced, span};

fn service(name: &str, kind: Kind, port: u16) -> Service {
    let one = |scale: Scale| Scale { min: sourced(1), max: sourced(1), ..scale };
    let usual = fixture::service(name, kind, Some(port));
    Service { health: Some(fixture::health(Some("/live"), None)), scale: one(usual.scale), ..usual }
}

/// A route of the backend (service 0) or the frontend (service 1).
pub(super) fn route(name: &str, service: usize, path: &str) -> Route {
    Route {
        body_limit: sourced(Bytes::mib(1)),
        timeout: sourced(Seconds::new(30)),
        ..fixture::route(name, service, path)
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
    let usual = fixture::edge();
    let hsts = Some(sourced("max-age=63072000; includeSubDomains".to_owned()));
    Edge {
        tls: usual.tls.map(|tls| Tls { hsts, ..tls }),
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
        ..usual
    }
}

/// A shop in production: `/api` and a WebSocket to the backend, the rest to the frontend.
pub(super) fn shop() -> Stack {
    let socket = Route {
        websocket: true,
        timeout: sourced(Seconds::new(3600)),
        ..route("ws", 0, "/socket.io")
    };
    let usual = fixture::environment("production", Tier::Production);
    let environment = Environment {
        domains: fixture::domain("cod.example", &["www.cod.example"]),
        url: Some("https://cod.example".to_owned()),
        services: vec![service("backend", Kind::Node, 3000), service("frontend", Kind::Vite, 8080)],
        routes: vec![socket, route("api", 0, "/api"), route("main", 1, "/")],
        edge: edge(),
        observe: Observe { level: sourced(ObserveLevel::None), ..usual.observe },
        ..usual
    };
    Stack { registry: None, ..fixture::stack(environment) }
}
