//! How a service is built, and with which version of its language.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{
    Base, Build, Delivery, EnvName, Environment, Kind, Label, Origin, PackageManager, Service,
    Sourced,
};
use stackc_shape::{RawText, Spanned, Words};
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{BaseWord, BuildSpec, PackageManagerWord};

use crate::context::{Context, or, written};
use crate::jobs;
use crate::service::DraftService;
use crate::text::{self, Place, Scope};
use crate::variables::check_credential;

/// How a service is built. `reads` says that it finds secrets as files that an entrypoint reads.
pub(crate) fn resolve(
    draft: &DraftService<'_>,
    reads: bool,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Build {
    let default = BuildSpec::default();
    let spec = spec(draft).unwrap_or(&default);
    let context = or(spec.context.as_ref(), ".".to_owned(), "the repository root");
    let dockerfile = dockerfile(spec);
    let paths = [&spec.context, &spec.package, &spec.output].into_iter().flatten();
    for path in paths.chain(dockerfile) {
        relative(path, cx);
    }
    unused(draft, spec, cx);
    let argument = |(name, value): (&String, &Spanned<RawText>), cx: &mut Context<'_>| {
        Some((name.clone(), plain(name, value, scope, cx)?))
    };
    Build {
        file: dockerfile.map_or_else(
            || below(&context, "Dockerfile"),
            |file| file.value.trim_start_matches("./").to_owned(),
        ),
        context,
        dockerfile: dockerfile.map(written),
        target: spec.target.as_ref().map(written),
        args: spec.args.iter().filter_map(|entry| argument(entry, cx)).collect(),
        package_manager: match spec.package_manager.as_ref().map(|word| word.value) {
            None | Some(PackageManagerWord::Npm) => PackageManager::Npm,
            Some(PackageManagerWord::Pnpm) => PackageManager::Pnpm,
            Some(PackageManagerWord::Yarn) => PackageManager::Yarn,
        },
        package: spec.package.as_ref().map(written),
        command: spec.command.as_ref().map(|words| jobs::command(words, scope, cx)),
        output: spec.output.as_ref().map(written),
        base: base(draft, spec, reads, cx),
    }
}

/// A file of a folder, as seen from the repository root.
fn below(folder: &str, file: &str) -> String {
    match folder.trim_start_matches("./").trim_end_matches('/') {
        "" | "." => file.to_owned(),
        folder => format!("{folder}/{file}"),
    }
}

/// Names the Dockerfiles that are generated into one folder, the same in all environments: each after
/// its service, where the folder is that of several.
pub(crate) fn name_files(environments: &mut [Environment]) {
    let mut users: BTreeMap<String, BTreeSet<Label>> = BTreeMap::new();
    let built = |service: &&Service| service.image_of.is_none();
    for service in environments.iter().flat_map(|found| &found.services).filter(built) {
        if let Some(build) = &service.build {
            let place = below(&build.context, "Dockerfile");
            users.entry(place).or_default().insert(service.name.clone());
        }
    }
    for service in environments.iter_mut().flat_map(|found| &mut found.services) {
        if let Some(build) = service.build.as_mut().filter(|build| build.dockerfile.is_none())
            && users.get(&build.file).is_some_and(|names| names.len() > 1)
        {
            build.file = format!("{}.{}", build.file, service.name);
        }
    }
}

/// What its image is built upon. Native programs bring all they need along, so nothing else need be
/// there; but where secrets are read at start there must be a shell to read them.
fn base(
    draft: &DraftService<'_>,
    spec: &BuildSpec,
    reads: bool,
    cx: &mut Context<'_>,
) -> Sourced<Base> {
    let native = matches!(*draft.kind, Kind::Go | Kind::Rust);
    let Some(word) = &spec.base else {
        return match (native, reads) {
            (true, false) => Sourced::default(Base::Distroless, "a native program needs no more"),
            (true, true) => {
                Sourced::default(Base::Debian, "the entrypoint that reads its secrets is a script")
            }
            _ => Sourced::default(Base::Debian, "what prebuilt packages are made for"),
        };
    };
    let base = written(word).map(|word| match word {
        BaseWord::Debian => Base::Debian,
        BaseWord::Alpine => Base::Alpine,
        BaseWord::Distroless => Base::Distroless,
    });
    if *base == Base::Distroless {
        let fault = match (native, reads) {
            (false, _) => Some((
                "only programs of Go and Rust run without anything around them",
                "use `debian`, or `alpine` for a smaller image",
            )),
            (true, true) => Some((
                "no shell is in it to read the secrets of this service at start",
                "say `secret_delivery: file_env` and read the files that `<NAME>_FILE` names, or \
                 leave `base` out",
            )),
            (true, false) => None,
        };
        if let Some((why, help)) = fault {
            let message =
                format!("`services.{}` cannot be built upon `distroless`: {why}", draft.name);
            cx.push(Diagnostic::new(codes::EXCLUSIVE, word.span, message).help(help));
        }
    }
    base
}

/// Whether the entrypoint of a generated Dockerfile reads its secrets.
pub(crate) fn reads_secrets(draft: &DraftService<'_>, delivery: Delivery, any: bool) -> bool {
    any && generated(draft) && delivery == Delivery::File
}

/// Says what has no meaning for how it is built.
fn unused(draft: &DraftService<'_>, spec: &BuildSpec, cx: &mut Context<'_>) {
    let command = spec.command.as_ref().map(|words: &Spanned<Words>| ("command", words.span));
    let package = spec.package.as_ref().map(|path| ("package", path.span));
    let output = spec.output.as_ref().map(|path| ("output", path.span));
    let base = spec.base.as_ref().map(|word| ("base", word.span));
    let target = spec.target.as_ref().map(|stage| ("target", stage.span));
    let (keys, why): ([Option<(&str, Span)>; 4], _) = match (dockerfile(spec), *draft.kind) {
        (Some(_), _) => ([command, package, output, base], "the Dockerfile of your own decides"),
        (None, Kind::Static) => {
            ([command, package, target, None], "static files are served as they are")
        }
        (None, Kind::Go | Kind::Rust) => {
            ([output, target, None, None], "the program is put where the image starts it")
        }
        (None, _) => ([target, None, None, None], "the stages of a generated Dockerfile are ours"),
    };
    for (key, span) in keys.into_iter().flatten() {
        let message = format!("`services.{}.build.{key}` changes nothing: {why}", draft.name);
        cx.push(Diagnostic::new(codes::NO_EFFECT, span, message).help("take it out"));
    }
}

/// What is said of its build: by itself, or by the service it is like.
pub(crate) fn spec<'a>(draft: &DraftService<'a>) -> Option<&'a BuildSpec> {
    draft.own.build.as_ref().or(draft.shared.build.as_ref()).map(|build| &build.value)
}

/// The Dockerfile that somebody wrote; `generate` is the word for having none.
pub(crate) fn dockerfile(spec: &BuildSpec) -> Option<&Spanned<String>> {
    spec.dockerfile.as_ref().filter(|path| path.value != "generate")
}

/// Whether its Dockerfile is generated.
pub(crate) fn generated(draft: &DraftService<'_>) -> bool {
    *draft.kind != Kind::Image && spec(draft).is_none_or(|spec| dockerfile(spec).is_none())
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
            (Kind::Static, _) if generated(draft) => Some("static files are served as they are"),
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
