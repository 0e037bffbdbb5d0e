//! `stackc diff`

use stackc_driver::disk::{self, Policy, Style};

use crate::args::{Args, Diff, DiffFormat};
use crate::commands::compare;
use crate::exit::Exit;
use crate::project::Tree;
use crate::report;

/// Shows what `build` would change, or how two environments differ; writes nothing.
pub(crate) fn run(args: &Args, options: &Diff) -> Exit {
    if let Some((old, new)) = options.select.env.as_deref().and_then(|env| env.split_once("..")) {
        return compare::run(args, options, old, new);
    }
    let tree = match Tree::open(args, &options.select) {
        Ok(tree) => tree,
        Err(exit) => return exit,
    };
    // A preview does not stop at files that were edited by hand: it shows what would become of them.
    let policy = Policy { force: true, adopt: Vec::new() };
    let planned = disk::plan(
        &tree.root,
        &tree.compilation.artifacts,
        &tree.selection,
        &policy,
        &tree.stack_id,
    );
    let plan = match planned {
        Ok(plan) => plan,
        Err(faults) => return tree.report(args, &faults),
    };
    tree.report(args, &[]);
    let text = match (options.format, options.stat) {
        (DiffFormat::Json, _) => disk::to_json(&plan),
        (DiffFormat::Markdown, _) => disk::to_markdown(&plan),
        (DiffFormat::Text, true) => disk::to_stat(&plan),
        (DiffFormat::Text, false) => {
            let color = report::colour(args, &std::io::stdout());
            disk::to_text(&plan, Style { color, ..Style::default() })
        }
    };
    match report::result(&text) {
        Exit::Fine if plan.has_changes() => Exit::Differs,
        exit => exit,
    }
}
