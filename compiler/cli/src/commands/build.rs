//! `stackc build`

use std::time::{Duration, Instant};

use stackc_driver::disk::{self, Change, Plan, Policy, Summary};
use stackc_target::Artifacts;

use crate::args::{Args, Build};
use crate::exit::Exit;
use crate::project::Tree;
use crate::render::Format;
use crate::report;

/// What makes the secrets of an environment.
const SECRETS: &str = "scripts/generate-secrets.sh";

/// How many files are listed one by one before the rest is only counted.
const LISTED: usize = 40;

/// Writes the generated files.
pub(crate) fn run(args: &Args, options: &Build) -> Exit {
    let start = Instant::now();
    let tree = match Tree::open(args, &options.select) {
        Ok(tree) => tree,
        Err(exit) => return exit,
    };
    let policy = Policy { force: options.force, adopt: options.adopt.clone() };
    let writing = Instant::now();
    let built = disk::build(
        &tree.root,
        &tree.compilation.artifacts,
        &tree.selection,
        &policy,
        &tree.stack_id,
    );
    let (plan, summary) = match built {
        Ok(built) => built,
        Err(faults) => return tree.report(args, &faults),
    };
    tree.report(args, &[]);
    if options.timings {
        for (stage, time) in &tree.compilation.timings.stages {
            report::remark(&format!("{stage:<8} {}", milliseconds(*time)));
        }
        report::remark(&format!("{:<8} {}", "write", milliseconds(writing.elapsed())));
    }
    if options.quiet {
        return Exit::Fine;
    }
    let exit = report::result(&describe(&plan, summary, start.elapsed()));
    if args.message_format == Format::Human && is_first(summary) {
        next(&tree.compilation.artifacts);
    }
    exit
}

/// Whether nothing was there before.
fn is_first(summary: Summary) -> bool {
    let rest = summary.changed + summary.deleted + summary.mode_changed + summary.unchanged;
    summary.created > 0 && rest == 0
}

/// Says what to do with the files of a first build.
fn next(artifacts: &Artifacts) {
    let made = |path: &str| artifacts.iter().any(|artifact| artifact.path.as_str() == path);
    if made(".env.example") {
        report::remark("next: commit these files; `.env.example` lists what has to be provided");
    }
    if made("compose.yaml") {
        let secrets =
            if made(SECRETS) { format!("`{SECRETS} development`, ") } else { String::new() };
        report::remark(&format!("to run it here: {secrets}`docker compose up --build --wait`"));
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{}.{} ms", time.as_millis(), time.as_micros() / 100 % 10)
}

fn describe(plan: &Plan, summary: Summary, time: Duration) -> String {
    let changed: Vec<_> =
        plan.files.iter().filter(|file| file.change != Change::Unchanged).collect();
    let mut text = String::new();
    for file in changed.iter().take(LISTED) {
        let sign = match file.change {
            Change::Created => '+',
            Change::Deleted => '-',
            Change::Changed | Change::ModeChanged | Change::Unchanged => '~',
        };
        text += &format!("{sign} {}\n", file.path);
    }
    if changed.len() > LISTED {
        text += &format!("  and {} more\n", changed.len() - LISTED);
    }
    text + &format!(
        "{} created, {} changed, {} deleted, {} unchanged in {}\n",
        summary.created,
        summary.changed + summary.mode_changed,
        summary.deleted,
        summary.unchanged,
        milliseconds(time),
    )
}
