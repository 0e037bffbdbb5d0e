//! Limits below one request a minute, which `limit_req` has no word for: counted one by one.
//!
//! The counting is done by `limits.js`, which says how. It stands in the access phase, like `allow` and
//! `auth_basic`, and before them, so a guess at a password is counted; subrequests and internal
//! redirects are not.

use stackc_model::Limit;
use stackc_source::{Diagnostic, Diagnostics, codes};
use stackc_target::conventions;

use super::conf::{Arg, Directive, line, one, plain};
use super::limit;
use super::rate::Bucket;
use super::scope::Scope;

/// The file with the counting.
pub(super) const SCRIPT: &str = "limits.js";

/// A slot is looked at for each request that is let through, so there is an end to how many are.
const MOST: u32 = 1000;

/// The variable that says how it ended, for the log.
pub(super) const STATUS: &str = "$limit_exact_status";

/// Whether a limit is counted this way.
pub(super) fn is_exact(limit: &Limit) -> bool {
    Bucket::new(*limit.rate, *limit.mode).is_none()
}

/// Whether any place needs the counting.
pub(super) fn is_on(scope: &Scope<'_>) -> bool {
    scope.limits().any(is_exact)
}

/// The module, which the official image holds but does not load.
pub(super) fn module(scope: &Scope<'_>) -> Option<Directive> {
    is_on(scope).then(|| plain("load_module", "modules/ngx_http_js_module.so"))
}

/// The text of [`SCRIPT`].
pub(super) fn script(scope: &Scope<'_>) -> Option<String> {
    let header = conventions::HEADER;
    is_on(scope).then(|| format!("// {header}\n\n{}", include_str!("limits.js")))
}

/// What all of these limits share.
pub(super) fn shared(scope: &Scope<'_>) -> Vec<Directive> {
    if !is_on(scope) {
        return Vec::new();
    }
    let trial = if scope.options.limits_dry_run { "on" } else { "off" };
    vec![
        line("js_import", ["limits".into(), "from".into(), SCRIPT.into()])
            .comment("Where less than one request a minute is let through, a script counts."),
        one("js_var", STATUS),
        line("js_var", ["$limits_dry_run".into(), trial.into()]),
    ]
}

/// The memory of a limit. When it is full, the slots that would be free next are let go.
pub(super) fn zone(limit: &Limit) -> Directive {
    let timeout = format!("timeout={}", limit.rate.window.compact());
    let zone = Arg::ours(format!("zone={}:10m", limit::zone_name(limit)));
    line("js_shared_dict_zone", [zone, "type=number".into(), Arg::ours(timeout), "evict".into()])
}

/// What a server or a place says to have its requests counted.
pub(super) fn of_place(limits: &[&Limit]) -> Vec<Directive> {
    if limits.is_empty() {
        return Vec::new();
    }
    let words = |limit: &&Limit| {
        let (zone, client) = (limit::zone_name(limit), limit::client(limit));
        let (count, window) = (limit.rate.count, limit.rate.window.millis);
        format!("{zone} {count} {window} {}", client.trim_start_matches('$'))
    };
    let limits: Vec<_> = limits.iter().map(words).collect();
    vec![
        line("set", ["$limits_exact".into(), Arg::ours(limits.join(", "))]),
        plain("js_access", "limits.take"),
    ]
}

/// Refuses what cannot be counted.
pub(super) fn check(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    for limit in scope.limits().filter(|limit| is_exact(limit)) {
        let (message, help) = if !scope.has_js_access() {
            let message = format!(
                "nginx before 1.30.4 cannot keep the limit `{}`: it counts no slower than one request a minute",
                limit.name
            );
            (message, "take 1.30, or count in the application and write `enforce: app`")
        } else if limit.rate.count > MOST {
            let message = format!(
                "nginx cannot keep the limit `{}`: below one request a minute it counts up to {MOST} requests",
                limit.name
            );
            (message, "shorten the window, or count in the application and write `enforce: app`")
        } else {
            continue;
        };
        let span = limit.rate.origin.span().unwrap_or(limit.span);
        diagnostics.push(Diagnostic::new(codes::UNSUPPORTED, span, message).help(help));
    }
}
