//! `stackc check`

use stackc_driver::disk::{self, Finding, State};
use stackc_driver::{Correction, mend};
use stackc_source::{Diagnostic, FileId, SourceMap, codes};

use crate::args::{Args, Check};
use crate::exit::Exit;
use crate::project::{Project, Tree, targets};
use crate::{render, report};

/// Fails when the stack is wrong or the tree is not what the stack says; writes nothing but fixes.
pub(crate) fn run(args: &Args, options: &Check) -> Exit {
    if options.fix
        && let Err(exit) = fix(args)
    {
        return exit;
    }
    let tree = match Tree::open(args, &options.select) {
        Ok(tree) => tree,
        Err(exit) => return exit,
    };
    let artifacts = &tree.compilation.artifacts;
    match disk::status(&tree.root, artifacts, &tree.selection, &tree.stack_id) {
        Ok(findings) if findings.is_empty() => {
            tree.report(args, &[]);
            report::result(&format!("{} files are up to date\n", artifacts.len()))
        }
        Ok(findings) => {
            let faults: Vec<_> = findings.iter().map(fault).collect();
            tree.report(args, &faults)
        }
        Err(faults) => tree.report(args, &faults),
    }
}

/// Applies the certain fixes and says which; what is wrong still is found by the check itself.
fn fix(args: &Args) -> Result<(), Exit> {
    let project = Project::find(args)?;
    let before = project.compile();
    let Some(old) = text(&before.sources) else { return Ok(()) };
    let (after, corrections) = mend(before, targets());
    let Some(new) = text(&after.sources).filter(|_| !corrections.is_empty()) else { return Ok(()) };
    if let Err(error) = project.rewrite(&old, &new) {
        let message = format!("`{}` cannot be fixed: {error}", project.shown());
        let fault = Diagnostic::global(codes::IO, message).help("nothing was changed");
        return Err(report::diagnostics(args, &[fault], &after.sources));
    }
    match report::result(&summary(&project.shown(), &corrections)) {
        Exit::Fine => Ok(()),
        exit => Err(exit),
    }
}

fn text(sources: &SourceMap) -> Option<String> {
    sources.file(FileId(0)).map(|file| file.text.clone())
}

fn summary(name: &str, corrections: &[Correction]) -> String {
    let line = |done: &Correction| {
        let (before, after) = (render::short(&done.before), render::short(&done.after));
        let name = render::short(name);
        format!("{name}:{}:{}: {before} → {after} ({})\n", done.line, done.column, done.code.id)
    };
    let plural = if corrections.len() == 1 { "" } else { "es" };
    let lines: String = corrections.iter().map(line).collect();
    format!("{lines}{} fix{plural} applied\n", corrections.len())
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
