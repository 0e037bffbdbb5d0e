//! Domains: the public names of the system.

use std::collections::BTreeMap;

use stackc_model::{Domain, Label, Origin, Sourced, Tier};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, codes};
use stackc_spec::{DomainSpec, HostName};

use crate::context::Context;
use crate::text::{self, Place, Scope};

/// The public names here; on a developer's machine all of them are below `localhost`.
pub(crate) fn domains(cx: &mut Context<'_>) -> BTreeMap<Label, Domain> {
    let mut scope = Scope::default();
    let hosts = hosts(&mut scope, cx);
    let mut domains = BTreeMap::new();
    for (name, spec, host) in hosts {
        let all = |list: &[Spanned<HostName>], cx: &mut Context<'_>| {
            list.iter().filter_map(|item| self::host(item, &scope, cx)).collect::<Vec<_>>()
        };
        let (aliases, redirect_from) = (all(&spec.aliases, cx), all(&spec.redirect_from, cx));
        let domain = match cx.tier {
            Tier::Development => local(name, &host),
            _ => Domain { host, aliases, redirect_from },
        };
        domains.insert(name.clone(), domain);
    }
    domains
}

type Entry<'a> = (&'a Label, &'a Spanned<DomainSpec>);

/// The canonical hosts. One may be made from others, which then come first.
fn hosts<'a>(
    scope: &mut Scope,
    cx: &mut Context<'a>,
) -> Vec<(&'a Label, &'a Spanned<DomainSpec>, Sourced<String>)> {
    let mut pending: Vec<Entry<'a>> = cx.spec.domains.iter().collect();
    let mut found = Vec::new();
    while !pending.is_empty() {
        let waits = |(name, domain): &Entry<'a>| {
            let mut others = pending.iter().filter(|(other, _)| other != name);
            others.any(|(other, _)| refers(&domain.host, other.as_str()))
        };
        let (waiting, ready): (Vec<_>, Vec<_>) =
            pending.iter().copied().partition(|entry| waits(entry));
        if ready.is_empty() {
            circle(&waiting, cx);
            break;
        }
        for (name, domain) in ready {
            let Some(host) = host(&domain.host, scope, cx) else { continue };
            scope.domains.push((name.clone(), host.value.clone()));
            found.push((name, domain, host));
        }
        pending = waiting;
    }
    found
}

/// Whether a host is made from that of another domain.
fn refers(host: &HostName, other: &str) -> bool {
    let text = &host.0;
    text.contains(&format!("${{domains.{other}}}"))
        || (other == "main" && text.contains("${domain}"))
}

fn circle(waiting: &[Entry<'_>], cx: &mut Context<'_>) {
    let Some(((name, domain), others)) = waiting.split_first() else { return };
    let message = format!("the host of `{name}` is made from itself");
    let mut diagnostic = Diagnostic::new(codes::BAD_REFERENCE, domain.host.span, message)
        .help("write one of the hosts out");
    for (_, other) in others {
        diagnostic = diagnostic.related(other.host.span, "by way of this one");
    }
    cx.push(diagnostic);
}

fn local(name: &Label, host: &Sourced<String>) -> Domain {
    let value =
        if name.as_str() == "main" { "localhost".to_owned() } else { format!("{name}.localhost") };
    let host = match host.origin.span() {
        Some(span) => {
            Sourced { value, origin: Origin::Derived(span, "a developer's machine is `localhost`") }
        }
        None => Sourced::default(value, "a developer's machine is `localhost`"),
    };
    Domain { host, aliases: Vec::new(), redirect_from: Vec::new() }
}

fn host(name: &Spanned<HostName>, scope: &Scope, cx: &mut Context<'_>) -> Option<Sourced<String>> {
    let text = text::resolve(&name.value.0, name.span, Place::Plain, scope, cx)?.plain()?;
    if let Err(fault) = HostName::check(&text) {
        cx.push(Diagnostic::new(codes::BAD_FORMAT, name.span, format!("`{text}` {fault}")));
        return None;
    }
    Some(Sourced::written(text, name.span))
}
