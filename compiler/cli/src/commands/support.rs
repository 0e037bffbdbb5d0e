//! `stackc support`

use serde_json::json;
use stackc_driver::{Report, Row, tally};

use crate::args::{Args, ReportFormat, Support};
use crate::exit::Exit;
use crate::project::{self, Project};
use crate::report;

/// Shows what each target makes of each field the stack uses; writes nothing.
pub(crate) fn run(args: &Args, options: &Support) -> Exit {
    let project = match Project::find(args) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let compilation = project.compile();
    if compilation.stack.is_none() {
        let all: Vec<_> = compilation.diagnostics.iter().cloned().collect();
        return report::diagnostics(args, &all, &compilation.sources);
    }
    let mut found = stackc_driver::support(&compilation, project::targets());
    if let Some(target) = &options.target {
        only(&mut found, target);
    }
    report::result(&match options.format {
        ReportFormat::Text => text(&found),
        ReportFormat::Json => to_json(&found),
    })
}

/// Leaves one target, and the fields that concern it.
fn only(report: &mut Report, target: &str) {
    let at = report.targets.iter().position(|id| *id == target);
    report.targets.retain(|id| *id == target);
    for row in &mut report.rows {
        row.cells = at.and_then(|at| row.cells.get(at)).cloned().into_iter().collect();
    }
    report.rows.retain(|row| row.cells.iter().any(|cell| cell.level != "-"));
}

/// A table with a column per target; bounds and reasons stand below it.
fn text(report: &Report) -> String {
    if report.targets.is_empty() {
        return "this target is off\n".to_owned();
    }
    let mut notes: Vec<&str> = Vec::new();
    let rows: Vec<(&str, Vec<String>)> =
        report.rows.iter().map(|row| (row.path.as_str(), words(row, &mut notes))).collect();
    let first = rows.iter().map(|(path, _)| path.chars().count()).max().unwrap_or(0).max(5);
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|(_, cells)| cells.get(at)).map(String::len);
        cells.chain([report.targets[at].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..report.targets.len()).map(width).collect();
    let line = |path: &str, cells: &mut dyn Iterator<Item = &str>| {
        let cells = cells.zip(&widths).map(|(cell, width)| format!("  {cell:<width$}"));
        let line = format!("{path:<first$}{}", cells.collect::<String>());
        format!("{}\n", line.trim_end())
    };
    let mut out = line("field", &mut report.targets.iter().copied());
    for (path, cells) in &rows {
        out += &line(path, &mut cells.iter().map(String::as_str));
    }
    if !notes.is_empty() {
        out.push('\n');
    }
    for (at, note) in notes.iter().enumerate() {
        out += &format!("[{}] {note}\n", at + 1);
    }
    if !report.planned.is_empty() {
        out += &format!("\nNo target renders these yet:\n  {}\n", report.planned.join("\n  "));
    }
    let counts: Vec<_> =
        tally(report).into_iter().map(|(level, count)| format!("{count} {level}")).collect();
    out + &format!("\n{}\n", counts.join(", "))
}

/// The cells of a row; each note has its number.
fn words<'r>(row: &'r Row, notes: &mut Vec<&'r str>) -> Vec<String> {
    let word = |cell: &'r stackc_driver::Cell| match &cell.note {
        None => cell.level.to_owned(),
        Some(note) => {
            let at = notes.iter().position(|known| known == note).unwrap_or_else(|| {
                notes.push(note);
                notes.len() - 1
            });
            format!("{} [{}]", cell.level, at + 1)
        }
    };
    row.cells.iter().map(word).collect()
}

fn to_json(report: &Report) -> String {
    let fields: Vec<_> = report
        .rows
        .iter()
        .map(|row| {
            let cells = report.targets.iter().zip(&row.cells).map(|(target, cell)| {
                let cell = json!({ "level": cell.level, "note": cell.note });
                ((*target).to_owned(), cell)
            });
            json!({ "path": row.path, "targets": cells.collect::<serde_json::Map<_, _>>() })
        })
        .collect();
    format!("{:#}\n", json!({ "fields": fields, "planned": report.planned }))
}
