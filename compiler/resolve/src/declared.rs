//! What is said about secrets, held against what uses them in all environments.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{EnvName, Environment, Secret, SecretSource};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Diagnostics, Node, NodeKind, closest, codes, slip};
use stackc_spec::{SecretSpec, StackSpec};

use crate::layers::Layer;
use crate::near::{self, Places};

/// Where names stand in a document, outside its list of secrets.
#[derive(Debug, Default)]
pub(crate) struct Mentions {
    /// Whole texts and keys, each of which may be a name.
    texts: BTreeSet<Box<str>>,
    /// Names of secrets within texts, as `${secrets.NAME}`.
    references: BTreeSet<Box<str>>,
}

/// Every text of a document outside its list of secrets, in which a name may stand.
pub(crate) fn mentions(root: &Node) -> Mentions {
    let mut found = Mentions::default();
    let entries = root.entries().into_iter().flatten();
    for entry in entries.filter(|entry| &*entry.key != "secrets") {
        collect(&entry.value, &mut found);
    }
    found
}

fn collect(node: &Node, found: &mut Mentions) {
    match &node.kind {
        NodeKind::Null => {}
        NodeKind::Scalar(scalar) => {
            found.references.extend(references(&scalar.text));
            found.texts.insert(scalar.text.clone());
        }
        NodeKind::List(items) => items.iter().for_each(|item| collect(item, found)),
        NodeKind::Map(entries) => {
            for entry in entries {
                found.texts.insert(entry.key.clone());
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
    mentioned: &Mentions,
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
        let named =
            mentioned.texts.contains(name.as_str()) || mentioned.references.contains(name.as_str());
        if whole && !used && !named {
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
    slips(spec, environments, mentioned, diagnostics);
}

/// Reports names that nobody describes, one slip of the hand away from one that is known. To use a
/// name is to declare it, so a misspelled one would be a secret that nobody can provide.
fn slips(
    spec: &StackSpec,
    environments: &[Environment],
    mentioned: &Mentions,
    diagnostics: &mut Diagnostics,
) {
    let described = |secret: &Secret| {
        secret.source != SecretSource::Provided || spec.secrets.contains_key(&secret.name)
    };
    let written = |secret: &Secret| mentioned.texts.contains(secret.name.as_str());
    let mut said = BTreeSet::new();
    for environment in environments {
        let names = |known: &dyn Fn(&Secret) -> bool| -> BTreeMap<_, _> {
            let known = environment.secrets.iter().filter(|secret| known(secret));
            known.map(|secret| (&secret.name, &secret.name)).collect()
        };
        // What a list names is meant, unless it is like what is described. A reference is held
        // against the lists and the variables, too.
        let for_listed = names(&described);
        let mut for_others: BTreeMap<_, _> = variables(environment).collect();
        for_others.extend(names(&|secret| described(secret) || written(secret)));
        for secret in environment.secrets.iter().filter(|secret| !described(secret)) {
            let (name, Some(span)) = (&secret.name, secret.span) else { continue };
            let known = if written(secret) { &for_listed } else { &for_others };
            let near = known.keys().map(|known| known.as_str());
            let near = near.filter(|near| near.len().abs_diff(name.as_str().len()) <= 1);
            let near = slip(name.as_str(), near.filter(|near| !is_numbered(name.as_str(), near)));
            let meant = known.iter().find(|(known, _)| Some(known.as_str()) == near);
            if let Some((_, meant)) = meant.filter(|_| said.insert(name.clone())) {
                let message = format!("nothing is known of a secret `{name}`, but of `{meant}`");
                let help = format!(
                    "write `{meant}`; if another is meant, add `{name}: {{}}` to `secrets` of the stack"
                );
                diagnostics.push(Diagnostic::new(codes::BAD_REFERENCE, span, message).help(help));
            }
        }
    }
}

/// Variables of services, each with the secret of another name that it takes.
fn variables(environment: &Environment) -> impl Iterator<Item = (&EnvName, &EnvName)> {
    let all = environment.services.iter().flat_map(|service| &service.secrets);
    let all = all.map(|(variable, id)| (variable, &environment[*id].name));
    all.filter(|(variable, name)| variable != name)
}

/// Whether two names differ by their numbers alone, as those of a series do.
fn is_numbered(one: &str, other: &str) -> bool {
    fn letters(name: &str) -> impl Iterator<Item = u8> {
        name.bytes().filter(|sign| !sign.is_ascii_digit())
    }
    one != other && letters(one).eq(letters(other))
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
