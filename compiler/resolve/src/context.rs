//! What every part of the resolver has at hand.

use std::collections::BTreeSet;

use stackc_model::{Label, Origin, Sourced, Tier};
use stackc_shape::Spanned;
use stackc_source::{Code, Diagnostic, Diagnostics, Span, codes};
use stackc_spec::{PlatformWord, StackSpec};

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
    /// The names as written, where some could not be decoded.
    pub(crate) faulty: Option<&'a BTreeSet<Box<str>>>,
    /// What is wrong.
    pub(crate) diagnostics: &'a mut Diagnostics,
}

impl Context<'_> {
    /// Reports a fault of this environment; what shows in several is no fault of one
    /// ([`Diagnostics::sorted`]). What may only follow from a value that could not be decoded is
    /// left out: that value has been complained of.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        const FOLLOW: [Code; 3] = [codes::NO_PORT, codes::LIMIT_UNMATCHED, codes::MISSING_FIELD];
        if self.faulty.is_some() && FOLLOW.contains(&diagnostic.code) {
            return;
        }
        self.diagnostics.push(diagnostic.in_environment(Some(self.name.as_str())));
    }

    /// Reports what the targets of the platforms here refuse, each for itself, so that it can be
    /// accepted.
    pub(crate) fn refuse(&mut self, span: Span, help: &str, message: impl Fn(&str) -> String) {
        for target in self.targets() {
            self.push(
                Diagnostic::new(codes::UNSUPPORTED, span, message(target))
                    .help(help)
                    .by_target(target),
            );
        }
    }

    /// The targets that run services here.
    fn targets(&self) -> Vec<&'static str> {
        let words = match &self.spec.deploy {
            Some(deploy) if self.tier != Tier::Development => &deploy.value,
            _ => return vec!["compose"],
        };
        let target = |word: PlatformWord| match word {
            PlatformWord::Compose => Some("compose"),
            PlatformWord::Kubernetes => Some("kubernetes"),
            _ => None,
        };
        words.iter().filter_map(|word| target(word.value)).collect()
    }

    /// Whether a name is written, though what it names could not be decoded.
    pub(crate) fn is_written(&self, name: &str) -> bool {
        self.faulty.is_some_and(|names| names.contains(name))
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
