//! Who the client is, where proxies stand before us.

use serde::Deserialize;
use stackc_model::Cdn;
use stackc_source::{Diagnostic, Diagnostics, codes};

use super::conf::{Directive, one, plain};
use super::scope::{Scope, is_range};

/// Addresses that a network in front calls from, with where and when they were looked up.
#[derive(Debug, Deserialize)]
struct Published {
    ranges: Vec<String>,
}

/// The addresses Cloudflare publishes.
fn cloudflare() -> Vec<String> {
    let text = include_str!("cloudflare.json");
    serde_json::from_str::<Published>(text).map_or_else(|_| Vec::new(), |found| found.ranges)
}

/// Every range whose word about the client's address is taken.
pub(super) fn trusted(scope: &Scope<'_>) -> Vec<String> {
    let edge = &scope.environment.edge;
    let network = match edge.cdn.as_deref() {
        Some(Cdn::Cloudflare) => cloudflare(),
        Some(Cdn::Cloudfront) | None => Vec::new(),
    };
    let own = edge.trusted_proxies.iter().map(|range| range.value.clone());
    network.into_iter().chain(own.filter(|range| is_range(range))).collect()
}

/// The directives; none where clients come to us directly.
pub(super) fn conf(scope: &Scope<'_>) -> Vec<Directive> {
    let trusted = trusted(scope);
    let mut out: Vec<_> =
        trusted.iter().map(|range| one("set_real_ip_from", range.as_str())).collect();
    if let Some(first) = out.first_mut() {
        *first = first.clone().comment("Proxies whose word about the client's address is taken.");
        out.push(plain("real_ip_header", "X-Forwarded-For"));
        out.push(plain("real_ip_recursive", "on"));
    }
    out
}

/// CloudFront's addresses change from week to week, so none are built in.
pub(super) fn check(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    let edge = &scope.environment.edge;
    let unknown = edge.cdn.as_ref().filter(|cdn| ***cdn == Cdn::Cloudfront);
    let Some(span) = unknown.and_then(|cdn| cdn.origin.span()) else { return };
    if edge.trusted_proxies.is_empty() {
        let message = "nginx is not told which addresses CloudFront calls from, so it takes CloudFront for the \
                       client: limits per address count its clients as one";
        diagnostics.push(Diagnostic::new(codes::APPROXIMATED, span, message).help(
            "list them under `edge.proxies`: the prefixes of CLOUDFRONT_ORIGIN_FACING in \
             https://ip-ranges.amazonaws.com/ip-ranges.json",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::{cloudflare, is_range};

    #[test]
    fn knows_the_addresses_of_cloudflare() {
        let ranges = cloudflare();
        assert!(ranges.len() == 22 && ranges.iter().all(|range| is_range(range)), "{ranges:?}");
    }
}
