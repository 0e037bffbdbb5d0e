//! The check job of a service: its tools, its stores, its commands.

use stackc_model::{Ci, Kind};
use stackc_source::{Span, codes};

use super::document::{Job, Matrix, Step, Strategy, Values};
use super::pins::{self, Action};
use super::store;
use super::text::Scribe;
use super::unit::{PackageManagerKind, Toolchain, Unit};

/// The checks in the order they run; a check of another name runs after these.
const ORDER: [&str; 5] = ["lint", "types", "test", "build", "e2e"];

/// Whether a job may keep caches and leave reports behind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A pull request or branch: caches and reports.
    Ci,
    /// A deployment from a branch: caches, no reports.
    Branch,
    /// A deployment of a release: no caches, so that nothing but the commit goes into it.
    Release,
}

/// The id of a unit's check job.
pub(crate) fn id(unit: &Unit<'_>) -> String {
    format!("check-{}", unit.name())
}

/// Whether anything is checked.
pub(crate) fn wanted(unit: &Unit<'_>, ci: &Ci) -> bool {
    ci.checks.get(&unit.service.name).is_some_and(|checks| !checks.commands.is_empty())
}

/// The check job; `None` where nothing is checked.
pub(crate) fn job(
    unit: &Unit<'_>,
    ci: &Ci,
    runner: &str,
    place: Place,
    scribe: &mut Scribe<'_>,
) -> Option<Job> {
    let checks = ci.checks.get(&unit.service.name).filter(|_| wanted(unit, ci))?;
    let mut job = Job::new(format!("Check {}", unit.name()), runner, 20);
    let folder = scribe.carry("the build context", unit.folder(), origin(unit));
    job.work_in(&folder);
    let stores = store::needed(unit.environment, unit.service, scribe);
    (job.services, job.env) = (stores.containers, stores.env);
    set_up(&mut job, unit, ci, place, scribe);
    let known = ORDER.iter().filter_map(|name| checks.commands.get_key_value(*name));
    let others = checks.commands.iter().filter(|(name, _)| !ORDER.contains(&name.as_str()));
    for (name, command) in known.chain(others) {
        let span = command.origin.span();
        let label = scribe.carry("the name of a check", name, span);
        let script = scribe.command("the command of a check", command, span);
        if name == "test" {
            migrate(&mut job, unit, scribe);
        }
        let step = Step::run(title(&label), script);
        job.step(if name == "build" { public(step, unit, scribe) } else { step });
        if name == "test" {
            coverage(&mut job, unit, ci, place, scribe);
        }
        if name == "build" && place == Place::Ci && *unit.service.kind == Kind::Vite {
            let step = upload(&job, unit, "dist", "error", *ci.artifact_days);
            job.step(step);
        }
    }
    Some(job)
}

fn origin(unit: &Unit<'_>) -> Option<Span> {
    unit.build.context.origin.span().or(Some(unit.service.span))
}

/// The public variables, which a build writes into what browsers get.
fn public(step: Step, unit: &Unit<'_>, scribe: &mut Scribe<'_>) -> Step {
    unit.service.public_env.iter().fold(step, |step, (name, value)| {
        let span = value.origin.span().or(Some(unit.service.span));
        let what = format!("the public variable `{name}`");
        step.env(name.as_str(), scribe.carry(&what, value, span))
    })
}

fn title(check: &str) -> String {
    match check {
        "lint" => "Lint".to_owned(),
        "types" => "Check the types".to_owned(),
        "test" => "Run the tests".to_owned(),
        "build" => "Build".to_owned(),
        "e2e" => "Run the tests of the whole".to_owned(),
        other => format!("Run {other}"),
    }
}

/// The language and the dependencies, from the lock file alone.
fn set_up(job: &mut Job, unit: &Unit<'_>, ci: &Ci, place: Place, scribe: &mut Scribe<'_>) {
    let version = unit.service.runtime.as_ref();
    let version = version.map(|text| scribe.carry("the runtime", text, text.origin.span()));
    let more = unit.toolchain().language().and_then(|language| ci.matrix.get(language));
    let version = match more.filter(|_| place == Place::Ci) {
        Some(more) => Some(matrix(job, unit, version, more)),
        None => version,
    };
    let cached = ci.cache && place != Place::Release;
    match unit.toolchain() {
        Toolchain::Node(manager) => set_up_node(job, unit, manager, version, cached),
        Toolchain::Python => set_up_python(job, unit, version, cached),
        Toolchain::Go => job.step(set_up_go(unit, version, cached)),
        Toolchain::Rust => set_up_rust(job, unit, version, cached),
        Toolchain::None => {}
    }
}

/// One run per version, the deployed one first; gives the expression that stands for it.
fn matrix(job: &mut Job, unit: &Unit<'_>, own: Option<String>, more: &[String]) -> String {
    let own = own.or_else(|| match unit.toolchain() {
        Toolchain::Node(_) => Some(pins::node().to_owned()),
        _ => None,
    });
    let mut versions: Vec<_> = own.into_iter().collect();
    for version in more {
        if !versions.contains(version) {
            versions.push(version.clone());
        }
    }
    let include = versions.into_iter().map(|v| Values::default().with("version", v)).collect();
    job.strategy = Some(Strategy { fail_fast: false, matrix: Matrix { include } });
    job.name.push_str(" with ${{ matrix.version }}");
    "${{ matrix.version }}".to_owned()
}

