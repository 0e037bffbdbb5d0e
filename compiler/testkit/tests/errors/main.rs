//! What the compiler says about faults: the pages that explain the codes, the messages themselves,
//! and files that are no text.
//!
//! `STACKC_UPDATE=1 cargo test -p stackc-testkit --test errors` rewrites the expected messages.

mod golden;
mod hostile;
mod pages;
mod say;

use std::path::PathBuf;
use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let trials = [pages::trials(), golden::trials(), hostile::trials()];
    let trials = trials.into_iter().flatten().collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A folder of the repository.
fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
