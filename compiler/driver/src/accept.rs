//! `accept`: what a target cannot honour and the user does without.

use stackc_model::{Acceptance, Stack};
use stackc_shape::{Decode, expand};
use stackc_source::{Diagnostic, Diagnostics, Node, NodeKind, Span, closest, codes};
use stackc_spec::StackSpec;
use stackc_target::Target;

/// A refusal that the user accepted.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// What the target said.
    pub refusal: Diagnostic,
    /// Why the system does well without.
    pub why: String,
}

/// Takes out what is accepted, and reports acceptances that meet nothing. What is not accepted is
/// told how it could be.
pub(crate) fn apply(
    stack: &Stack,
    document: &Node,
    targets: &[&dyn Target],
    diagnostics: &mut Diagnostics,
) -> Vec<Accepted> {
    let mut accepted = Vec::new();
    if stack.acceptances.is_empty() && !diagnostics.iter().any(Diagnostic::is_refusal) {
        return accepted;
    }
    let document = expand(document.clone(), StackSpec::shape(), &mut Diagnostics::default());
    for acceptance in &stack.acceptances {
        match accept(acceptance, &document, targets, diagnostics) {
            Ok(refusals) => accepted.extend(
                refusals
                    .into_iter()
                    .map(|refusal| Accepted { refusal, why: acceptance.why.clone() }),
            ),
            Err(fault) => diagnostics.push(*fault),
        }
    }
    diagnostics.retain_mut(|item| {
        if item.is_refusal() {
            offer(item, &document);
        }
        true
    });
    accepted
}

/// Applies one acceptance and gives what it meets; the fault where that is nothing.
fn accept(
    acceptance: &Acceptance,
    document: &Node,
    targets: &[&dyn Target],
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
    let at =
        |origin: &stackc_model::Sourced<String>| origin.origin.span().unwrap_or(acceptance.span);
    let known = || targets.iter().map(|target| target.id());
    let Some(target) = known().find(|id| *id == *acceptance.target) else {
        let span = at(&acceptance.target);
        if stackc_spec::PLANNED_TARGETS.contains(&acceptance.target.as_str()) {
            let message = format!("the acceptance `{}` waits for its target", acceptance.name);
            return Err(Box::new(Diagnostic::new(codes::PLANNED, span, message)));
        }
        let message = format!("no target is called `{}`", *acceptance.target);
        return Err(Box::new(
            Diagnostic::new(codes::UNKNOWN_TARGET, at(&acceptance.target), message)
                .did_you_mean(closest(&acceptance.target, known())),
        ));
    };
    let places = places(document, &acceptance.path);
    if places.is_empty() {
        let message = format!("the stack says nothing at `{}`", *acceptance.path);
        let fault = Diagnostic::new(codes::ACCEPT, at(&acceptance.path), message)
            .help("name the field by its path, such as `services.web.volumes.uploads`");
        return Err(Box::new(match reached(document, &acceptance.path) {
            Some(span) => fault.related(span, "the path leads as far as this"),
            None => fault,
        }));
    }
    let mut met = Vec::new();
    diagnostics.retain_mut(|item| {
        let own = [codes::UNSUPPORTED, codes::APPROXIMATED, codes::PLANNED].contains(&item.code)
            && item.target == Some(target);
        // What no target renders yet, this one does not either.
        let nobodys = item.code == codes::PLANNED && item.target.is_none();
        let concerns = (own || nobodys)
            && item.primary.as_ref().is_some_and(|label| inside(&places, label.span));
        if concerns {
            met.push(item.clone());
        }
        !concerns
    });
    if met.is_empty() {
        let message = format!("`{target}` has nothing against `{}`", *acceptance.path);
        let fault = Diagnostic::new(codes::ACCEPT, acceptance.span, message);
        return Err(Box::new(fault.help("take the entry out")));
    }
    Ok(met)
}

fn inside(places: &[Span], span: Span) -> bool {
    places.iter().any(|place| place.contains(span))
}

/// Where a path is said: in the stack and in each of its environments.
fn places(document: &Node, path: &str) -> Vec<Span> {
    let Some(path) = crate::explain::long_path(path) else { return Vec::new() };
    let environments = document.get("environments").and_then(Node::entries).unwrap_or(&[]);
    let layers = environments.iter().map(|entry| &entry.value);
    std::iter::once(document).chain(layers).filter_map(|layer| place(layer, &path)).collect()
}

/// The last key a path leads to in the stack.
fn reached(document: &Node, path: &str) -> Option<Span> {
    let path = crate::explain::long_path(path)?;
    let mut node = document;
    let keys = path.iter().map_while(|key| {
        let entry = node.entry(key)?;
        node = &entry.value;
        Some(entry.key_span)
    });
    keys.last()
}

fn place(layer: &Node, path: &[String]) -> Option<Span> {
    let (last, above) = path.split_last()?;
    let parent = above.iter().try_fold(layer, |node, key| node.get(key))?;
    let entry = parent.entry(last)?;
    Some(entry.key_span.to(entry.value.span))
}

/// Says under which path a refusal could be accepted.
fn offer(item: &mut Diagnostic, document: &Node) {
    let Some(span) = item.primary.as_ref().map(|label| label.span) else { return };
    let mut path = Vec::new();
    find(document, span, &mut path);
    if path.first() == Some(&"environments") {
        path.drain(..path.len().min(2));
    }
    let (Some(target), false) = (item.target, path.is_empty()) else { return };
    let offer = format!(
        "to do without, add it to `accept` with `target: {target}`, `path: {}` and the reason",
        path.join(".")
    );
    item.help = Some(match item.help.take() {
        Some(help) => format!("{help}; {offer}"),
        None => offer,
    });
}

/// The path to the deepest entry that holds a place.
fn find<'n>(node: &'n Node, span: Span, path: &mut Vec<&'n str>) {
    let NodeKind::Map(entries) = &node.kind else { return };
    let holds = |entry: &&stackc_source::Entry| entry.key_span.to(entry.value.span).contains(span);
    if let Some(entry) = entries.iter().find(holds) {
        path.push(&entry.key);
        find(&entry.value, span, path);
    }
}
