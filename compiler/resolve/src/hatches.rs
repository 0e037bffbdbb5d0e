//! The escape hatches, as written; what they meet is known once the targets have rendered.

use stackc_model::{Acceptance, Patch, Sourced};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Diagnostics, codes};
use stackc_spec::{Day, StackSpec};

use crate::context::written;

/// The changes to generated files, by name.
pub(crate) fn patches(spec: &StackSpec, diagnostics: &mut Diagnostics) -> Vec<Patch> {
    let patch = |(name, patch): (&stackc_model::Label, &Spanned<stackc_spec::PatchSpec>)| {
        reason(&patch.why, diagnostics);
        Patch {
            name: name.clone(),
            span: patch.span,
            file: written(&patch.file),
            why: patch.why.value.clone(),
            until: day(patch.until.as_ref()),
            merge: patch.merge.value.0.clone(),
        }
    };
    spec.patches.iter().map(patch).collect()
}

/// The fields that are accepted as unsupported, by name.
pub(crate) fn acceptances(spec: &StackSpec, diagnostics: &mut Diagnostics) -> Vec<Acceptance> {
    let accept = |(name, accept): (&stackc_model::Label, &Spanned<stackc_spec::AcceptSpec>)| {
        reason(&accept.why, diagnostics);
        Acceptance {
            name: name.clone(),
            span: accept.span,
            target: written(&accept.target),
            path: written(&accept.path),
            why: accept.why.value.clone(),
            until: day(accept.until.as_ref()),
        }
    };
    spec.accept.iter().map(accept).collect()
}

fn day(until: Option<&Spanned<Day>>) -> Option<Sourced<String>> {
    until.map(|until| Sourced::written(until.value.0.clone(), until.span))
}

/// A reason is for the people who come later, so there must be one.
fn reason(why: &Spanned<String>, diagnostics: &mut Diagnostics) {
    if why.value.trim().is_empty() {
        diagnostics.push(
            Diagnostic::new(codes::MISSING_FIELD, why.span, "`why` gives no reason")
                .help("say in a few words why it has to be so; whoever comes later will ask"),
        );
    }
}
