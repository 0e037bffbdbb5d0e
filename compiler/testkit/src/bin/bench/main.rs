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
    report::head();
    for size in sizes {
        report::row(size, &measure(size)?);
    }
    report::foot();
    command::run()
}

/// Every job on a spec of one size, each the best of several runs.
fn measure(size: usize) -> Outcome<[Measured; 4]> {
    // Beside the executable: the same file system that a build of this repository writes to.
    let beside = std::env::current_exe()?;
    let scratch = tempfile::tempdir_in(beside.parent().unwrap_or(Path::new(".")))?;
    std::fs::write(scratch.path().join(job::SPEC), spec::generate(size))?;
    let runs = if size >= 10_000 {
        2
    } else if size >= 1_000 {
        3
    } else {
        10
    };
    let mut best: [Option<Measured>; 4] = [const { None }; 4];
    for _ in 0..runs {
        // The second build finds everything up to date; the copy reads what the first one wrote.
        for (job, best) in Job::ALL.into_iter().zip(&mut best) {
            let found = job.spawn(scratch.path())?;
            *best = Some(best.take().map_or_else(|| found.clone(), |best| best.better(&found)));
        }
        std::fs::remove_dir_all(scratch.path().join(job::OUT))?;
        std::fs::remove_dir_all(scratch.path().join(job::COPY))?;
    }
    let [Some(bare), Some(build), Some(again), Some(copy)] = best else {
        return Err("no run".into());
    };
    Ok([bare, build, again, copy])
}