fn set_up_python(job: &mut Job, unit: &Unit<'_>, version: Option<String>, cached: bool) {
    let mut step = Step::uses("Set up uv", Action::SetupUv);
    if let Some(version) = version {
        step = step.input("python-version", version);
    }
    step = step.input("enable-cache", cached);
    if cached {
        step = step.input("cache-dependency-glob", unit.file("uv.lock"));
    }
    job.step(step);
    job.step(Step::run("Install the dependencies", "uv sync --locked"));
}

fn set_up_go(unit: &Unit<'_>, version: Option<String>, cached: bool) -> Step {
    let step = Step::uses("Set up Go", Action::SetupGo);
    let step = match version {
        Some(version) => step.input("go-version", version),
        None => step.input("go-version-file", unit.file("go.mod")),
    };
    match cached {
        true => step.input("cache-dependency-path", unit.file("go.sum")),
        false => step.input("cache", false),
    }
}

/// The runner brings rustup; an action around it would only be one more dependency.
fn set_up_rust(job: &mut Job, unit: &Unit<'_>, version: Option<String>, cached: bool) {
    let toolchain = version.unwrap_or_else(|| "stable".to_owned());
    job.step(Step::run("Set up Rust", include_str!("steps/rust.sh")).env("TOOLCHAIN", toolchain));
    if cached {
        job.step(
            Step::uses("Cache the build", Action::RustCache).input("workspaces", unit.folder()),
        );
    }
}

fn set_up_node(
    job: &mut Job,
    unit: &Unit<'_>,
    manager: PackageManagerKind,
    version: Option<String>,
    cached: bool,
) {
    let (name, lockfile, install) = match manager {
        PackageManagerKind::Npm => ("npm", "package-lock.json", "npm ci"),
        PackageManagerKind::Pnpm => ("pnpm", "pnpm-lock.yaml", "pnpm install --frozen-lockfile"),
        PackageManagerKind::Yarn => ("yarn", "yarn.lock", "yarn install --immutable"),
    };
    if manager == PackageManagerKind::Pnpm {
        job.step(
            Step::uses("Set up pnpm", Action::Pnpm)
                .input("package_json_file", unit.file("package.json")),
        );
    }
    let step = Step::uses("Set up Node.js", Action::SetupNode)
        .input("node-version", version.unwrap_or_else(|| pins::node().to_owned()));
    job.step(match cached {
        true => step.input("cache", name).input("cache-dependency-path", unit.file(lockfile)),
        false => step.input("package-manager-cache", false),
    });
    job.step(Step::run("Install the dependencies", install));
}

/// Brings the test database to the schema of this commit, which also shows that the migrations run
/// from nothing. A tool of the dependencies is there by now; another command may need the build.
fn migrate(job: &mut Job, unit: &Unit<'_>, scribe: &mut Scribe<'_>) {
    let Some(migrate) = &unit.service.migrate else { return };
    let from_dependencies = migrate.command.first().is_some_and(|word| word == "npx");
    if from_dependencies && !job.services.is_empty() {
        let span = migrate.command.origin.span();
        let script = scribe.command("the command of the migrations", &migrate.command, span);
        job.step(Step::run("Migrate the test database", script));
    }
}

/// Holds the line coverage against the bound, and keeps the report.
fn coverage(job: &mut Job, unit: &Unit<'_>, ci: &Ci, place: Place, scribe: &mut Scribe<'_>) {
    let Some(least) = &ci.coverage else { return };
    let (report, lines) = match unit.toolchain() {
        Toolchain::Node(_) => ("coverage/coverage-summary.json", ".total.lines.pct"),
        Toolchain::Python => ("coverage.json", ".totals.percent_covered"),
        Toolchain::Go | Toolchain::Rust | Toolchain::None => {
            let what = format!(
                "target `github`: the coverage of `{}` is not held against `ci.coverage`; only \
                 Node.js and Python services write a report that it reads",
                unit.name()
            );
            scribe.say(codes::PLANNED, what, least.origin.span());
            return;
        }
    };
    job.step(
        Step::run("Check the coverage", include_str!("steps/coverage.sh"))
            .env("REPORT", report)
            .env("LINES_OF", lines)
            .env("MINIMUM", least.number()),
    );
    if place == Place::Ci && matches!(unit.toolchain(), Toolchain::Node(_)) {
        let step = upload(job, unit, "coverage", "warn", *ci.artifact_days);
        job.step(step.when("${{ !cancelled() }}"));
    }
}

fn upload(job: &Job, unit: &Unit<'_>, folder: &str, missing: &str, days: u32) -> Step {
    // Two artifacts of one run cannot share a name.
    let version = if job.strategy.is_some() { "-${{ matrix.version }}" } else { "" };
    Step::uses(format!("Keep {folder}"), Action::UploadArtifact)
        .input("name", format!("{}-{folder}{version}", unit.name()))
        .input("path", unit.file(folder))
        .input("if-no-files-found", missing)
        .input("retention-days", days)
}
