//! The stack and its environments.

use std::collections::BTreeMap;

use serde::Serialize;
use stackc_source::{Node, Span};

use crate::{
    Acceptance, Backup, Ci, Domain, Edge, EnvName, External, Label, Limit, Notify, Observe, Patch,
    Release, Route, RouteId, Seconds, Secret, SecretId, Service, ServiceId, Sourced, Store,
    StoreId,
};

/// How serious an environment is; it drives defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// A developer's machine.
    Development,
    /// One per pull request.
    Preview,
    /// Before production.
    Staging,
    /// The real thing.
    Production,
}

/// Where an environment runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// docker compose on one host.
    Compose,
    /// Kubernetes.
    Kubernetes,
    /// Docker Swarm.
    Swarm,
    /// Vercel.
    Vercel,
    /// AWS ECS.
    Ecs,
    /// systemd units.
    Systemd,
}

/// What starts a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A push to this branch.
    Branch(String),
    /// A pushed tag that matches this pattern.
    Tag(String),
    /// A pull request.
    PullRequest,
    /// A person.
    Manual,
}

/// The whole of what was written, resolved.
#[derive(Debug, Clone, Serialize)]
pub struct Stack {
    /// The stack's name.
    pub name: Label,
    /// The name for people.
    pub title: String,
    /// Where images are pushed, without a trailing slash: `ghcr.io/acme/shop`.
    pub registry: Option<Sourced<String>>,
    /// The folder the generated tree lies in, as seen from the stack's file; `None` is beside it.
    pub out: Option<Sourced<String>>,
    /// Continuous integration; `None` where it is off.
    pub ci: Option<Ci>,
    /// IANA time zone of schedules.
    pub timezone: Sourced<String>,
    /// Tool versions by name, such as `nginx` → `1.30`.
    pub versions: BTreeMap<String, Sourced<String>>,
    /// Options per target, checked and merged; `None` means the target is off.
    #[serde(skip)]
    pub options: BTreeMap<String, Option<Node>>,
    /// Changes to generated files, by name.
    pub patches: Vec<Patch>,
    /// Fields accepted as unsupported, by name.
    pub acceptances: Vec<Acceptance>,
    /// Every environment, by tier and then name.
    pub environments: Vec<Environment>,
}

/// The system in one environment. Items are sorted by name.
#[derive(Debug, Clone, Serialize)]
pub struct Environment {
    /// Its name.
    pub name: Label,
    /// Where its entry stands; `None` for one that exists by default.
    #[serde(skip)]
    pub span: Option<Span>,
    /// How serious it is.
    pub tier: Tier,
    /// What starts a deployment.
    pub trigger: Trigger,
    /// Where it runs.
    pub platforms: Vec<Platform>,
    /// Public names; the main one is `main`. Empty where nothing is public.
    pub domains: BTreeMap<Label, Domain>,
    /// Scheme, host and port of the main domain.
    pub url: Option<String>,
    /// Services, by name.
    pub services: Vec<Service>,
    /// Data stores, by name.
    #[serde(rename = "data")]
    pub stores: Vec<Store>,
    /// External systems, by name.
    #[serde(rename = "external")]
    pub externals: Vec<External>,
    /// Public routes: by domain, then longest path first.
    pub routes: Vec<Route>,
    /// Secrets, by name.
    pub secrets: Vec<Secret>,
    /// What faces the public.
    pub edge: Edge,
    /// Limits, by name.
    pub limits: Vec<Limit>,
    /// How data is saved; `None` where it is off.
    pub backup: Option<Backup>,
    /// What is observed.
    pub observe: Observe,
    /// How it is released to.
    pub release: Release,
    /// Where notifications go.
    pub notify: Notify,
    /// Options per target in this environment; `None` means the target is off here.
    #[serde(skip)]
    pub options: BTreeMap<String, Option<Node>>,
}

impl Environment {
    /// Services with their ids.
    pub fn services(&self) -> impl Iterator<Item = (ServiceId, &Service)> {
        self.services.iter().enumerate().map(|(at, item)| (ServiceId::at(at), item))
    }

    /// Stores with their ids.
    pub fn stores(&self) -> impl Iterator<Item = (StoreId, &Store)> {
        self.stores.iter().enumerate().map(|(at, item)| (StoreId::at(at), item))
    }

    /// Routes with their ids.
    pub fn routes(&self) -> impl Iterator<Item = (RouteId, &Route)> {
        self.routes.iter().enumerate().map(|(at, item)| (RouteId::at(at), item))
    }

    /// Secrets with their ids.
    pub fn secrets(&self) -> impl Iterator<Item = (SecretId, &Secret)> {
        self.secrets.iter().enumerate().map(|(at, item)| (SecretId::at(at), item))
    }

    /// How long an edge beside the services lets what is under way come to its end when it stops: as long
    /// as the slowest of those behind it, up to a bound. It listens no more meanwhile, so until a new one
    /// is there nobody gets an answer.
    #[must_use]
    pub fn edge_grace(&self) -> Seconds {
        const LONGEST: Seconds = Seconds::new(30);
        let beside = |service: &&Service| {
            let mut platforms = service.platforms.iter();
            platforms.any(|on| matches!(on, Platform::Compose | Platform::Swarm))
        };
        let public = self.services.iter().filter(|it| !it.routes.is_empty()).filter(beside);
        let slowest = public.map(|service| service.stop.grace.value).max();
        slowest.map_or(LONGEST, |grace| grace.min(LONGEST))
    }

    /// Whether it runs on a platform.
    #[must_use]
    pub fn runs_on(&self, platform: Platform) -> bool {
        self.platforms.contains(&platform)
    }

    /// The secret of a name.
    #[must_use]
    pub fn secret(&self, name: &EnvName) -> Option<&Secret> {
        self.secrets.iter().find(|secret| secret.name == *name)
    }
}
