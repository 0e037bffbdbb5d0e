//! External systems: what they give to services, and where they are reached.

use std::collections::BTreeMap;

use stackc_model::{EnvName, External, Label, Managed, Origin, SecretId};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, codes};
use stackc_spec::{ExternalSpec, PlainHost};

use crate::context::Context;
use crate::mail;
use crate::profile::{self, MAIL, PROFILES, Profile};
use crate::secrets::{Collected, Draft};
use crate::text::{self, Place, Scope};

/// Why a variable says something else than what is written.
const CAUGHT: &str = "mail is caught in development";

/// An external before its secrets have ids.
#[derive(Debug)]
pub(crate) struct DraftExternal<'a> {
    pub(crate) name: &'a Label,
    external: External,
    /// Secrets that services get under their own names.
    pub(crate) secrets: Vec<EnvName>,
    spec: Option<&'a Spanned<ExternalSpec>>,
    /// The relays whose mail is caught.
    relays: Vec<String>,
    /// What is known of it as a data store, where it is one.
    pub(crate) store: Option<DraftManaged>,
}

/// A managed store before its secrets have ids.
#[derive(Debug)]
pub(crate) struct DraftManaged {
    pub(crate) engine: &'static str,
    pub(crate) provider: &'static str,
    pub(crate) image: Option<String>,
    pub(crate) port: u16,
    /// The variable that receives the URL, and the secret that holds it.
    pub(crate) url: (EnvName, EnvName),
    /// The same for the URL past the pooler, where there is one.
    pub(crate) direct_url: Option<(EnvName, EnvName)>,
    /// The most connections a copy of a service opens.
    pub(crate) pool: Option<Spanned<u32>>,
}

impl<'a> DraftExternal<'a> {
    /// A data store that a provider runs.
    pub(crate) fn managed(name: &'a Label, external: External, store: DraftManaged) -> Self {
        let (secrets, relays) = (Vec::new(), Vec::new());
        Self { name, external, secrets, spec: None, relays, store: Some(store) }
    }

    /// The variables it gives, references followed.
    pub(crate) fn values(
        &self,
        scope: &Scope,
        cx: &mut Context<'_>,
    ) -> Vec<(EnvName, Draft, Origin)> {
        let env = self.spec.into_iter().flat_map(|spec| &spec.value.env);
        env.filter_map(|(name, value)| {
            let text = text::resolve(&value.value.0, value.span, Place::Variable, scope, cx)?;
            let turned = mail::turned(&text, &self.relays).filter(|_| !cx.in_overlay(value.span));
            Some(match turned {
                Some(turned) => (name.clone(), turned, Origin::Derived(value.span, CAUGHT)),
                None => (name.clone(), text, Origin::Written(value.span)),
            })
        })
        .collect()
    }

    /// The finished external.
    pub(crate) fn finish(&self, ids: &BTreeMap<EnvName, SecretId>) -> External {
        let id = |name: &EnvName| ids.get(name).copied();
        let store = self.store.as_ref().and_then(|store| {
            let direct_url = store.direct_url.as_ref().and_then(|(_, secret)| id(secret));
            let url = id(&store.url.1)?;
            let image = store.image.clone();
            let (engine, provider, port) = (store.engine, store.provider, store.port);
            Some(Managed { engine, provider, image, port, url, direct_url })
        });
        External {
            secrets: self.secrets.iter().filter_map(id).collect(),
            store,
            ..self.external.clone()
        }
    }
}

/// The externals of `external`.
pub(crate) fn draft<'a>(cx: &mut Context<'a>, secrets: &mut Collected) -> Vec<DraftExternal<'a>> {
    let spec = cx.spec;
    let mut found = Vec::with_capacity(spec.external.len());
    for (name, external) in &spec.external {
        let profile = profile::of(name, external);
        let names = secret_names(external, profile);
        let relays = mail::caught(external, profile, cx);
        for secret in &names {
            let description = format!("credential of the external system {name}");
            // Who catches mail asks for no password, so any will do.
            match !relays.is_empty() && mail::is_relay(external, profile) {
                true => secrets.generated(secret, external.span, &description),
                false => secrets.declare(secret, external.span, &description),
            }
        }
        says_something(name, external, profile, cx);
        expects(name, external, profile, cx);
        found.push(DraftExternal {
            name,
            external: External { caught: !relays.is_empty(), ..lower(name, external, profile) },
            secrets: names,
            spec: Some(external),
            relays,
            store: None,
        });
    }
    found
}

