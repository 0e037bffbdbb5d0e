//! What every part of the resolver has at hand.

use stackc_model::{Label, Origin, Sourced, Tier};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Diagnostics, Span};
use stackc_spec::StackSpec;

/// The environment being resolved and what was found in it.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// What was written, overlays merged.
    pub(crate) spec: &'a StackSpec,
    /// The environment's name.
    pub(crate) name: &'a Label,
    /// Its tier.
    pub(crate) tier: Tier,
    /// Where its own text stands.
    pub(crate) overlay: Option<Span>,
    /// What is wrong.
    pub(crate) diagnostics: &'a mut Diagnostics,
}

impl Context<'_> {
    /// Reports a fault; one inside the overlay names the environment.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        let place = diagnostic.primary.as_ref().map(|label| label.span);
        let inside = place.is_some_and(|span| self.in_overlay(span));
        let name = inside.then(|| self.name.as_str());
        self.diagnostics.push(diagnostic.in_environment(name));
    }

    /// Whether a place lies in the environment's own text.
    pub(crate) fn in_overlay(&self, span: Span) -> bool {
        self.overlay.is_some_and(|overlay| overlay.contains(span))
    }
}

/// What was written, with its place.
pub(crate) fn written<T: Clone>(value: &Spanned<T>) -> Sourced<T> {
    Sourced::written(value.value.clone(), value.span)
}

/// What was written, or a default with its reason.
pub(crate) fn or<T: Clone>(
    value: Option<&Spanned<T>>,
    default: T,
    reason: &'static str,
) -> Sourced<T> {
    value.map_or_else(|| Sourced::default(default, reason), written)
}

/// As [`or`], for a written form that has to be turned into another type.
pub(crate) fn or_map<S, T>(
    value: Option<&Spanned<S>>,
    convert: impl FnOnce(&S) -> T,
    default: T,
    reason: &'static str,
) -> Sourced<T> {
    match value {
        Some(value) => {
            Sourced { value: convert(&value.value), origin: Origin::Written(value.span) }
        }
        None => Sourced::default(default, reason),
    }
}
