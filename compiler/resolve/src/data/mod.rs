//! Data stores that we run: versions, images, bounds, passwords, addresses.

mod engine;
mod fields;
pub(crate) mod managed;
mod preset;
mod resources;
mod server;
mod settings;
mod template;
mod users;

use std::collections::BTreeMap;

use stackc_model::{
    Bytes, Engine, EnvName, Label, Millicores, Resources, SecretId, Sourced, Store, Tier, pins,
};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Diagnostics, Span, codes};
use stackc_spec::{CustomSpec, DataSpec};

pub(crate) use self::resources::{Defaults, laid_over, resources};

use self::engine::Row;
use self::server::DraftServer;
use self::template::Names;
use self::users::DraftUser;
use crate::context::{Context, or, written};
use crate::secrets::{Collected, Draft, name_of};
use crate::text::StoreScope;

/// What runs a store.
#[derive(Debug, Clone, Copy)]
enum Kind<'a> {
    /// An engine that is known.
    Known(&'static Row),
    /// What the user describes.
    Custom(&'a Spanned<CustomSpec>),
}

/// A store before its secrets have ids.
#[derive(Debug)]
pub(crate) struct DraftStore<'a> {
    pub(crate) name: &'a Label,
    spec: &'a Spanned<DataSpec>,
    kind: Kind<'a>,
    names: Names,
    resources: Resources,
    /// The secret that holds the URL.
    pub(crate) url: EnvName,
    text: Draft,
    server: Option<DraftServer>,
    /// Users besides the owner, with the secrets of their passwords.
    users: Vec<DraftUser>,
    /// The secret by which the exporter of a redis logs in.
    exporter: Option<EnvName>,
}

/// Names every store's engine and secrets; those a provider runs are left out.
///
/// `monitored`: whether exporters log in.
pub(crate) fn draft<'a>(
    monitored: bool,
    cx: &mut Context<'a>,
    secrets: &mut Collected,
) -> Vec<DraftStore<'a>> {
    let spec = cx.spec;
    let ours = spec.data.iter().filter(|(_, store)| !managed::is(store));
    ours.filter_map(|(name, store)| draft_one(name, store, monitored, secrets, cx)).collect()
}

fn draft_one<'a>(
    name: &'a Label,
    store: &'a Spanned<DataSpec>,
    monitored: bool,
    secrets: &mut Collected,
    cx: &mut Context<'a>,
) -> Option<DraftStore<'a>> {
    let kind = kind(name, store, cx)?;
    fields::check(name, store, kind, cx);
    let (password, url) = (name_of(name, "PASSWORD")?, name_of(name, "URL")?);
    secrets.generated(&password, store.span, &format!("password of the data store {name}"));
    secrets.consumed(&password, name);
    let row = match kind {
        Kind::Known(row) => Some(row),
        Kind::Custom(_) => None,
    };
    let resources = bounds(store, row, cx);
    let config = row.and_then(|row| row.config);
    let mut generated = |suffix: &str, what: &str| {
        let secret = name_of(name, suffix)?;
        let description = format!("password of {what} of the data store {name}");
        secrets.generated(&secret, store.span, &description);
        secrets.consumed(&secret, name);
        Some(secret)
    };
    let root = row.and_then(Row::root).and_then(|suffix| generated(suffix, "the superuser"));
    let watched = row.is_some_and(Row::is_redis) && monitored;
    let monitor =
        watched.then(|| generated("MONITORING_PASSWORD", "the user monitoring")).flatten();
    let names = Names {
        host: name.clone(),
        port: match kind {
            Kind::Known(row) => row.port,
            Kind::Custom(custom) => custom.port.value,
        },
        user: row.and_then(|row| row.user).map(str::to_owned),
        database: row.filter(|row| row.database).map(|_| database(&cx.spec.name)),
        password,
        config: config.and_then(|(suffix, _)| name_of(name, suffix)),
        root,
        monitor,
        memory: resources.memory_limit.0 / 100
            * row.and_then(|row| row.preset).map_or(100, |preset| preset.share),
    };
    if let (Some((suffix, text)), Some(secret)) = (config, &names.config) {
        let what = if suffix == "ACL" { "ACL file" } else { "configuration" };
        let mut text = names.fill(text).unwrap_or_default();
        if watched {
            text.append(names.fill(engine::REDIS_MONITOR).unwrap_or_default());
        }
        let description = format!("{what} of the data store {name}");
        secrets.derived(secret, text, store.span, &description, cx);
        secrets.consumed(secret, name);
    }
    let exporter = watched.then(|| name_of(name, "EXPORTER")).flatten();
    if let Some(secret) = &exporter {
        let text = names.fill(engine::REDIS_EXPORTER).unwrap_or_default();
        let description = format!("password file of the exporter of the data store {name}");
        secrets.derived(secret, text, store.span, &description, cx);
        secrets.consumed(secret, name);
    }
    let text = match kind {
        Kind::Known(row) => {
            let mut text = names.fill(row.url).unwrap_or_default();
            text.literal(&settings::ssl_suffix(name, store, row, cx));
            text
        }
        Kind::Custom(custom) => match &custom.url {
            Some(url) => names.written(&url.value, url.span, cx)?,
            None => Draft::of(format!("http://{name}:{}", names.port)),
        },
    };
    let server = match kind {
        Kind::Known(row) => {
            row.preset.map(|preset| server::preset(row.name, preset, store, &names))
        }
        Kind::Custom(custom) => Some(server::custom(name, custom, &names, secrets, cx)?),
    };
    let users = match row {
        Some(row) if row.is_postgres() => {
            let owner = row.user.unwrap_or_default();
            users::draft(name, store, owner, monitored, secrets, cx)
        }
        _ => Vec::new(),
    };
    let spec = store;
    Some(DraftStore { name, spec, kind, names, resources, url, text, server, users, exporter })
}

