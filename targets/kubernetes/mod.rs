//! Kubernetes manifests: one fully rendered folder for each environment, applied by kustomize.
//!
//! `options` reads what can be set; `context` and `output` carry a run; one module for each kind of
//! thing lowers the model into `manifest`, the document model.

mod backup;
mod context;
mod edge;
mod engine;
#[cfg(test)]
pub(crate) mod fixture;
mod given;
mod job;
mod limits;
mod manifest;
mod monitor;
mod options;
mod output;
mod pod;
mod policy;
mod probe;
mod secret;
mod service;
mod store;
#[cfg(test)]
mod tests;
mod text;

use stackc_model::{Environment, Platform, Role, Stack, Tier};
use stackc_shape::{Decode, Shape};
use stackc_source::Diagnostics;
use stackc_target::{Artifacts, Target, is_off};

use context::Context;
use manifest::{Kustomization, Labels, Metadata, Namespace};
use options::{KubernetesOptions, Settings};
use output::{Output, Place};

const ID: &str = "kubernetes";

/// The `kubernetes` target.
pub(crate) struct Kubernetes;

impl Target for Kubernetes {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "Kubernetes manifests with kustomize, one folder for each environment"
    }

    fn options(&self) -> Shape {
        KubernetesOptions::shape()
    }

    fn support(&self) -> &'static str {
        include_str!("support.json")
    }

    fn render(&self, stack: &Stack, out: &mut Artifacts, diagnostics: &mut Diagnostics) {
        let mut production = None;
        for environment in stack.environments.iter().filter(|environment| is_on(environment)) {
            let settings = Settings::read(stack, environment, diagnostics);
            let context = Context { stack, environment, settings };
            lower(&context, Output::new(stack, environment, out, diagnostics));
            if environment.tier == Tier::Production {
                production = production.or(Some(environment));
            }
        }
        if let Some(environment) = production {
            root(environment, out, diagnostics);
        }
    }
}

fn is_on(environment: &Environment) -> bool {
    environment.runs_on(Platform::Kubernetes)
        && environment.tier != Tier::Development
        && !is_off(environment, ID)
}

/// Everything of one environment.
fn lower(ctx: &Context<'_>, mut out: Output<'_>) {
    namespace(ctx, &mut out);
    for (_, service) in ctx.services() {
        match *service.role {
            Role::Web | Role::Internal | Role::Worker => service::lower(ctx, service, &mut out),
            Role::Cron => job::cron(ctx, service, &mut out),
            Role::Job => job::once(ctx, service, &mut out),
        }
        job::migrate(ctx, service, &mut out);
        job::seed(ctx, service, &mut out);
    }
    for (_, store) in ctx.environment.stores() {
        store::lower(ctx, store, &mut out);
    }
    backup::lower(ctx, &mut out);
    secret::lower(ctx, &mut out);
    policy::lower(ctx, &mut out);
    edge::lower(ctx, &mut out);
    monitor::lower(ctx, &mut out);
    limits::tell(ctx, &mut out);
    out.finish(&ctx.settings.namespace, &ctx.common_labels());
}

/// The namespace; it admits only pods that keep the strictest of the pod security standards that all
/// of ours keep. One exception opens it no further than that: whatever falls short of the strictest
/// is still told and recorded.
fn namespace(ctx: &Context<'_>, out: &mut Output<'_>) {
    let version = || format!("v1.{}", ctx.settings.minor);
    let strictest = || "restricted".to_owned();
    let admitted = if ctx.is_restricted() { "restricted" } else { "baseline" }.to_owned();
    let mut labels = ctx.common_labels();
    labels.extend(Labels::from([
        ("pod-security.kubernetes.io/audit", strictest()),
        ("pod-security.kubernetes.io/audit-version", version()),
        ("pod-security.kubernetes.io/enforce", admitted),
        ("pod-security.kubernetes.io/enforce-version", version()),
        ("pod-security.kubernetes.io/warn", strictest()),
        ("pod-security.kubernetes.io/warn-version", version()),
    ]));
    let name = ctx.settings.namespace.clone();
    let object = Namespace {
        api_version: "v1",
        kind: "Namespace",
        metadata: Metadata { name: name.clone(), namespace: None, labels },
    };
    out.add(Place::Main, &name, "namespace", &object);
}

/// `kubectl apply -k k8s` means production.
fn root(environment: &Environment, out: &mut Artifacts, diagnostics: &mut Diagnostics) {
    let document = Kustomization {
        api_version: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        namespace: None,
        resources: vec![environment.name.to_string()],
        config_map_generator: Vec::new(),
        generator_options: None,
        images: Vec::new(),
    };
    output::write("k8s/kustomization.yaml", None, &document, out, diagnostics);
}
