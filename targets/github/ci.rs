//! The workflows of pull requests: one per service with a folder of its own, or one for all.

use std::collections::BTreeSet;

use stackc_model::Ci;

use super::check::{self, Place};
use super::document::{
    Concurrency, Filter, Job, Ordered, Permissions, Scalar, Step, Triggers, Workflow,
};
use super::image;
use super::text::{Scribe, glob_literal};
use super::unit::Unit;

/// A workflow and the name of its file.
pub(crate) type Named = (String, Workflow);

/// One workflow per unit where several folders are built, else one for all.
pub(crate) fn workflows(
    units: &[Unit<'_>],
    ci: &Ci,
    runner: &str,
    branches: &[String],
    scribe: &mut Scribe<'_>,
) -> Vec<Named> {
    let folders: BTreeSet<_> = units.iter().map(Unit::folder).collect();
    // A required job must always report, so it cannot stand in a workflow that some changes skip.
    if ci.required || folders.len() < 2 {
        let workflow = workflow("CI", "ci", units, ci, runner, branches, &[], scribe);
        return workflow.into_iter().map(|workflow| ("ci".to_owned(), workflow)).collect();
    }
    units
        .iter()
        .filter_map(|unit| {
            let file = format!("{}-ci", unit.name());
            let paths = paths(unit, ci, &file);
            let name = format!("CI {}", unit.name());
            let own = std::slice::from_ref(unit);
            let workflow = workflow(&name, &file, own, ci, runner, branches, &paths, scribe)?;
            Some((file, workflow))
        })
        .collect()
}

/// What a unit's workflow runs for: its folder, a Dockerfile elsewhere, and the workflow itself;
/// everything for the root.
fn paths(unit: &Unit<'_>, ci: &Ci, file: &str) -> Vec<String> {
    let folder = unit.folder();
    if folder == "." {
        return Vec::new();
    }
    let inside = format!("{folder}/");
    let elsewhere = unit.build.dockerfile.iter().filter(|file| !file.starts_with(&inside));
    std::iter::once(format!("{}/**", glob_literal(folder)))
        .chain(elsewhere.map(|file| glob_literal(file)))
        .chain(ci.paths.iter().map(|path| path.value.clone()))
        .chain([format!(".github/workflows/{file}.yml")])
        .collect()
}

#[allow(clippy::too_many_arguments)]
fn workflow(
    name: &str,
    file: &str,
    units: &[Unit<'_>],
    ci: &Ci,
    runner: &str,
    branches: &[String],
    paths: &[String],
    scribe: &mut Scribe<'_>,
) -> Option<Workflow> {
    let mut jobs = Ordered::default();
    for unit in units {
        if let Some(job) = check::job(unit, ci, runner, Place::Ci, scribe) {
            jobs.push(check::id(unit), job);
        }
        if unit.ships {
            jobs.push(image::id(unit), image::ci_job(unit, ci, runner, scribe));
        }
    }
    if jobs.is_empty() {
        return None;
    }
    if ci.required {
        let gate = gate(&jobs, runner);
        jobs.push("required", gate);
    }
    let on = Triggers {
        pull_request: Some(Filter { paths: paths.to_vec(), ..Filter::default() }),
        push: push(branches, paths),
        ..Triggers::default()
    };
    let mut workflow = Workflow::new(name.to_owned(), on, concurrency(file, !branches.is_empty()));
    workflow.jobs = jobs;
    Some(workflow)
}

/// The job that a branch may require: it fails unless every other one passed. It always runs, since a
/// skipped job counts as passed.
fn gate(jobs: &Ordered<Job>, runner: &str) -> Job {
    let mut gate = Job::new("All checks", runner, 5);
    gate.r#if = Some("${{ always() }}".to_owned());
    gate.needs = jobs.0.iter().map(|(id, _)| id.clone()).collect();
    gate.permissions = Permissions::default();
    gate.steps = vec![
        Step::run("Look at the results", include_str!("steps/required.sh"))
            .env("RESULTS", "${{ join(needs.*.result, ' ') }}"),
    ];
    gate
}

/// The filter of pushes to branches; `None` where there are none.
pub(crate) fn push(branches: &[String], paths: &[String]) -> Option<Filter> {
    (!branches.is_empty()).then(|| Filter {
        branches: branches.iter().map(|branch| glob_literal(branch)).collect(),
        tags: Vec::new(),
        paths: paths.to_vec(),
    })
}

/// A newer push to a pull request makes the run of the older one worthless; a branch keeps its runs.
pub(crate) fn concurrency(file: &str, pushed: bool) -> Concurrency {
    Concurrency {
        group: format!("{file}-${{{{ github.ref }}}}"),
        cancel: match pushed {
            true => Scalar::from("${{ github.event_name == 'pull_request' }}"),
            false => Scalar::from(true),
        },
    }
}
