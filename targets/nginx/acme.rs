//! Certificates that nginx gets itself, by its ACME module.

use stackc_model::{Tls, TlsProvider};
use stackc_source::Diagnostics;

use super::conf::{Arg, Directive, Fault, block, line, one, plain};
use super::scope::{Scope, refuse};

const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// Where keys and certificates outlive the container.
const STATE: &str = "/var/lib/nginx/acme";

/// Whether certificates come this way.
pub(super) fn is_on(scope: &Scope<'_>) -> bool {
    scope.tls().is_some_and(|tls| *tls.provider == TlsProvider::Nginx)
}

/// The module, which the official image holds but does not load.
pub(super) fn module(scope: &Scope<'_>) -> Option<Directive> {
    is_on(scope).then(|| plain("load_module", "modules/ngx_http_acme_module.so"))
}

/// Refuses names that only a proof over DNS gets a certificate for.
pub(super) fn check(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    let domains = scope.environment.domains.values().filter(|_| is_on(scope));
    let hosts = domains.flat_map(|domain| {
        std::iter::once(&domain.host).chain(&domain.aliases).chain(&domain.redirect_from)
    });
    for host in hosts.filter(|host| host.starts_with("*.")) {
        let fault = Fault("its ACME module gets no certificate for a wildcard");
        refuse(host.origin.span(), "the host", host, fault, diagnostics);
    }
}

/// Who signs.
pub(super) fn issuer(scope: &Scope<'_>) -> Result<Vec<Directive>, Fault> {
    let Some(tls) = scope.tls().filter(|_| is_on(scope)) else { return Ok(Vec::new()) };
    let mut items = vec![one("uri", LETS_ENCRYPT)];
    items.extend(contact(tls)?);
    items.push(one("state_path", STATE));
    items.push(line("accept_terms_of_service", []));
    let issuer = block("acme_issuer", ["letsencrypt".into()], items);
    Ok(vec![
        issuer.comment("Certificates, asked for and renewed by nginx itself."),
        plain("acme_shared_zone", "zone=acme:1M"),
    ])
}

fn contact(tls: &Tls) -> Result<Option<Directive>, Fault> {
    let email = tls.email.as_ref().map(|email| Arg::literal(email));
    Ok(email.transpose()?.map(|email| line("contact", [email])))
}

/// The certificate of a server, for all its names.
pub(super) fn certificate() -> Vec<Directive> {
    vec![
        plain("acme_certificate", "letsencrypt"),
        plain("ssl_certificate", "$acme_certificate"),
        plain("ssl_certificate_key", "$acme_certificate_key"),
        plain("ssl_certificate_cache", "max=2"),
    ]
}
