//! Mail in development, which no relay gets: what says where the relay is says where the catcher is.
//!
//! Only the address is known for what it is: a relay's host, with the port behind it or in a variable of
//! its own. A value that development itself writes stays as it is.

use stackc_model::{CATCHER, CATCHER_PORT, Tier};
use stackc_shape::Spanned;
use stackc_spec::ExternalSpec;

use crate::context::Context;
use crate::profile::Profile;
use crate::secrets::{Draft, DraftSegment};

/// The ports relays are reached on, as variables spell them.
const PORTS: [&str; 4] = ["25", "465", "587", "2525"];

/// Whether an external system is a relay and nothing else. Without a profile the variables tell: those
/// of a relay have a common name.
pub(crate) fn is_relay(external: &ExternalSpec, profile: Option<&Profile>) -> bool {
    let names = external.env.keys().chain(external.secrets.iter().map(|secret| &secret.value));
    match profile {
        Some(profile) => profile.is_relay(),
        None => names.into_iter().any(|name| name.as_str().starts_with("SMTP_")),
    }
}

/// The hosts of relays that the variables of an external system lead to, where mail is caught.
pub(crate) fn caught(
    external: &Spanned<ExternalSpec>,
    profile: Option<&Profile>,
    cx: &Context<'_>,
) -> Vec<String> {
    if cx.tier != Tier::Development {
        return Vec::new();
    }
    let known =
        profile.into_iter().flat_map(|profile| profile.relays).map(|host| (*host).to_owned());
    let own = external.egress.iter().filter(|_| is_relay(external, profile));
    let hosts = known.chain(own.map(|host| host.value.0.clone()));
    let base = || external.env.values().filter(|value| !cx.in_overlay(value.span));
    hosts.filter(|host| base().any(|value| aside(&value.value.0, host).is_some())).collect()
}

/// A value with the catcher in the place of a relay; `None` where it says nothing of one.
pub(crate) fn turned(text: &Draft, relays: &[String]) -> Option<Draft> {
    let plain = text.plain();
    if !relays.is_empty() && plain.is_some_and(|text| PORTS.contains(&text.as_str())) {
        return Some(Draft::of(CATCHER_PORT.to_string()));
    }
    relays.iter().find_map(|relay| {
        let mut found = false;
        let segments = text.segments.iter().map(|segment| match segment {
            DraftSegment::Literal(text) => {
                let turned = aside(text, relay);
                found |= turned.is_some();
                DraftSegment::Literal(turned.unwrap_or_else(|| text.clone()))
            }
            secret @ DraftSegment::Secret(_) => secret.clone(),
        });
        let mut segments: Vec<_> = segments.collect();
        // It speaks no TLS.
        if let Some(DraftSegment::Literal(first)) = segments.first_mut().filter(|_| found) {
            *first = first.replacen("smtps://", "smtp://", 1);
        }
        found.then_some(Draft { segments })
    })
}

/// A text with the catcher in the place of a host and its port; `None` where the host is not in it.
fn aside(text: &str, host: &str) -> Option<String> {
    let part =
        |end: Option<char>| end.is_some_and(|end| end.is_alphanumeric() || "-.".contains(end));
    let at = text.match_indices(host).map(|(at, _)| at);
    let mut whole = at.filter_map(|at| Some((text.get(..at)?, text.get(at + host.len()..)?)));
    let (before, after) = whole
        .find(|(before, after)| !part(before.chars().next_back()) && !part(after.chars().next()))?;
    let port = after
        .strip_prefix(':')
        .map(|rest| rest.trim_start_matches(|end: char| end.is_ascii_digit()));
    // A URL without a port means that of its scheme.
    let url = before.contains("://") || before.ends_with('@');
    Some(match port {
        None if !url => format!("{before}{CATCHER}{after}"),
        rest => format!("{before}{CATCHER}:{CATCHER_PORT}{}", rest.unwrap_or(after)),
    })
}

#[cfg(test)]
mod tests {
    use stackc_model::{EnvName, Secret, SecretSource};
    use stackc_source::{FileId, Limits};

