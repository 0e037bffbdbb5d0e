//! The rows of the table: one for each secret that a container has, or that such a one is made of.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use stackc_model::{
    Engine, EnvName, Environment, SUPERUSER, Seconds, Secret, SecretId, SecretSource, Stack, Store,
};
use stackc_target::derived::{self, Part, Spelling};

use crate::compose::Wiring;
use crate::swarm::Kept;

/// A row, in the words of the script.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) recipe: String,
    pub(super) readers: String,
    pub(super) place: &'static str,
    /// Its name in a swarm.
    pub(super) swarm: String,
    pub(super) holders: String,
    pub(super) days: String,
    pub(super) keeper: String,
    pub(super) about: String,
    pub(super) parts: Vec<String>,
}

/// A column that says nothing.
const NONE: &str = "-";

/// Where an environment needs its secrets as files.
#[derive(Default)]
pub(crate) struct Hosts {
    pub(crate) compose: Option<Wiring>,
    pub(crate) swarm: Option<Kept>,
}

impl Hosts {
    /// Those of an environment; `None` where it runs on platforms that keep secrets themselves.
    pub(crate) fn of(stack: &Stack, env: &Environment) -> Option<Self> {
        let (compose, swarm) = (Wiring::of(stack, env), Kept::of(stack, env));
        (compose.is_some() || swarm.is_some()).then_some(Self { compose, swarm })
    }

    fn needs(&self, name: &EnvName) -> bool {
        self.compose.iter().any(|wiring| !wiring.all(name).is_empty())
            || self.swarm.iter().any(|kept| kept.needs(name.as_str()))
    }

    /// Whether compose puts it into a container.
    fn demands(&self, name: &EnvName) -> bool {
        self.compose.iter().any(|wiring| wiring.demands.contains_key(name))
    }

    /// The containers that run all the time and have it.
    fn running(&self, name: &EnvName) -> BTreeSet<&str> {
        self.compose.iter().flat_map(|wiring| wiring.running(name)).collect()
    }
}

/// The rows of an environment: what others are made from comes first.
pub(super) fn rows(env: &Environment, hosts: &Hosts) -> Vec<Row> {
    let demanded = |id: SecretId| {
        hosts.needs(&env[id].name) || public(&env[id]).is_some_and(|name| hosts.needs(name))
    };
    let mut wanted: BTreeSet<SecretId> = BTreeSet::new();
    for (id, _) in env.secrets().filter(|(id, _)| demanded(*id)) {
        wanted.insert(id);
        wanted.extend(derived::sources(env, id));
    }
    // A public half is made with its private one, wherever that is held.
    let halves: BTreeMap<&EnvName, SecretId> =
        env.secrets().filter_map(|(id, secret)| Some((public(secret)?, id))).collect();
    let private: Vec<_> =
        wanted.iter().filter_map(|id| halves.get(&env[*id].name).copied()).collect();
    wanted.extend(private);
    let mut wanted: Vec<_> =
        wanted.into_iter().filter(|id| !halves.contains_key(&env[*id].name)).collect();
    wanted.sort_by_key(|id| order(&env[*id].source));
    wanted.into_iter().map(|id| row(env, hosts, id)).collect()
}

/// The variable that takes the public half.
fn public(secret: &Secret) -> Option<&EnvName> {
    match &secret.source {
        SecretSource::Pair { public, .. } => public.as_ref(),
        _ => None,
    }
}

fn order(source: &SecretSource) -> u8 {
    match source {
        SecretSource::Provided | SecretSource::Generated { .. } | SecretSource::Pair { .. } => 0,
        SecretSource::Variable => 1,
        SecretSource::Derived(_) => 2,
    }
}

fn row(env: &Environment, hosts: &Hosts, id: SecretId) -> Row {
    let secret = &env[id];
    let mounts = hosts.compose.iter().filter_map(|it| it.mounts.get(secret.name.as_str()));
    let users: BTreeSet<u32> = mounts.flat_map(|them| them.values().copied()).collect();
    let copied = secret.source != SecretSource::Variable && hosts.demands(&secret.name);
    let kept = hosts.swarm.iter().find_map(|kept| kept.secrets.get(secret.name.as_str()));
    Row {
        name: secret.name.to_string(),
        recipe: recipe(&secret.source),
        readers: spaced(users.iter().map(u32::to_string)),
        place: if copied { ".env" } else { NONE },
        swarm: kept.cloned().unwrap_or_else(|| NONE.to_owned()),
        holders: said(spaced(holders(env, hosts, id).into_iter().map(str::to_owned))),
        days: secret.rotate.map_or_else(|| NONE.to_owned(), |every| days(every).to_string()),
        keeper: keeper(env, id).unwrap_or_else(|| NONE.to_owned()),
        about: purpose(secret),
        parts: parts(env, id),
    }
}

