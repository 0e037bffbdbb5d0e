//! What is said about secrets, held against what uses them in all environments.

use std::collections::BTreeSet;

use stackc_model::{EnvName, Environment};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Diagnostics, Node, NodeKind, closest, codes};
use stackc_spec::{SecretSpec, StackSpec};

use crate::layers::Layer;
use crate::near::{self, Places};

/// Every text of a document outside its list of secrets, in which a name may stand.
pub(crate) fn mentions(root: &Node) -> BTreeSet<Box<str>> {
    let mut found = BTreeSet::new();
    let entries = root.entries().into_iter().flatten();
    for entry in entries.filter(|entry| &*entry.key != "secrets") {
        collect(&entry.value, &mut found);
    }
    found
}

fn collect(node: &Node, found: &mut BTreeSet<Box<str>>) {
    match &node.kind {
        NodeKind::Null => {}
        NodeKind::Scalar(scalar) => {
            found.extend(references(&scalar.text));
            found.insert(scalar.text.clone());
        }
        NodeKind::List(items) => items.iter().for_each(|item| collect(item, found)),
        NodeKind::Map(entries) => {
            for entry in entries {
                found.insert(entry.key.clone());
                collect(&entry.value, found);
            }
        }
    }
}

/// The secrets a text refers to with `${secrets.NAME}`.
fn references(text: &str) -> impl Iterator<Item = Box<str>> {
    text.split("${secrets.")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.into())
}

/// Checks the list of secrets of the most serious environment, which is that of the stack.
pub(crate) fn check(
    layers: &[Layer],
    environments: &[Environment],
    mentioned: &BTreeSet<Box<str>>,
    diagnostics: &mut Diagnostics,
) {
    let Some(spec) = layers.last().and_then(|layer| layer.spec.as_ref()) else { return };
    // Where an environment could not be resolved, nobody knows what it would have used.
    let whole = environments.len() == layers.len();
    for (name, secret) in &spec.secrets {
        known_environments(secret, layers, diagnostics);
        public_half(name, secret, spec, diagnostics);
        if let Some(variable) = spec.env.get(name) {
            let message = format!("`{name}` is both a secret and a variable");
            diagnostics.push(
                Diagnostic::new(codes::COLLISION, variable.span, message)
                    .related(secret.span, "the secret")
                    .help("rename one of them"),
            );
        }
        let used = environments.iter().any(|environment| {
            environment.secret(name).is_some_and(|secret| !secret.consumers.is_empty())
        });
        if whole && !used && !mentioned.contains(name.as_str()) {
            let message = format!("nobody uses the secret `{name}`");
            diagnostics.push(
                Diagnostic::new(codes::NO_EFFECT, secret.span, message)
                    .help("name it under a service's `secrets`, or take it out"),
            );
        }
        for environment in environments {
            absent(name, secret, environment, diagnostics);
        }
    }
}

fn known_environments(secret: &SecretSpec, layers: &[Layer], diagnostics: &mut Diagnostics) {
    let places: Places<'_> =
        layers.iter().filter_map(|layer| Some((&layer.name, layer.span?))).collect();
    for environment in &secret.environments {
        if !layers.iter().any(|layer| layer.name == environment.value) {
            let message = format!("there is no environment `{}`", environment.value);
            let names = layers.iter().map(|layer| layer.name.as_str());
            let fault = Diagnostic::new(codes::UNDEFINED, environment.span, message)
                .help("name one of `environments`")
                .did_you_mean(closest(environment.value.as_str(), names));
            diagnostics.push(near::show(fault, &environment.value, &places));
        }
    }
}

/// The public half of a pair goes into a variable that is provided when deploying.
fn public_half(
    name: &EnvName,
    secret: &SecretSpec,
    spec: &StackSpec,
    diagnostics: &mut Diagnostics,
) {
    let Some(public) = &secret.public else { return };
    let pair = |recipe: &str| recipe.starts_with("keypair") || recipe == "vapid";
    if !secret.generate.as_ref().is_some_and(|recipe| pair(&recipe.value.0)) {
        let message = format!("`{name}` has no public half: it is not made as a pair");
        diagnostics.push(
            Diagnostic::new(codes::NO_EFFECT, public.span, message)
                .help("write `generate: keypair:ed25519` or `generate: vapid`, or take it out"),
        );
        return;
    }
    let variable = spec.env.get(&public.value);
    let provided = |flag: &Spanned<bool>| flag.value;
    if !variable.is_some_and(|variable| variable.provided.as_ref().is_some_and(provided)) {
        let message = format!("no variable `{}` takes the public half of `{name}`", public.value);
        diagnostics.push(
            Diagnostic::new(codes::UNDEFINED, public.span, message)
                .help(format!("add `env: {{{}: {{provided: true}}}}`", public.value)),
        );
    }
}

/// A secret that an environment does not have must not be used there.
fn absent(
    name: &EnvName,
    secret: &Spanned<SecretSpec>,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) {
    let Some(first) = secret.environments.first() else { return };
    let here = secret.environments.iter().any(|name| name.value == environment.name);
    let consumers = environment.secret(name).map(|secret| &secret.consumers);
    let Some(consumer) = consumers.and_then(|consumers| consumers.first()).filter(|_| !here) else {
        return;
    };
    let message =
        format!("`{consumer}` uses `{name}` in `{}`, which does not have it", environment.name);
    let add = format!(
        "add `{}` to its `environments`, or give the service something else there",
        environment.name
    );
    diagnostics.push(Diagnostic::new(codes::SECRET_ABSENT, first.span, message).help(add));
}
