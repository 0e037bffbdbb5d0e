//! Data stores: versions, images, bounds, passwords, addresses.

use std::collections::BTreeMap;

use stackc_model::{
    Bytes, Engine, EnvName, Label, Millicores, RedisPurpose, Resources, SecretId, Sourced, Store,
    Tier, pins,
};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Diagnostics, Span, codes};
use stackc_spec::{DataSpec, EngineWord, PurposeWord, ResourcesSpec, WalWord};

use crate::context::{Context, or, or_map, written};
use crate::secrets::{Collected, Draft, DraftSegment, name_of};
use crate::text::StoreScope;

/// A store before its secrets have ids.
#[derive(Debug)]
pub(crate) struct DraftStore<'a> {
    pub(crate) name: &'a Label,
    spec: &'a Spanned<DataSpec>,
    engine: EngineWord,
    pub(crate) password: EnvName,
    pub(crate) acl: EnvName,
    pub(crate) url: EnvName,
}

/// Names every store's engine and secrets.
pub(crate) fn draft<'a>(cx: &mut Context<'a>, secrets: &mut Collected) -> Vec<DraftStore<'a>> {
    let spec = cx.spec;
    let mut stores = Vec::with_capacity(spec.data.len());
    for (name, store) in &spec.data {
        let Some(engine) = engine(name, store, cx) else { continue };
        let names = [name_of(name, "PASSWORD"), name_of(name, "ACL"), name_of(name, "URL")];
        let [Some(password), Some(acl), Some(url)] = names else { continue };
        secrets.generated(&password, store.span, &format!("password of the data store {name}"));
        secrets.consumed(&password, name);
        let draft = DraftStore { name, spec: store, engine, password, acl, url };
        if engine != EngineWord::Postgres {
            let text = acl_text(&draft.password);
            secrets.derived(
                &draft.acl,
                text,
                store.span,
                &format!("ACL file of the data store {name}"),
                cx,
            );
            secrets.consumed(&draft.acl, name);
        }
        stores.push(draft);
    }
    stores
}

/// The one user of a redis: everything is allowed to who knows the password.
fn acl_text(password: &EnvName) -> Draft {
    let mut text = Draft::of("user default on >");
    text.append(Draft { segments: vec![DraftSegment::Secret(password.clone())] });
    text.literal(" ~* &* +@all\n");
    text
}

fn engine(name: &Label, store: &Spanned<DataSpec>, cx: &mut Context<'_>) -> Option<EngineWord> {
    let by_name = match name.as_str() {
        "postgres" => Some(EngineWord::Postgres),
        "redis" => Some(EngineWord::Redis),
        "valkey" => Some(EngineWord::Valkey),
        _ => None,
    };
    let found = store.engine.as_ref().map(|engine| engine.value).or(by_name);
    if found.is_none() {
        let message =
            format!("no engine is called `{name}`, so `data.{name}.engine` must say which it is");
        cx.push(
            Diagnostic::new(codes::MISSING_FIELD, store.span, message)
                .help("add `engine: postgres`, `redis` or `valkey`"),
        );
    }
    found
}

