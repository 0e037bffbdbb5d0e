//! External systems and the ones that are known.

use std::collections::BTreeMap;

use stackc_model::{EnvName, External, Label, Sourced};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, codes};
use stackc_spec::{ExternalSpec, HostName, ProfileWord};

use crate::context::Context;
use crate::secrets::Collected;

/// What is known of a system.
struct Profile {
    word: ProfileWord,
    name: &'static str,
    secrets: &'static [&'static str],
    egress: &'static [&'static str],
    connect: &'static [&'static str],
}

/// Sources, November 2026: docs.sentry.io (DSN, ingest hosts), resend.com/docs (API key, API host).
/// An SMTP relay has no fixed host.
const PROFILES: [Profile; 3] = [
    Profile {
        word: ProfileWord::Sentry,
        name: "sentry",
        secrets: &["SENTRY_DSN"],
        egress: &["*.ingest.sentry.io"],
        connect: &["https://*.ingest.sentry.io"],
    },
    Profile {
        word: ProfileWord::Resend,
        name: "resend",
        secrets: &["RESEND_API_KEY"],
        egress: &["api.resend.com"],
        connect: &[],
    },
    Profile {
        word: ProfileWord::Smtp,
        name: "smtp",
        secrets: &["SMTP_PASSWORD"],
        egress: &[],
        connect: &[],
    },
];

/// The externals, and beside them the names of their secrets.
pub(crate) fn externals(
    cx: &mut Context<'_>,
    secrets: &mut Collected,
) -> (Vec<External>, Vec<Vec<EnvName>>) {
    let spec = cx.spec;
    let mut found = (Vec::new(), Vec::new());
    for (name, external) in &spec.external {
        let profile = profile(name, external);
        let mut names: Vec<EnvName> = profile
            .into_iter()
            .flat_map(|profile| profile.secrets)
            .filter_map(|name| EnvName::new(name).ok())
            .collect();
        names.extend(external.secrets.iter().map(|secret| secret.value.clone()));
        names.sort();
        names.dedup();
        for secret in &names {
            secrets.declare(
                secret,
                external.span,
                &format!("credential of the external system {name}"),
            );
        }
        if profile.is_none()
            && names.is_empty()
            && external.env.is_empty()
            && external.egress.is_empty()
            && external.hosts.is_none()
        {
            let message =
                format!("`external.{name}` says nothing, and no profile is called `{name}`");
            cx.push(Diagnostic::new(codes::NO_EFFECT, external.span, message).help(
                "name its secrets, env, hosts or egress, or a profile: `sentry`, `resend`, `smtp`",
            ));
        }
        found.0.push(resolve(name, external, profile));
        found.1.push(names);
    }
    found
}

fn profile(name: &Label, external: &ExternalSpec) -> Option<&'static Profile> {
    let word = external.profile.as_ref().map(|profile| profile.value);
    PROFILES.iter().find(|profile| match word {
        Some(word) => profile.word == word,
        None => profile.name == name.as_str(),
    })
}

fn resolve(name: &Label, external: &Spanned<ExternalSpec>, profile: Option<&Profile>) -> External {
    let env: BTreeMap<_, _> = external
        .env
        .iter()
        .map(|(name, value)| (name.clone(), Sourced::written(value.value.0.clone(), value.span)))
        .collect();
    let known = |list: fn(&Profile) -> &'static [&'static str]| {
        profile.into_iter().flat_map(list).map(|host| (*host).to_owned()).collect::<Vec<_>>()
    };
    let origins = |list: Option<&Vec<Spanned<HostName>>>| {
        list.into_iter()
            .flatten()
            .map(|host| format!("https://{}", host.value.0))
            .collect::<Vec<_>>()
    };
    let hosts = external.hosts.as_ref();
    let mut egress = known(|profile| profile.egress);
    egress.extend(external.egress.iter().map(|host| host.value.0.clone()));
    let mut connect = known(|profile| profile.connect);
    connect.extend(origins(hosts.map(|hosts| &hosts.connect)));
    External {
        name: name.clone(),
        span: external.span,
        env,
        secrets: Vec::new(),
        egress,
        connect,
        script: origins(hosts.map(|hosts| &hosts.script)),
        img: origins(hosts.map(|hosts| &hosts.img)),
    }
}
