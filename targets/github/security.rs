//! The security workflow: dependencies, code, files, secrets and images, on every change and
//! regularly, because new faults are found in old code.

use std::collections::BTreeSet;

use stackc_model::Security;

use super::ci;
use super::document::{Filter, Job, Matrix, Schedule, Step, Strategy, Triggers, Values, Workflow};
use super::image;
use super::pins::{self, Action};
use super::text::Scribe;
use super::unit::{PackageManagerKind, Toolchain, Unit};

/// The workflow; `None` where every part of it is off.
pub(crate) fn workflow(
    units: &[Unit<'_>],
    security: &Security,
    cached: bool,
    runner: &str,
    branches: &[String],
    scribe: &mut Scribe<'_>,
) -> Option<Workflow> {
    let cron = scribe.carry("the schedule", &security.schedule, security.schedule.origin.span());
    let on = Triggers {
        pull_request: Some(Filter::default()),
        push: ci::push(branches, &[]),
        schedule: Some(vec![Schedule { cron }]),
        workflow_dispatch: Some(Filter::default()),
    };
    let mut workflow = Workflow::new("Security".to_owned(), on, ci::concurrency("security", true));
    let jobs = &mut workflow.jobs;
    if security.dependency_review {
        jobs.push("dependency-review", dependency_review(runner));
    }
    if security.audit {
        for (folder, manager) in lockfiles(units) {
            if let Some(unit) = units.iter().find(|unit| unit.folder() == folder) {
                jobs.push(format!("audit-{}", unit.name()), audit(unit, manager, runner, scribe));
            }
        }
    }
    if security.codeql {
        jobs.push("codeql", codeql(units, runner));
    }
    if security.fs {
        jobs.push("files", files(runner));
    }
    if security.secret_scan {
        jobs.push("secrets", secrets(runner));
    }
    if security.image {
        let ships = units.iter().copied().filter(|unit| unit.ships).flat_map(Unit::images);
        for unit in &ships.collect::<Vec<_>>() {
            jobs.push(image::id(unit), scan_image(unit, cached, runner, scribe));
        }
    }
    (!jobs.is_empty()).then_some(workflow)
}

fn dependency_review(runner: &str) -> Job {
    let mut job = Job::new("Review the changed dependencies", runner, 10);
    job.r#if = Some("${{ github.event_name == 'pull_request' }}".to_owned());
    job.step(
        Step::uses("Review the changed dependencies", Action::DependencyReview)
            .input("fail-on-severity", "high"),
    );
    job
}

/// The folders with a lock file that its package manager can audit. Yarn's is left to the scan of
/// the files: the command differs between its versions, which the stack does not say.
fn lockfiles<'a>(units: &[Unit<'a>]) -> BTreeSet<(&'a str, PackageManagerKind)> {
    units
        .iter()
        .filter_map(|unit| match unit.toolchain() {
            Toolchain::Node(PackageManagerKind::Yarn) => None,
            Toolchain::Node(manager) => Some((unit.folder(), manager)),
            _ => None,
        })
        .collect()
}

fn audit(
    unit: &Unit<'_>,
    manager: PackageManagerKind,
    runner: &str,
    scribe: &mut Scribe<'_>,
) -> Job {
    let mut job = Job::new(format!("Audit the dependencies of {}", unit.name()), runner, 10);
    job.work_in(unit.folder());
    let version = unit.service.runtime.as_ref().map_or_else(
        || pins::node().to_owned(),
        |text| scribe.carry("the runtime", text, text.origin.span()),
    );
    let command = match manager {
        PackageManagerKind::Pnpm => {
            job.step(
                Step::uses("Set up pnpm", Action::Pnpm)
                    .input("package_json_file", unit.file("package.json")),
            );
            "pnpm audit --audit-level high --prod"
        }
        PackageManagerKind::Npm | PackageManagerKind::Yarn => {
            "npm audit --audit-level=high --omit=dev"
        }
    };
    job.step(
        Step::uses("Set up Node.js", Action::SetupNode)
            .input("node-version", version)
            .input("package-manager-cache", false),
    );
    job.step(Step::run("Audit the lock file", command));
    job
}

