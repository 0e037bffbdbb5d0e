//! What must be provided: each name once, with all that somebody wants to know about it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use stackc_model::{Environment, Secret, SecretId, SecretSource, Stack, Tier};
use stackc_target::derived::{self, Part};

use crate::compose::Wiring;
use crate::scripts::{self, Hosts, about, days, one_line};
use crate::swarm::Kept;

/// Who needs what belongs to no service.
pub(super) const RELEASE: &str = "every release";
const WORKFLOWS: &str = "workflows";

/// A name that somebody, or something, must provide.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) secret: bool,
    /// The services and stores that need it, with commas between.
    pub(super) used_by: String,
    pub(super) environments: String,
    pub(super) format: String,
    pub(super) example: String,
    pub(super) made: String,
    pub(super) kept: String,
    /// How often it is to be changed; empty where nobody said.
    pub(super) rotate: String,
}

/// A secret that is put together.
#[derive(Debug, Serialize)]
pub(super) struct Made {
    name: String,
    about: String,
    shape: Vec<String>,
}

/// An environment with what its containers find.
pub(super) struct Place<'a> {
    pub(super) env: &'a Environment,
    wiring: Option<Wiring>,
    swarm: Option<Kept>,
    /// What the script takes care of.
    script: BTreeSet<String>,
}

impl<'a> Place<'a> {
    pub(super) fn of(stack: &Stack, env: &'a Environment) -> Self {
        let hosts = Hosts::of(stack, env);
        let script = hosts.as_ref().map(|hosts| scripts::covers(env, hosts)).unwrap_or_default();
        let Hosts { compose, swarm } = hosts.unwrap_or_default();
        Self { env, wiring: compose, swarm, script }
    }

    /// Whether it runs on docker compose.
    pub(super) fn composes(&self) -> bool {
        self.wiring.is_some()
    }

    /// Whether a script makes secrets in it.
    pub(super) fn scripted(&self) -> bool {
        !self.script.is_empty()
    }

    /// Whether it runs on a swarm and on nothing that reads `.env`.
    pub(super) fn only_swarms(&self) -> bool {
        self.wiring.is_none() && self.swarm.is_some()
    }

    fn demands(&self, name: &str) -> bool {
        let demands = |wiring: &Wiring| wiring.demands.keys().any(|key| key.as_str() == name);
        self.wiring.as_ref().is_some_and(demands)
    }
}

