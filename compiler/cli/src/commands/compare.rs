//! `stackc diff --env OLD..NEW`

use serde_json::{Map, Value, json};
use stackc_driver::{Difference, compare};

use crate::args::{Args, Diff, DiffFormat};
use crate::exit::Exit;
use crate::project::{Project, known_environment};
use crate::{render, report};

/// Parts of the model whose entries are shown under a heading of their own.
const COLLECTIONS: [&str; 8] =
    ["services", "data", "external", "domains", "routes", "secrets", "limits", "targets"];

/// Shows how the model of one environment differs from that of another.
pub(crate) fn run(args: &Args, options: &Diff, old: &str, new: &str) -> Exit {
    if options.select.target.is_some() || options.select.out.is_some() {
        report::remark("environments are compared as a whole: leave `--target` and `--out` out");
        return Exit::Usage;
    }
    let found = match differences(args, old, new) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let names = (old, new);
    let text = match (options.format, options.stat) {
        (DiffFormat::Json, _) => format!("{:#}\n", as_json(&found, names)),
        (DiffFormat::Markdown, _) => as_markdown(&found, names),
        (DiffFormat::Text, stat) => as_text(&found, names, stat),
    };
    match report::result(&text) {
        Exit::Fine if !found.is_empty() => Exit::Differs,
        exit => exit,
    }
}

fn differences(args: &Args, old: &str, new: &str) -> Result<Vec<Difference>, Exit> {
    let compilation = Project::find(args)?.compiled(args)?;
    known_environment(args, Some(old), &compilation)?;
    known_environment(args, Some(new), &compilation)?;
    let stack = compilation.stack.as_ref().ok_or(Exit::Internal)?;
    compare(stack, old, new).ok_or(Exit::Internal)
}

fn as_json(found: &[Difference], (old, new): (&str, &str)) -> Value {
    let changes = found.iter().map(|found| {
        let mut change = Map::new();
        change.insert("path".to_owned(), found.path.join(".").into());
        change.extend(found.old.clone().map(|value| ("old".to_owned(), value)));
        change.extend(found.new.clone().map(|value| ("new".to_owned(), value)));
        Value::Object(change)
    });
    json!({ "old": old, "new": new, "changes": changes.collect::<Vec<_>>() })
}

/// A heading per thing, and below it the path in it with both values; or the number of them.
fn as_text(found: &[Difference], (old, new): (&str, &str), stat: bool) -> String {
    if found.is_empty() {
        return String::new();
    }
    let mut text = format!("{old} → {new}\n");
    for group in found.chunk_by(|a, b| heading(a).0 == heading(b).0) {
        let Some((title, _)) = group.first().map(heading) else { continue };
        if stat {
            text += &format!("  {title}: {}\n", group.len());
            continue;
        }
        text += &format!("\n{title}\n");
        for found in group {
            let rest = heading(found).1;
            let place = if rest.is_empty() { String::new() } else { format!("{rest}: ") };
            text += &format!("  {place}{}\n", both(found, (old, new)));
        }
    }
    text
}

/// The thing a difference is about, and the rest of its path.
fn heading(found: &Difference) -> (String, String) {
    let collection = found.path.first().is_some_and(|first| COLLECTIONS.contains(&&**first));
    let depth = if collection { 2 } else { 1 };
    let (head, rest) = found.path.split_at(depth.min(found.path.len()));
    (render::plain(&head.join(".")), render::plain(&rest.join(".")))
}

fn both(found: &Difference, (old, new): (&str, &str)) -> String {
    match (&found.old, &found.new) {
        // A whole thing says enough by being there.
        (None, Some(Value::Object(_))) => format!("only in {new}"),
        (Some(Value::Object(_)), None) => format!("only in {old}"),
        (before, after) => format!("{} → {}", value(before.as_ref()), value(after.as_ref())),
    }
}

fn value(side: Option<&Value>) -> String {
    side.map_or_else(|| "none".to_owned(), render::value)
}

fn as_markdown(found: &[Difference], (old, new): (&str, &str)) -> String {
    let mut text = format!("| path | {old} | {new} |\n|---|---|---|\n");
    for found in found {
        let cell = |side: &Option<Value>| {
            let shown = side.as_ref().map_or(String::new(), |it| code(&value(Some(it))));
            shown.replace('|', "\\|")
        };
        let path = code(&render::plain(&found.path.join("."))).replace('|', "\\|");
        text += &format!("| {path} | {} | {} |\n", cell(&found.old), cell(&found.new));
    }
    text
}

/// A text as code, whatever backticks are in it.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    match longest {
        0 => format!("{fence}{text}{fence}"),
        _ => format!("{fence} {text} {fence}"),
    }
}
