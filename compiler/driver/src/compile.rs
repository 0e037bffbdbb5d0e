//! From a file to artifacts.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use stackc_model::{Environment, Stack};
use stackc_shape::{Decode, Shape};
use stackc_source::{
    Diagnostic, Diagnostics, FileId, Limits, Node, SourceMap, closest, codes, decode, read,
};
use stackc_spec::StackSpec;
use stackc_target::{Artifact, Artifacts, Body, Mode, RelPath, Target};

use crate::accept::{self, Accepted};
use crate::{Loader, patch};

/// What a run of the compiler found and made.
#[derive(Debug)]
pub struct Compilation {
    /// The texts that spans point into.
    pub sources: SourceMap,
    /// The resolved stack; `None` where there are errors.
    pub stack: Option<Stack>,
    /// What would be written; empty where there are errors.
    pub artifacts: Artifacts,
    /// Everything there is to say, in the order of the source.
    pub diagnostics: Diagnostics,
    /// The targets that are on: those that made something.
    pub active: BTreeSet<&'static str>,
    /// What targets refused and the user accepted.
    pub accepted: Vec<Accepted>,
    /// The document as written, where it could be read.
    pub document: Option<Node>,
    /// How long each stage took.
    pub timings: Timings,
}

/// How long each stage took.
#[derive(Debug, Clone, Default)]
pub struct Timings {
    /// The stages in order.
    pub stages: Vec<(&'static str, Duration)>,
}

impl Timings {
    fn measure<T>(&mut self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.stages.push((stage, start.elapsed()));
        result
    }
}

/// Compiles the stack in the file `name`.
#[must_use]
pub fn compile(loader: &dyn Loader, name: &str, targets: &[&dyn Target]) -> Compilation {
    let (mut sources, mut timings) = (SourceMap::default(), Timings::default());
    let (document, mut diagnostics) = timings.measure("read", || load(loader, name, &mut sources));
    let stack = timings.measure("resolve", || {
        let (stack, found) = document.clone().map(stackc_resolve::resolve)?;
        diagnostics.extend(found);
        stack
    });
    let (mut artifacts, mut accepted) = (Artifacts::default(), Vec::new());
    if let Some(stack) = stack.as_ref().filter(|_| !diagnostics.has_faults()) {
        unknown_targets(stack, targets, &mut diagnostics);
        timings.measure("render", || render(stack, targets, &mut artifacts, &mut diagnostics));
        if let Some(document) = &document {
            accepted = accept::apply(stack, document, targets, &mut diagnostics);
        }
        patch::apply(stack, &mut artifacts, &mut diagnostics);
    }
    let active = artifacts.iter().map(|artifact| artifact.target).collect();
    let mut diagnostics = diagnostics.sorted();
    name_environments(document.as_ref(), &mut diagnostics);
    let diagnostics = diagnostics.redacted(&sources);
    if diagnostics.has_errors() {
        artifacts = Artifacts::default();
    }
    Compilation { sources, stack, artifacts, diagnostics, active, accepted, document, timings }
}

/// What stands in the text of one environment is about that environment, whoever found it.
fn name_environments(document: Option<&Node>, diagnostics: &mut Diagnostics) {
    let entries = document.and_then(|root| root.get("environments")?.entries()).unwrap_or_default();
    diagnostics.name_environments(|span| {
        let mut found = entries.iter().filter(|entry| entry.value.span.contains(span));
        found.next().filter(|_| found.next().is_none()).map(|entry| &*entry.key)
    });
}

fn load(loader: &dyn Loader, name: &str, sources: &mut SourceMap) -> (Option<Node>, Diagnostics) {
    let limits = Limits::default();
    let mut diagnostics = Diagnostics::default();
    let bytes = match loader.load(name, limits.bytes) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("`{name}` cannot be read: {error}");
            diagnostics.push(Diagnostic::global(codes::NOT_READABLE, message));
            return (None, diagnostics);
        }
    };
    match decode(FileId(0), &bytes, limits) {
        Ok(text) => {
            let file = sources.add(name, text.as_str());
            read(file, &text, limits)
        }
        Err(fault) => {
            // What is no text is shown as well as it can be, so that the place can be named. It is
            // text up to there.
            let place = fault.primary.as_ref().map_or(0, |label| label.span.start as usize);
            let end = bytes.len().min(place.saturating_add(4096));
            sources.add(name, String::from_utf8_lossy(bytes.get(..end).unwrap_or(&bytes)));
            diagnostics.push(*fault);
            (None, diagnostics)
        }
    }
}

