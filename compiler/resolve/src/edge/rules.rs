//! Who may enter, and when nobody may.

use std::collections::BTreeMap;

use stackc_model::{Access, Label, Maintenance, Seconds, Sourced};
use stackc_shape::Switch;
use stackc_source::{Diagnostic, codes};
use stackc_spec::{EdgeSpec, MaintenanceSpec};

use super::bounds;
use crate::context::{Context, or, written};
use crate::secrets::Collected;

/// The rule that guards the whole site.
const EVERYWHERE: &str = "default";

/// Declares the secrets that hold the password files of access rules.
pub(crate) fn passwords(cx: &Context<'_>, secrets: &mut Collected) {
    let rules = cx.spec.edge.iter().flat_map(|edge| &edge.access);
    for (name, basic) in rules.filter_map(|(name, rule)| Some((name, rule.basic.as_ref()?))) {
        let about = format!("password file (htpasswd) of the access rule `{name}`");
        secrets.declare(&basic.value, basic.span, &about);
    }
}

/// The rules by name. One that guards nothing, or asks for nothing, is a mistake.
pub(super) fn access(spec: &EdgeSpec, cx: &mut Context<'_>) -> BTreeMap<Label, Sourced<Access>> {
    let services = cx.spec.services.values();
    let routes = services.flat_map(|service| service.routes.values());
    let named: Vec<_> =
        routes.filter_map(|route| route.access.as_ref()).map(|name| &name.value).collect();
    let mut rules = BTreeMap::new();
    for (name, rule) in &spec.access {
        if rule.basic.is_none() && rule.allow.is_empty() {
            let message = format!("the access rule `{name}` lets everybody in");
            cx.push(
                Diagnostic::new(codes::MISSING_FIELD, rule.span, message)
                    .help("give it `basic`, the secret with the password file, or `allow`"),
            );
        } else if name.as_str() != EVERYWHERE && !named.contains(&name) {
            let message = format!("no route names the access rule `{name}`");
            cx.push(
                Diagnostic::new(codes::NO_EFFECT, rule.span, message)
                    .help("name it as `access` of a route, or call it `default`"),
            );
        }
        let allow = bounds::ranges(&rule.allow, cx);
        let access = Access { basic: rule.basic.as_ref().map(written), allow };
        rules.insert(name.clone(), Sourced::written(access, rule.span));
    }
    rules
}

/// The closed site, where it is closed.
pub(super) fn maintenance(spec: &EdgeSpec, cx: &mut Context<'_>) -> Option<Sourced<Maintenance>> {
    let default = MaintenanceSpec::default();
    let switch = spec.maintenance.as_ref()?;
    let spec = match &switch.value {
        Switch::Off(_) => return None,
        Switch::On(spec) => spec.as_ref().unwrap_or(&default),
    };
    let retry_after =
        or(spec.retry_after.as_ref(), Seconds::new(300), "most repairs take minutes, not hours");
    bounds::wait(&retry_after, cx);
    let maintenance = Maintenance { allow: bounds::ranges(&spec.allow, cx), retry_after };
    Some(Sourced::written(maintenance, switch.span))
}
