//! Secrets and configs: a swarm never changes one, so what changes gets another name.

use std::collections::BTreeMap;

use stackc_model::{EnvName, Environment};
use stackc_source::{Diagnostic, Diagnostics, codes};
use stackc_target::{Artifacts, Target};

use super::document::{Config, ConfigMount, Document};
use super::options::Options;
use crate::compose::document::File;
use crate::compose::scope::Scope;
use crate::compose::sum;
use crate::compose::text::Text;
use crate::nginx::Nginx;

/// Where nginx finds its files.
const NGINX: &str = "/etc/nginx/stack";
/// The variable with a sum over the files of the repository that are mounted.
const SUM: &str = "FILES_SUM";
/// How much of a sum stands in a name.
const DIGITS: usize = 8;
/// What the raft log of a swarm takes of one config (swarmkit, `MaxConfigSize`).
const LARGEST: usize = 1000 * 1024;
/// The longest name of a config or secret (swarmkit, `validateConfigOrSecretAnnotations`).
const LONGEST: usize = 64;

/// The folder for contents that the stack holds itself.
pub(super) fn folder(env: &Environment) -> String {
    format!("swarm/{}", env.name)
}

/// The configs of services and stores by their key, and the files of ours they are made from.
pub(super) fn configs(
    scope: &mut Scope<'_>,
    stack: &str,
) -> (BTreeMap<String, Config>, BTreeMap<String, String>) {
    let mut configs = BTreeMap::new();
    let mut contents = BTreeMap::new();
    let written = std::mem::take(&mut scope.contents);
    let ours = format!("config/{}", scope.env.name);
    for (key, File { file }) in std::mem::take(&mut scope.configs) {
        let path = written.keys().find(|path| Text::from(format!("./{path}")) == file);
        let config = match path.and_then(|path| Some((path, written.get(path)?))) {
            Some((path, text)) => {
                sized(&key, text, scope.env, scope.diagnostics);
                let path = path.replacen(&ours, &folder(scope.env), 1);
                contents.insert(path.clone(), text.clone());
                kept(stack, &key, &path, text)
            }
            None => repository(stack, &key, file),
        };
        configs.insert(key, config);
    }
    (configs, contents)
}

/// A config whose content is known: its name holds a sum over it.
fn kept(stack: &str, key: &str, path: &str, text: &str) -> Config {
    let name = format!("{stack}_{key}_{}", sum::of([text]).get(..DIGITS).unwrap_or_default());
    Config { name: Text::from(name), file: Text::from(format!("./{path}")) }
}

/// A config from a file of the repository, which the compiler never reads: whoever deploys says
/// what the files sum up to.
fn repository(stack: &str, key: &str, file: Text) -> Config {
    let name = Text::from(format!("{stack}_{key}_"));
    let name = match EnvName::new(SUM) {
        Ok(sum) => name.then(&Text::required(&sum, "set FILES_SUM to eight characters of a sum")),
        Err(_) => name,
    };
    Config { name, file }
}

/// The files of nginx, as configs and where they are mounted.
pub(super) fn nginx(
    scope: &mut Scope<'_>,
    stack: &str,
) -> (BTreeMap<String, Config>, Vec<ConfigMount>) {
    let mut files = Artifacts::default();
    // What is to be said about them, the target itself says.
    Nginx.render(scope.stack, &mut files, &mut Diagnostics::default());
    let folder = format!("nginx/{}/", scope.env.name);
    let (mut configs, mut mounts) = (BTreeMap::new(), Vec::new());
    for artifact in files.iter() {
        let Some(name) = artifact.path.as_str().strip_prefix(&folder) else { continue };
        let key = format!("nginx_{}", name.replace('/', "_"));
        sized(&key, artifact.body.text(), scope.env, scope.diagnostics);
        let target = Text::from(format!("{NGINX}/{name}"));
        mounts.push(ConfigMount { source: key.clone(), target });
        configs
            .insert(key.clone(), kept(stack, &key, artifact.path.as_str(), artifact.body.text()));
    }
    (configs, mounts)
}

/// Reports a content that a swarm does not keep.
fn sized(key: &str, text: &str, env: &Environment, diagnostics: &mut Diagnostics) {
    let fault = match text.len() {
        0 => "it is empty",
        LARGEST.. => "it is larger than 1000 KiB",
        _ => return,
    };
    let owner = env.services.iter().find_map(|service| {
        let file = key.strip_prefix(service.name.as_str())?.strip_prefix('-')?;
        let mount = service.files.iter().find(|(name, _)| name.as_str() == file)?.1;
        mount.content.as_ref()?.origin.span().or(Some(service.span))
    });
    let message = format!("a swarm does not keep the file `{key}`: {fault}");
    let help = "build it into the image";
    diagnostics.push(match owner.or(env.span) {
        Some(span) => Diagnostic::new(codes::CANNOT_CARRY, span, message).help(help),
        None => Diagnostic::global(codes::CANNOT_CARRY, message).help(help),
    });
}

/// Reports names that are too long for docker.
fn named<'a>(
    names: impl IntoIterator<Item = &'a str>,
    longest: usize,
    what: &str,
    scope: &mut Scope<'_>,
    options: &Options,
) {
    let Some(name) = names.into_iter().find(|name| name.len() > longest) else { return };
    let message = format!("the {what} `{name}` would be longer than the {longest} docker takes");
    let help = "set a shorter name under `targets.swarm.stack`";
    let span = options.stack.as_ref().map(|stack| stack.span).or(scope.env.span);
    scope.diagnostics.push(match span {
        Some(span) => Diagnostic::new(codes::CANNOT_CARRY, span, message).help(help),
        None => Diagnostic::global(codes::CANNOT_CARRY, message).help(help),
    });
}

/// Checks all names of a swarm.
pub(super) fn names(scope: &mut Scope<'_>, options: &Options, document: &Document) {
    let stack = options.stack(scope.stack, scope.env);
    let services: Vec<_> = document.services.keys().map(|name| format!("{stack}_{name}")).collect();
    named(services.iter().map(String::as_str), 63, "service", scope, options);
    let secrets = document.secrets.values().map(|secret| secret.name.as_str());
    named(secrets, LONGEST, "secret", scope, options);
    let sum = "0".repeat(DIGITS);
    let configs: Vec<_> =
        document.configs.keys().map(|key| format!("{stack}_{key}_{sum}")).collect();
    named(configs.iter().map(String::as_str), LONGEST, "config", scope, options);
}