/// What is written, else what the profile's libraries look for.
fn secret_names(external: &ExternalSpec, profile: Option<&Profile>) -> Vec<EnvName> {
    let mut names: Vec<EnvName> = match external.secrets.is_empty() {
        false => external.secrets.iter().map(|secret| secret.value.clone()).collect(),
        true => profile
            .into_iter()
            .flat_map(|profile| profile.secrets)
            .filter_map(|name| EnvName::new(name).ok())
            .collect(),
    };
    names.sort();
    names.dedup();
    names
}

fn says_something(
    name: &Label,
    external: &Spanned<ExternalSpec>,
    profile: Option<&Profile>,
    cx: &mut Context<'_>,
) {
    if profile.is_some()
        || !external.secrets.is_empty()
        || !external.env.is_empty()
        || !external.egress.is_empty()
        || external.hosts.is_some()
        || external.status_url.is_some()
    {
        return;
    }
    let known: Vec<_> = PROFILES.iter().map(|profile| format!("`{}`", profile.name)).collect();
    let message = format!("`external.{name}` says nothing, and no profile is called `{name}`");
    cx.push(Diagnostic::new(codes::NO_EFFECT, external.span, message).help(format!(
        "name its secrets, env, hosts or egress, or a profile: {}",
        known.join(", ")
    )));
}

/// Who takes the profile's secrets takes its variables, and those have no value yet.
fn expects(
    name: &Label,
    external: &Spanned<ExternalSpec>,
    profile: Option<&Profile>,
    cx: &mut Context<'_>,
) {
    let Some(profile) = profile.filter(|_| external.secrets.is_empty()) else { return };
    for variable in profile.variables {
        let Ok(key) = EnvName::new(variable) else { continue };
        if external.env.contains_key(&key) || cx.spec.env.contains_key(&key) {
            continue;
        }
        let message =
            format!("`external.{name}` gives no `{variable}`, which its libraries expect");
        cx.push(Diagnostic::new(codes::MISSING_FIELD, external.span, message).help(format!(
            "write `env: {{{variable}: …}}`; or list `secrets`, if your code looks for other names"
        )));
    }
}

fn lower(name: &Label, external: &Spanned<ExternalSpec>, profile: Option<&Profile>) -> External {
    let hosts = external.hosts.as_ref();
    let both = |known: fn(&Profile) -> &'static [&'static str], more: Option<&Vec<_>>| {
        let known = profile.into_iter().flat_map(known).map(|host| (*host).to_owned());
        let more = more.into_iter().flatten().map(|host: &Spanned<PlainHost>| host.value.0.clone());
        known.chain(more).collect::<Vec<_>>()
    };
    let origins = |hosts: Vec<String>| -> Vec<String> {
        hosts.into_iter().map(|host| format!("https://{host}")).collect()
    };
    let ports = match profile {
        Some(profile) => profile.ports,
        None if mail::is_relay(external, profile) => MAIL,
        None => &[443],
    };
    External {
        name: name.clone(),
        span: external.span,
        secrets: Vec::new(),
        egress: both(|profile| profile.egress, Some(&external.egress)),
        ports: ports.to_vec(),
        connect: origins(both(|profile| profile.connect, hosts.map(|hosts| &hosts.connect))),
        script: origins(both(|profile| profile.script, hosts.map(|hosts| &hosts.script))),
        img: origins(both(|profile| profile.img, hosts.map(|hosts| &hosts.img))),
        frame: origins(both(|_| &[], hosts.map(|hosts| &hosts.frame))),
        font: origins(both(|_| &[], hosts.map(|hosts| &hosts.font))),
        caught: false,
        status_url: external.status_url.as_ref().map(|url| url.value.0.clone()),
        store: None,
    }
}
