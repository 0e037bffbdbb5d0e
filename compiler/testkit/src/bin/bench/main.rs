//! The benchmark: `cargo run --release -p stackc-testkit --bin bench [SIZE ...]`.
//!
//! Specs of 1 to 10,000 services go through the compiler with all its targets. Beside the stages
//! stand two yardsticks of the same run: reading the same YAML into a bare tree, and copying the
//! same output files. Every measurement is a process of its own, so that its peak of memory is its
//! own too; of several runs the fastest counts. `docs/performance.md` explains the numbers.
#![allow(clippy::print_stdout, reason = "a benchmark prints its table")]

mod bare;
mod command;
mod job;
mod report;
mod spec;

use std::error::Error;
use std::path::Path;

use crate::job::{Job, Measured};

/// What everything here may end with.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const SIZES: [usize; 5] = [1, 10, 100, 1_000, 10_000];

fn main() -> Outcome {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Some((job, rest)) = args.split_first().and_then(|(first, rest)| Job::parse(first, rest))
    {
        return job.run(rest);
    }
    let sizes: Result<Vec<usize>, _> = args.iter().map(|arg| arg.parse()).collect();
    let sizes = sizes.map_err(|_| "the arguments are numbers of services")?;
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    // Beside the executable: the file system that builds of this repository write to. Everything
    // stays until the end, because ext4 is slow to make files for seconds after it deleted some.
    let executable = std::env::current_exe()?;
    let scratch = tempfile::tempdir_in(executable.parent().unwrap_or(Path::new(".")))?;
    report::head();
    for size in sizes {
        report::row(size, &measure(size, scratch.path())?);
    }
    report::foot();
    command::run(scratch.path())
}

/// Every job on a spec of one size, each the best of several runs.
fn measure(size: usize, scratch: &Path) -> Outcome<[Measured; 4]> {
    let mut best: [Option<Measured>; 4] = [const { None }; 4];
    for run in 0..runs(size) {
        let folder = scratch.join(format!("{size}-{run}"));
        std::fs::create_dir(&folder)?;
        std::fs::write(folder.join(job::SPEC), spec::generate(size))?;
        // The second build finds everything up to date; the copy reads what the first one wrote.
        for (job, best) in Job::ALL.into_iter().zip(&mut best) {
            let found = job.spawn(&folder)?;
            *best = Some(best.take().map_or_else(|| found.clone(), |best| best.better(&found)));
        }
    }
    let [Some(bare), Some(build), Some(again), Some(copy)] = best else {
        return Err("no run".into());
    };
    Ok([bare, build, again, copy])
}

fn runs(size: usize) -> usize {
    match size {
        10_000.. => 2,
        1_000.. => 4,
        _ => 10,
    }
}