impl DraftStore<'_> {
    /// What references to it are followed to.
    pub(crate) fn scope(&self, stack: &Label) -> StoreScope {
        let (database, user) = match self.engine {
            EngineWord::Postgres => (Some(database(stack)), Some("app".to_owned())),
            EngineWord::Redis | EngineWord::Valkey => (None, None),
        };
        let mut url = match &database {
            Some(_) => Draft::of("postgresql://app:"),
            None => Draft::of("redis://:"),
        };
        url.append(Draft { segments: vec![DraftSegment::Secret(self.password.clone())] });
        url.literal(&format!("@{}:{}", self.name, self.port()));
        if let Some(database) = &database {
            url.literal(&format!("/{database}"));
        }
        StoreScope { name: self.name.clone(), port: self.port(), database, user, url }
    }

    /// The variable by which services know it.
    pub(crate) fn variable(&self) -> Option<EnvName> {
        match self.engine {
            EngineWord::Postgres => EnvName::new("DATABASE_URL").ok(),
            EngineWord::Redis | EngineWord::Valkey => Some(self.url.clone()),
        }
    }

    fn port(&self) -> u16 {
        match self.engine {
            EngineWord::Postgres => 5432,
            EngineWord::Redis | EngineWord::Valkey => 6379,
        }
    }

    /// The finished store.
    pub(crate) fn finish(
        &self,
        ids: &BTreeMap<EnvName, SecretId>,
        cx: &mut Context<'_>,
    ) -> Option<Store> {
        let version = self.version(cx)?;
        let image = check_pin(
            self.image(),
            &version.value,
            version.origin.span().unwrap_or(self.spec.span),
            cx.diagnostics,
        )?;
        let (password, acl) = (*ids.get(&self.password)?, ids.get(&self.acl).copied());
        let engine = self.engine_of(acl, cx)?;
        let persistent = match &engine {
            Engine::Postgres { .. } => true,
            Engine::Redis { purpose, .. } => purpose.persists(),
        };
        let spec = &self.spec.value;
        Some(Store {
            name: self.name.clone(),
            span: self.spec.span,
            engine,
            version,
            image,
            port: self.port(),
            storage: or(spec.storage.as_ref(), Bytes::gib(10), "room to grow, on one disk"),
            resources: self.resources(cx),
            password,
            persistent,
        })
    }

    fn image(&self) -> &'static str {
        match self.engine {
            EngineWord::Postgres => "postgres",
            EngineWord::Redis => "redis",
            EngineWord::Valkey => "valkey/valkey",
        }
    }

    fn version(&self, cx: &mut Context<'_>) -> Option<Sourced<String>> {
        match &self.spec.version {
            Some(version) => Some(written(version).map(|version| version.0)),
            None => {
                let lines = pins::lines(self.image());
                let message = format!("`data.{}.version` is required", self.name);
                cx.push(Diagnostic::new(codes::MISSING_FIELD, self.spec.span, message).help(
                    format!(
                        "a store never changes its version by itself; verified lines: {}",
                        lines.join(", ")
                    ),
                ));
                None
            }
        }
    }

    fn engine_of(&self, acl: Option<SecretId>, cx: &mut Context<'_>) -> Option<Engine> {
        let spec = &self.spec.value;
        if self.engine == EngineWord::Postgres {
            if let Some(purpose) = &spec.purpose {
                self.no_effect("purpose", purpose.span, "it is for redis and valkey", cx);
            }
            return Some(Engine::Postgres {
                database: database(&cx.spec.name),
                user: "app".to_owned(),
                params: self.params(cx),
                max_connections: self.max_connections(cx),
            });
        }
        for (key, span) in [
            ("wal_level", spec.wal_level.as_ref().map(|wal| wal.span)),
            ("params", spec.params.values().next().map(|param| param.span)),
        ] {
            if let Some(span) = span {
                self.no_effect(key, span, "it is for postgres", cx);
            }
        }
        let purpose = or_map(
            spec.purpose.as_ref(),
            |purpose| match purpose {
                PurposeWord::Cache => RedisPurpose::Cache,
                PurposeWord::Queue => RedisPurpose::Queue,
                PurposeWord::Session => RedisPurpose::Session,
                PurposeWord::Pubsub => RedisPurpose::Pubsub,
            },
            RedisPurpose::General,
            "without a purpose nothing may be lost",
        );
        Some(Engine::Redis { valkey: self.engine == EngineWord::Valkey, purpose, acl: acl? })
    }

    fn no_effect(&self, key: &str, span: Span, why: &str, cx: &mut Context<'_>) {
        let message = format!("`data.{}.{key}` changes nothing: {why}", self.name);
        cx.push(Diagnostic::new(codes::NO_EFFECT, span, message).help("take it out"));
    }

    fn params(&self, cx: &mut Context<'_>) -> BTreeMap<String, Sourced<String>> {
        let mut params = BTreeMap::new();
        for (name, value) in &self.spec.params {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.".contains(c);
            if name.is_empty() || !name.chars().all(fits) {
                let message = format!("`{name}` is no name of a PostgreSQL parameter");
                cx.push(Diagnostic::new(codes::BAD_NAME, value.span, message));
                continue;
            }
            params.insert(name.clone(), Sourced::written(value.value.0.clone(), value.span));
        }
        if let Some(wal) = &self.spec.wal_level {
            let level = match wal.value {
                WalWord::Replica => "replica",
                WalWord::Logical => "logical",
            };
            params.insert("wal_level".to_owned(), Sourced::written(level.to_owned(), wal.span));
        }
        params
    }

    /// How many connections the server takes; memory and scale are reckoned by it.
    fn max_connections(&self, cx: &mut Context<'_>) -> u32 {
        const USUAL: u32 = 100;
        let Some(written) = self.spec.params.get("max_connections") else { return USUAL };
        let number = written.value.0.parse().ok().filter(|number| (1..=262_143).contains(number));
        number.unwrap_or_else(|| {
            let message = format!(
                "`data.{}.params.max_connections` is no number from 1 to 262143",
                self.name
            );
            cx.push(Diagnostic::new(codes::OUT_OF_RANGE, written.span, message));
            USUAL
        })
    }

    fn resources(&self, cx: &Context<'_>) -> Resources {
        let full = match self.engine {
            EngineWord::Postgres => 1024,
            EngineWord::Redis | EngineWord::Valkey => 256,
        };
        let (memory, reason) = match cx.tier {
            Tier::Production => (full, "a store of this engine in production"),
            _ => (full / 2, "half of production"),
        };
        let memory = Bytes::mib(memory);
        let defaults =
            Defaults { cpu: (Millicores(250), Millicores(1000)), memory: (memory, memory), reason };
        resources(self.spec.resources.as_ref().map(|spec| &spec.value), &defaults)
    }
}

