//! The loss report: what each target that is on makes of each field the stack uses.

use std::collections::BTreeMap;

use stackc_shape::{Decode, Shape, expand};
use stackc_source::{Diagnostic, Diagnostics, Entry, Node, NodeKind, Span, codes};
use stackc_spec::{EnvironmentSpec, StackSpec};
use stackc_target::{Claims, Level, Target};

use crate::Compilation;

/// The report about a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The targets that are on, in order.
    pub targets: Vec<&'static str>,
    /// The fields that are used and rendered, in the order they are written.
    pub rows: Vec<Row>,
    /// The fields that are used and that no target renders yet.
    pub planned: Vec<String>,
}

/// A field that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its path in the stack.
    pub path: String,
    /// What each target makes of it, in the order of [`Report::targets`].
    pub cells: Vec<Cell>,
}

/// What a target makes of a field here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// `exact`, `approximated`, `planned`, `unsupported`, `accepted`, or `-` where the field does not
    /// concern the target.
    pub level: &'static str,
    /// The bound as it is in this stack, or the reason.
    pub note: Option<String>,
}

impl Cell {
    fn plain(level: &'static str) -> Self {
        Self { level, note: None }
    }

    fn noted(level: &'static str, note: &str) -> Self {
        Self { level, note: Some(note.to_owned()) }
    }
}

/// The claims of a target.
///
#[must_use]
pub fn claims(target: &dyn Target) -> Claims {
    serde_json::from_str(target.support()).unwrap_or_default()
}

/// Reports about what was compiled; targets that are off are left out.
#[must_use]
pub fn support(compilation: &Compilation, targets: &[&dyn Target]) -> Report {
    let on: Vec<_> = targets
        .iter()
        .filter(|target| compilation.active.contains(target.id()))
        .map(|target| (target.id(), claims(*target)))
        .collect();
    let fields = compilation.document.clone().map(used).unwrap_or_default();
    let row = |field: Field| Row {
        cells: on.iter().map(|(id, claims)| cell(&field, id, claims, compilation)).collect(),
        path: field.path,
    };
    let (planned, rendered): (Vec<_>, Vec<_>) = fields.into_iter().partition(|field| field.planned);
    Report {
        targets: on.iter().map(|(id, _)| *id).collect(),
        rows: rendered.into_iter().map(row).collect(),
        planned: planned.into_iter().map(|field| field.path).collect(),
    }
}

/// What a target makes of a field: what it said here, else what it claims.
fn cell(field: &Field, target: &str, claims: &Claims, compilation: &Compilation) -> Cell {
    let level = claims.level(&field.pattern);
    match level {
        Some(Level::Exact) => return Cell::plain("exact"),
        None => return Cell::plain("-"),
        Some(_) => {}
    }
    let here = |item: &&Diagnostic| {
        item.target == Some(target)
            && item.primary.as_ref().is_some_and(|label| field.place.contains(label.span))
    };
    if let Some(accepted) = compilation.accepted.iter().find(|it| here(&&it.refusal)) {
        let note = format!("{}; accepted: {}", accepted.refusal.message, accepted.why);
        return Cell { level: "accepted", note: Some(note) };
    }
    let worst = [
        (codes::UNSUPPORTED, "unsupported"),
        (codes::PLANNED, "planned"),
        (codes::APPROXIMATED, "approximated"),
    ];
    for (code, word) in worst {
        let said = compilation.diagnostics.iter().filter(here).find(|item| item.code == code);
        if let Some(item) = said {
            return Cell::noted(word, &item.message);
        }
    }
    match level {
        // The bound shows only where it is met, and then the target says so.
        Some(Level::Planned(note)) => Cell::noted("planned", note),
        _ => Cell::plain("exact"),
    }
}

/// A field that is written.
struct Field {
    path: String,
    /// The path with `*` for names; that of the section inside an environment.
    pattern: String,
    place: Span,
    planned: bool,
}

/// Fields that are about the stack itself, or belong to a target.
const LEFT_OUT: [&str; 5] = ["stack", "environments", "targets", "patches", "accept"];

/// The fields that are written, in order.
fn used(document: Node) -> Vec<Field> {
    let document = expand(document, StackSpec::shape(), &mut Diagnostics::default());
    let mut fields = Vec::new();
    let mut walk = Walk { path: Vec::new(), fields: &mut fields };
    walk.sections(&document);
    let environments = document.get("environments").and_then(Node::entries).unwrap_or(&[]);
    for environment in environments {
        walk.path = vec!["environments".to_owned(), environment.key.to_string()];
        walk.own(environment);
        walk.sections(&environment.value);
    }
    fields.sort_by_key(|field| field.place);
    fields
}

struct Walk<'f> {
    path: Vec<String>,
    fields: &'f mut Vec<Field>,
}

impl Walk<'_> {
    /// The sections of the stack in a mapping.
    fn sections(&mut self, node: &Node) {
        let (Some(record), Some(entries)) = (StackSpec::shape().record(), node.entries()) else {
            return;
        };
        for entry in entries.iter().filter(|entry| !LEFT_OUT.contains(&&*entry.key)) {
            if let Some(field) = record.field(&entry.key) {
                self.entry(entry, &[], &entry.key, (field.shape)(), field.planned);
            }
        }
    }

    /// An environment's own fields.
    fn own(&mut self, environment: &Entry) {
        let (Some(record), Some(stack), Some(entries)) = (
            EnvironmentSpec::shape().record(),
            StackSpec::shape().record(),
            environment.value.entries(),
        ) else {
            return;
        };
        let pattern = ["environments".to_owned(), "*".to_owned()];
        for entry in entries.iter().filter(|entry| stack.field(&entry.key).is_none()) {
            if let Some(field) = record.field(&entry.key) {
                self.entry(entry, &pattern, &entry.key, (field.shape)(), field.planned);
            }
        }
    }

    fn entry(&mut self, entry: &Entry, pattern: &[String], key: &str, shape: Shape, planned: bool) {
        self.path.push(entry.key.to_string());
        let pattern: Vec<_> = pattern.iter().cloned().chain([key.to_owned()]).collect();
        match &entry.value.kind {
            NodeKind::Map(entries) if !planned => self.inside(entry, entries, &pattern, shape),
            _ => self.leaf(entry, &pattern, planned),
        }
        self.path.pop();
    }

    fn inside(&mut self, entry: &Entry, entries: &[Entry], pattern: &[String], shape: Shape) {
        match shape {
            Shape::Switch(inner) | Shape::Nullable(inner) => {
                self.inside(entry, entries, pattern, inner());
            }
            Shape::Record(record) => {
                for inner in entries {
                    if let Some(field) = record.field(&inner.key) {
                        self.entry(inner, pattern, &inner.key, (field.shape)(), field.planned);
                    }
                }
            }
            Shape::Map(_, value) => {
                for inner in entries {
                    self.entry(inner, pattern, "*", value(), false);
                }
            }
            _ => self.leaf(entry, pattern, false),
        }
    }

    fn leaf(&mut self, entry: &Entry, pattern: &[String], planned: bool) {
        self.fields.push(Field {
            path: self.path.join("."),
            pattern: pattern.join("."),
            place: entry.key_span.to(entry.value.span),
            planned,
        });
    }
}

/// How often each level stands in a report.
#[must_use]
pub fn tally(report: &Report) -> BTreeMap<&'static str, usize> {
    let mut tally = BTreeMap::new();
    for cell in report.rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.level != "-") {
        *tally.entry(cell.level).or_default() += 1;
    }
    tally
}