/// The entries of all environments together. What is said of a name is what the most serious of
/// them says; how it comes and where it goes is said of each.
pub(super) fn of_all(places: &[Place<'_>]) -> Vec<Entry> {
    let mut found: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for place in places {
        let asked = place.env.secrets().filter(|(_, secret)| !is_derived(secret));
        let asked = asked.map(|(id, _)| entry(place, id, "ENVIRONMENT"));
        for entry in asked.chain(tag(place)) {
            found.entry(entry.name.clone()).or_default().push(entry);
        }
    }
    found.values().filter_map(|entries| together(entries)).collect()
}

/// One entry of what several environments say of a name.
fn together(entries: &[Entry]) -> Option<Entry> {
    let all = |of: fn(&Entry) -> &String, with: &str| {
        let mut said: Vec<&str> = entries.iter().map(|entry| of(entry).as_str()).collect();
        let mut seen = BTreeSet::new();
        said.retain(|text| seen.insert(*text));
        said.join(with)
    };
    Some(Entry {
        environments: all(|entry| &entry.environments, ", "),
        made: all(|entry| &entry.made, "; or "),
        kept: all(|entry| &entry.kept, "; or "),
        ..entries.last()?.clone()
    })
}

/// The entries of an environment: what compose reads from `.env`; without compose all that is asked.
pub(super) fn of_one(place: &Place<'_>) -> Vec<Entry> {
    let env = place.env;
    let wanted = |(id, secret): &(SecretId, &Secret)| match &place.wiring {
        Some(wiring) => wiring.demands.contains_key(&secret.name),
        None => !is_derived(secret) && used_by(env, *id) != WORKFLOWS,
    };
    let entries = env.secrets().filter(wanted);
    entries.map(|(id, _)| entry(place, id, env.name.as_str())).chain(tag(place)).collect()
}

/// What is put together, as the most serious environment that has it does.
pub(super) fn derived(places: &[Place<'_>]) -> Vec<Made> {
    let environments = places.iter().map(|place| place.env);
    let all = environments.flat_map(|env| env.secrets().map(move |(id, it)| (env, id, it)));
    let made = all.filter(|(.., secret)| is_derived(secret)).map(|(env, id, secret)| {
        let name = secret.name.to_string();
        (name.clone(), Made { name, about: about(secret), shape: shape(env, id) })
    });
    made.collect::<BTreeMap<_, _>>().into_values().collect()
}

fn is_derived(secret: &Secret) -> bool {
    matches!(secret.source, SecretSource::Derived(_))
}

/// The parts in a row, secrets by their names; several lines where it is a file of several.
fn shape(env: &Environment, id: SecretId) -> Vec<String> {
    let parts = derived::parts(env, id).into_iter().map(|part| match part {
        Part::Literal(text) => text,
        Part::Secret { id, .. } => format!("<{}>", env[id].name),
    });
    parts.collect::<String>().lines().map(one_line).collect()
}

/// The version of our images, where they are pulled.
fn tag(place: &Place<'_>) -> Option<Entry> {
    place.demands("IMAGE_TAG").then(|| Entry {
        name: "IMAGE_TAG".to_owned(),
        about: "the version of our images that runs".to_owned(),
        secret: false,
        used_by: RELEASE.to_owned(),
        environments: place.env.name.to_string(),
        format: "a tag that all of our images have in the registry".to_owned(),
        example: format!("{}-0123abc", place.env.name),
        made: "the deployment sets it; by hand: the version to run".to_owned(),
        kept: ".env, or the environment of docker compose".to_owned(),
        rotate: String::new(),
    })
}

/// `called` is how the environment is called, where one is meant or any.
fn entry(place: &Place<'_>, id: SecretId, called: &str) -> Entry {
    let secret = &place.env[id];
    let half = half_of(place.env, secret);
    let (format, example) = match half {
        Some(pair) => public_look(pair),
        None if guards(place.env, secret) => (
            "user:hash, a line each; `openssl passwd -6` asks for a password and makes the hash"
                .to_owned(),
            "anna:$6$fake$fake".to_owned(),
        ),
        None => look(secret),
    };
    let rotate = secret.rotate.map(|every| format!("every {} days", days(every)));
    Entry {
        name: secret.name.to_string(),
        about: about(secret),
        secret: secret.source != SecretSource::Variable,
        used_by: used_by(place.env, id),
        environments: place.env.name.to_string(),
        format,
        example,
        made: made(place, secret, half, called),
        kept: kept(place, id, called),
        rotate: rotate.unwrap_or_default(),
    }
}

/// The pair whose public half a variable takes.
fn half_of<'a>(env: &'a Environment, variable: &Secret) -> Option<&'a Secret> {
    env.secrets.iter().find(|secret| {
        matches!(&secret.source, SecretSource::Pair { public: Some(name), .. } if *name == variable.name)
    })
}

/// The services and stores that need a secret, or one that is put together from it.
fn used_by(env: &Environment, id: SecretId) -> String {
    let made = env.secrets().filter(|(other, _)| derived::sources(env, *other).contains(&id));
    let with = std::iter::once(&env[id]).chain(made.map(|(_, secret)| secret));
    let names: BTreeSet<_> =
        with.flat_map(|secret| &secret.consumers).map(|it| it.as_str()).collect();
    if !names.is_empty() {
        return names.into_iter().collect::<Vec<_>>().join(", ");
    }
    let who = if guards(env, &env[id]) { "nginx" } else { WORKFLOWS };
    who.to_owned()
}

/// Whether it is the password file of a rule of access.
fn guards(env: &Environment, secret: &Secret) -> bool {
    let mut files = env.edge.access.values().filter_map(|access| access.basic.as_deref());
    files.any(|name| *name == secret.name)
}

