//! The servers of a domain.

use stackc_model::{Domain, Label, Sourced, TlsProvider};
use stackc_source::Diagnostics;

use super::conf::{Arg, Directive, Fault, block, line, one, plain};
use super::location::locations;
use super::place::{Place, internals};
use super::scope::{Scope, refuse};
use super::{acme, cors, extra, headers, limit, log, maintenance};

/// Where certbot puts its challenges.
const ACME_ROOT: &str = "/var/www/acme";

/// Where certificates lie, one folder for each canonical host.
const CERTIFICATES: &str = "/etc/nginx/certs";

/// The port for plain HTTP; no privilege is needed for it.
pub(super) const HTTP: u16 = 8080;

/// The port for TLS.
pub(super) const HTTPS: u16 = 8443;

/// A domain with what its servers are made from.
pub(super) struct Site<'a> {
    /// The name of the domain.
    pub(super) name: &'a Label,
    /// Its hosts.
    pub(super) domain: &'a Domain,
    /// Its places.
    pub(super) places: Vec<Place<'a>>,
}

/// `sites/<domain>.conf`; `None` where the hosts cannot be carried, which has been said.
pub(super) fn conf(
    scope: &Scope<'_>,
    site: &Site<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Directive>> {
    let host = canonical(&site.domain.host, diagnostics)?;
    let served: Vec<_> =
        std::iter::once(host.clone()).chain(names(&site.domain.aliases, diagnostics)).collect();
    let moved = names(&site.domain.redirect_from, diagnostics);
    let secure = scope.tls().is_some();
    let mut out = Vec::new();
    if secure {
        let (wild, every): (Vec<_>, Vec<_>) =
            served.iter().chain(&moved).cloned().partition(|name| name.starts_with("*."));
        out.push(plain_http(scope, &host, &every));
        // Here a client chooses among our names only, and one name for all would lose its choice.
        out.extend((!wild.is_empty()).then(|| plain_http(scope, "$host", &wild)));
    }
    if !moved.is_empty() {
        let mut items = opening(scope, &host, &moved);
        items.push(moved_to(scope, &host));
        out.push(block("server", [], items).comment("Other names lead to the one that counts."));
    }
    let mut items = opening(scope, &host, &served);
    items.extend(log::of_server(scope));
    items.extend(limit::of_server(&limit::common(&site.places)));
    items.extend(maintenance::of_server(scope));
    items.extend(cors::preflight(scope));
    if scope.environment.edge.extra.server.is_some() {
        items.push(one("include", extra::SERVER));
    }
    let internals = internals(scope, site.name);
    items.extend(locations(scope, &site.places, &internals, diagnostics));
    out.push(block("server", [], items));
    Some(out)
}

/// Plain HTTP where TLS is spoken: certificates are asked for, everything else is sent on.
fn plain_http(scope: &Scope<'_>, host: &str, names: &[String]) -> Directive {
    let mut items = listen(scope, HTTP, None);
    items.push(server_name(names));
    let provider = scope.tls().map(|tls| *tls.provider);
    if provider == Some(TlsProvider::Nginx) {
        // The module answers challenges before locations are looked for.
        items.push(block("location", ["/".into()], vec![moved_to(scope, host)]));
    } else if provider == Some(TlsProvider::Certbot) {
        let challenge = vec![one("root", ACME_ROOT), plain("default_type", "text/plain")];
        items.push(block("location", ["/.well-known/acme-challenge/".into()], challenge));
        items.push(block("location", ["/".into()], vec![moved_to(scope, host)]));
    } else {
        items.push(moved_to(scope, host));
    }
    block("server", [], items)
}

/// A permanent redirect that keeps method and body, to a name the client has no say in.
fn moved_to(scope: &Scope<'_>, host: &str) -> Directive {
    line("return", ["308".into(), Arg::ours(format!("{}$request_uri", scope.public(host)))])
}

/// How a server that answers begins.
fn opening(scope: &Scope<'_>, host: &str, names: &[String]) -> Vec<Directive> {
    let mut out = match scope.tls() {
        Some(_) => listen(scope, HTTPS, None),
        None => listen(scope, HTTP, None),
    };
    out.extend(http2(scope));
    out.push(server_name(names));
    if scope.tls().is_some() {
        out.extend(certificate(scope, host));
    }
    if !headers::is_empty(scope) {
        out.push(one("include", "headers.conf"));
    }
    out
}

fn certificate(scope: &Scope<'_>, host: &str) -> Vec<Directive> {
    if acme::is_on(scope) {
        return acme::certificate();
    }
    let file = |name: &str| format!("{CERTIFICATES}/{host}/{name}.pem");
    vec![one("ssl_certificate", file("fullchain")), one("ssl_certificate_key", file("privkey"))]
}

/// The `listen` lines of a server; `extra` is `default_server`.
pub(super) fn listen(scope: &Scope<'_>, port: u16, extra: Option<&'static str>) -> Vec<Directive> {
    let addresses = [Some(port.to_string()), scope.options.ipv6.then(|| format!("[::]:{port}"))];
    let http3 = port == HTTPS && *scope.environment.edge.http3;
    let quic = addresses.iter().flatten().filter(|_| http3).map(|address| {
        // The workers share the socket, which is said once for each address.
        let words = extra.into_iter().flat_map(|extra| [extra, "reuseport"]);
        let words = std::iter::once("quic").chain(words).map(Arg::from);
        line("listen", std::iter::once(Arg::ours(&**address)).chain(words))
    });
    let quic: Vec<_> = quic.collect();
    let of = |address: String| {
        let ssl = Some("ssl").filter(|_| port == HTTPS);
        let words = ssl.into_iter().chain(extra).map(Arg::from);
        line("listen", std::iter::once(Arg::ours(address)).chain(words))
    };
    addresses.into_iter().flatten().map(of).chain(quic).collect()
}

/// `http2 on`, where it is spoken: with TLS, or for gRPC, which needs it.
pub(super) fn http2(scope: &Scope<'_>) -> Option<Directive> {
    let grpc = scope.routes.iter().any(|route| scope.is_grpc(route));
    let on = *scope.environment.edge.http2 && (scope.tls().is_some() || grpc);
    on.then(|| plain("http2", "on"))
}

fn server_name(names: &[String]) -> Directive {
    line("server_name", names.iter().map(Arg::ours))
}

/// The name that counts; everything leads to it, so it cannot be a pattern.
fn canonical(host: &Sourced<String>, diagnostics: &mut Diagnostics) -> Option<String> {
    if host.starts_with("*.") {
        let fault = Fault("a wildcard cannot be where redirects lead; make it an alias");
        refuse(host.origin.span(), "the host", host, fault, diagnostics);
        return None;
    }
    names([host], diagnostics).pop()
}

/// Hosts in lower case, without those that are none.
fn names<'h>(
    hosts: impl IntoIterator<Item = &'h Sourced<String>>,
    diagnostics: &mut Diagnostics,
) -> Vec<String> {
    let mut out = Vec::new();
    for host in hosts {
        if is_host(host) {
            out.push(host.to_ascii_lowercase());
        } else {
            let fault = Fault("it is no host name");
            refuse(host.origin.span(), "the host", host, fault, diagnostics);
        }
    }
    out
}

/// Letters, digits, `-` and `.` behind an optional `*.`: nothing that `server_name` or a path would
/// read as more.
fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.len() <= 253 && host.strip_prefix("*.").unwrap_or(host).split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::is_host;

    #[test]
    fn takes_only_plain_hosts() {
        for good in ["localhost", "a.example", "xn--caf-dma.example", "127.0.0.1", "*.a.example"] {
            assert!(is_host(good), "{good}");
        }
        for bad in
            ["", ".", "a..b", "*", "a.*", "*.", "~a", "a b", "a;b", "$host", "../x", "a/b", ".a"]
        {
            assert!(!is_host(bad), "{bad}");
        }
    }
}
