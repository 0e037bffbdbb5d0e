//! Which image a service runs.

use stackc_model::{EnvName, Kind, Origin, Sourced};
use stackc_source::{Diagnostic, Span, codes};

use crate::context::{Context, written};
use crate::service::DraftService;

/// The image of a service: a third party's as written, ours named after the registry.
pub(crate) fn resolve(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Sourced<String> {
    let spec = draft.own.image.as_ref().or(draft.shared.image.as_ref());
    if *draft.kind == Kind::Image {
        return spec.map(|image| written(image).map(|image| image.0)).unwrap_or_else(|| {
            let message = format!("`services.{}.image` is required for `kind: image`", draft.name);
            cx.push(Diagnostic::new(codes::MISSING_FIELD, draft.own.span, message).help(
                "name the image with its exact tag, such as `image: traefik/whoami:v1.11.0`",
            ));
            Sourced::default(String::new(), "")
        });
    }
    if let Some(image) = spec {
        let message =
            format!("`services.{}.image` is for `kind: image`; this one is built here", draft.name);
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, image.span, message)
                .help("take it out: the image is named after `registry` and the service"),
        );
    }
    let owner = draft
        .own
        .like
        .as_ref()
        .filter(|_| draft.image_of.is_some())
        .map_or(draft.name, |like| &like.value);
    match &cx.spec.registry {
        Some(registry) => {
            let registry = &registry.value.url;
            let base = registry.value.trim_end_matches('/');
            check_registry(base, registry.span, cx);
            let origin = Origin::Derived(registry.span, "the registry and the service's name");
            Sourced { value: format!("{base}/{owner}"), origin }
        }
        None => Sourced::default(
            format!("{}/{owner}", cx.spec.name.value),
            "the stack's and the service's names",
        ),
    }
}

/// The secret with the credentials for the registry of a third party's image.
pub(crate) fn pull_secret(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Option<EnvName> {
    let spec = draft.own.pull_secret.as_ref().or(draft.shared.pull_secret.as_ref())?;
    if *draft.kind != Kind::Image {
        let message = format!(
            "`services.{}.pull_secret` is for `kind: image`; this one is built here",
            draft.name
        );
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, spec.span, message)
                .help("take it out: our images are pulled as `registry` and the target say"),
        );
        return None;
    }
    Some(spec.value.clone())
}

/// A registry path as the OCI distribution specification has repository names.
fn check_registry(base: &str, span: Span, cx: &mut Context<'_>) {
    let part = |text: &str| {
        let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        !text.is_empty()
            && text.chars().all(|c| alphanumeric(c) || "._-".contains(c))
            && text.starts_with(alphanumeric)
            && text.ends_with(alphanumeric)
    };
    let (host, rest) = base.split_once('/').unwrap_or((base, ""));
    let host_fits = part(host)
        || host
            .rsplit_once(':')
            .is_some_and(|(name, port)| part(name) && port.parse::<u16>().is_ok());
    if !host_fits || (!rest.is_empty() && !rest.split('/').all(part)) {
        let message = "this is no registry path";
        cx.push(
            Diagnostic::new(codes::BAD_FORMAT, span, message)
                .help("write it as `ghcr.io/owner/repository`: lower case, without scheme or tag"),
        );
    }
}
