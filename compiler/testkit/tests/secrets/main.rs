//! The generated `scripts/generate-secrets.sh`, run: for every golden case and environment, and in the
//! ways that go wrong. It needs bash, openssl and docker compose, as `tools/install.sh` puts them there.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod cases;
mod faults;
mod host;
mod surroundings;
mod swarm;

use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use stackc_driver::{Compilation, DiskLoader, compile};
use stackc_testkit::cases;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = faults::trials();
    trials.extend(surroundings::trials());
    trials.extend(swarm::trials());
    for case in cases().unwrap() {
        let file = case.stack.to_string_lossy();
        let compilation = Arc::new(compile(&DiskLoader::new(""), &file, stackc_targets::ALL));
        let environments = compilation.stack.as_ref().unwrap().environments.iter();
        for (at, environment) in environments.enumerate() {
            if !compose_files(&compilation, environment.name.as_str()).is_empty() {
                let name = format!("{}::{}", case.name, environment.name);
                let compilation = Arc::clone(&compilation);
                trials.push(Trial::test(name, move || {
                    cases::run(&compilation, at);
                    Ok(())
                }));
            }
        }
    }
    assert!(trials.len() > 15, "only {} trials", trials.len());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The compose files of an environment: the one that is started first, then those it includes.
fn compose_files<'a>(compilation: &'a Compilation, environment: &str) -> Vec<&'a str> {
    let files = compilation.artifacts.iter().filter(|artifact| {
        artifact.target == "compose"
            && artifact.environment.as_deref() == Some(environment)
            && artifact.path.as_str().ends_with(".yaml")
            && !artifact.path.as_str().contains('/')
    });
    let mut paths: Vec<_> = files.map(|artifact| artifact.path.as_str()).collect();
    paths.sort_by_key(|path| path.len());
    paths
}
