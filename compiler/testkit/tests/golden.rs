//! One trial per golden case: `stackc check` finds it up to date.
//!
//! `STACKC_UPDATE=1` rewrites the trees.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use libtest_mimic::{Arguments, Failed, Trial};
use stackc_driver::disk::{self, OutputRoot, Policy, Selection, Style};
use stackc_driver::{DiskLoader, compile};
use stackc_testkit::{Case, cases, updating};

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let cases = match cases() {
        Ok(cases) => cases,
        Err(error) => panic!("the golden cases cannot be read: {error}"),
    };
    let trials = cases.into_iter().map(|case| Trial::test(case.name.clone(), move || run(&case)));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn run(case: &Case) -> Result<(), Failed> {
    let name = case.stack.to_string_lossy();
    let compilation = compile(&DiskLoader::new(""), &name, stackc_targets::ALL);
    let errors: Vec<_> = compilation
        .diagnostics
        .iter()
        .map(|found| format!("{}: {}", found.code.id, found.message))
        .collect();
    if compilation.diagnostics.has_errors() {
        return Err(errors.join("\n").into());
    }
    let id = match case.name.as_str() {
        "ecommerce-cod" => "../../stack.yaml",
        _ => "stack.yaml",
    };
    let root = OutputRoot::open(&case.tree).map_err(|faults| format!("{faults:?}"))?;
    let (artifacts, selection) = (&compilation.artifacts, Selection::default());
    if updating() {
        disk::build(&root, artifacts, &selection, &Policy::default(), id)
            .map_err(|faults| format!("{faults:?}"))?;
        return Ok(());
    }
    let findings =
        disk::status(&root, artifacts, &selection, id).map_err(|faults| format!("{faults:?}"))?;
    if findings.is_empty() {
        return Ok(());
    }
    let force = Policy { force: true, adopt: Vec::new() };
    let plan = disk::plan(&root, artifacts, &selection, &force, id)
        .map_err(|faults| format!("{faults:?}"))?;
    let list: Vec<_> = findings
        .iter()
        .map(|finding| format!("{}: {}", finding.path, finding.state.word()))
        .collect();
    Err(format!(
        "{}\n{}\nrewrite with STACKC_UPDATE=1",
        list.join("\n"),
        disk::to_text(&plan, Style::default())
    )
    .into())
}
