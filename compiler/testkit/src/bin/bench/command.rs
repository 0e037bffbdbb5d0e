//! The command itself on a real system, from the start of the process to its end.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::{Outcome, report};

/// How often; a process of a few milliseconds is easily disturbed.
const RUNS: usize = 40;

/// Measures `stackc build` on the repository's own stack.
pub(crate) fn run(scratch: &Path) -> Outcome {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let executable = std::env::current_exe()?;
    let folder = executable.parent().ok_or("no folder")?;
    let stackc = command(&repository, folder)?;
    let (mut fresh, mut again) = (u64::MAX, u64::MAX);
    for run in 0..RUNS {
        let out = scratch.join(format!("command-{run}"));
        fresh = fresh.min(build(&stackc, &repository, &out)?);
        again = again.min(build(&stackc, &repository, &out)?);
    }
    println!(
        "\n`stackc build` of the repository's stack.yaml, process start to end, best of {RUNS}: {} ms into an empty folder, {} ms with nothing to change",
        report::milliseconds(fresh),
        report::milliseconds(again)
    );
    Ok(())
}

/// The release build of the command beside this executable, brought up to date.
fn command(repository: &Path, folder: &Path) -> Outcome<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--release", "-p", "stackc"]).current_dir(repository);
    let status = build.stdout(Stdio::null()).status()?;
    let path = folder.join("stackc").with_extension(std::env::consts::EXE_EXTENSION);
    if status.success() && path.is_file() { Ok(path) } else { Err("stackc was not built".into()) }
}

/// Microseconds of one run.
fn build(stackc: &Path, repository: &Path, out: &Path) -> Outcome<u64> {
    let mut command = Command::new(stackc);
    command.args(["build", "--quiet", "-f"]).arg(repository.join("stack.yaml"));
    command.arg("--out").arg(out).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let time = u64::try_from(start.elapsed().as_micros())?;
    if status.success() { Ok(time) } else { Err("the build failed".into()) }
}