/// What a value looks like, and one that nobody takes for real.
fn look(secret: &Secret) -> (String, String) {
    let (format, example) = match &secret.source {
        SecretSource::Generated { encoding: "hex", length } => {
            return (format!("{} hexadecimal digits", length * 2), "c0ffeec0ffee...".to_owned());
        }
        SecretSource::Generated { encoding: "base64", length } => {
            return (format!("{length} random bytes in base64"), "ZmFrZWZha2U...".to_owned());
        }
        SecretSource::Generated { length, .. } => {
            return (format!("{length} letters and digits"), "FakeFakeFake...".to_owned());
        }
        SecretSource::Pair { kind: "vapid", .. } => {
            ("the private half of a P-256 pair, 32 bytes in base64url", "ZmFrZWZha2U...")
        }
        SecretSource::Pair { .. } => {
            ("an Ed25519 private key, PKCS #8 in PEM", "what `openssl genpkey` writes")
        }
        SecretSource::Derived(_) => ("put together from others", "what .env.example shows"),
        SecretSource::Provided | SecretSource::Variable => {
            let name = secret.name.as_str().to_ascii_lowercase().replace('_', "-");
            return match name.ends_with("-url") || name.contains("webhook") {
                true => ("a URL".to_owned(), format!("https://fake.example/{name}")),
                false => ("a text".to_owned(), format!("fake-{name}")),
            };
        }
    };
    (format.to_owned(), example.to_owned())
}

fn public_look(pair: &Secret) -> (String, String) {
    let (what, example) = match &pair.source {
        SecretSource::Pair { kind: "vapid", .. } => ("65 bytes in base64url", "BFakeFakeFake..."),
        _ => ("SPKI in DER, in base64 on one line", "MFakeFakeFake..."),
    };
    (format!("the public half of {}, {what}", pair.name), example.to_owned())
}

/// Who makes it, or whom to ask.
fn made(place: &Place<'_>, secret: &Secret, half: Option<&Secret>, called: &str) -> String {
    let covered = |name: &str| place.script.contains(name);
    let script = format!("{} {}", scripts::GENERATE, called);
    if let Some(pair) = half.filter(|pair| covered(pair.name.as_str())) {
        return format!("{script}, from {}", pair.name);
    }
    let script = covered(secret.name.as_str()).then_some(script);
    match (&secret.source, script) {
        (SecretSource::Variable, _) => "somebody writes it down when deploying".to_owned(),
        (SecretSource::Provided, Some(script)) => {
            format!("whoever issues it, then {script} --set {}", secret.name)
        }
        (SecretSource::Provided, None) => "whoever issues it".to_owned(),
        (_, Some(script)) => script,
        (SecretSource::Generated { encoding: "password", .. }, None) => {
            "a generator of passwords".to_owned()
        }
        (SecretSource::Generated { encoding, length }, None) => {
            format!("openssl rand -{encoding} {length}")
        }
        (SecretSource::Pair { kind: "vapid", .. }, None) => {
            "openssl ecparam -genkey -name prime256v1".to_owned()
        }
        (SecretSource::Pair { .. }, None) => "openssl genpkey -algorithm ED25519".to_owned(),
        (SecretSource::Derived(_), None) => "the tooling of the platform".to_owned(),
    }
}

/// Where its value lies.
fn kept(place: &Place<'_>, id: SecretId, called: &str) -> String {
    let secret = &place.env[id];
    let file = format!("./secrets/{}/{}", called, secret.name);
    let held = |wiring: &Wiring| {
        let sources = |other| derived::sources(place.env, other);
        let mut made = place.env.secrets().filter(|(other, _)| sources(*other).contains(&id));
        made.any(|(_, secret)| !wiring.all(&secret.name).is_empty())
    };
    if secret.source == SecretSource::Variable && (place.composes() || place.scripted()) {
        return ".env".to_owned();
    }
    match &place.wiring {
        Some(wiring) if wiring.demands.contains_key(&secret.name) => format!("{file}, and .env"),
        Some(wiring) if held(wiring) => file,
        Some(_) if place.env.tier == Tier::Development => {
            "no place: nothing here reads it".to_owned()
        }
        _ if used_by(place.env, id) == WORKFLOWS => {
            "the secrets of the environment at GitHub".to_owned()
        }
        Some(_) => "no file: docker login on the host".to_owned(),
        None if place.script.contains(secret.name.as_str()) => file,
        None => "the secret store of the platform".to_owned(),
    }
}
