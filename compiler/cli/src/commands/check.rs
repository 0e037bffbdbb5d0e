//! `stackc check`

use stackc_driver::disk::{self, Finding, State};
use stackc_source::{Diagnostic, codes};

use crate::args::{Args, Select};
use crate::exit::Exit;
use crate::project::Tree;
use crate::report;

/// Fails when the stack is wrong or the tree is not what the stack says; writes nothing.
pub(crate) fn run(args: &Args, select: &Select) -> Exit {
    let tree = match Tree::open(args, select) {
        Ok(tree) => tree,
        Err(exit) => return exit,
    };
    let artifacts = &tree.compilation.artifacts;
    match disk::status(&tree.root, artifacts, &tree.selection, &tree.stack_id) {
        Ok(findings) if findings.is_empty() => {
            report::result(&format!("{} files are up to date\n", artifacts.len()))
        }
        Ok(findings) => {
            let faults: Vec<_> = findings.iter().map(fault).collect();
            report::diagnostics(args, &faults, &tree.compilation.sources)
        }
        Err(faults) => report::diagnostics(args, &faults, &tree.compilation.sources),
    }
}

/// What is wrong with a file, and the command that mends it.
fn fault(finding: &Finding) -> Diagnostic {
    let (path, word) = (&finding.path, finding.state.word());
    let (code, help) = match finding.state {
        State::Edited => (
            codes::EDITED,
            format!(
                "make the change in stack.yaml; `stackc build --adopt {path}` throws the edit away"
            ),
        ),
        State::Foreign => (
            codes::FOREIGN,
            format!("move it out of the way; `stackc build --adopt {path}` replaces it"),
        ),
        _ => (codes::OUT_OF_DATE, "run `stackc build` and commit what it writes".to_owned()),
    };
    Diagnostic::global(code, format!("`{path}` is {word}")).help(help)
}
