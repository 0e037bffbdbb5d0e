//! Continuous integration.

use std::collections::BTreeMap;

use stackc_model::{Bytes, Checks, Ci, Label, Seconds, Security, Sourced, Updates};
use stackc_shape::{Spanned, Switch, Version, Words};
use stackc_spec::{
    ChecksSpec, CiSpec, IntervalWord, KindWord, MatrixSpec, PackageManagerWord, SecuritySpec,
    ServiceSpec, StackSpec, UpdatesSpec,
};

use crate::context::{or, written};

/// CI of the stack; `None` where it is off.
pub(crate) fn resolve(spec: &StackSpec) -> Option<Ci> {
    let default = CiSpec::default();
    let ci = match &spec.ci {
        Some(Switch::Off(_)) => return None,
        Some(Switch::On(Some(ci))) => ci,
        Some(Switch::On(None)) | None => &default,
    };
    let common = ChecksSpec::default();
    let common = ci.checks.as_ref().map_or(&common, |checks| &checks.value);
    let mut checks = BTreeMap::new();
    for (name, service) in &spec.services {
        if let Some(found) = of_service(service, common) {
            checks.insert(name.clone(), found);
        }
    }
    Some(Ci {
        checks,
        coverage: ci.coverage.as_ref().map(written),
        cache: ci.cache.as_ref().is_none_or(|cache| cache.value),
        paths: ci
            .paths
            .iter()
            .map(|path| Sourced::written(path.value.0.clone(), path.span))
            .collect(),
        matrix: ci.matrix.as_ref().map(|matrix| versions(&matrix.value)).unwrap_or_default(),
        required: ci.required.as_ref().is_some_and(|required| required.value),
        updates: updates(ci),
        artifact_days: or(ci.artifacts.as_ref(), 7, "long enough to look at a failed build"),
        security: security(ci),
        max_image: spec.services.iter().filter_map(max_size).collect(),
    })
}

fn versions(matrix: &MatrixSpec) -> BTreeMap<&'static str, Vec<String>> {
    let rows = [("node", &matrix.node), ("python", &matrix.python), ("go", &matrix.go)];
    let texts =
        |versions: &[Spanned<Version>]| versions.iter().map(|v| v.value.0.clone()).collect();
    rows.into_iter()
        .filter(|(_, versions)| !versions.is_empty())
        .map(|(language, versions)| (language, texts(versions)))
        .collect()
}

fn updates(ci: &CiSpec) -> Option<Updates> {
    let default = UpdatesSpec::default();
    let spec = match &ci.updates {
        Some(Switch::Off(_)) => return None,
        Some(Switch::On(Some(spec))) => &spec.value,
        Some(Switch::On(None)) | None => &default,
    };
    let days = |time: &Spanned<Seconds>| {
        u32::try_from(time.value.millis.div_ceil(86_400_000)).unwrap_or(u32::MAX)
    };
    Some(Updates {
        every: match spec.every.as_ref().map(|word| word.value) {
            Some(IntervalWord::Daily) => "daily",
            None | Some(IntervalWord::Weekly) => "weekly",
            Some(IntervalWord::Monthly) => "monthly",
        },
        cooldown_days: spec.cooldown.as_ref().map_or(7, days),
        limit: spec.limit.as_ref().map_or(5, |limit| limit.value),
    })
}

fn max_size((name, service): (&Label, &Spanned<ServiceSpec>)) -> Option<(Label, Bytes)> {
    let most = service.build.as_ref()?.max_size.as_ref()?;
    Some((name.clone(), most.value))
}

/// Which check of a list.
type Get = fn(&ChecksSpec) -> Option<&Spanned<Switch<Words>>>;

