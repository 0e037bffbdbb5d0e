//! The `github` target: GitHub Actions workflows and Dependabot.

mod check;
mod ci;
mod compose;
mod dependabot;
mod deploy;
mod document;
mod host;
mod image;
mod kubernetes;
mod managed;
mod options;
mod pins;
mod security;
mod store;
mod swarm;
mod text;
mod unit;

use serde::Serialize;
use stackc_model::{Ci, Stack};
use stackc_shape::{Decode, Shape};
use stackc_source::{Diagnostic, Diagnostics, codes};
use stackc_target::{Artifact, Artifacts, Body, Mode, RelPath, Target};

use deploy::Deployment;
use options::Options;
use text::Scribe;

/// The `github` target.
pub(crate) struct Github;

impl Target for Github {
    fn id(&self) -> &'static str {
        "github"
    }

    fn about(&self) -> &'static str {
        "GitHub Actions workflows for checks, security and deployment, and Dependabot"
    }

    fn options(&self) -> Shape {
        Options::shape()
    }

    fn support(&self) -> &'static str {
        include_str!("support.json")
    }

    fn render(&self, stack: &Stack, out: &mut Artifacts, diagnostics: &mut Diagnostics) {
        let off = matches!(stack.options.get(self.id()), Some(None));
        let Some(ci) = stack.ci.as_ref().filter(|_| !off) else { return };
        let options: Options = stackc_target::stack_options(stack, self.id(), diagnostics);
        let deployments: Vec<_> = stack
            .environments
            .iter()
            .filter_map(|environment| Deployment::plan(stack, environment, diagnostics))
            .collect();
        render_checks(stack, ci, &options, &deployments, out, diagnostics);
        for deployment in &deployments {
            let name = &deployment.environment.name;
            let scribe = &mut Scribe { diagnostics };
            let workflow = deploy::workflow(deployment, ci, scribe);
            let path = format!(".github/workflows/deploy-{name}.yml");
            emit(&path, Some(name.to_string()), &workflow, out, diagnostics);
        }
    }
}

/// The files that serve all environments.
fn render_checks(
    stack: &Stack,
    ci: &Ci,
    options: &Options,
    deployments: &[Deployment<'_>],
    out: &mut Artifacts,
    diagnostics: &mut Diagnostics,
) {
    let units = unit::units(stack);
    let scribe = &mut Scribe { diagnostics };
    let runner = runner(options, scribe);
    let deployed: Vec<_> = deployments.iter().filter_map(Deployment::branch).collect();
    let branches: Vec<_> = options
        .branches()
        .into_iter()
        .map(|(branch, span)| scribe.carry("a branch", branch, span))
        .collect();
    // The deploy workflow of a branch runs the same checks.
    let checked: Vec<_> =
        branches.iter().filter(|branch| !deployed.contains(&branch.as_str())).cloned().collect();
    let mut workflows = ci::workflows(&units, ci, &runner, &checked, scribe);
    if let Some(security) = &ci.security {
        let mut watched: Vec<_> = deployed.iter().map(|branch| (*branch).to_owned()).collect();
        watched.extend(checked);
        watched.sort();
        watched.dedup();
        let workflow = security::workflow(&units, security, ci.cache, &runner, &watched, scribe);
        workflows.extend(workflow.map(|workflow| ("security".to_owned(), workflow)));
    }
    for (file, workflow) in workflows {
        let path = format!(".github/workflows/{file}.yml");
        emit(&path, None, &workflow, out, diagnostics);
    }
    if let Some(updates) = &ci.updates {
        let dependabot = dependabot::file(&units, updates);
        emit(".github/dependabot.yml", None, &dependabot, out, diagnostics);
    }
}

/// The runner of all jobs.
fn runner(options: &Options, scribe: &mut Scribe<'_>) -> String {
    match &options.runner {
        Some(label) => scribe.carry("the runner", label, Some(label.span)),
        None => "ubuntu-24.04".to_owned(),
    }
}

fn emit<T: Serialize>(
    path: &str,
    environment: Option<String>,
    document: &T,
    out: &mut Artifacts,
    diagnostics: &mut Diagnostics,
) {
    let path = match RelPath::new(path) {
        Ok(path) => path,
        Err(fault) => {
            let message = format!("target `github`: the path `{path}` {fault}");
            diagnostics.push(Diagnostic::global(codes::BAD_PATH, message));
            return;
        }
    };
    match stackc_target::yaml(document) {
        Ok(text) => out.add(Artifact {
            path,
            body: Body::Whole(text),
            mode: Mode::Plain,
            target: "github",
            environment,
        }),
        Err(error) => {
            let message = format!("target `github`: `{path}` cannot be written: {error}");
            diagnostics.push(Diagnostic::global(codes::CANNOT_CARRY, message));
        }
    }
}
