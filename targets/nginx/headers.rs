//! Security headers: set once at the edge, which then is their only owner.

use stackc_model::{Header, Tls};
use stackc_source::Diagnostics;

use super::conf::{Arg, Directive, Fault, line, one, plain};
use super::cors;
use super::scope::{Scope, refuse};

/// Every header of the edge with its value.
pub(super) fn all(scope: &Scope<'_>) -> Vec<Header> {
    let edge = &scope.environment.edge;
    let hsts = edge.tls.iter().filter_map(Tls::hsts);
    hsts.chain(http3(scope)).chain(edge.headers.all()).collect()
}

/// Tells browsers that HTTP/3 is spoken, on the port they know.
fn http3(scope: &Scope<'_>) -> Option<Header> {
    let http3 = scope.environment.edge.http3.clone();
    let port = match scope.public_port() {
        "" => ":443",
        port => port,
    };
    let value = format!("h3=\"{port}\"; ma=86400");
    let on = *http3 && scope.tls().is_some();
    on.then(|| Header { name: "Alt-Svc".to_owned(), value: http3.map(|_| value) })
}

/// Whether the edge sets no header at all.
pub(super) fn is_empty(scope: &Scope<'_>) -> bool {
    all(scope).is_empty() && scope.environment.edge.cors.is_none()
}

/// `headers.conf`; empty where the edge sets none.
pub(super) fn conf(scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Vec<Directive> {
    let merge =
        plain("add_header_inherit", "merge").comment("A location that adds a header keeps these.");
    let mut out: Vec<_> = Some(merge).filter(|_| scope.headers_merge()).into_iter().collect();
    let before = out.len();
    for Header { name, value } in all(scope) {
        match header(&name, &value) {
            Ok(directive) => out.push(directive),
            Err(fault) => {
                let what = format!("the value of the header `{}`", name.escape_debug());
                let span = value.origin.span().or(scope.environment.span);
                refuse(span, &what, &value, fault, diagnostics);
            }
        }
    }
    out.extend(cors::headers(scope));
    if out.len() == before { Vec::new() } else { out }
}

fn header(name: &str, value: &str) -> Result<Directive, Fault> {
    if !is_token(name) {
        return Err(Fault("the name is no HTTP token"));
    }
    Ok(line("add_header", [Arg::literal(name)?, Arg::evaluated(value)?, "always".into()]))
}

/// RFC 9110: `token`.
fn is_token(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(fits)
}

/// What a location that adds a header has to repeat.
pub(super) fn repeated(scope: &Scope<'_>) -> Vec<Directive> {
    if scope.headers_merge() || is_empty(scope) {
        return Vec::new();
    }
    vec![one("include", "headers.conf")]
}
