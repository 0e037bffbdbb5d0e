//! `stackc check`

use stackc_driver::disk::{self, Finding, State};

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
            report::remark(&describe(&findings));
            Exit::Differs
        }
        Err(faults) => report::diagnostics(args, &faults, &tree.compilation.sources),
    }
}

fn describe(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let mend = match finding.state {
            State::Edited | State::Foreign => format!("stackc build --adopt {}", finding.path),
            _ => "stackc build".to_owned(),
        };
        text += &format!("{}: {} (mend it with `{mend}`)\n", finding.path, finding.state.word());
    }
    text + &format!("{} generated files are not what stack.yaml says", findings.len())
}
