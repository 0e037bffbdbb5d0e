//! `.github/dependabot.yml`: keeps actions, packages and base images current.

use std::collections::BTreeSet;

use stackc_model::Updates;

use super::document::{Cooldown, Dependabot, Group, Interval, Ordered, Update};
use super::unit::{Toolchain, Unit};

/// One entry per ecosystem and folder.
pub(crate) fn file(units: &[Unit<'_>], updates: &Updates) -> Dependabot {
    let mut wanted = BTreeSet::new();
    for unit in units {
        let packages = match unit.toolchain() {
            Toolchain::Node(_) => Some("npm"),
            Toolchain::Python => Some("uv"),
            Toolchain::Go => Some("gomod"),
            Toolchain::Rust => Some("cargo"),
            Toolchain::None => None,
        };
        wanted.extend(packages.map(|ecosystem| (directory(unit.folder()), ecosystem)));
        wanted.insert((directory(unit.dockerfile_folder()), "docker"));
    }
    let update = |ecosystem, folder| update(ecosystem, folder, updates);
    let actions = update("github-actions", "/".to_owned());
    let others = wanted.into_iter().map(|(folder, ecosystem)| update(ecosystem, folder));
    Dependabot { version: 2, updates: std::iter::once(actions).chain(others).collect() }
}

/// A folder as Dependabot writes it.
fn directory(folder: &str) -> String {
    match folder {
        "." => "/".to_owned(),
        folder => format!("/{folder}"),
    }
}

/// By default weekly, a week after release; in one pull request where nothing should break.
fn update(ecosystem: &'static str, directory: String, updates: &Updates) -> Update {
    let (group, types) = match ecosystem {
        "github-actions" => ("actions", Vec::new()),
        "docker" => ("images", vec!["minor", "patch"]),
        _ => ("minor-and-patch", vec!["minor", "patch"]),
    };
    Update {
        package_ecosystem: ecosystem,
        directory,
        schedule: Interval { interval: updates.every },
        cooldown: Cooldown { default_days: updates.cooldown_days },
        open_pull_requests_limit: updates.limit,
        groups: Ordered::default().with(group, Group { patterns: vec!["*"], update_types: types }),
    }
}
