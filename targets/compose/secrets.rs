//! Secrets: files of the host, mounted where programs look for them; never a value.

use std::collections::BTreeMap;

use stackc_model::{Delivery, EnvName, Environment, SecretSource, Service};
use stackc_target::conventions::SECRETS_DIR;

use super::document::{self, File, FileMount};
use super::scope::Scope;
use super::text::Text;

/// Where the container finds a secret.
pub(super) fn path(name: &EnvName) -> String {
    format!("{SECRETS_DIR}/{name}")
}

/// A secret under its own name.
pub(super) fn mount(name: &EnvName) -> FileMount {
    FileMount::Plain(name.to_string())
}

/// A value of the environment of docker compose, or of the `.env` beside its file.
pub(super) fn demanded(name: &EnvName) -> Text {
    Text::required(name, "see .env.example")
}

/// Gives a service its secrets in the way it asked for.
pub(super) fn deliver(env: &Environment, service: &Service, into: &mut document::Service) {
    for (variable, id) in &service.secrets {
        let secret = &env[*id].name;
        // What is no secret needs no file.
        let plain = env[*id].source == SecretSource::Variable;
        if plain || service.delivery.value == Delivery::Env {
            into.environment.insert(variable.to_string(), demanded(secret));
            continue;
        }
        into.secrets.push(match variable == secret {
            true => mount(secret),
            false => {
                FileMount::At { source: secret.to_string(), target: Text::from(variable.as_str()) }
            }
        });
        if service.delivery.value == Delivery::FileEnv {
            into.environment.insert(format!("{variable}_FILE"), Text::from(path(variable)));
        }
    }
}

/// Gives a service the files whose content is a secret.
pub(super) fn mount_files(scope: &mut Scope<'_>, service: &Service, into: &mut document::Service) {
    for mount in service.files.values() {
        let Some(id) = mount.secret else { continue };
        let source = scope.env[id].name.to_string();
        into.secrets.push(FileMount::At { source, target: scope.path(&mount.path, service) });
    }
}

/// The files of all secrets that any service mounts.
pub(super) fn files(
    env: &Environment,
    services: &BTreeMap<String, document::Service>,
) -> BTreeMap<String, File> {
    let mounts = services.values().flat_map(|service| &service.secrets);
    mounts
        .map(FileMount::source)
        .map(|name| {
            let file = Text::from(format!("./secrets/{}/{name}", env.name));
            (name.clone(), File { file })
        })
        .collect()
}