/// The name of the database: the stack's, with the characters SQL takes without quotes.
fn database(stack: &Label) -> String {
    stack.as_str().replace('-', "_")
}

/// Bounds where nothing is written.
#[derive(Debug)]
pub(crate) struct Defaults {
    /// Reserved and most processor time.
    pub(crate) cpu: (Millicores, Millicores),
    /// Reserved and most memory.
    pub(crate) memory: (Bytes, Bytes),
    /// Why these.
    pub(crate) reason: &'static str,
}

/// Bounds: what is written, else defaults that never contradict it.
pub(crate) fn resources(spec: Option<&ResourcesSpec>, defaults: &Defaults) -> Resources {
    let reason = defaults.reason;
    let cpu = spec.and_then(|spec| spec.cpu.as_ref());
    let memory = spec.and_then(|spec| spec.memory.as_ref());
    let limit = cpu.and_then(|cpu| cpu.limit.as_ref());
    let written_limit = limit
        .and_then(|limit| limit.value.value().map(|value| Sourced::written(*value, limit.span)));
    let cpu_limit = match limit {
        Some(limit) if limit.value.is_off() => None,
        _ => Some(written_limit.unwrap_or_else(|| {
            let request = cpu
                .and_then(|cpu| cpu.request.as_ref())
                .map_or(Millicores(0), |request| request.value);
            Sourced::default(defaults.cpu.1.max(request), reason)
        })),
    };
    let cpu_cap = cpu_limit.as_ref().map_or(Millicores(u32::MAX), |limit| limit.value);
    let cpu_request =
        or(cpu.and_then(|cpu| cpu.request.as_ref()), defaults.cpu.0.min(cpu_cap), reason);
    let asked =
        memory.and_then(|memory| memory.request.as_ref()).map_or(Bytes(0), |request| request.value);
    let memory_limit =
        or(memory.and_then(|memory| memory.limit.as_ref()), defaults.memory.1.max(asked), reason);
    let memory_request = or(
        memory.and_then(|memory| memory.request.as_ref()),
        defaults.memory.0.min(memory_limit.value),
        reason,
    );
    let disk =
        or(spec.and_then(|spec| spec.disk.as_ref()), Bytes::gib(1), "scratch space for one copy");
    Resources { cpu_request, cpu_limit, memory_request, memory_limit, disk }
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
