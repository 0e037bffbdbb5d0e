//! How a service is built, and with which version of its language.

use std::collections::BTreeMap;

use stackc_model::{Build, EnvName, Kind, Origin, PackageManager, Service, Sourced, pins};
use stackc_shape::{RawText, Spanned};
use stackc_source::{Diagnostic, codes};
use stackc_spec::{BuildSpec, PackageManagerWord};

use crate::context::{Context, or, written};
use crate::service::DraftService;
use crate::text::{self, Place, Scope};
use crate::variables::check_credential;

/// Languages whose old lines get no security fixes any more: their name, their pin, their kinds.
const LANGUAGES: [(&str, &str, &[Kind]); 2] = [
    ("Node.js", "node", &[Kind::Nextjs, Kind::Node, Kind::Vite]),
    ("Python", "python", &[Kind::Python]),
];

/// How a service is built.
pub(crate) fn resolve(draft: &DraftService<'_>, scope: &Scope, cx: &mut Context<'_>) -> Build {
    let default = BuildSpec::default();
    let spec = spec(draft).unwrap_or(&default);
    let context = or(spec.context.as_ref(), ".".to_owned(), "the repository root");
    let dockerfile = dockerfile(spec);
    for path in [spec.context.as_ref(), dockerfile].into_iter().flatten() {
        relative(path, cx);
    }
    let argument = |(name, value): (&String, &Spanned<RawText>), cx: &mut Context<'_>| {
        Some((name.clone(), plain(name, value, scope, cx)?.value))
    };
    Build {
        context,
        dockerfile: dockerfile.map(written),
        target: spec.target.as_ref().map(written),
        args: spec.args.iter().filter_map(|entry| argument(entry, cx)).collect(),
        package_manager: match spec.package_manager.as_ref().map(|word| word.value) {
            None | Some(PackageManagerWord::Npm) => PackageManager::Npm,
            Some(PackageManagerWord::Pnpm) => PackageManager::Pnpm,
            Some(PackageManagerWord::Yarn) => PackageManager::Yarn,
        },
    }
}

/// Until Dockerfiles are generated somebody has to write them.
pub(crate) fn unwritten(drafts: &[DraftService<'_>], services: &[Service], cx: &mut Context<'_>) {
    let lacks = |service: &Service| {
        let generated = service.build.as_ref().is_some_and(|build| build.dockerfile.is_none());
        generated && service.image_of.is_none()
    };
    let missing: Vec<_> =
        drafts.iter().zip(services).filter(|(_, service)| lacks(service)).collect();
    let Some((first, _)) = missing.first() else { return };
    let names: Vec<_> =
        missing.iter().take(5).map(|(draft, _)| format!("`{}`", draft.name)).collect();
    let more = match missing.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!("no Dockerfile is written yet for {}{more}", names.join(", "));
    let span = first.kind.origin.span().unwrap_or(first.own.span);
    cx.push(
        Diagnostic::new(codes::PLANNED, span, message)
            .help("put one into the folder it is built from, or name yours in `build`"),
    );
}

/// What is said of its build: by itself, or by the service it is like.
pub(crate) fn spec<'a>(draft: &DraftService<'a>) -> Option<&'a BuildSpec> {
    draft.own.build.as_ref().or(draft.shared.build.as_ref()).map(|build| &build.value)
}

/// The Dockerfile that somebody wrote; `generate` is the word for having none.
pub(crate) fn dockerfile(spec: &BuildSpec) -> Option<&Spanned<String>> {
    spec.dockerfile.as_ref().filter(|path| path.value != "generate")
}

/// The variables that are fixed in the image, and so are those of the service whose image it runs.
pub(crate) fn public_env(
    draft: &DraftService<'_>,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> BTreeMap<EnvName, Sourced<String>> {
    let own = &draft.own.public_env;
    if let Some(value) = own.values().next() {
        let why = match (*draft.kind, draft.image_of) {
            (Kind::Image, _) => Some("nothing is built of a third party's image"),
            (_, Some(_)) => Some("the image of the service it is like has them built in already"),
            _ => None,
        };
        if let Some(why) = why {
            let message = format!("`services.{}.public_env` changes nothing: {why}", draft.name);
            cx.push(
                Diagnostic::new(codes::NO_EFFECT, value.span, message)
                    .help("use `env`, which is read at start, or give it a `build` of its own"),
            );
        }
    }
    let said: Vec<_> = draft.both(|service| &service.public_env).into_iter().collect();
    said.into_iter()
        .filter_map(|(name, value)| Some((name.clone(), plain(name.as_str(), value, scope, cx)?)))
        .collect()
}