fn kind<'a>(name: &Label, store: &'a Spanned<DataSpec>, cx: &mut Context<'_>) -> Option<Kind<'a>> {
    if let Some(custom) = &store.custom {
        return Some(Kind::Custom(custom));
    }
    row(name, store, cx).map(Kind::Known)
}

/// The engine that is written, or the one the store is named after.
fn row(name: &Label, store: &Spanned<DataSpec>, cx: &mut Context<'_>) -> Option<&'static Row> {
    let word = store.engine.as_ref().map(|engine| engine.value);
    let found = word.map_or_else(|| Row::named(name.as_str()), Row::of);
    if found.is_none() {
        let message =
            format!("no engine is called `{name}`, so `data.{name}.engine` must say which it is");
        let engines: Vec<_> = engine::ROWS.iter().map(|row| format!("`{}`", row.name)).collect();
        cx.push(Diagnostic::new(codes::MISSING_FIELD, store.span, message).help(format!(
            "add `engine` with one of {}, or describe the server under `custom`",
            engines.join(", ")
        )));
    }
    found
}

/// Whether a store is a relational database, or nobody can tell.
pub(crate) fn may_be_relational(name: &Label, store: &DataSpec) -> bool {
    let word = store.engine.as_ref().map(|engine| engine.value);
    let row = word.map_or_else(|| Row::named(name.as_str()), Row::of);
    store.custom.is_some() || row.is_none_or(|row| row.relational)
}

fn bounds(store: &DataSpec, row: Option<&Row>, cx: &Context<'_>) -> Resources {
    let full = row.map_or(512, |row| row.memory);
    let (memory, reason) = match cx.tier {
        Tier::Production => (full, "a store of this engine in production"),
        _ => (full / 2, "half of production"),
    };
    let memory = Bytes::mib(memory);
    let defaults =
        Defaults { cpu: (Millicores(250), Millicores(1000)), memory: (memory, memory), reason };
    resources(store.resources.as_ref().map(|spec| &spec.value), &defaults)
}

impl DraftStore<'_> {
    /// What references to it are followed to.
    pub(crate) fn scope(&self) -> StoreScope {
        StoreScope {
            name: self.name.clone(),
            port: Some(self.names.port),
            database: self.names.database.clone(),
            user: self.names.user.clone(),
            url: self.text.clone(),
            direct_url: self.text.clone(),
        }
    }

    /// The variable by which services know it.
    pub(crate) fn variable(&self) -> Option<EnvName> {
        match self.kind {
            Kind::Known(row) if row.relational => EnvName::new("DATABASE_URL").ok(),
            _ => Some(self.url.clone()),
        }
    }

    /// The most connections a copy opens.
    pub(crate) fn pool(&self) -> Option<&Spanned<u32>> {
        self.spec.pool.as_ref()
    }

    /// The finished store.
    pub(crate) fn finish(
        &self,
        ids: &BTreeMap<EnvName, SecretId>,
        cx: &mut Context<'_>,
    ) -> Option<Store> {
        let spec = &self.spec.value;
        let (version, image) = self.image(cx)?;
        let id = |name: &Option<EnvName>| name.as_ref().and_then(|name| ids.get(name).copied());
        let (config, root) = (id(&self.names.config), id(&self.names.root));
        let password = *ids.get(&self.names.password)?;
        let passwords = [Some(password), config, root].into_iter().flatten();
        let engine = match (&self.server, self.kind) {
            (Some(server), _) => Engine::Server(Box::new(server.finish(passwords, ids))),
            (None, Kind::Known(row)) if row.is_postgres() => settings::postgres(
                self.name,
                spec,
                (self.names.database.clone()?, self.names.user.clone()?),
                root?,
                users::finish(&self.users, ids),
                cx,
            ),
            (None, Kind::Known(row)) => settings::redis(row, spec, config?, id(&self.exporter)),
            (None, Kind::Custom(_)) => return None,
        };
        let persistent = match &engine {
            Engine::Postgres { .. } => true,
            Engine::Redis { persistence, .. } => persistence.keeps(),
            Engine::Server(server) => server.volume.is_some(),
        };
        Some(Store {
            name: self.name.clone(),
            span: self.spec.span,
            engine,
            version,
            image,
            port: self.names.port,
            storage: or(spec.storage.as_ref(), Bytes::gib(10), "room to grow, on one disk"),
            resources: self.resources.clone(),
            password,
            pool: spec.pool.as_ref().map(written),
            persistent,
        })
    }

    /// The version as written and the exact image.
    fn image(&self, cx: &mut Context<'_>) -> Option<(Sourced<String>, String)> {
        let row = match self.kind {
            Kind::Known(row) => row,
            Kind::Custom(custom) => {
                let image = &custom.image;
                let tag = image.0.rsplit_once([':', '@']).map_or("", |(_, tag)| tag);
                return Some((Sourced::written(tag.to_owned(), image.span), image.0.clone()));
            }
        };
        let Some(version) = &self.spec.version else {
            let message = format!("`data.{}.version` is required", self.name);
            cx.push(Diagnostic::new(codes::MISSING_FIELD, self.spec.span, message).help(format!(
                "a store never changes its version by itself; verified lines: {}",
                pins::lines(row.image).join(", ")
            )));
            return None;
        };
        let version = written(version).map(|version| version.0);
        let span = version.origin.span().unwrap_or(self.spec.span);
        let image = check_pin(row.image, &version.value, span, cx.diagnostics)?;
        Some((version, image))
    }
}

/// `DATABASE_URL` has `DATABASE_POOL_SIZE` beside it.
pub(crate) fn pool_variable(url: &EnvName) -> Option<EnvName> {
    let prefix = url.as_str().strip_suffix("_URL").unwrap_or(url.as_str());
    EnvName::new(&format!("{prefix}_POOL_SIZE")).ok()
}

/// The name of the database: the stack's, with the characters SQL takes without quotes.
fn database(stack: &Label) -> String {
    stack.as_str().replace('-', "_")
}

/// The exact image of a version line; an error where none has been verified.
pub(crate) fn check_pin(
    image: &str,
    line: &str,
    span: Span,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let pin = pins::image(image, line);
    if pin.is_none() {
        let message = format!("no exact tag of `{image}` is known for version `{line}`");
        diagnostics.push(
            Diagnostic::new(codes::UNKNOWN_VERSION, span, message)
                .help(format!("verified lines: {}", pins::lines(image).join(", "))),
        );
    }
    pin.map(stackc_model::pins::Pin::reference)
}
