//! Room for long names: nginx keeps names in hash tables, and does not start when one does not fit.

use super::conf::{Directive, one};
use super::scope::Scope;
use super::site::Site;
use super::{headers, limit};

/// What a bucket holds where nothing is said, on the processors that have the least.
const USUAL: usize = 64;

/// Whether a name has room where the size cannot be chosen.
pub(super) fn is_short(name: &str) -> bool {
    size(name.len()) <= USUAL
}

/// A larger size for each table that needs it. Stands before everything that fills one.
pub(super) fn conf(scope: &Scope<'_>, sites: &[Site<'_>]) -> Vec<Directive> {
    let hosts = sites.iter().flat_map(|site| {
        let domain = site.domain;
        std::iter::once(&domain.host).chain(&domain.aliases).chain(&domain.redirect_from)
    });
    let origins = scope.environment.edge.cors.iter().flat_map(|cors| &cors.origins);
    let variables = scope.limits().map(|limit| limit::client(limit).trim_start_matches('$').len());
    let header = headers::all(scope).iter().map(|header| header.name.len()).max();
    let tables = [
        ("server_names_hash_bucket_size", hosts.map(|host| host.len()).max()),
        ("map_hash_bucket_size", origins.map(|origin| origin.len()).max()),
        ("variables_hash_bucket_size", variables.max()),
        ("proxy_headers_hash_bucket_size", header),
    ];
    let sizes = tables.into_iter().map(|(table, longest)| (table, size(longest.unwrap_or(0))));
    let larger = sizes.filter(|(_, size)| *size > USUAL).enumerate();
    larger
        .map(|(at, (table, size))| {
            let directive = one(table, size.to_string());
            if at == 0 { directive.comment("Room for long names.") } else { directive }
        })
        .collect()
}

/// An entry holds a pointer, a length and the name, the bucket one more pointer; the usual size takes
/// names of 46.
fn size(longest: usize) -> usize {
    ((longest + 2).next_multiple_of(8) + 16).next_power_of_two()
}
