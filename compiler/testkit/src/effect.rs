//! What a field does: the stack is compiled with and without it, and what each target makes and says
//! is compared.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;

use serde_json::Value;
use stackc_driver::Compilation;
use stackc_source::{Node, NodeKind, Span, codes};

use crate::compile_text;
use crate::sites::{Site, placed, places, removed};
use crate::values::values;

/// What a field does to one target.
#[derive(Debug, Clone, Default)]
pub struct OnTarget {
    /// Some value of it changes an artifact.
    pub changed: bool,
    /// What the target says where it only comes close (W0702).
    pub approximated: Option<String>,
    /// What it says where it does nothing yet (W0701).
    pub planned: Option<String>,
    /// What it says where it refuses (E0501).
    pub refused: Option<String>,
}

/// What a field does.
#[derive(Debug, Clone, Default)]
pub struct Effect {
    /// Whether a value changes an artifact or a diagnostic of a stack without errors.
    pub matters: bool,
    /// Whether a value is an error.
    pub errs: bool,
    /// By target.
    pub targets: BTreeMap<&'static str, OnTarget>,
}

/// A stack that fields are set in, compiled once for all of them.
#[derive(Debug)]
pub struct Base {
    stack: Value,
    whole: OnceLock<Outcome>,
}

impl Base {
    /// Before anything is compiled.
    #[must_use]
    pub fn new(stack: Value) -> Self {
        Self { stack, whole: OnceLock::new() }
    }

    fn whole(&self) -> &Outcome {
        self.whole.get_or_init(|| Outcome::of(&self.stack))
    }
}

/// Tries the values of a field in every place of every stack, until `enough`.
#[must_use]
pub fn effect(site: &Site, bases: &[Base], enough: impl Fn(&Effect) -> bool) -> Effect {
    let mut effect = Effect::default();
    for base in bases {
        let whole = base.whole();
        for place in places(&base.stack, &site.path) {
            // Where the field has to be there, its other values are held against the one it has.
            let bare = removed(&base.stack, &place);
            let bare = (bare != base.stack).then(|| Outcome::of(&bare));
            let without = bare.as_ref().filter(|bare| !bare.errors).unwrap_or(whole);
            effect.matters |= bare.as_ref().is_some_and(|bare| bare.errors) && !whole.errors;
            for value in values(site) {
                let with = Outcome::of(&placed(&base.stack, &place, value));
                compare(&mut effect, without, &with, &place);
                if enough(&effect) {
                    return effect;
                }
            }
        }
    }
    effect
}

fn compare(effect: &mut Effect, without: &Outcome, with: &Outcome, place: &[String]) {
    let differs = with.everything != without.everything;
    effect.matters |= differs && (!with.errors || without.errors);
    effect.errs |= with.errors && !without.errors;
    if !with.errors && !without.errors {
        for (target, hash) in &with.made {
            if without.made.get(target) != Some(hash) {
                effect.targets.entry(target).or_default().changed = true;
            }
        }
        for target in without.made.keys().filter(|target| !with.made.contains_key(*target)) {
            effect.targets.entry(target).or_default().changed = true;
        }
    }
    for said in with.said.iter().filter(|said| said.path.starts_with(place)) {
        let on = effect.targets.entry(said.target).or_default();
        let slot = match said.code {
            "E0501" => &mut on.refused,
            "W0701" => &mut on.planned,
            _ => &mut on.approximated,
        };
        slot.get_or_insert_with(|| said.message.clone());
    }
}

/// What one compilation made and said.
#[derive(Debug)]
struct Outcome {
    errors: bool,
    everything: u64,
    made: BTreeMap<&'static str, u64>,
    said: Vec<Said>,
}

#[derive(Debug)]
struct Said {
    target: &'static str,
    code: &'static str,
    path: Vec<String>,
    message: String,
}

impl Outcome {
    fn of(stack: &Value) -> Self {
        let compilation = compile_text(&stack.to_string());
        let mut hashers: BTreeMap<&'static str, DefaultHasher> = BTreeMap::new();
        for artifact in compilation.artifacts.iter().filter(|artifact| artifact.target != "schema")
        {
            let hasher = hashers.entry(artifact.target).or_default();
            (artifact.path.as_str(), artifact.body.text(), artifact.mode as u8).hash(hasher);
        }
        let made: BTreeMap<_, _> =
            hashers.into_iter().map(|(target, hasher)| (target, hasher.finish())).collect();
        let mut whole = DefaultHasher::new();
        made.hash(&mut whole);
        for found in compilation.diagnostics.iter() {
            (found.code.id, &found.message).hash(&mut whole);
        }
        Self {
            errors: compilation.diagnostics.has_errors(),
            everything: whole.finish(),
            said: said(&compilation),
            made,
        }
    }
}

fn said(compilation: &Compilation) -> Vec<Said> {
    let codes = [codes::UNSUPPORTED, codes::PLANNED, codes::APPROXIMATED];
    let of = |found: &stackc_source::Diagnostic| {
        let span = found.primary.as_ref()?.span;
        let mut path = Vec::new();
        path_to(compilation.document.as_ref()?, span, &mut path);
        Some(Said {
            target: found.target?,
            code: found.code.id,
            path,
            message: found.message.clone(),
        })
    };
    let spoken = compilation.diagnostics.iter().filter(|found| codes.contains(&found.code));
    spoken.filter_map(of).collect()
}

/// The path to the deepest entry that holds a place.
fn path_to(node: &Node, span: Span, path: &mut Vec<String>) {
    let NodeKind::Map(entries) = &node.kind else { return };
    let holds = |entry: &&stackc_source::Entry| entry.key_span.to(entry.value.span).contains(span);
    if let Some(entry) = entries.iter().find(holds) {
        path.push(entry.key.to_string());
        path_to(&entry.value, span, path);
    }
}