    use super::*;

    #[test]
    fn a_host_is_turned_aside_with_its_port_and_as_a_whole_alone() {
        let aside = |text| aside(text, "smtp.shop.example");
        let turned = |text: &str| Some(text.to_owned());
        assert_eq!(aside("smtp.shop.example"), turned("mail-catcher"));
        assert_eq!(aside("smtp.shop.example:465"), turned("mail-catcher:1025"));
        assert_eq!(aside("smtp://smtp.shop.example/?a=1"), turned("smtp://mail-catcher:1025/?a=1"));
        assert_eq!(aside("@smtp.shop.example:587"), turned("@mail-catcher:1025"));
        for other in ["smtp.shop.example.net", "my-smtp.shop.example", "shop.example"] {
            assert_eq!(aside(other), None, "{other}");
        }
    }

    #[test]
    fn a_url_keeps_its_secret_and_loses_tls() {
        let relays = ["smtp.shop.example".to_owned()];
        let mut url = Draft::of("smtps://shop:");
        url.segments.push(DraftSegment::Secret(EnvName::new("SMTP_PASSWORD").unwrap()));
        url.literal("@smtp.shop.example:465");
        let turned = turned(&url, &relays).unwrap();
        assert_eq!(turned.segments[0], DraftSegment::Literal("smtp://shop:".to_owned()));
        assert_eq!(turned.segments[1], url.segments[1]);
        assert_eq!(turned.segments[2], DraftSegment::Literal("@mail-catcher:1025".to_owned()));
    }

    #[test]
    fn a_port_is_turned_with_a_host_alone() {
        let relays = ["smtp.shop.example".to_owned()];
        assert_eq!(turned(&Draft::of("587"), &relays), Some(Draft::of("1025")));
        assert_eq!(turned(&Draft::of("588"), &relays), None);
        assert_eq!(turned(&Draft::of("587"), &[]), None);
        assert_eq!(turned(&Draft::of("Shop"), &relays), None);
    }

    /// What the service of a small stack finds in development: variables, and secrets that are made.
    fn found(external: &str, overlay: &str) -> (Vec<String>, usize) {
        let text = format!(
            "stack: 1\nname: shop\nservices:\n  api: {{kind: go, needs: [post]}}\nexternal:\n  \
             post: {external}\nenvironments:\n  development: {overlay}\n  production: {{}}\n"
        );
        let (node, _) = stackc_source::read(FileId(0), &text, Limits::default());
        let (stack, diagnostics) = crate::resolve(node.unwrap());
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        let env = &stack.unwrap().environments[0];
        let ours = |name: &EnvName| name.as_str().starts_with("SMTP_");
        let variables = env.services[0].env.iter().filter(|(name, _)| ours(name));
        let made = |secret: &&Secret| matches!(secret.source, SecretSource::Generated { .. });
        let made = env.secrets().filter(|(_, secret)| made(secret)).count();
        (variables.map(|(_, value)| value.value.clone()).collect(), made)
    }

    #[test]
    fn development_keeps_its_mail_unless_it_names_a_relay_itself() {
        let relay = "{profile: smtp, egress: [smtp.a.example], \
                     env: {SMTP_HOST: smtp.a.example, SMTP_PORT: 587}}";
        let turned = |values: [&str; 2]| values.map(str::to_owned).to_vec();
        assert_eq!(found(relay, "{}"), (turned(["mail-catcher", "1025"]), 1));
        let itself = "{external: {post: {env: {SMTP_HOST: smtp.a.example, SMTP_PORT: 465}}}}";
        assert_eq!(found(relay, itself), (turned(["smtp.a.example", "465"]), 0));
        // Without a host that mail goes to, nothing is known of the address.
        let bare = "{env: {SMTP_HOST: smtp.a.example, SMTP_PORT: 587}, secrets: [SMTP_KEY]}";
        assert_eq!(found(bare, "{}"), (turned(["smtp.a.example", "587"]), 0));
    }
}
