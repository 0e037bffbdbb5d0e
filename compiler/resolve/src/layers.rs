//! Each environment laid over the base and decoded.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{Label, Tier};
use stackc_shape::{Decode, Decoder, Segment, Shape, expand, overlay};
use stackc_source::{Diagnostic, Diagnostics, Entry, Node, NodeKind, Span, codes};
use stackc_spec::{EnvironmentSpec, StackSpec, TierWord};

/// One environment before it is resolved.
#[derive(Debug)]
pub(crate) struct Layer {
    /// Its name.
    pub(crate) name: Label,
    /// Where its entry stands; `None` for one that exists by default.
    pub(crate) span: Option<Span>,
    /// Its tier.
    pub(crate) tier: Tier,
    /// Its own fields.
    pub(crate) head: Option<EnvironmentSpec>,
    /// The base with its sections laid over; `None` where it could not be decoded.
    pub(crate) spec: Option<StackSpec>,
    /// Where its own text stands.
    pub(crate) overlay: Option<Span>,
    /// The names of services, stores, externals and domains as written, where some of them could not
    /// be decoded: what refers to them is not wrong for that. `None` where all could.
    pub(crate) faulty: Option<BTreeSet<Box<str>>>,
}

/// Every environment, written or implied, decoded.
pub(crate) fn layers(root: Node, diagnostics: &mut Diagnostics) -> Vec<Layer> {
    let mut root = expand(root, StackSpec::shape(), diagnostics);
    let written = take_environments(&mut root, diagnostics);
    let mut layers: Vec<Layer> = Vec::new();
    for entry in written {
        layers.extend(written_layer(&root, &entry, diagnostics));
    }
    for (name, tier) in [("development", Tier::Development), ("production", Tier::Production)] {
        if !layers.iter().any(|layer| layer.tier == tier) {
            layers.extend(implied_layer(&root, name, tier, diagnostics));
        }
    }
    layers.sort_by(|a, b| (a.tier, &a.name).cmp(&(b.tier, &b.name)));
    layers
}

/// Takes the entries of `environments` out of the document.
fn take_environments(root: &mut Node, diagnostics: &mut Diagnostics) -> Vec<Entry> {
    let NodeKind::Map(entries) = &mut root.kind else { return Vec::new() };
    let Some(at) = entries.iter().position(|entry| &*entry.key == "environments") else {
        return Vec::new();
    };
    let environments = entries.remove(at);
    match environments.value.kind {
        NodeKind::Map(entries) => {
            entries.into_iter().filter(|entry| !entry.key.starts_with("x-")).collect()
        }
        _ => {
            let message = "`environments` takes a mapping of names to environments";
            diagnostics.push(
                Diagnostic::new(codes::WRONG_TYPE, environments.value.span, message)
                    .help("write `NAME: {}` for one that says nothing else"),
            );
            Vec::new()
        }
    }
}

