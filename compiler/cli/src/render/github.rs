//! Annotations of GitHub Actions: workflow commands, one per diagnostic.

use super::mask::Masks;
use super::place::Place;
use super::text::clean;
use stackc_source::{Diagnostic, Severity, SourceMap};
use std::io;

pub(super) fn render(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    masks: &Masks<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for item in diagnostics {
        let command = match item.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let properties: Vec<String> = properties(item, sources)
            .into_iter()
            .map(|(name, value)| format!("{name}={}", escape_property(&value)))
            .collect();
        let message = escape(&clean(&masks.redact(&message(item))));
        writeln!(out, "::{command} {}::{message}", properties.join(","))?;
    }
    Ok(())
}

fn properties(item: &Diagnostic, sources: &SourceMap) -> Vec<(&'static str, String)> {
    let mut list = Vec::new();
    let place = item.primary.as_ref().and_then(|label| Place::of(label.span, sources));
    if let Some(place) = place {
        list.push(("file", clean(place.file)));
        list.push(("line", place.line.to_string()));
        // The runner drops columns of a range over several lines, with a complaint.
        let one_line = place.line == place.end_line;
        if one_line {
            list.push(("col", place.column.to_string()));
        }
        list.push(("endLine", place.end_line.to_string()));
        if one_line {
            list.push(("endColumn", place.end_column.to_string()));
        }
    }
    list.push(("title", format!("{} {}", item.code.id, item.code.title)));
    list
}

/// What is wrong, what to do, and where it shows.
fn message(item: &Diagnostic) -> String {
    let environment = item.environment.as_ref().map(|name| format!("in environment `{name}`"));
    let parts = [Some(item.message.clone()), item.help.clone(), environment];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// Escapes a cleaned text, which holds no carriage return any more.
fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}
