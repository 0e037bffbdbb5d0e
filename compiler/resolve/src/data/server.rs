//! Servers that are described and not known: presets and the user's own.

use std::collections::BTreeMap;

use stackc_model::{Dump, EnvName, Label, Seconds, SecretId, Server};
use stackc_shape::{Spanned, Words};
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{CustomSpec, DataSpec};
use stackc_unit::EnvName as Name;

use super::preset::Preset;
use super::template::Names;
use crate::context::Context;
use crate::secrets::{Collected, Draft, DraftSegment, name_of};

/// The user of a server whose image or description names none: one that meets no host user.
pub(crate) const USER: u32 = 10001;

/// A server before its secrets have ids.
#[derive(Debug)]
pub(crate) struct DraftServer {
    server: Server,
    /// Variables that are secrets, by the secret's name.
    secrets: BTreeMap<EnvName, Name>,
}

impl DraftServer {
    /// The finished server, which reads its passwords and its configuration from files.
    pub(crate) fn finish(
        &self,
        passwords: impl IntoIterator<Item = SecretId>,
        ids: &BTreeMap<EnvName, SecretId>,
    ) -> Server {
        let secrets = self.secrets.iter();
        let mut files: Vec<_> = passwords.into_iter().collect();
        files.sort();
        Server {
            files,
            secrets: secrets
                .filter_map(|(variable, name)| Some((variable.clone(), *ids.get(name)?)))
                .collect(),
            ..self.server.clone()
        }
    }
}

/// A preset with the store's own names in its texts.
pub(crate) fn preset(
    kind: &'static str,
    preset: &Preset,
    store: &DataSpec,
    names: &Names,
) -> DraftServer {
    // The texts of the table are the compiler's own, and a test fills every one.
    let fill = |text: &&str| names.fill(text).ok().and_then(|draft| draft.plain());
    let words = |words: &[&str]| words.iter().filter_map(fill).collect::<Vec<_>>();
    let mut command = words(preset.command);
    if let Some(form) = preset.param {
        command.extend(
            store.params.iter().map(|(key, value)| {
                form.replace("${key}", key).replace("${value}", &value.value.0)
            }),
        );
    }
    let dump = (!preset.dump.is_empty())
        .then(|| Dump { save: words(preset.dump), restore: words(preset.restore) });
    let env =
        preset.env.iter().filter_map(|(name, text)| Some((EnvName::new(name).ok()?, fill(text)?)));
    let server = Server {
        kind,
        user: preset.user,
        env: env.collect(),
        secrets: BTreeMap::new(),
        files: Vec::new(),
        login: preset.login.and_then(|name| EnvName::new(name).ok()),
        command,
        health: words(preset.health),
        volume: Some(preset.volume.to_owned()),
        scratch: preset.scratch.iter().map(|path| (*path).to_owned()).collect(),
        grace: Seconds::new(preset.grace),
        dump,
    };
    DraftServer { server, secrets: BTreeMap::new() }
}

/// What the user describes.
pub(crate) fn custom(
    store: &Label,
    spec: &Spanned<CustomSpec>,
    names: &Names,
    collected: &mut Collected,
    cx: &mut Context<'_>,
) -> Option<DraftServer> {
    let (mut env, mut secrets) = (BTreeMap::new(), BTreeMap::new());
    for (variable, value) in &spec.env {
        let text = names.written(&value.value.0, value.span, cx)?;
        match text.plain() {
            Some(plain) => {
                if let Some(what) = crate::credential::credential(&plain, Some(variable.as_str())) {
                    cx.push(crate::credential::secret_literal(value.span, what));
                }
                env.insert(variable.clone(), plain);
            }
            None => {
                let secret = secret_of(store, variable, text, value.span, collected, cx)?;
                collected.consumed(&secret, store);
                secrets.insert(variable.clone(), secret);
            }
        }
    }
    let mut words = |words: &Spanned<Words>| -> Option<Vec<String>> {
        words.value.0.iter().map(|word| names.plain(word, words.span, cx)).collect()
    };
    let health = words(&spec.health)?;
    let command = spec.command.as_ref().map_or(Some(Vec::new()), &mut words)?;
    let dump = match &spec.backup {
        Some(backup) => Some(Dump { save: words(&backup.dump)?, restore: words(&backup.restore)? }),
        None => None,
    };
    if let Some(volume) = &spec.volume {
        absolute(store, volume, cx);
    }
    let server = Server {
        kind: "custom",
        user: spec.user.as_ref().map_or(USER, |user| user.value),
        env,
        secrets: BTreeMap::new(),
        files: Vec::new(),
        login: None,
        command,
        health,
        volume: spec.volume.as_ref().map(|volume| volume.value.clone()),
        scratch: Vec::new(),
        grace: Seconds::new(30),
        dump,
    };
    Some(DraftServer { server, secrets })
}

fn absolute(store: &Label, volume: &Spanned<String>, cx: &mut Context<'_>) {
    let path = &volume.value;
    if path.starts_with('/')
        && path.len() > 1
        && !path.split('/').any(|part| part == "..")
        && !path.contains(['\0', ':', ','])
    {
        return;
    }
    let message = format!("`data.{store}.custom.volume` is no absolute path inside the container");
    cx.push(
        Diagnostic::new(codes::BAD_PATH, volume.span, message)
            .help("write it as `/var/lib/search`"),
    );
}

/// The secret whose value a variable is: the password itself, or a text made from it.
fn secret_of(
    store: &Label,
    variable: &EnvName,
    text: Draft,
    span: Span,
    collected: &mut Collected,
    cx: &mut Context<'_>,
) -> Option<EnvName> {
    if let [DraftSegment::Secret(name)] = text.segments.as_slice() {
        return Some(name.clone());
    }
    let name = name_of(store, variable.as_str())?;
    let description = format!("{variable} of the data store {store}, made from its password");
    collected.derived(&name, text, span, &description, cx);
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::super::engine::ROWS;
    use super::super::template::Names;
    use stackc_model::{EnvName, Label};

    #[test]
    fn every_text_of_the_table_can_be_filled() {
        for row in &ROWS {
            let name = |text| EnvName::new(text).unwrap();
            let names = Names {
                host: Label::new("store").unwrap(),
                port: row.port,
                user: row.user.map(str::to_owned),
                database: row.database.then(|| "shop".to_owned()),
                password: name("STORE_PASSWORD"),
                config: row.config.map(|_| name("STORE_CONF")),
                root: Some(name("STORE_ROOT_PASSWORD")),
                monitor: Some(name("STORE_MONITORING_PASSWORD")),
                memory: 300 << 20,
            };
            assert!(names.fill(row.url).is_ok(), "{}", row.name);
            assert!(row.config.is_none_or(|(_, text)| names.fill(text).is_ok()), "{}", row.name);
            let Some(preset) = row.preset else { continue };
            let lists = [preset.command, preset.health, preset.dump, preset.restore];
            let words = lists.into_iter().flatten().chain(preset.env.iter().map(|(_, text)| text));
            for text in words {
                let filled = names.fill(text).map(|draft| draft.plain());
                assert!(matches!(filled, Ok(Some(_))), "{}: {text}", row.name);
            }
        }
    }
}
