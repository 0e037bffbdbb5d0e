//! With which version of its language a service is built and runs, and how its files are served.

use stackc_model::{Kind, Sourced, StaticFiles, pins};
use stackc_source::{Diagnostic, codes};

use crate::build::{generated, relative};
use crate::context::{Context, or, written};
use crate::service::DraftService;

/// Languages: their name, their image, their kinds.
const LANGUAGES: [(&str, &str, &[Kind]); 4] = [
    ("Node.js", "node", &[Kind::Nextjs, Kind::Node, Kind::Vite]),
    ("Python", "python", &[Kind::Python]),
    ("Go", "golang", &[Kind::Go]),
    ("Rust", "rust", &[Kind::Rust]),
];

/// The version of the service's language.
pub(crate) fn runtime(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Option<Sourced<String>> {
    let kind = *draft.kind;
    let spec = draft.own.runtime.as_ref().or(draft.shared.runtime.as_ref());
    let found = spec
        .map(|version| written(version).map(|version| version.0))
        .or(usual_runtime(kind, cx))?;
    check(draft, &found, cx);
    if let (Kind::Static | Kind::Image, Some(spec)) = (kind, spec) {
        let message = format!("`services.{}.runtime` changes nothing for this kind", draft.name);
        cx.push(Diagnostic::new(codes::NO_EFFECT, spec.span, message).help("take it out"));
    }
    Some(found)
}

/// Reports a version without security fixes, or one that no verified image of is known to build with.
fn check(draft: &DraftService<'_>, found: &Sourced<String>, cx: &mut Context<'_>) {
    let language = LANGUAGES.iter().find(|(_, _, kinds)| kinds.contains(&draft.kind));
    let (Some((name, image, _)), Some(span)) = (language, found.origin.span()) else { return };
    let known = pins::lines(image).join(", ");
    let fault = match pins::oldest(image) {
        Some(oldest) if older(found, oldest) => "has no security fixes any more",
        _ if generated(draft) && pins::image(image, found).is_none() => "is no line that is known",
        _ => return,
    };
    cx.push(
        Diagnostic::new(codes::UNKNOWN_VERSION, span, format!("{name} {} {fault}", found.value))
            .help(format!("use one of {known}")),
    );
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

/// How its files are served; `None` where a program answers.
pub(crate) fn files_served(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Option<StaticFiles> {
    let default = stackc_spec::StaticSpec::default();
    let said = draft.own.files_served.as_ref();
    let spec = said.unwrap_or(&default);
    let places = [
        spec.spa.as_ref().map(|spa| spa.span),
        spec.not_found.as_ref().map(|page| page.span),
        spec.clean_urls.as_ref().map(|clean| clean.span),
    ];
    let why = match *draft.kind {
        kind if !kind.is_static() => Some("a program answers every path"),
        _ if !generated(draft) => Some("the Dockerfile of your own decides"),
        _ => None,
    };
    if let (Some(why), Some(span)) = (why, places.into_iter().flatten().next()) {
        let message = format!("`services.{}.static` changes nothing: {why}", draft.name);
        cx.push(Diagnostic::new(codes::NO_EFFECT, span, message).help("take it out"));
    }
    if let Some(page) = &spec.not_found {
        relative(page, cx);
    }
    if let (Some(page), Some(spa)) = (&spec.not_found, spec.spa.as_ref().filter(|spa| spa.value)) {
        let message =
            "with `spa` every unknown path is the front page, so there is no page for one";
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, page.span, message).related(spa.span, "said here"),
        );
    }
    let spa = match &spec.not_found {
        // Whoever has a page for unknown paths does not want the front page for them.
        Some(page) if spec.spa.is_none() => Sourced {
            value: false,
            origin: stackc_model::Origin::Derived(page.span, "unknown paths have a page"),
        },
        _ if *draft.kind == Kind::Vite => {
            or(spec.spa.as_ref(), true, "a Vite build is a single-page application")
        }
        _ => or(spec.spa.as_ref(), false, "files are pages"),
    };
    draft.kind.is_static().then(|| StaticFiles {
        spa,
        not_found: spec.not_found.as_ref().map(written),
        clean_urls: or(spec.clean_urls.as_ref(), false, "paths name files"),
    })
}
