//! One JSON object per line.

use super::mask::Masks;
use super::place::Place;
use super::text::safe_json;
use serde::Serialize;
use stackc_source::{Diagnostic, Fix, Label, Severity, SourceMap};
use std::io;

/// A diagnostic. Fields without a value are null, so that every object has the same ones.
#[derive(Serialize)]
struct Line<'a> {
    code: &'a str,
    severity: Severity,
    message: String,
    help: Option<String>,
    environment: Option<&'a str>,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    byte_start: Option<u32>,
    byte_end: Option<u32>,
    label: Option<String>,
    related: Vec<Related<'a>>,
    fix: Option<WrittenFix<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    text: String,
}

#[derive(Serialize)]
struct WrittenFix<'a> {
    title: String,
    certain: bool,
    edits: Vec<WrittenEdit<'a>>,
}

#[derive(Serialize)]
struct WrittenEdit<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    replacement: &'a str,
}

pub(super) fn render(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    masks: &Masks<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for item in diagnostics {
        let json = serde_json::to_string(&line(item, sources, masks))?;
        writeln!(out, "{}", safe_json(&json))?;
    }
    Ok(())
}

fn line<'a>(item: &'a Diagnostic, sources: &'a SourceMap, masks: &Masks<'_>) -> Line<'a> {
    let place = item.primary.as_ref().and_then(|label| Place::of(label.span, sources));
    let place = place.as_ref();
    let label = item.primary.as_ref().filter(|label| !label.text.is_empty());
    Line {
        code: item.code.id,
        severity: item.severity(),
        message: masks.redact(&item.message),
        help: item.help.as_deref().map(|help| masks.redact(help)),
        environment: item.environment.as_deref(),
        file: place.map(|place| place.file),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        end_line: place.map(|place| place.end_line),
        end_column: place.map(|place| place.end_column),
        byte_start: place.map(|place| place.byte_start),
        byte_end: place.map(|place| place.byte_end),
        label: label.map(|label| masks.redact(&label.text)),
        related: item.related.iter().filter_map(|label| related(label, sources, masks)).collect(),
        fix: item.fix.as_ref().and_then(|fix| written(fix, sources, masks)),
    }
}

fn related<'a>(label: &Label, sources: &'a SourceMap, masks: &Masks<'_>) -> Option<Related<'a>> {
    Some(Related { place: Place::of(label.span, sources)?, text: masks.redact(&label.text) })
}

/// A fix as it can be applied; one that would write a masked text is left out.
fn written<'a>(fix: &'a Fix, sources: &'a SourceMap, masks: &Masks<'_>) -> Option<WrittenFix<'a>> {
    let edits = fix.edits.iter().map(|edit| {
        let shown = !masks.touches(&edit.replacement);
        let place = Place::of(edit.span, sources).filter(|_| shown)?;
        Some(WrittenEdit { place, replacement: &edit.replacement })
    });
    let (title, certain) = (masks.redact(&fix.title), fix.certain);
    Some(WrittenFix { title, certain, edits: edits.collect::<Option<_>>()? })
}
