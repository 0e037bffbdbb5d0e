//! Data stores that a provider runs: nothing of them runs here, and their URL is a secret.

use stackc_model::{EnvName, External, Label, Tier, pins};
use stackc_shape::{Spanned, Switch};
use stackc_source::{Diagnostic, codes};
use stackc_spec::{BackupModeWord, DataSpec, EngineWord, ModeWord, PoolerWord, ProviderWord};

use super::engine::Row;
use super::{fields, row, settings};
use crate::context::Context;
use crate::external::{DraftExternal, DraftManaged};
use crate::secrets::{Collected, Draft, DraftSegment, name_of};
use crate::text::StoreScope;

/// Whether a provider runs a store: it is said, or a provider is named.
pub(crate) fn is(store: &DataSpec) -> bool {
    match store.mode.as_ref().map(|mode| mode.value) {
        Some(mode) => mode == ModeWord::Managed,
        None => store.provider.is_some(),
    }
}

/// Whether a store that a provider runs elsewhere runs here as a container: what is said of the
/// provider is for the other environments.
pub(crate) fn at_home(store: &DataSpec) -> bool {
    let mode = store.mode.as_ref().map(|mode| mode.value);
    mode == Some(ModeWord::Container) && store.provider.is_some()
}

/// The managed stores, as what they are: systems run by somebody else.
pub(crate) fn draft<'a>(cx: &mut Context<'a>, secrets: &mut Collected) -> Vec<DraftExternal<'a>> {
    let spec = cx.spec;
    let managed = spec.data.iter().filter(|(_, store)| is(store));
    managed.filter_map(|(name, store)| draft_one(name, store, secrets, cx)).collect()
}

fn draft_one<'a>(
    name: &'a Label,
    store: &'a Spanned<DataSpec>,
    secrets: &mut Collected,
    cx: &mut Context<'a>,
) -> Option<DraftExternal<'a>> {
    let row = row(name, store, cx)?;
    fields::check_managed(name, store, row, cx);
    runs(name, store, row, cx);
    let managed = names(name, store, row)?;
    let mode = store.sslmode.as_ref().map(|mode| settings::ssl_word(mode.value));
    let mode = mode.map_or_else(String::new, |mode| format!(", with `sslmode={mode}` in it"));
    let provider = called(managed.provider);
    secrets.declare(
        &managed.url.1,
        store.span,
        &format!("URL of the data store {name} at {provider}{mode}"),
    );
    if let Some((_, secret)) = &managed.direct_url {
        secrets.declare(
            secret,
            store.span,
            &format!("URL of the data store {name} at {provider} past its pooler{mode}"),
        );
    }
    if row.database {
        no_copy(name, store, provider, cx);
    }
    let external = External {
        name: name.clone(),
        span: store.span,
        secrets: Vec::new(),
        egress: hosts(store).iter().map(|host| (*host).to_owned()).collect(),
        ports: ports(row, store),
        connect: Vec::new(),
        script: Vec::new(),
        img: Vec::new(),
        frame: Vec::new(),
        font: Vec::new(),
        caught: false,
        status_url: None,
        store: None,
    };
    Some(DraftExternal::managed(name, external, managed))
}

/// The secrets it has and the variables that receive them.
fn names(name: &Label, store: &DataSpec, row: &'static Row) -> Option<DraftManaged> {
    let prefix = if row.relational { "DATABASE".to_owned() } else { prefix(name) };
    let variable = |end: &str| EnvName::new(&format!("{prefix}_{end}")).ok();
    let secret = |written: Option<&Spanned<EnvName>>, end| {
        written.map_or_else(|| name_of(name, end), |written| Some(written.value.clone()))
    };
    let pooled = store.direct_url.is_some()
        || store.pooler.as_ref().is_some_and(|pooler| pooler.value != PoolerWord::None);
    let direct_url = match pooled {
        true => Some((variable("DIRECT_URL")?, secret(store.direct_url.as_ref(), "DIRECT_URL")?)),
        false => None,
    };
    let url = (variable("URL")?, secret(store.url.as_ref(), "URL")?);
    let pool = store.pool.clone();
    let image = image(store, row);
    let (engine, provider, port) = (row.name, provider(store), row.port);
    Some(DraftManaged { engine, provider, image, port, url, direct_url, pool })
}

/// The image of the version it has at its provider, the newest where none is said.
fn image(store: &DataSpec, row: &Row) -> Option<String> {
    let pin = match &store.version {
        Some(version) => pins::image(row.image, &version.value.0),
        None => pins::newest(row.image),
    };
    pin.map(pins::Pin::reference)
}

