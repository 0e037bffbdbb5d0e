//! One measurement in a process of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use stackc_driver::disk::{self, OutputRoot, Policy, Selection};
use stackc_driver::{DiskLoader, compile};
use stackc_source::Severity;

use crate::{Outcome, bare};

/// The generated spec, in the scratch folder.
pub(crate) const SPEC: &str = "stack.yaml";
/// Where the compiler writes.
pub(crate) const OUT: &str = "out";
/// Where the yardstick writes.
pub(crate) const COPY: &str = "copy";

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    /// Reading the YAML into a bare tree.
    Bare,
    /// Building into an empty folder.
    Build,
    /// Building again, with nothing to change.
    Again,
    /// Copying the files.
    Copy,
}

/// What one process reports, times in microseconds.
#[derive(Debug, Clone)]
pub(crate) struct Measured(BTreeMap<String, u64>);

impl Measured {
    /// A number by its name.
    pub(crate) fn get(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// The faster one, as a whole: its stages add up to its sum.
    pub(crate) fn better(self, other: &Self) -> Self {
        if other.get("all") < self.get("all") { other.clone() } else { self }
    }
}

impl Job {
    /// In the order of a run.
    pub(crate) const ALL: [Self; 4] = [Self::Bare, Self::Build, Self::Again, Self::Copy];

    fn name(self) -> &'static str {
        match self {
            Self::Bare => "--bare",
            Self::Build => "--build",
            Self::Again => "--again",
            Self::Copy => "--copy",
        }
    }

    /// The job that a process was started for, and its folder.
    pub(crate) fn parse<'a>(name: &str, rest: &'a [String]) -> Option<(Self, &'a Path)> {
        let job = Self::ALL.into_iter().find(|job| job.name() == name)?;
        Some((job, Path::new(rest.first()?)))
    }

    /// Measures in a new process.
    pub(crate) fn spawn(self, folder: &Path) -> Outcome<Measured> {
        let output =
            Command::new(std::env::current_exe()?).arg(self.name()).arg(folder).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        let text = String::from_utf8(output.stdout)?;
        let pair = |line: &str| {
            let (name, value) = line.split_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        };
        Ok(Measured(text.lines().filter_map(pair).collect()))
    }

    /// Measures here and prints what was found.
    pub(crate) fn run(self, folder: &Path) -> Outcome {
        let start = Instant::now();
        match self {
            Self::Bare => {
                let text = std::fs::read_to_string(folder.join(SPEC))?;
                let tree = bare::read(&text)?;
                say("all", micros(start.elapsed()));
                say("bytes", u64::try_from(text.len())?);
                say("nodes", u64::try_from(tree.size())?);
            }
            Self::Build | Self::Again => {
                build(folder)?;
                say("all", micros(start.elapsed()));
            }
            Self::Copy => {
                let files = bare::copy(&folder.join(OUT), &folder.join(COPY))?;
                say("all", micros(start.elapsed()));
                say("files", u64::try_from(files)?);
            }
        }
        say("peak", peak()?);
        Ok(())
    }
}

/// What `stackc build` does.
fn build(folder: &Path) -> Outcome {
    let compilation = compile(&DiskLoader::new(folder), SPEC, stackc_targets::ALL);
    if let Some(fault) =
        compilation.diagnostics.iter().find(|fault| fault.severity() == Severity::Error)
    {
        return Err(format!("{fault:?}").into());
    }
    for (stage, time) in &compilation.timings.stages {
        say(stage, micros(*time));
    }
    let start = Instant::now();
    let (selection, policy) = (Selection::default(), Policy::default());
    let root = OutputRoot::open(folder.join(OUT)).map_err(|faults| format!("{faults:?}"))?;
    let built = disk::build(&root, &compilation.artifacts, &selection, &policy, SPEC);
    built.map_err(|faults| format!("{faults:?}"))?;
    say("write", micros(start.elapsed()));
    let bytes: usize = compilation.artifacts.iter().map(|one| one.body.text().len()).sum();
    say("out", u64::try_from(bytes)?);
    Ok(())
}

fn say(name: &str, value: u64) {
    println!("{name} {value}");
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// The peak of this process's memory in KiB; 0 where the system does not tell.
fn peak() -> Outcome<u64> {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return Ok(0) };
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    Ok(line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0))
}
