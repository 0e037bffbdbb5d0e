//! From what was written to what runs.
//!
//! [`resolve`] lays each environment over the base, decodes the result, fills in defaults, follows
//! every name and checks the rules that span the stack. It returns the model *and* everything that
//! is wrong; the model is there only when nothing is.

mod build;
mod check;
mod ci;
mod connections;
mod context;
mod copies;
mod cors;
mod credential;
mod csp;
mod data;
mod declared;
mod edge;
mod environment;
mod external;
mod hatches;
mod header;
mod health;
mod image;
mod inside;
mod jobs;
mod layers;
mod limits;
mod listening;
mod mail;
mod near;
mod needs;
mod observe;
mod order;
mod profile;
mod promote;
mod replication;
mod running;
mod runtime;
mod secrets;
mod service;
mod slo;
mod text;
mod variables;
mod watched;

use std::collections::BTreeMap;

use stackc_model::{Sourced, Stack};
use stackc_source::{Diagnostic, Diagnostics, Node, codes};
use stackc_spec::StackSpec;

use crate::layers::Layer;

/// Resolves a document into a stack.
///
/// The diagnostics are complete: every environment is looked at, whatever is wrong in another.
#[must_use]
pub fn resolve(root: Node) -> (Option<Stack>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    credential::scan(&root, &mut diagnostics);
    let mentioned = declared::mentions(&root);
    let layers = layers::layers(root, &mut diagnostics);
    let mut environments = Vec::with_capacity(layers.len());
    for layer in &layers {
        environments.extend(environment::resolve(layer, &mut diagnostics));
    }
    build::name_files(&mut environments);
    check::across(&environments, &mut diagnostics);
    promote::check(&layers, &environments, &mut diagnostics);
    declared::check(&layers, &environments, &mentioned, &mut diagnostics);
    let stack = match layers.iter().max_by_key(|layer| layer.tier) {
        Some(layer) => stack(layer, &mut diagnostics),
        None => None,
    };
    if diagnostics.has_faults() {
        return (None, diagnostics);
    }
    environments.sort_by(|a, b| (a.tier, &a.name).cmp(&(b.tier, &b.name)));
    (stack.map(|stack| Stack { environments, ..stack }), diagnostics)
}

/// What is the same in every environment, taken from the most serious one.
fn stack(layer: &Layer, diagnostics: &mut Diagnostics) -> Option<Stack> {
    let spec = layer.spec.as_ref()?;
    language_version(spec, diagnostics);
    let written =
        |text: &stackc_shape::Spanned<String>| Sourced::written(text.value.clone(), text.span);
    Some(Stack {
        name: spec.name.value.clone(),
        title: spec
            .title
            .as_ref()
            .map_or_else(|| spec.name.to_string(), |title| title.value.clone()),
        registry: spec.registry.as_ref().map(|registry| written(&registry.value.url)),
        out: spec.out.as_ref().map(written),
        ci: ci::resolve(spec),
        timezone: spec.timezone.as_ref().map_or_else(
            || Sourced::default("Etc/UTC".to_owned(), "schedules count in UTC"),
            |zone| Sourced::written(zone.value.0.clone(), zone.span),
        ),
        versions: versions(spec, diagnostics),
        options: layers::options(spec),
        patches: hatches::patches(spec, diagnostics),
        acceptances: hatches::acceptances(spec, diagnostics),
        environments: Vec::new(),
    })
}

fn language_version(spec: &StackSpec, diagnostics: &mut Diagnostics) {
    if spec.stack.value != 1 {
        let message =
            format!("this compiler speaks version 1 of the language, not {}", spec.stack.value);
        diagnostics.push(
            Diagnostic::new(codes::LANGUAGE_VERSION, spec.stack.span, message)
                .help("write `stack: 1`, or use the compiler that speaks the other version"),
        );
    }
}

/// Versions of what the compiler chooses; only names it knows.
fn versions(spec: &StackSpec, diagnostics: &mut Diagnostics) -> BTreeMap<String, Sourced<String>> {
    const KNOWN: [&str; 2] = ["nginx", "node"];
    let mut found = BTreeMap::new();
    for (name, version) in &spec.versions {
        match KNOWN.iter().find(|known| *known == name) {
            None => {
                diagnostics.push(
                    Diagnostic::new(
                        codes::UNKNOWN_KEY,
                        version.span,
                        format!("the compiler chooses no version of `{name}`"),
                    )
                    .help("it chooses those of `nginx` and `node`"),
                );
            }
            Some(image) => {
                data::check_pin(image, &version.value.0, version.span, diagnostics);
                found.insert(name.clone(), Sourced::written(version.value.0.clone(), version.span));
            }
        }
    }
    found
}
