//! The workflows of pull requests: one per service with a folder of its own, or one for all.

use std::collections::BTreeSet;

use stackc_model::Ci;

use super::check::{self, Place};
use super::document::{Concurrency, Filter, Ordered, Scalar, Triggers, Workflow};
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
    if folders.len() < 2 {
        let workflow = workflow("CI", "ci", units, ci, runner, branches, &[], scribe);
        return workflow.into_iter().map(|workflow| ("ci".to_owned(), workflow)).collect();
    }
    units
        .iter()
        .filter_map(|unit| {
            let file = format!("{}-ci", unit.name());
            let paths = paths(unit, &file);
            let name = format!("CI {}", unit.name());
            let own = std::slice::from_ref(unit);
            let workflow = workflow(&name, &file, own, ci, runner, branches, &paths, scribe)?;
            Some((file, workflow))
        })
        .collect()
}

/// What a unit's workflow runs for: its folder, a Dockerfile elsewhere, and the workflow itself;
/// everything for the root.
fn paths(unit: &Unit<'_>, file: &str) -> Vec<String> {
    let folder = unit.folder();
    if folder == "." {
        return Vec::new();
    }
    let inside = format!("{folder}/");
    let elsewhere = unit.build.dockerfile.iter().filter(|file| !file.starts_with(&inside));
    std::iter::once(format!("{}/**", glob_literal(folder)))
        .chain(elsewhere.map(|file| glob_literal(file)))
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
        jobs.push(image::id(unit), image::ci_job(unit, ci, runner, scribe));
    }
    if jobs.is_empty() {
        return None;
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
