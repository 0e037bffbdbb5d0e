//! What a Dockerfile can carry: one file for all environments, whose words cannot be quoted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use stackc_model::{Build, Kind, Service, Sourced};
use stackc_source::{Diagnostic, Diagnostics, Span, codes};

use super::{Built, ID};

/// Reports what environments say differently of one Dockerfile.
pub(super) fn compare(built: &Built<'_>, diagnostics: &mut Diagnostics) {
    let Some((_, shipped)) = built.shipped() else { return };
    for (environment, service) in &built.versions {
        let pairs = facts(shipped).into_iter().zip(facts(service));
        for (ours, theirs) in pairs.filter(|(ours, theirs)| ours.text != theirs.text) {
            let message = format!(
                "`services.{}.{}` differs in `{}`, but one Dockerfile serves all environments",
                service.name, theirs.key, environment.name
            );
            let span = theirs.span.or(ours.span).unwrap_or(service.span);
            diagnostics.push(
                Diagnostic::new(codes::UNSUPPORTED, span, message)
                    .help("say it for all environments alike, or write a Dockerfile of your own")
                    .by_target(ID),
            );
        }
    }
}

/// Something that decides over the text of a Dockerfile.
struct Fact {
    key: &'static str,
    text: String,
    span: Option<Span>,
}

impl Fact {
    fn of<T: Debug>(key: &'static str, value: Option<&Sourced<T>>) -> Self {
        let text = value.map_or_else(String::new, |value| format!("{:?}", value.value));
        Self { key, text, span: value.and_then(|value| value.origin.span()) }
    }
}

/// All that decides, in the same order for every environment.
fn facts(service: &Service) -> Vec<Fact> {
    let (build, served) = (service.build.as_ref(), service.files_served.as_ref());
    vec![
        Fact::of("kind", Some(&service.kind)),
        Fact::of("runtime", service.runtime.as_ref()),
        Fact::of("build.context", build.map(|build| &build.context)),
        Fact::of("build.package", build.and_then(|build| build.package.as_ref())),
        Fact::of("build.command", build.and_then(|build| build.command.as_ref())),
        Fact::of("build.output", build.and_then(|build| build.output.as_ref())),
        Fact::of("build.base", build.map(|build| &build.base)),
        Fact::of("static.spa", served.map(|served| &served.spa)),
        Fact::of("static.not_found", served.and_then(|served| served.not_found.as_ref())),
        Fact::of("static.clean_urls", served.map(|served| &served.clean_urls)),
    ]
}

/// A path that stands in a Dockerfile as it is; empty where none is said.
pub(super) fn path(
    path: Option<&Sourced<String>>,
    key: &str,
    service: &Service,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let Some(path) = path else { return Some(String::new()) };
    let text = path.trim_start_matches("./").trim_end_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=,./-".contains(c);
    if text.is_empty() || text == "." || !text.chars().all(plain) {
        let message = format!("a Dockerfile cannot carry `services.{}.build.{key}`", service.name);
        diagnostics.push(
            Diagnostic::new(
                codes::CANNOT_CARRY,
                path.origin.span().unwrap_or(service.span),
                message,
            )
            .help("name a folder or file below the context, in letters, digits and `_@%+=,./-`"),
        );
        return None;
    }
    Some(text.to_owned())
}

/// Whether what is said of the build's result can be done; reported where not.
pub(super) fn output_fits(service: &Service, build: &Build, diagnostics: &mut Diagnostics) -> bool {
    let native = matches!(*service.kind, Kind::Go | Kind::Rust);
    let refused = match (&build.command, &build.output) {
        (Some(command), None) if native => Diagnostic::new(
            codes::MISSING_FIELD,
            command.origin.span().unwrap_or(service.span),
            format!(
                "`services.{}.build.output` is required: nothing tells where your command leaves the \
                 program",
                service.name
            ),
        )
        .help("name the file below the context, such as `output: bin/server`"),
        // Its neighbours are linked into a package of a workspace, and what they need is beside them.
        (_, Some(output)) if *service.kind == Kind::Node && build.package.is_some() => Diagnostic::new(
            codes::UNSUPPORTED,
            output.origin.span().unwrap_or(service.span),
            format!(
                "`services.{}.build.output` cannot be shipped alone: a package of a workspace runs \
                 with the packages beside it",
                service.name
            ),
        )
        .help("leave `output` out: the workspace is shipped, without what only builds need")
        .by_target(ID),
        _ => return true,
    };
    diagnostics.push(refused);
    false
}

/// The names of values in any environment, each with one of its places.
pub(super) fn names<'a>(
    built: &Built<'a>,
    of: impl Fn(&'a Service) -> BTreeMap<String, &'a Sourced<String>>,
) -> BTreeMap<String, Option<Span>> {
    let services = built.versions.iter().map(|(_, service)| *service);
    services.flat_map(of).map(|(name, value)| (name, value.origin.span())).collect()
}

/// The names, where all of them can be variables.
pub(super) fn identifiers(
    names: BTreeMap<String, Option<Span>>,
    service: &Service,
    diagnostics: &mut Diagnostics,
) -> Option<BTreeSet<String>> {
    let fits = |name: &str| {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        name.chars().all(word) && name.starts_with(|c: char| !c.is_ascii_digit())
    };
    let bad: Vec<_> = names.iter().filter(|(name, _)| !fits(name)).collect();
    for (name, span) in &bad {
        let message = format!("a Dockerfile cannot carry a build argument called `{name}`");
        diagnostics.push(
            Diagnostic::new(codes::CANNOT_CARRY, span.unwrap_or(service.span), message)
                .help("name it in letters, digits and `_`, a letter first"),
        );
    }
    bad.is_empty().then(|| names.into_keys().collect())
}
