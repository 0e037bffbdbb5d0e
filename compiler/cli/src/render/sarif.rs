//! A SARIF 2.1.0 log, for code hosts that collect the findings of analysers.

use super::mask::Masks;
use super::place::Place;
use super::text::safe_json;
use serde_json::{Value, json};
use stackc_source::{Code, Diagnostic, Edit, FileId, Severity, SourceMap, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::io;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn render(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    masks: &Masks<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let codes: BTreeSet<Code> = diagnostics.iter().map(|item| item.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let writer = Writer { sources, masks, codes: &codes };
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "stackc",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": diagnostics.iter().map(|item| writer.result(item)).collect::<Vec<_>>(),
        }],
    });
    writeln!(out, "{}", safe_json(&serde_json::to_string_pretty(&log)?))
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.id,
        "shortDescription": { "text": code.title },
        "help": { "text": format!("see `stackc explain {}`", code.id) },
        "defaultConfiguration": { "level": level(code.severity) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

struct Writer<'a> {
    sources: &'a SourceMap,
    masks: &'a Masks<'a>,
    codes: &'a [Code],
}

impl Writer<'_> {
    fn result(&self, item: &Diagnostic) -> Value {
        let mut result = json!({
            "ruleId": item.code.id,
            "ruleIndex": self.codes.iter().position(|code| *code == item.code),
            "level": level(item.severity()),
            "message": { "text": self.message(item) },
            "locations": item.primary.iter().filter_map(|label| self.location(label.span)).collect::<Vec<_>>(),
        });
        if !item.related.is_empty() {
            result["relatedLocations"] = self.related(item);
        }
        if let Some(fix) = self.fix(item) {
            result["fixes"] = json!([fix]);
        }
        if let Some(environment) = &item.environment {
            result["properties"] = json!({ "environment": environment });
        }
        result
    }

    fn message(&self, item: &Diagnostic) -> String {
        let text = match &item.help {
            Some(help) => format!("{}\n{help}", item.message),
            None => item.message.clone(),
        };
        self.masks.redact(&text)
    }

    fn location(&self, span: Span) -> Option<Value> {
        Some(json!({ "physicalLocation": {
            "artifactLocation": self.artifact(span.file)?,
            "region": self.region(span)?,
        }}))
    }

    fn related(&self, item: &Diagnostic) -> Value {
        let place = |label: &stackc_source::Label| {
            let mut location = self.location(label.span)?;
            location["message"] = json!({ "text": self.masks.redact(&label.text) });
            Some(location)
        };
        item.related.iter().filter_map(place).collect()
    }

    fn artifact(&self, file: FileId) -> Option<Value> {
        Some(json!({ "uri": uri(&self.sources.file(file)?.name) }))
    }

    fn region(&self, span: Span) -> Option<Value> {
        let place = Place::of(span, self.sources)?;
        Some(json!({
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        }))
    }

    /// The fix as replacements per file; one that would write a masked text is left out.
    fn fix(&self, item: &Diagnostic) -> Option<Value> {
        let fix = item.fix.as_ref()?;
        let mut files: BTreeMap<FileId, Vec<Value>> = BTreeMap::new();
        for edit in &fix.edits {
            files.entry(edit.span.file).or_default().push(self.replacement(edit)?);
        }
        let changes = files.into_iter().map(|(file, replacements)| {
            let artifact = self.artifact(file)?;
            Some(json!({ "artifactLocation": artifact, "replacements": replacements }))
        });
        Some(json!({
            "description": { "text": self.masks.redact(&fix.title) },
            "artifactChanges": changes.collect::<Option<Vec<_>>>()?,
        }))
    }

    fn replacement(&self, edit: &Edit) -> Option<Value> {
        if self.masks.touches(&edit.replacement) {
            return None;
        }
        Some(json!({
            "deletedRegion": self.region(edit.span)?,
            "insertedContent": { "text": edit.replacement },
        }))
    }
}

/// A relative path as a URI reference.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
