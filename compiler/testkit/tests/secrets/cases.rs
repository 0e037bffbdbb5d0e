//! An environment of a golden case, from nothing to a rotation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_yaml::Value;
use stackc_driver::Compilation;
use stackc_model::{Environment, Secret, SecretId, SecretSource, Segment};

use crate::compose_files;
use crate::host::{Host, is_root};

/// What a stranger may have thought of as a key.
const ODD: &str = "k3y'with\"$HOME`id`\\ {}%/@:#?&=+é";

/// What the compose file itself says, apart from what the compiler knows.
struct Wanted {
    file: String,
    /// Users that mount each secret.
    mounts: BTreeMap<String, BTreeSet<u32>>,
    /// Variables without which compose stops, as (container, its variable, name).
    demands: Vec<(String, String, String)>,
}

impl Wanted {
    fn of(compilation: &Compilation, environment: &str) -> Self {
        let files = compose_files(compilation, environment);
        let file = (*files.first().unwrap()).to_owned();
        let mut wanted = Self { file, mounts: BTreeMap::new(), demands: Vec::new() };
        for file in files {
            let text = compilation.artifacts.get(file).unwrap().body.text();
            let document: Value = serde_yaml::from_str(text).unwrap();
            for name in document["secrets"].as_mapping().into_iter().flat_map(|map| map.keys()) {
                wanted.mounts.entry(name.as_str().unwrap().to_owned()).or_default();
            }
            for (name, service) in document["services"].as_mapping().unwrap() {
                wanted.note(name.as_str().unwrap(), service);
            }
        }
        wanted
    }

