//! The images that others are built upon, in the versions that are pinned.

use stackc_model::{Base, Build, Kind, Service, Stack, pins};
use stackc_source::{Diagnostic, Diagnostics, Span, codes};

/// The image that a kind is built in.
pub(super) fn builder(
    service: &Service,
    build: &Build,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let (name, slim) = match *service.kind {
        Kind::Python => ("python", "-slim"),
        Kind::Go => ("golang", ""),
        Kind::Rust => ("rust", ""),
        Kind::Static => return Some(String::new()),
        _ => ("node", "-slim"),
    };
    let asked = service.runtime.as_ref().map(|line| line.value.as_str());
    let line = asked.or_else(|| pins::usual(name)).unwrap_or_default();
    let variant = match (*build.base, *service.kind) {
        (Base::Alpine, _) => "-alpine",
        _ => slim,
    };
    let exact = pins::image(name, line).map(|pin| format!("{}{variant}", pin.line));
    let pin = exact.and_then(|line| pins::image(name, &line));
    let span = service.runtime.as_ref().and_then(|line| line.origin.span());
    pinned(pin, name, line, span.unwrap_or(service.span), diagnostics)
}

/// The image that the tools of Prisma run in, where that is another: they want OpenSSL, which the
/// slim images of Node.js have not held since Debian 12.
pub(super) fn tooled(image: &str) -> String {
    let pin = image.strip_prefix("node:").filter(|tag| tag.ends_with("-slim"));
    let line = pin.and_then(|tag| tag.split('.').next());
    let pin = line.and_then(|line| pins::image("node", line));
    pin.map(pins::Pin::reference).unwrap_or_default()
}

/// The image that a native program is shipped in.
pub(super) fn runtime(kind: Kind, base: Base) -> String {
    let line = |of: &str| pins::usual(of).unwrap_or_default();
    let of = if kind == Kind::Rust { "cc" } else { "static" };
    let pin = match base {
        Base::Debian => pins::image("debian", line("debian")),
        Base::Alpine => pins::image("alpine", line("alpine")),
        Base::Distroless => {
            let name = format!("gcr.io/distroless/{of}-{}", line("distroless"));
            pins::image(&name, line("distroless"))
        }
    };
    pin.map(pins::Pin::reference).unwrap_or_default()
}

/// The image of the web server, in the line the stack asks for.
pub(super) fn web(
    stack: &Stack,
    service: &Service,
    build: &Build,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let chosen = stack.versions.get("nginx").map(|version| version.value.as_str());
    let line = chosen.or_else(|| pins::usual("nginx")).unwrap_or_default();
    let exact = pins::image("nginx", line).map(|pin| match *build.base {
        Base::Alpine => format!("{}-alpine", pin.line),
        _ => pin.line.clone(),
    });
    let pin = exact.and_then(|line| pins::image("nginx", &line));
    pinned(pin, "nginx", line, service.span, diagnostics)
}

fn pinned(
    pin: Option<&pins::Pin>,
    name: &str,
    line: &str,
    span: Span,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    if pin.is_none() {
        let message = format!("no verified image of {name} {line} is known");
        diagnostics.push(
            Diagnostic::new(codes::UNKNOWN_VERSION, span, message)
                .help(format!("use one of {}", pins::lines(name).join(", "))),
        );
    }
    pin.map(pins::Pin::reference)
}
