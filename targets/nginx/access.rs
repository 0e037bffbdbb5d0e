//! `access.<name>.conf`: who may enter.

use stackc_model::Access;
use stackc_target::conventions::SECRETS_DIR;

use super::conf::{Directive, one, plain};
use super::scope::{Scope, is_range};

/// One file for each rule that guards something.
pub(super) fn files(scope: &Scope<'_>) -> Vec<(String, Vec<Directive>)> {
    let rules = scope.environment.edge.access.iter();
    let used = rules.filter(|(name, _)| {
        let names = |label: &str| label == name.as_str();
        scope.routes.iter().any(|route| scope.guard(route).is_some_and(names))
    });
    used.map(|(name, rule)| (file(name.as_str()), conf(rule))).collect()
}

/// The file of a rule.
pub(super) fn file(name: &str) -> String {
    format!("access.{name}.conf")
}

/// The file is included by locations, not by servers: `return` answers before `allow` and `deny` are
/// asked, and a server holds locations that return.
fn conf(access: &Access) -> Vec<Directive> {
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