/// The checks of a service we build; one that is like another is checked with it.
fn of_service(service: &Spanned<ServiceSpec>, common: &ChecksSpec) -> Option<Checks> {
    let kind = service.kind.as_ref()?.value;
    if service.like.is_some() || kind == KindWord::Image {
        return None;
    }
    let own = service.checks.as_ref().map(|checks| &checks.value);
    let manager = service
        .build
        .as_ref()
        .and_then(|build| build.package_manager.as_ref())
        .map(|word| word.value);
    let rows: [(&str, Get); 5] = [
        ("lint", |checks| checks.lint.as_ref()),
        ("types", |checks| checks.types.as_ref()),
        ("test", |checks| checks.test.as_ref()),
        ("build", |checks| checks.build.as_ref()),
        ("e2e", |checks| checks.e2e.as_ref()),
    ];
    let mut commands = BTreeMap::new();
    for (check, get) in rows {
        let said = own.and_then(get).or_else(|| get(common));
        let usual = usual(kind, check, manager);
        let command = match said.map(|said| (&said.value, said.span)) {
            Some((Switch::Off(_), _)) => None,
            Some((Switch::On(Some(words)), span)) => Some(Sourced::written(words.0.clone(), span)),
            Some((Switch::On(None), span)) => usual.map(|words| Sourced::written(words, span)),
            // Types are checked on request: many repositories check them with lint or build.
            None if ["types", "e2e"].contains(&check) => None,
            None => usual.map(|words| Sourced::default(words, "the usual command of this kind")),
        };
        if let Some(command) = command {
            commands.insert(check.to_owned(), command);
        }
    }
    Some(Checks { commands })
}

/// The usual command of a kind for a check.
fn usual(kind: KindWord, check: &str, manager: Option<PackageManagerWord>) -> Option<Vec<String>> {
    let runner = match manager {
        None | Some(PackageManagerWord::Npm) => "npm run",
        Some(PackageManagerWord::Pnpm) => "pnpm run",
        Some(PackageManagerWord::Yarn) => "yarn run",
    };
    let command = match (kind, check) {
        (KindWord::Nextjs | KindWord::Node | KindWord::Vite, "types") => {
            "npx --no-install tsc --noEmit".to_owned()
        }
        (KindWord::Nextjs | KindWord::Node | KindWord::Vite, check) => format!("{runner} {check}"),
        (KindWord::Python, "lint") => "uv run ruff check".to_owned(),
        (KindWord::Python, "types") => "uv run mypy .".to_owned(),
        (KindWord::Python, "test") => "uv run pytest".to_owned(),
        (KindWord::Go, "lint") => "go vet ./...".to_owned(),
        (KindWord::Go, "test") => "go test ./...".to_owned(),
        (KindWord::Go, "build") => "go build ./...".to_owned(),
        (KindWord::Rust, "lint") => "cargo clippy --all-targets -- -D warnings".to_owned(),
        (KindWord::Rust, "test") => "cargo test --locked".to_owned(),
        (KindWord::Rust, "build") => "cargo build --locked --release".to_owned(),
        _ => return None,
    };
    Some(command.split(' ').map(str::to_owned).collect())
}

fn security(ci: &CiSpec) -> Option<Security> {
    let default = SecuritySpec::default();
    let spec = match &ci.security {
        Some(Switch::Off(_)) => return None,
        Some(Switch::On(Some(spec))) => spec,
        Some(Switch::On(None)) | None => &default,
    };
    let flag = |flag: &Option<Spanned<bool>>, default: bool| {
        flag.as_ref().map_or(default, |flag| flag.value)
    };
    Some(Security {
        audit: flag(&spec.audit, true),
        dependency_review: flag(&spec.dependency_review, true),
        codeql: flag(&spec.codeql, false),
        fs: flag(&spec.fs, true),
        image: flag(&spec.image, true),
        secret_scan: flag(&spec.secret_scan, true),
        schedule: spec.schedule.as_ref().map_or_else(
            || Sourced::default("0 5 * * 1".to_owned(), "weekly"),
            |cron| Sourced::written(cron.value.0.clone(), cron.span),
        ),
    })
}
