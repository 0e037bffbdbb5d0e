//! What a process finds around it: files, volumes, rights, and where its log goes.

use std::collections::BTreeMap;

use stackc_model::{
    Bytes, Delivery, EnvName, Exception, Kind, Label, Logs, Mount, Rotate, SecretId, Sourced, Tier,
    Volume,
};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, closest, codes};
use stackc_spec::{
    AccessMode, DeliveryWord, FileSpec, LogFormat, LogLevel, SecuritySection, ServiceSpec,
};

use crate::build::{self, relative};
use crate::context::{Context, or, or_map, written};
use crate::service::DraftService;

/// Capabilities that a container may keep. Source: the baseline of the Kubernetes pod security
/// standards, looked up 2026-11-21; all others hand over the host.
const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// How secrets reach a service.
pub(crate) fn delivery(
    draft: &DraftService<'_>,
    secrets: bool,
    cx: &mut Context<'_>,
) -> Sourced<Delivery> {
    let spec = draft.own.secret_delivery.as_ref().or(draft.shared.secret_delivery.as_ref());
    let foreign = match *draft.kind {
        Kind::Image => Some("image"),
        _ if build::spec(draft).is_some_and(|build| build::dockerfile(build).is_some()) => {
            Some("Dockerfile")
        }
        _ => None,
    };
    if let (None, true, Some(what)) = (spec, secrets, foreign) {
        let message = format!(
            "`services.{}.secret_delivery` is required: nothing is known of how this {what} reads \
             secrets",
            draft.name
        );
        let fault = Diagnostic::new(codes::MISSING_FIELD, draft.own.span, message).help(
            "write `file_env` where it reads `<NAME>_FILE`, `env` where it reads variables only, or \
             `file` where it reads `/run/secrets/<NAME>`",
        );
        cx.push(match draft.both(|service| &service.secrets).into_values().next() {
            Some(secret) => fault.related(secret.span, "a secret it receives"),
            None => fault,
        });
    }
    or_map(
        spec,
        |word| match word {
            DeliveryWord::File => Delivery::File,
            DeliveryWord::FileEnv => Delivery::FileEnv,
            DeliveryWord::Env => Delivery::Env,
        },
        Delivery::File,
        "files stay out of process listings and crash reports",
    )
}

/// The files put into it.
pub(crate) fn files(
    draft: &DraftService<'_>,
    ids: &BTreeMap<EnvName, SecretId>,
    cx: &mut Context<'_>,
) -> BTreeMap<Label, Mount> {
    let mut files = BTreeMap::new();
    for (name, file) in draft.both(|service| &service.files) {
        files.extend(mount(name, file, ids, cx).map(|mount| (name.clone(), mount)));
    }
    files
}

fn mount(
    name: &Label,
    file: &Spanned<FileSpec>,
    ids: &BTreeMap<EnvName, SecretId>,
    cx: &mut Context<'_>,
) -> Option<Mount> {
    let from = file.from.as_ref().filter(|from| relative(from, cx)).map(written);
    let content = file.content.as_ref().map(written);
    let said = [file.from.is_some(), content.is_some(), file.secret.is_some()];
    if said.into_iter().filter(|said| *said).count() != 1 {
        let message = format!("the file `{name}` takes one of `from`, `content` and `secret`");
        cx.push(Diagnostic::new(codes::EXCLUSIVE, file.span, message));
    }
    let secret = file.secret.as_ref().and_then(|secret| ids.get(&secret.value).copied());
    Some(Mount { path: absolute(&file.path, cx)?, from, content, secret })
}

/// Where a Next.js server keeps rendered pages and images, in an image that works in `/app`.
const NEXT_CACHE: &str = "/app/.next/cache";