fn written_layer(root: &Node, entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Layer> {
    let name = match Label::new(&entry.key) {
        Ok(name) => name,
        Err(fault) => {
            let message = format!("the environment name `{}` {fault}", entry.key);
            let better = Label::new(&entry.key.to_ascii_lowercase().replace('_', "-")).ok();
            diagnostics.push(
                Diagnostic::new(codes::BAD_NAME, entry.key_span, message)
                    .did_you_mean(better.as_ref().map(Label::as_str)),
            );
            return None;
        }
    };
    let whole = entry.key_span.to(entry.value.span);
    let NodeKind::Map(entries) = &entry.value.kind else {
        let message =
            format!("the environment `{name}` takes a mapping, not {}", entry.value.describe());
        diagnostics.push(
            Diagnostic::new(codes::WRONG_TYPE, entry.value.span, message)
                .help("`{}` takes everything as the stack says it"),
        );
        return None;
    };
    let (sections, own) = split(entries, &name, diagnostics);
    let own = Node { kind: NodeKind::Map(own), span: entry.value.span };
    let mut decoder = Decoder::for_environment(name.as_str(), Some(whole));
    let head = decoder.within(Segment::Key("environments"), |decoder| {
        decoder.within(Segment::Key(&entry.key), |decoder| EnvironmentSpec::decode(&own, decoder))
    });
    diagnostics.extend(decoder.finish());
    let sections = Node { kind: NodeKind::Map(sections), span: entry.value.span };
    let merged = overlay(root.clone(), &sections, name.as_str(), diagnostics);
    let tier = tier(&name, head.as_ref());
    let (spec, faulty) = decode(&merged, &name, Some(whole), diagnostics);
    Some(Layer { name, span: Some(entry.key_span), tier, head, spec, overlay: Some(whole), faulty })
}

fn implied_layer(
    root: &Node,
    name: &str,
    tier: Tier,
    diagnostics: &mut Diagnostics,
) -> Option<Layer> {
    let name = Label::new(name).ok()?;
    let (spec, faulty) = decode(root, &name, None, diagnostics);
    Some(Layer { name, span: None, tier, head: None, spec, overlay: None, faulty })
}

fn decode(
    merged: &Node,
    name: &Label,
    overlay: Option<Span>,
    diagnostics: &mut Diagnostics,
) -> (Option<StackSpec>, Option<BTreeSet<Box<str>>>) {
    let mut decoder = Decoder::for_environment(name.as_str(), overlay);
    let spec = StackSpec::decode(merged, &mut decoder);
    let found = decoder.finish();
    let faulty = found.has_errors().then(|| names(merged));
    diagnostics.extend(found);
    (spec, faulty)
}

/// The names that other parts of a document may refer to, as written.
fn names(document: &Node) -> BTreeSet<Box<str>> {
    let sections = ["services", "data", "external", "domains"];
    let entries = sections.into_iter().filter_map(|section| document.get(section)?.entries());
    entries.flatten().map(|entry| entry.key.clone()).collect()
}

/// The sections of the stack in an overlay, and the environment's own fields.
fn split(
    entries: &[Entry],
    name: &Label,
    diagnostics: &mut Diagnostics,
) -> (Vec<Entry>, Vec<Entry>) {
    let (Shape::Record(stack), Shape::Record(own)) = (StackSpec::shape(), EnvironmentSpec::shape())
    else {
        return (Vec::new(), Vec::new());
    };
    let (mut sections, mut fields) = (Vec::new(), Vec::new());
    for entry in entries.iter().filter(|entry| !entry.key.starts_with("x-")) {
        match (stack.field(&entry.key), own.field(&entry.key)) {
            (Some(_), Some(_)) => sections.push(entry.clone()),
            (Some(_), None) => {
                let message = format!("`{}` is the same in every environment", entry.key);
                diagnostics.push(
                    Diagnostic::new(codes::NOT_OVERRIDABLE, entry.key_span, message)
                        .help("move it to the top level of the file")
                        .in_environment(Some(name.as_str())),
                );
            }
            (None, Some(_)) => fields.push(entry.clone()),
            (None, None) => unknown(entry, own, name, diagnostics),
        }
    }
    (sections, fields)
}

fn unknown(
    entry: &Entry,
    own: &'static stackc_shape::Record,
    name: &Label,
    diagnostics: &mut Diagnostics,
) {
    let known =
        own.fields.iter().map(|field| field.key).chain(own.moves.iter().map(|moved| moved.from));
    let message = format!("an environment has no key `{}`", entry.key);
    diagnostics.push(
        Diagnostic::new(codes::UNKNOWN_KEY, entry.key_span, message)
            .help("it takes its own fields (`tier`, `branch`, `tag`, `manual`, …) and the sections of the stack")
            .one_of(&entry.key, known)
            .in_environment(Some(name.as_str())),
    );
}

fn tier(name: &Label, head: Option<&EnvironmentSpec>) -> Tier {
    let word = head.and_then(|head| head.tier.as_ref()).map(|tier| tier.value);
    match (word, name.as_str()) {
        (Some(TierWord::Development), _) | (None, "development") => Tier::Development,
        (Some(TierWord::Preview), _) | (None, "preview") => Tier::Preview,
        (Some(TierWord::Production), _) | (None, "production") => Tier::Production,
        (Some(TierWord::Staging), _) | (None, _) => Tier::Staging,
    }
}

/// The option trees of the targets; `None` where one is switched off.
pub(crate) fn options(spec: &StackSpec) -> BTreeMap<String, Option<Node>> {
    let option = |node: &Node| match node.as_scalar().and_then(stackc_source::Scalar::as_bool) {
        Some(false) => None,
        Some(true) => Some(Node::empty_map(node.span)),
        None => Some(node.clone()),
    };
    spec.targets.iter().map(|(id, value)| (id.clone(), option(&value.0))).collect()
}