/// The languages CodeQL reads here, with how it gets at them.
fn languages(units: &[Unit<'_>]) -> BTreeSet<(&'static str, &'static str)> {
    let of_units = units.iter().filter_map(|unit| match unit.toolchain() {
        Toolchain::Node(_) => Some(("javascript-typescript", "none")),
        Toolchain::Python => Some(("python", "none")),
        Toolchain::Go => Some(("go", "autobuild")),
        Toolchain::Rust => Some(("rust", "none")),
        Toolchain::None => None,
    });
    std::iter::once(("actions", "none")).chain(of_units).collect()
}

fn codeql(units: &[Unit<'_>], runner: &str) -> Job {
    let mut job = Job::new("Analyse the ${{ matrix.language }} code", runner, 30);
    job.permit("actions", "read", "name the run in a private repository");
    job.permit("security-events", "write", "upload the findings to code scanning");
    let include = languages(units)
        .into_iter()
        .map(|(language, mode)| {
            Values::default().with("language", language).with("build-mode", mode)
        })
        .collect();
    job.strategy = Some(Strategy { fail_fast: false, matrix: Matrix { include } });
    job.step(
        Step::uses("Start CodeQL", Action::CodeqlInit)
            .input("languages", "${{ matrix.language }}")
            .input("build-mode", "${{ matrix.build-mode }}"),
    );
    job.step(
        Step::uses("Analyse", Action::CodeqlAnalyze)
            .input("category", "/language:${{ matrix.language }}"),
    );
    job
}

/// A trivy step that writes its findings as SARIF.
fn trivy(name: &str, kind: &str) -> Step {
    Step::uses(name, Action::Trivy)
        .input("version", pins::tool("trivy"))
        .input("scan-type", kind)
        .input("severity", "HIGH,CRITICAL")
        .input("limit-severities-for-sarif", true)
        .input("ignore-unfixed", true)
        .input("format", "sarif")
        .input("output", "trivy.sarif")
}

fn upload(job: &mut Job, category: &str) {
    job.permit("actions", "read", "name the run in a private repository");
    job.permit("security-events", "write", "upload the findings to code scanning");
    job.step(
        Step::uses("Upload the findings", Action::CodeqlUpload)
            .input("sarif_file", "trivy.sarif")
            .input("category", category),
    );
}

fn files(runner: &str) -> Job {
    let mut job = Job::new("Scan the files", runner, 15);
    job.step(trivy("Scan the files", "fs").input("scanners", "vuln,misconfig"));
    upload(&mut job, "trivy-files");
    job
}

/// Fails instead of reporting: a secret that is in the repository must be revoked now.
fn secrets(runner: &str) -> Job {
    let mut job = Job::new("Scan for secrets", runner, 15);
    job.step(
        Step::uses("Scan for secrets", Action::Trivy)
            .input("version", pins::tool("trivy"))
            .input("scan-type", "fs")
            .input("scanners", "secret")
            .input("format", "table")
            .input("exit-code", "1"),
    );
    job
}

/// Pull requests build their images in CI already; here the branches and the schedule are scanned.
fn scan_image(unit: &Unit<'_>, cached: bool, runner: &str, scribe: &mut Scribe<'_>) -> Job {
    let mut job = Job::new(format!("Scan the {} image", unit.title()), runner, 30);
    job.r#if = Some("${{ github.event_name != 'pull_request' }}".to_owned());
    job.steps.extend(image::build_steps(unit, cached, scribe));
    job.step(trivy("Scan the image", "image").input("image-ref", image::local_tag(unit)));
    upload(&mut job, &format!("trivy-image-{}", unit.title()));
    job
}