/// Paths that may be written besides volumes, which a read-only root would not allow.
pub(crate) fn writable(
    own: &ServiceSpec,
    kind: Kind,
    volumes: &BTreeMap<Label, Volume>,
    cx: &mut Context<'_>,
) -> Vec<Sourced<String>> {
    let mut paths: Vec<_> = own.writable.iter().filter_map(|path| absolute(path, cx)).collect();
    let below = |path: &str| {
        NEXT_CACHE.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mounted = volumes.values().map(|volume| &volume.path).chain(&paths);
    if kind == Kind::Nextjs && !mounted.into_iter().any(|path| below(path)) {
        paths.push(Sourced::default(NEXT_CACHE.to_owned(), "Next.js keeps what it rendered there"));
    }
    paths
}

/// An absolute path inside a container.
pub(crate) fn absolute(path: &Spanned<String>, cx: &mut Context<'_>) -> Option<Sourced<String>> {
    let text = &path.value;
    let fits = text.starts_with('/')
        && text.len() > 1
        && !text.contains("//")
        && !text.split('/').any(|part| part == "..")
        && !text.chars().any(|c| c.is_control() || c == ':');
    if !fits {
        let message = "a path inside a container is absolute, without `..`, `//` or `:`";
        cx.push(Diagnostic::new(codes::BAD_PATH, path.span, message));
    }
    fits.then(|| written(path))
}

/// Its volumes.
pub(crate) fn volumes(own: &ServiceSpec, cx: &mut Context<'_>) -> BTreeMap<Label, Volume> {
    let mut volumes = BTreeMap::new();
    for (name, volume) in &own.volumes {
        let Some(path) = absolute(&volume.path, cx) else { continue };
        let size = or(volume.size.as_ref(), Bytes::gib(1), "a small disk");
        let shared = volume.access.as_ref().is_some_and(|access| access.value == AccessMode::Rwx);
        let backup = volume.backup.as_ref().map(written);
        volumes.insert(name.clone(), Volume { path, size, shared, backup });
    }
    volumes
}

/// The user a service runs as, and what it may do beyond the hardened defaults.
#[derive(Debug)]
pub(crate) struct Rights {
    pub(crate) user: Sourced<u32>,
    pub(crate) exceptions: BTreeMap<Exception, String>,
    pub(crate) capabilities: BTreeMap<String, String>,
}

/// The rights of a service.
pub(crate) fn rights(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Rights {
    let spec = draft.own.security.as_ref().or(draft.shared.security.as_ref());
    let default = SecuritySection::default();
    let spec = spec.map_or(&default, |spec| &spec.value);
    let said = [
        (Exception::WritableRoot, &spec.writable_root),
        (Exception::Root, &spec.root),
        (Exception::PrivilegedPorts, &spec.privileged_ports),
    ];
    let mut exceptions = BTreeMap::new();
    for (exception, reason) in said {
        if let Some(reason) = reason {
            exceptions.insert(exception, because(reason, cx));
        }
    }
    Rights { user: user(draft, spec, cx), exceptions, capabilities: capabilities(draft, spec, cx) }
}

/// The reason of an exception.
fn because(reason: &Spanned<String>, cx: &mut Context<'_>) -> String {
    if reason.value.trim().is_empty() {
        cx.push(
            Diagnostic::new(codes::BAD_FORMAT, reason.span, "an exception needs its reason")
                .help("say why, in a few words: it stands beside the exception in the output"),
        );
    }
    reason.value.clone()
}

fn capabilities(
    draft: &DraftService<'_>,
    spec: &SecuritySection,
    cx: &mut Context<'_>,
) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    for (name, reason) in &spec.capabilities {
        if !CAPABILITIES.contains(&name.as_str()) {
            let message = format!("`services.{}` cannot keep the capability `{name}`", draft.name);
            // The place is that of the reason, so there is nothing to fix by itself.
            let help = closest(name.as_str(), CAPABILITIES).map_or_else(
                || format!("those that do not open the host are {}", CAPABILITIES.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            cx.push(Diagnostic::new(codes::UNKNOWN_VALUE, reason.span, message).help(help));
            continue;
        }
        kept.insert(name.to_string(), because(reason, cx));
    }
    kept
}

fn user(draft: &DraftService<'_>, spec: &SecuritySection, cx: &mut Context<'_>) -> Sourced<u32> {
    if let Some(root) = &spec.root {
        if let Some(user) = spec.user.as_ref().filter(|user| user.value != 0) {
            let message = "`root` and another `user` exclude each other";
            cx.push(
                Diagnostic::new(codes::EXCLUSIVE, user.span, message)
                    .related(root.span, "runs as root"),
            );
        }
        return Sourced::written(0, root.span);
    }
    if let Some(user) = spec.user.as_ref().filter(|user| user.value == 0) {
        let message =
            format!("`services.{}` would run as root, and no reason is given", draft.name);
        cx.push(
            Diagnostic::new(codes::MISSING_FIELD, user.span, message)
                .help("write `security: {root: WHY}`, or choose a user above 0"),
        );
    }
    or(spec.user.as_ref(), 10_001, "above every user of the host")
}

/// What it logs.
pub(crate) fn logs(own: &ServiceSpec, cx: &mut Context<'_>) -> Logs {
    let rotate =
        own.logs.as_ref().and_then(|logs| logs.rotate.as_ref()).map(|rotate| &rotate.value);
    let size = rotate.and_then(|rotate| rotate.size.as_ref());
    let files = rotate.and_then(|rotate| rotate.files.as_ref());
    let small = size.filter(|size| size.value.0 < 1000).map(|size| size.span);
    let none = files.filter(|files| files.value == 0).map(|files| files.span);
    for span in small.into_iter().chain(none) {
        let message = "a log of this size keeps nothing";
        cx.push(
            Diagnostic::new(codes::OUT_OF_RANGE, span, message)
                .help("the default is `{size: 10MB, files: 5}`"),
        );
    }
    let (format, level) = log_words(own, cx);
    Logs {
        rotate: Rotate {
            size: or(size, Bytes(10_000_000), "enough for the last hours"),
            files: or(files, 5, "the disk cannot fill up"),
        },
        format,
        level,
    }
}

/// The form of its lines and the least severity, as the service is told.
pub(crate) fn log_words(own: &ServiceSpec, cx: &Context<'_>) -> (Sourced<String>, Sourced<String>) {
    let spec = own.logs.as_ref();
    let usual = if cx.tier == Tier::Development { "debug" } else { "info" };
    let format = |format: &LogFormat| match format {
        LogFormat::Json => "json".to_owned(),
        LogFormat::Text => "text".to_owned(),
    };
    let level = |level: &LogLevel| match level {
        LogLevel::Debug => "debug".to_owned(),
        LogLevel::Info => "info".to_owned(),
        LogLevel::Warn => "warn".to_owned(),
        LogLevel::Error => "error".to_owned(),
    };
    (
        or_map(
            spec.and_then(|logs| logs.format.as_ref()),
            format,
            "json".to_owned(),
            "machines read logs first",
        ),
        or_map(spec.and_then(|logs| logs.level.as_ref()), level, usual.to_owned(), "by tier"),
    )
}