fn spaced(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

fn said(words: String) -> String {
    if words.is_empty() { NONE.to_owned() } else { words }
}

/// How the script makes it.
fn recipe(source: &SecretSource) -> String {
    match source {
        SecretSource::Provided => "given".to_owned(),
        SecretSource::Variable => "variable".to_owned(),
        SecretSource::Generated { encoding, length } => format!("{encoding}:{length}"),
        SecretSource::Pair { kind, public: Some(public) } => format!("{kind},{public}"),
        SecretSource::Pair { kind, public: None } => (*kind).to_owned(),
        SecretSource::Derived(_) => "derived".to_owned(),
    }
}

/// The containers that run with the secret, or with one that is made of it.
fn holders<'a>(env: &'a Environment, hosts: &'a Hosts, id: SecretId) -> BTreeSet<&'a str> {
    let own = public(&env[id]).into_iter();
    let made = env.secrets().filter(|(other, _)| derived::sources(env, *other).contains(&id));
    let names = made.map(|(_, secret)| &secret.name).chain(own);
    names.flat_map(|name| hosts.running(name)).collect()
}

/// Whole days, rounded up.
pub(crate) fn days(every: Seconds) -> u64 {
    every.ceil().div_ceil(86_400).max(1)
}

/// The data store that keeps a password with its data, and so must be told of a new one.
fn keeper(env: &Environment, id: SecretId) -> Option<String> {
    env.stores.iter().find_map(|store| keeps(store, id))
}

fn keeps(store: &Store, id: SecretId) -> Option<String> {
    match &store.engine {
        Engine::Postgres { database, user, superuser, users, .. } => {
            let ours = [(*superuser, SUPERUSER), (store.password, user.as_str())];
            let others = users.iter().map(|user| (user.password, user.name.as_str()));
            let (_, role) = ours.into_iter().chain(others).find(|(password, _)| *password == id)?;
            Some(format!("postgres {} {SUPERUSER} {database} {role}", store.name))
        }
        // It reads its users from a file at every start.
        Engine::Redis { .. } => None,
        Engine::Server(_) => {
            (store.password == id && store.persistent).then(|| format!("server {}", store.name))
        }
    }
}

/// What it is for, in one line; empty where nobody said.
pub(crate) fn about(secret: &Secret) -> String {
    one_line(&secret.description)
}

/// A text for people, in one line that no terminal takes for a command.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.replace(char::is_control, "\u{fffd}")
}

/// Secrets put together with a character that a script cannot carry.
pub(super) fn unfit<'a>(env: &'a Environment, rows: &[Row]) -> Vec<&'a Secret> {
    let control = |row: &&Row| row.parts.iter().any(|part| part.contains(char::is_control));
    let names: BTreeSet<_> = rows.iter().filter(control).map(|row| row.name.as_str()).collect();
    env.secrets.iter().filter(|secret| names.contains(secret.name.as_str())).collect()
}

/// What it is for, or at least for whom.
fn purpose(secret: &Secret) -> String {
    match about(secret) {
        empty if empty.is_empty() => {
            let services: Vec<_> = secret.consumers.iter().map(|it| it.as_str()).collect();
            format!("for {}", services.join(", "))
        }
        about => about,
    }
}

/// What it is put together from, a word each; nothing where it is not.
fn parts(env: &Environment, id: SecretId) -> Vec<String> {
    if !matches!(env[id].source, SecretSource::Derived(_)) {
        return Vec::new();
    }
    let mut words = Vec::new();
    for part in derived::parts(env, id) {
        match part {
            Part::Secret { id, spelling } => {
                let spelling = match spelling {
                    Spelling::Plain => "raw",
                    Spelling::Url => "url",
                    Spelling::Json => "json",
                };
                words.push(format!("{spelling}:{}", env[id].name));
            }
            // A line break is a word of its own: no word of a shell script holds one plainly.
            Part::Literal(text) => {
                for (at, line) in text.split('\n').enumerate() {
                    words.extend((at > 0).then(|| "line".to_owned()));
                    words.extend((!line.is_empty()).then(|| format!("text:{line}")));
                }
            }
        }
    }
    words
}