fn unknown_targets(stack: &Stack, targets: &[&dyn Target], diagnostics: &mut Diagnostics) {
    if targets.is_empty() {
        return;
    }
    let known = || targets.iter().map(|target| target.id());
    let everywhere = stack.environments.iter().flat_map(|environment| &environment.options);
    for (id, node) in stack.options.iter().chain(everywhere) {
        if known().any(|target| target == id) {
            continue;
        }
        if let (true, Some(node)) = (stackc_spec::PLANNED_TARGETS.contains(&id.as_str()), node) {
            let message = format!("the options of `{id}` are kept, but no target renders it yet");
            diagnostics.push(Diagnostic::new(codes::PLANNED, node.span, message));
            continue;
        }
        let list: Vec<_> = known().collect();
        let message = format!("no target is called `{id}`");
        let diagnostic = match node {
            Some(node) => Diagnostic::new(codes::UNKNOWN_TARGET, node.span, message),
            None => Diagnostic::global(codes::UNKNOWN_TARGET, message),
        };
        let help = match closest(id, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("targets are {}", list.join(", ")),
        };
        diagnostics.push(diagnostic.help(help));
    }
}

fn render(
    stack: &Stack,
    targets: &[&dyn Target],
    artifacts: &mut Artifacts,
    diagnostics: &mut Diagnostics,
) {
    let (parts, schema) = render_all(stack, targets);
    // Taken in the order of the targets, whichever was ready first.
    for (found, said) in parts {
        artifacts.append(found);
        diagnostics.extend(said);
    }
    artifacts.retain(|artifact| !switched_off(stack, artifact));
    if !targets.is_empty() {
        add_schema(schema, artifacts);
    }
    for (artifact, first) in artifacts.conflicts() {
        let message = match artifact.path == *first {
            true => format!("two artifacts claim `{first}`"),
            false => format!("`{}` and `{first}` are one file on some disks", artifact.path),
        };
        diagnostics.push(
            Diagnostic::global(codes::PATH_CONFLICT, message)
                .help("rename one of the services, stores or environments they come from"),
        );
    }
}

/// What each target that is on makes and says, in their order, and the schema: on threads of their
/// own where there are processors for them.
fn render_all(stack: &Stack, targets: &[&dyn Target]) -> (Vec<(Artifacts, Diagnostics)>, String) {
    let on = targets.iter().filter(|target| !matches!(stack.options.get(target.id()), Some(None)));
    let render = |target: &&dyn Target| {
        let (mut artifacts, mut diagnostics) = (Artifacts::default(), Diagnostics::default());
        target.render(stack, &mut artifacts, &mut diagnostics);
        diagnostics.retain_mut(|item| {
            item.target = Some(target.id());
            true
        });
        (artifacts, diagnostics)
    };
    if std::thread::available_parallelism().map_or(1, NonZero::get) == 1 {
        return (on.map(render).collect(), schema(targets));
    }
    std::thread::scope(|scope| {
        let parts: Vec<_> = on.map(|target| scope.spawn(move || render(target))).collect();
        let schema = schema(targets);
        let join =
            |part: ScopedJoinHandle<'_, _>| part.join().unwrap_or_else(|it| resume_unwind(it));
        (parts.into_iter().map(join).collect(), schema)
    })
}

/// Whether the artifact's target is off in its environment.
fn switched_off(stack: &Stack, artifact: &Artifact) -> bool {
    let environment = |name: &String| stack.environments.iter().find(|e| e.name.as_str() == name);
    let off = |environment: &Environment| stackc_target::is_off(environment, artifact.target);
    artifact.environment.as_ref().and_then(environment).is_some_and(off)
}

/// The copy of the schema that the editor's modeline names.
fn add_schema(schema: String, artifacts: &mut Artifacts) {
    if let Ok(path) = RelPath::new(".stackc/schema.json") {
        artifacts.add(Artifact {
            path,
            body: Body::Whole(schema),
            mode: Mode::Plain,
            target: "schema",
            environment: None,
        });
    }
}

/// The JSON Schema of the language with the options of these targets, as text.
#[must_use]
pub fn schema(targets: &[&dyn Target]) -> String {
    let planned = stackc_spec::PLANNED_TARGETS.iter().map(|id| (*id, Shape::Any));
    let options = targets.iter().map(|target| (target.id(), target.options()));
    let options: Vec<_> = options.chain(planned.filter(|_| !targets.is_empty())).collect();
    let id = "urn:stackc:schema:v1/Stack";
    let schema = stackc_shape::json_schema(id, StackSpec::shape(), &options);
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}