/// A value that is written into an image: references are followed, secrets refused.
fn plain(
    name: &str,
    value: &Spanned<RawText>,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Sourced<String>> {
    let draft = text::resolve(&value.value.0, value.span, Place::Plain, scope, cx)?;
    let text = draft.plain()?;
    check_credential(&text, name, Origin::Written(value.span), cx);
    Some(Sourced::written(text, value.span))
}

/// A path inside the repository.
pub(crate) fn relative(path: &Spanned<String>, cx: &mut Context<'_>) -> bool {
    let text = path.value.trim_end_matches('/');
    let fault = match text {
        "" => Some("is empty"),
        "." => None,
        _ if text.starts_with('/') => Some("is absolute; it is seen from the repository root"),
        _ if text.split('/').any(|part| part.is_empty() || part == "..") => {
            Some("leaves the repository")
        }
        _ if text.chars().any(|c| c.is_control() || "\\:*?\"<>|".contains(c)) => {
            Some("has a character that paths cannot have everywhere")
        }
        _ => None,
    };
    if let Some(fault) = fault {
        cx.push(
            Diagnostic::new(codes::BAD_PATH, path.span, format!("the path {fault}"))
                .help("write it as seen from the repository root, such as `services/api`"),
        );
    }
    fault.is_none()
}

/// The version of the service's language.
pub(crate) fn runtime(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Option<Sourced<String>> {
    let kind = *draft.kind;
    let spec = draft.own.runtime.as_ref().or(draft.shared.runtime.as_ref());
    let found = spec
        .map(|version| written(version).map(|version| version.0))
        .or(usual_runtime(kind, cx))?;
    if let Some(span) = found.origin.span() {
        let language = LANGUAGES.iter().find(|(_, _, kinds)| kinds.contains(&kind));
        if let Some((name, pin, _)) = language
            && let Some(oldest) = pins::oldest(pin).filter(|oldest| older(&found.value, oldest))
        {
            let message = format!("{name} {} has no security fixes any more", found.value);
            let help = match *pin {
                "node" => format!("use one of {}", pins::lines(pin).join(", ")),
                _ => format!("use {oldest} or newer"),
            };
            cx.push(Diagnostic::new(codes::UNKNOWN_VERSION, span, message).help(help));
        }
    }
    if let (Kind::Static | Kind::Image, Some(spec)) = (kind, spec) {
        let message = format!("`services.{}.runtime` changes nothing for this kind", draft.name);
        cx.push(Diagnostic::new(codes::NO_EFFECT, spec.span, message).help("take it out"));
    }
    Some(found)
}

/// Whether a version comes before a line, compared as far as both are written.
fn older(version: &str, line: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> {
        text.split('.').map(|part| part.parse().unwrap_or(0)).collect()
    };
    let (version, line) = (numbers(version), numbers(line));
    version.iter().zip(&line).find(|(a, b)| a != b).is_some_and(|(a, b)| a < b)
}

fn usual_runtime(kind: Kind, cx: &Context<'_>) -> Option<Sourced<String>> {
    let usual = |name, why| Some(Sourced::default(pins::usual(name)?.to_owned(), why));
    match kind {
        Kind::Nextjs | Kind::Node | Kind::Vite => match cx.spec.versions.get("node") {
            Some(node) => Some(Sourced::written(node.value.0.clone(), node.span)),
            None => usual("node", "the newest line under maintenance"),
        },
        Kind::Python => usual("python", "a line with years of security fixes ahead"),
        Kind::Static | Kind::Go | Kind::Rust | Kind::Image => None,
    }
}

#[cfg(test)]
mod tests {
    use stackc_shape::Spanned;
    use stackc_source::{FileId, Span};
    use stackc_spec::BuildSpec;

    #[test]
    fn generate_is_a_word_and_no_file() {
        let said = |text: &str| {
            let dockerfile =
                Some(Spanned { value: text.to_owned(), span: Span::new(FileId(0), 0, 0) });
            let spec = BuildSpec { dockerfile, ..BuildSpec::default() };
            super::dockerfile(&spec).map(|path| path.value.clone())
        };
        assert_eq!(said("generate"), None);
        assert_eq!(said("api/generate").as_deref(), Some("api/generate"));
    }
}