fn prefix(name: &Label) -> String {
    name.as_str().to_ascii_uppercase().replace('-', "_")
}

fn provider(store: &DataSpec) -> &'static str {
    store.provider.as_ref().map_or("other", |provider| word_of(provider.value))
}

fn word_of(provider: ProviderWord) -> &'static str {
    match provider {
        ProviderWord::Neon => "neon",
        ProviderWord::Supabase => "supabase",
        ProviderWord::Rds => "rds",
        ProviderWord::Elasticache => "elasticache",
        ProviderWord::Other => "other",
    }
}

/// What people call a provider.
fn called(provider: &'static str) -> &'static str {
    if provider == "other" { "its provider" } else { provider }
}

/// What providers run; sources, November 2026: neon.com/docs, supabase.com/docs,
/// docs.aws.amazon.com (Amazon RDS, Amazon ElastiCache), of the engines that are known here.
const RUN: [(ProviderWord, &[EngineWord]); 4] = [
    (ProviderWord::Neon, &[EngineWord::Postgres]),
    (ProviderWord::Supabase, &[EngineWord::Postgres]),
    (ProviderWord::Rds, &[EngineWord::Postgres, EngineWord::Mysql, EngineWord::Mariadb]),
    (ProviderWord::Elasticache, &[EngineWord::Redis, EngineWord::Valkey]),
];

/// A provider cannot be asked for an engine it does not have.
fn runs(name: &Label, store: &DataSpec, row: &Row, cx: &mut Context<'_>) {
    let Some(provider) = &store.provider else { return };
    let Some((_, engines)) = RUN.iter().find(|(word, _)| *word == provider.value) else { return };
    if engines.contains(&row.word) {
        return;
    }
    let others = RUN.iter().filter(|(_, engines)| engines.contains(&row.word));
    let mut others: Vec<_> = others.map(|(word, _)| format!("`{}`", word_of(*word))).collect();
    others.push("`other`".to_owned());
    let message = format!("`{}` runs no {}, which `{name}` is", word_of(provider.value), row.name);
    cx.push(
        Diagnostic::new(codes::EXCLUSIVE, provider.span, message)
            .help(format!("name a provider that does: {}", others.join(", "))),
    );
}

/// Where providers have their databases; sources, November 2026: neon.com/docs (connection
/// strings), supabase.com/docs (direct and pooled connections), docs.aws.amazon.com (endpoints).
fn hosts(store: &DataSpec) -> &'static [&'static str] {
    match store.provider.as_ref().map(|provider| provider.value) {
        Some(ProviderWord::Neon) => &["*.neon.tech"],
        Some(ProviderWord::Supabase) => &["*.supabase.co", "*.pooler.supabase.com"],
        Some(ProviderWord::Rds) => &["*.rds.amazonaws.com"],
        Some(ProviderWord::Elasticache) => &["*.cache.amazonaws.com"],
        // Not known; the policy opens the port all the same.
        Some(ProviderWord::Other) | None => &["*"],
    }
}

/// The engine's port; Supabase has its transaction pooler on one of its own.
fn ports(row: &Row, store: &DataSpec) -> Vec<u16> {
    let supabase = store.provider.as_ref().is_some_and(|p| p.value == ProviderWord::Supabase);
    if supabase { vec![row.port, 6543] } else { vec![row.port] }
}

/// What a provider keeps goes when the account does.
fn no_copy(name: &Label, store: &Spanned<DataSpec>, provider: &str, cx: &mut Context<'_>) {
    let accepted = match &cx.spec.backup {
        Some(Switch::On(Some(backup))) => backup.mode.as_ref(),
        _ => None,
    };
    let accepted = accepted.is_some_and(|mode| mode.value == BackupModeWord::Provider);
    if cx.tier != Tier::Production || accepted {
        return;
    }
    let message = format!("nobody but {provider} has a copy of the data store `{name}`");
    cx.push(Diagnostic::new(codes::NO_BACKUP, store.span, message).help(
        "dump it on a schedule into storage of your own, for a provider's backups go with the account; \
         or say `backup: {mode: provider}`",
    ));
}

/// What references to a managed store are followed to.
pub(crate) fn scope(external: &DraftExternal<'_>) -> Option<StoreScope> {
    let store = external.store.as_ref()?;
    let text = |name: &EnvName| Draft { segments: vec![DraftSegment::Secret(name.clone())] };
    let direct = store.direct_url.as_ref().unwrap_or(&store.url);
    Some(StoreScope {
        name: external.name.clone(),
        port: None,
        database: None,
        user: None,
        url: text(&store.url.1),
        direct_url: text(&direct.1),
    })
}
