//! `access.conf`: who may enter a closed site.

use stackc_target::conventions::SECRETS_DIR;

use super::conf::{Directive, one, plain};
use super::scope::{Scope, is_range};

/// The file; empty where the site is open.
///
/// It is included by locations, not by servers: `return` answers before `allow` and `deny` are
/// asked, and a server holds locations that return.
pub(super) fn conf(scope: &Scope<'_>) -> Vec<Directive> {
    let Some(access) = scope.closed() else { return Vec::new() };
    let mut out = Vec::new();
    if let Some(secret) = &access.basic {
        out.push(plain("auth_basic", "Restricted"));
        out.push(one("auth_basic_user_file", format!("{SECRETS_DIR}/{}", secret.value)));
    }
    let ranges = access.allow.iter().filter(|range| is_range(range));
    out.extend(ranges.map(|range| one("allow", range.as_str())));
    if !access.allow.is_empty() {
        out.push(plain("deny", "all"));
    }
    out
}
