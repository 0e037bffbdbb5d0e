//! Service containers: the stores a service needs, with throw-away credentials.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{
    Engine, Environment, NeedTarget, SECRETS_DIR, SecretId, SecretSource, Segment, Server, Service,
    Store, StoreId, Text,
};

use stackc_source::Span;

use super::document::{Container, Ordered, Values};
use super::text::Scribe;
use super::{managed, pins};

/// The password of the test database. It guards nothing: the container lives as long as the job.
pub(crate) const PASSWORD: &str = "throw-away";

/// The containers of a check job and the variables that point at them.
#[derive(Debug, Default)]
pub(crate) struct Stores {
    pub(crate) containers: Ordered<Container>,
    pub(crate) env: Values,
}

/// The stores a service needs.
pub(crate) fn needed(
    environment: &Environment,
    service: &Service,
    scribe: &mut Scribe<'_>,
) -> Stores {
    let mut stores = Stores::default();
    let mut ports = BTreeMap::new();
    let mut taken = BTreeSet::new();
    let mut free = |mut port: u16| {
        while !taken.insert(port) {
            port += 1;
        }
        port
    };
    for need in service.needs.values() {
        let id = match need.target {
            NeedTarget::Store(id) => id,
            NeedTarget::External(id) => {
                let external = &environment[id];
                managed::add(service, external, environment, &mut stores, &mut free, scribe);
                continue;
            }
            NeedTarget::Service(_) => continue,
        };
        let store = &environment[id];
        let port = free(store.port);
        ports.insert(id, port);
        stores.containers.push(store.name.as_str(), container(environment, store, port, scribe));
    }
    for (name, id) in &service.secrets {
        let SecretSource::Derived(text) = &environment[*id].source else { continue };
        if let Some(url) = local_url(environment, &ports, text) {
            stores.env.push(name.as_str(), scribe.carry("the store's URL", &url, None));
        }
    }
    stores
}

/// The variables of a server with the throw-away password in place of the real one. A job mounts no
/// files, so `X_FILE` becomes `X`, as the images of databases have it.
fn plain(environment: &Environment, server: &Server) -> Vec<(String, String)> {
    let path = |id: &SecretId| format!("{SECRETS_DIR}/{}", environment[*id].name);
    let files: Vec<_> = server.files.iter().map(path).collect();
    let written = server.env.iter().map(|(name, value)| {
        let name = name.as_str();
        match name.strip_suffix("_FILE") {
            Some(short) if files.contains(value) => (short.to_owned(), PASSWORD.to_owned()),
            _ => (name.to_owned(), value.clone()),
        }
    });
    let secret = server
        .secrets
        .keys()
        .chain(&server.login)
        .map(|name| (name.to_string(), PASSWORD.to_owned()));
    written.chain(secret).collect()
}

/// Whether a server takes its password where a service container can give it: by a variable.
fn asks_for_login(environment: &Environment, store: &Store) -> bool {
    match &store.engine {
        Engine::Postgres { .. } => true,
        // A service container takes no arguments, so its redis asks for no password.
        Engine::Redis { .. } => false,
        Engine::Server(server) => {
            plain(environment, server).iter().any(|(_, value)| value == PASSWORD)
        }
    }
}

/// A health command inside the double quotes of an option; the container's shell runs it.
fn probe(words: &[String], span: Option<Span>, scribe: &mut Scribe<'_>) -> String {
    let line = scribe.command("the store's health command", words, span);
    if line.contains('\\') {
        scribe.refuse("the store's health command", "holds a backslash or a single quote", span);
    }
    line.replace('"', "\\\"")
}

fn container(
    environment: &Environment,
    store: &Store,
    port: u16,
    scribe: &mut Scribe<'_>,
) -> Container {
    let span = Some(store.span);
    let mut env = Values::default();
    let probe = match &store.engine {
        Engine::Postgres { database, user, .. } => {
            env.push("POSTGRES_DB", scribe.carry("the database name", database, span));
            env.push("POSTGRES_PASSWORD", PASSWORD);
            env.push("POSTGRES_USER", scribe.carry("the database user", user, span));
            // While the image sets itself up it listens on its socket alone, so ask over TCP.
            "pg_isready --host 127.0.0.1".to_owned()
        }
        Engine::Redis { valkey: true, .. } => "valkey-cli ping".to_owned(),
        Engine::Redis { valkey: false, .. } => "redis-cli ping".to_owned(),
        Engine::Server(server) => {
            for (name, value) in plain(environment, server) {
                env.push(name.as_str(), scribe.carry("a variable of the store", &value, span));
            }
            probe(&server.health, span, scribe)
        }
    };
    let image = pins::with_digest(&scribe.image(&store.image, span));
    Container {
        image,
        env,
        ports: vec![format!("{port}:{}", store.port)],
        options: options(&probe),
    }
}

/// The options of a container that is waited for until it answers this probe.
pub(crate) fn options(probe: &str) -> String {
    format!("--health-cmd \"{probe}\" --health-interval 5s --health-timeout 5s --health-retries 12")
}

/// The URL of a store as the job sees it: the same as everywhere, on localhost.
///
/// `None` where the text holds a secret that is no store's password: then it is no store's URL, or
/// one that only the vault can complete.
fn local_url(
    environment: &Environment,
    ports: &BTreeMap<StoreId, u16>,
    text: &Text,
) -> Option<String> {
    let (id, port) = ports.iter().find(|(id, _)| {
        let password = environment[**id].password;
        let mut secrets = text.secrets().peekable();
        secrets.peek().is_some() && secrets.all(|secret| secret == password)
    })?;
    let store = &environment[*id];
    let whole: String = text
        .segments
        .iter()
        .map(|segment| match segment {
            Segment::Literal(text) => text.as_str(),
            Segment::Secret(_) => PASSWORD,
        })
        .collect();
    let login = asks_for_login(environment, store);
    on_localhost(&whole, &format!("{}:{}", store.name, store.port), *port, login)
}

/// A URL with its address moved to a port of localhost, with or without what stands before `@`.
fn on_localhost(url: &str, address: &str, port: u16, keep_login: bool) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (login, rest) = rest.rsplit_once('@')?;
    let tail = rest.strip_prefix(address)?;
    let login = if keep_login { format!("{login}@") } else { String::new() };
    Some(format!("{scheme}://{login}localhost:{port}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::on_localhost;

    #[test]
    fn urls_move_to_localhost_and_keep_the_rest() {
        let postgres = "postgresql://shop:pw@db:5432/shop?sslmode=disable";
        assert_eq!(
            on_localhost(postgres, "db:5432", 5433, true).as_deref(),
            Some("postgresql://shop:pw@localhost:5433/shop?sslmode=disable")
        );
        assert_eq!(
            on_localhost("redis://default:pw@cache:6379/0", "cache:6379", 6379, false).as_deref(),
            Some("redis://localhost:6379/0")
        );
        assert_eq!(on_localhost("smtp://a:pw@mail:25", "db:5432", 5432, true), None);
    }
}
