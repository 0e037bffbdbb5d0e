//! A small stack for tests: `web` with migrations and a route, its `worker`, one PostgreSQL, one
//! Redis.

use std::collections::BTreeMap;

use stackc_model::*;

use crate::fixture::{self, name, route, secret};

pub(crate) use crate::fixture::{external, given as usual, label, set, span};

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
        runtime: Some(usual("24".to_owned())),
        command: Some(usual(words("node dist/worker.js"))),
        needs: BTreeMap::from([(label("postgres"), store(0)), (label("redis"), store(1))]),
        env: BTreeMap::from([(name("GREETING"), usual("costs $5".to_owned()))]),
        secrets: BTreeMap::from([
            (name("DATABASE_URL"), SecretId::at(0)),
            (name("TOKEN"), SecretId::at(2)),
        ]),
        resources: resources(512),
        ..fixture::service(text, Kind::Node, None)
    }
}

fn web() -> Service {
    let listens = fixture::service("web", Kind::Node, Some(3000));
    Service {
        role: listens.role,
        command: Some(usual(words("node dist/server.js"))),
        ports: listens.ports,
        routes: vec![RouteId::at(0)],
        health: Some(fixture::health(Some("/live"), Some("/ready"))),
        migrate: Some(fixture::migrate()),
        ..service("web")
    }
}

fn store(text: &str, engine: Engine, version: &str, port: u16, password: usize) -> Store {
    Store {
        version: set(version.to_owned()),
        resources: resources(1024),
        ..fixture::store(text, engine, version, port, password)
    }
}

fn stores() -> Vec<Store> {
    let (postgres, redis) = (fixture::postgres("shop"), fixture::redis());
    vec![store("postgres", postgres, "15", 5432, 1), store("redis", redis, "7.4", 6379, 4)]
}

fn secrets() -> Vec<Secret> {
    let secret = |text| secret(text, SecretSource::Provided);
    let names = ["DATABASE_URL", "POSTGRES_PASSWORD", "TOKEN", "REDIS_ACL", "REDIS_PASSWORD"];
    names.into_iter().chain(["POSTGRES_SUPERUSER_PASSWORD"]).map(secret).collect()
}

/// The stack with one environment of a tier, named after it.
pub(crate) fn stack(tier: Tier) -> Stack {
    let worker = Service { image_of: Some(ServiceId::at(0)), build: None, ..service("worker") };
    let developed = tier == Tier::Development;
    let mut edge = fixture::edge();
    edge.tls = edge.tls.filter(|_| !developed);
    let environment = Environment {
        domains: fixture::domain("shop.example", &[]),
        services: vec![web(), worker],
        stores: stores(),
        routes: vec![Route { path: usual("/".to_owned()), ..route("web", 0, "/") }],
        secrets: secrets(),
        edge,
        ..fixture::environment(if developed { "development" } else { "production" }, tier)
    };
    Stack { title: "shop".to_owned(), ..fixture::stack(environment) }
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

/// A server that keeps data and has nothing of its own to say.
pub(crate) fn server(kind: &'static str) -> Server {
    Server {
        kind,
        user: 1000,
        env: BTreeMap::new(),
        secrets: BTreeMap::new(),
        files: Vec::new(),
        login: None,
        command: Vec::new(),
        health: vec!["true".to_owned()],
        volume: Some("/data".to_owned()),
        scratch: Vec::new(),
        grace: Seconds::new(30),
        dump: None,
    }
}
