//! Secrets: each service and store has one of its own, with just the keys it reads.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{SecretId, SecretSource, Service};
use stackc_target::derived::sources;

use super::context::{Context, Subject};
use super::manifest::*;
use super::options::SecretStore;
use super::output::{Output, Place};
use super::service;
use super::store;
use super::text::template;

/// Writes what fills the secrets, where something does.
pub(crate) fn lower(ctx: &Context<'_>, out: &mut Output<'_>) {
    if ctx.settings.secret_store != SecretStore::ExternalSecrets {
        return;
    }
    for (_, item) in ctx.services() {
        let variables = item.secrets.iter().map(|(key, id)| (key.to_string(), *id));
        let files =
            item.files.iter().filter_map(|(key, file)| Some((key.to_string(), file.secret?)));
        add(ctx, &service::subject(item), &variables.chain(files).collect(), out);
        pull(ctx, item, out);
    }
    for (_, item) in ctx.environment.stores() {
        let name = |id: SecretId| ctx.environment[id].name.to_string();
        let keys = store::secrets(item).into_iter().map(|id| (name(id), id)).collect();
        add(ctx, &store::subject(item), &keys, out);
    }
}

/// What a third party's image is pulled with, in the form the kubelet wants.
fn pull(ctx: &Context<'_>, item: &Service, out: &mut Output<'_>) {
    let (Some(name), Some(id)) = (service::pull_secret(item), item.pull_secret) else { return };
    let keys = BTreeMap::from([(".dockerconfigjson".to_owned(), id)]);
    let mut spec = spec(ctx, &name, &keys);
    if let Some(template) = &mut spec.target.template {
        template.kind = Some("kubernetes.io/dockerconfigjson");
    }
    let metadata = ctx.metadata_as(&name, &service::subject(item));
    let object = Object::new(EXTERNAL_SECRET, metadata, spec);
    out.add(Place::Main, &name, "externalsecret", &object);
}

fn add(
    ctx: &Context<'_>,
    subject: &Subject,
    keys: &BTreeMap<String, SecretId>,
    out: &mut Output<'_>,
) {
    if keys.is_empty() {
        return;
    }
    let object =
        Object::new(EXTERNAL_SECRET, ctx.metadata(subject), spec(ctx, &subject.name, keys));
    out.add(Place::Main, &subject.name, "externalsecret", &object);
}

fn spec(ctx: &Context<'_>, name: &str, keys: &BTreeMap<String, SecretId>) -> ExternalSecretSpec {
    let environment = ctx.environment;
    let fetched: BTreeSet<SecretId> =
        keys.values().flat_map(|id| sources(environment, *id)).collect();
    let data = fetched.into_iter().map(|id| {
        let name = environment[id].name.to_string();
        // One entry in the vault for the whole environment, one property for each secret.
        let remote_ref = RemoteRef { key: ctx.instance(), property: name.clone() };
        RemoteData { secret_key: name, remote_ref }
    });
    let verbatim = |(key, id): (&String, &SecretId)| {
        let secret = &environment[*id];
        secret.name.as_str() == key && !matches!(secret.source, SecretSource::Derived(_))
    };
    // Without a template the fetched values become the keys as they are.
    let values = (!keys.iter().all(verbatim)).then(|| {
        let value = |(key, id): (&String, &SecretId)| (key.clone(), template(environment, *id));
        SecretTemplate { kind: None, engine_version: "v2", data: keys.iter().map(value).collect() }
    });
    ExternalSecretSpec {
        refresh_interval: "1h",
        secret_store_ref: store_ref(ctx),
        target: SecretTarget {
            name: name.to_owned(),
            creation_policy: "Owner",
            deletion_policy: "Retain",
            template: values,
        },
        data: data.collect(),
    }
}

fn store_ref(ctx: &Context<'_>) -> StoreRef {
    let name = match &ctx.settings.written.secret_store_ref {
        Some(name) => Noted::Plain(name.to_string()),
        None => Noted::with(ctx.stack.name.to_string(), "targets.kubernetes.secret_store_ref"),
    };
    StoreRef { kind: "ClusterSecretStore", name }
}