    fn note(&mut self, container: &str, service: &Value) {
        let user = service["user"].as_str().unwrap().split(':').next().unwrap().parse().unwrap();
        for secret in service["secrets"].as_sequence().into_iter().flatten() {
            let name = secret.as_str().or_else(|| secret["source"].as_str()).unwrap();
            self.mounts.get_mut(name).unwrap().insert(user);
        }
        for (variable, value) in service["environment"].as_mapping().into_iter().flatten() {
            let name = value.as_str().and_then(|text| text.strip_prefix("${"));
            if let Some((name, _)) = name.and_then(|text| text.split_once(":?")) {
                let variable = variable.as_str().unwrap().to_owned();
                self.demands.push((container.to_owned(), variable, name.to_owned()));
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        self.mounts.contains_key(name) || self.demands.iter().any(|(.., it)| it == name)
    }
}

/// Runs everything for one environment.
pub(crate) fn run(compilation: &Compilation, at: usize) {
    let environment = &compilation.stack.as_ref().unwrap().environments[at];
    let wanted = Wanted::of(compilation, environment.name.as_str());
    let mut host = Host::new(compilation, environment.name.as_str());
    if wanted.mounts.is_empty() && wanted.demands.is_empty() {
        return;
    }
    looks_first(&mut host);
    fills(&mut host, environment, &wanted);
    everything_is_there(&host, &wanted);
    compose_reads_it(&host, &wanted);
    put_together(&host, environment);
    let before = host.seen();
    let again = host.run(&[]);
    assert_eq!(again.status, 0, "{}", again.text);
    assert_eq!(again.text, "", "nothing was to be done");
    assert_eq!(host.seen(), before);
    rotates(&mut host, environment);
    everything_is_there(&host, &wanted);
    host.keeps_quiet();
}

/// What only looks leaves no trace.
fn looks_first(host: &mut Host) {
    for option in ["--list", "--dry-run", "--help"] {
        let ended = host.run(&[option]);
        assert!([0, 3].contains(&ended.status), "{option}: {}", ended.text);
        assert!(!host.path("secrets").exists() && !host.path(".env").exists(), "{option}");
    }
}

/// The first run makes what it can and names the rest; then somebody gives that.
fn fills(host: &mut Host, environment: &Environment, wanted: &Wanted) {
    let first = host.run(&[]);
    let asked: BTreeSet<String> = asked(environment, wanted);
    assert_eq!(first.missing().into_iter().collect::<BTreeSet<_>>(), asked, "{}", first.text);
    assert_eq!(first.status, if asked.is_empty() { 0 } else { 3 }, "{}", first.text);
    for name in &asked {
        let given = host.give(name, &format!("{ODD}{name}\n"));
        assert_eq!(given.status, 0, "{}", given.text);
    }
    let last = host.run(&[]);
    assert_eq!((last.status, last.missing()), (0, vec![]), "{}", last.text);
    for name in asked.iter().filter(|name| host.secret(name).exists()) {
        assert_eq!(host.value(name), format!("{ODD}{name}"), "the line break is not part of it");
    }
}

/// What nobody can make, and something on this host is made of.
fn asked(environment: &Environment, wanted: &Wanted) -> BTreeSet<String> {
    let halves: Vec<_> = environment.secrets.iter().filter_map(half).collect();
    let needed = |id: SecretId| {
        let made = environment.secrets().filter(|(_, it)| wanted.has(it.name.as_str()));
        made.into_iter().any(|(other, _)| bases(environment, other).contains(&id))
    };
    let asked = environment.secrets().filter(|(id, secret)| {
        let somebody = match &secret.source {
            SecretSource::Provided => true,
            SecretSource::Variable => !halves.contains(&secret.name.as_str()),
            _ => false,
        };
        somebody && needed(*id)
    });
    asked.map(|(_, secret)| secret.name.to_string()).collect()
}

fn half(secret: &Secret) -> Option<&str> {
    match &secret.source {
        SecretSource::Pair { public: Some(name), .. } => Some(name.as_str()),
        _ => None,
    }
}

/// The secrets that one is made of.
fn bases(environment: &Environment, id: SecretId) -> Vec<SecretId> {
    match &environment[id].source {
        SecretSource::Derived(text) => {
            text.secrets().flat_map(|inner| bases(environment, inner)).collect()
        }
        _ => vec![id],
    }
}

/// Each file that the compose file mounts is there, for its readers and nobody else.
fn everything_is_there(host: &Host, wanted: &Wanted) {
    let seen = host.seen();
    for (name, users) in &wanted.mounts {
        let file = seen.get(name).unwrap_or_else(|| panic!("{name} is mounted and not there"));
        let mut users: Vec<_> = users.iter().copied().collect();
        if !is_root() {
            assert_eq!(file.mode, 0o444, "{name}");
            continue;
        }
        let mode = [0o400, 0o400, 0o440].get(users.len()).copied().unwrap_or(0o444);
        users.resize(users.len().clamp(1, 2), 0);
        let owner = (users[0], users.last().copied().unwrap());
        assert_eq!((file.mode, file.owner), (mode, owner), "{name}");
    }
    readers_can_read(host, wanted);
    for folder in ["secrets", &format!("secrets/{}", host.environment)] {
        let meta = fs::metadata(host.path(folder)).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o7777;
        assert_eq!(mode, 0o700, "{folder}");
    }
}

/// As each user, without the folder, which a mount leaves behind.
fn readers_can_read(host: &Host, wanted: &Wanted) {
    if !is_root() {
        return;
    }
    let open = tempfile::tempdir().unwrap();
    let copy = Command::new("cp").arg("-a").arg(host.secret(".")).arg(open.path()).status();
    assert!(copy.unwrap().success());
    assert!(Command::new("chmod").args(["0755"]).arg(open.path()).status().unwrap().success());
    let reads = |name: &str, user: u32| {
        let user = user.to_string();
        let mut command = Command::new("setpriv");
        // Without capabilities, as in the container, root is a user like others.
        command.args(["--reuid", &user, "--regid", &user, "--clear-groups", "--bounding-set=-all"]);
        command.args(["--inh-caps=-all", "cat"]).arg(open.path().join(name));
        command.output().unwrap().status.success()
    };
    for (name, users) in &wanted.mounts {
        for user in users {
            assert!(reads(name, *user), "user {user} cannot read {name}");
        }
        if users.len() < 3 && !users.is_empty() {
            assert!(!reads(name, 54_321), "a stranger can read {name}");
        }
    }
}

/// Docker compose finds in the env file what stands in the files.
fn compose_reads_it(host: &Host, wanted: &Wanted) {
    if wanted.demands.is_empty() {
        return;
    }
    let output = Command::new(stackc_testkit::tool("docker-compose"))
        .args(["--project-directory", "."])
        .args(["-f", &wanted.file, "--profile", "*", "config", "--format", "json"])
        .arg("--no-env-resolution")
        .env("IMAGE_TAG", "1")
        .current_dir(host.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert_eq!(said, "", "compose warns");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for (container, variable, name) in &wanted.demands {
        let found = document["services"][container]["environment"][variable].as_str().unwrap();
        // Its output can be read by compose again.
        let found = found.replace("$$", "$");
        match host.secret(name).exists() {
            true => assert_eq!(found, host.value(name), "{name}"),
            false => assert!(found.len() >= 8, "{name}: {found}"),
        }
    }
}

/// Derived secrets hold what they are made of; in a URL it comes back as it was.
fn put_together(host: &Host, environment: &Environment) {
    for (id, secret) in environment.secrets() {
        let path = host.secret(secret.name.as_str());
        if matches!(secret.source, SecretSource::Derived(_)) && path.exists() {
            let value = host.value(secret.name.as_str());
            assert_eq!(value, expected(host, environment, id, false), "{}", secret.name);
        }
    }
}

fn expected(host: &Host, environment: &Environment, id: SecretId, in_url: bool) -> String {
    let secret = &environment[id];
    let SecretSource::Derived(text) = &secret.source else {
        let value = match secret.source {
            SecretSource::Variable => variable(host, secret.name.as_str()),
            _ => host.value(secret.name.as_str()),
        };
        return if in_url { encoded(&value) } else { value };
    };
    let mut out = String::new();
    let mut in_url = false;
    for segment in &text.segments {
        match segment {
            Segment::Literal(literal) => {
                // A quote ends it: of JSON, where all values are digits and letters here.
                in_url = match literal.rsplit_once("://") {
                    Some((_, tail)) => !tail.contains('"'),
                    None => in_url,
                };
                out += literal;
            }
            Segment::Secret(id) => out += &expected(host, environment, *id, in_url),
        }
    }
    out
}

/// A variable of the env file, none of which has a quote in it here.
fn variable(host: &Host, name: &str) -> String {
    let text = fs::read_to_string(host.path(".env")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name}='")));
    line.unwrap().trim_end_matches('\'').to_owned()
}

fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let sign = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    value.bytes().map(sign).collect()
}

/// A rotation changes one secret and what is made of it, and keeps the old value.
fn rotates(host: &mut Host, environment: &Environment) {
    for (id, secret) in environment.secrets() {
        let name = secret.name.as_str();
        let ours =
            matches!(secret.source, SecretSource::Generated { .. } | SecretSource::Pair { .. });
        if !ours || !host.secret(name).exists() {
            continue;
        }
        let before = host.seen();
        let ended = host.run(&["--rotate", name]);
        assert_eq!(ended.status, 0, "{}", ended.text);
        let after = host.seen();
        let previous = format!("{name}.previous");
        assert_eq!(after[&previous].bytes, before[name].bytes, "{name}");
        assert_ne!(after[name].bytes, before[name].bytes, "{name}");
        for (other, seen) in &after {
            let made = environment
                .secrets()
                .any(|(at, it)| it.name.as_str() == other && bases(environment, at).contains(&id));
            let copied = half(secret) == Some(other.as_str());
            let may = made || copied || *other == previous || other == ".env";
            assert!(may || before.get(other) == Some(seen), "{name} changed {other}");
            assert!(!made || before[other].bytes != seen.bytes, "{other} has the old {name}");
        }
        put_together(host, environment);
    }
}
