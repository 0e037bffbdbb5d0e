//! Images that move on from one environment to another.

use stackc_model::{Environment, Label, Service};
use stackc_source::{Diagnostic, Diagnostics, Span, codes};

use crate::layers::Layer;
use crate::near;

/// What `release.promote` names exists, and built the same images.
pub(crate) fn check(layers: &[Layer], environments: &[Environment], diagnostics: &mut Diagnostics) {
    for layer in layers {
        let release = layer.spec.as_ref().and_then(|spec| spec.release.as_ref());
        let Some(source) = release.and_then(|release| release.promote.as_ref()) else { continue };
        if !layers.iter().any(|other| other.name == source.value) {
            let message = format!("no environment is called `{}`", source.value);
            let fault = Diagnostic::new(codes::UNDEFINED, source.span, message);
            let written = layers.iter().filter_map(|other| Some((&other.name, other.span?)));
            diagnostics.push(near::suggest(fault, &source.value, &written.collect()));
            continue;
        }
        let find = |name: &Label| environments.iter().find(|found| found.name == *name);
        let (Some(from), Some(to)) = (find(&source.value), find(&layer.name)) else { continue };
        // Said of all environments, it is for those behind the one that builds.
        if from.name != to.name && to.tier >= from.tier {
            same_images(from, to, source.span, diagnostics);
        }
    }
}

fn same_images(from: &Environment, to: &Environment, span: Span, diagnostics: &mut Diagnostics) {
    for service in &to.services {
        let Some(built) = from.services.iter().find(|built| built.name == service.name) else {
            continue;
        };
        let Some((name, place)) = difference(built, service) else { continue };
        let message = format!(
            "`services.{}.public_env.{name}` is built into the image, and differs between `{}` and \
             `{}`, which run the same",
            service.name, from.name, to.name
        );
        diagnostics.push(
            Diagnostic::new(codes::EXCLUSIVE, place, message)
                .related(span, "the image comes from there")
                .help("read it at start (`env`), make it the same in both, or take `promote` out")
                .in_environment(Some(to.name.as_str())),
        );
    }
}

/// The first variable in the image that is not the same in both, and where it is said.
fn difference<'a>(built: &'a Service, runs: &'a Service) -> Option<(&'a str, Span)> {
    let differs = |one: &'a Service, other: &'a Service| {
        let mut said = one.public_env.iter();
        let (name, value) = said.find(|(name, value)| {
            other.public_env.get(*name).map(|other| &other.value) != Some(&value.value)
        })?;
        Some((name.as_str(), value.origin.span().unwrap_or(one.span)))
    };
    differs(runs, built).or_else(|| differs(built, runs))
}
