//! What looks like a credential. The stack holds names of secrets only.

use stackc_source::{Diagnostic, Diagnostics, Entry, Node, NodeKind, Span, codes};
use stackc_unit::EnvName;

/// Prefixes that only credentials have. Sources: the providers' documentation of their key formats,
/// November 2026.
const PREFIXES: [(&str, usize, &str); 15] = [
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("sk_live_", 16, "a Stripe key"),
    ("rk_live_", 16, "a Stripe key"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("https://hooks.slack.com/services/", 40, "a Slack webhook"),
    ("AKIA", 20, "an AWS access key"),
    ("SG.", 40, "a SendGrid key"),
    ("npm_", 36, "an npm token"),
    ("re_", 24, "a Resend key"),
    ("-----BEGIN", 20, "a private key"),
];

/// Finds credentials anywhere in a document: in keys, and in values by their look or by the name they
/// stand under.
pub(crate) fn scan(root: &Node, diagnostics: &mut Diagnostics) {
    Scan { diagnostics }.node(root, None, false);
}

struct Scan<'d> {
    diagnostics: &'d mut Diagnostics,
}

impl Scan<'_> {
    /// A node under a key; `named` where the key is a list of secrets by name.
    fn node(&mut self, node: &Node, key: Option<&str>, named: bool) {
        match &node.kind {
            NodeKind::Null => {}
            NodeKind::Scalar(scalar) => {
                if let Some(what) = literal(&scalar.text, key) {
                    self.diagnostics.push(secret_literal(node.span, what));
                }
            }
            NodeKind::List(items) => items.iter().for_each(|item| self.node(item, key, false)),
            NodeKind::Map(entries) => entries.iter().for_each(|entry| self.entry(entry, named)),
        }
    }

    fn entry(&mut self, entry: &Entry, named: bool) {
        if let Some(what) = credential(&entry.key, None) {
            self.diagnostics.push(secret_literal(entry.key_span, what));
        }
        let value = entry.value.as_scalar().filter(|scalar| scalar.as_bool().is_none());
        if named && value.is_some() {
            let what = "the value of a secret, where only names belong";
            self.diagnostics.push(secret_literal(entry.value.span, what));
            return;
        }
        self.node(&entry.value, Some(&entry.key), &*entry.key == "secrets");
    }
}

/// What a value looks like under a key, or as `NAME=value`. References, and names of secrets, are
/// none.
fn literal(value: &str, key: Option<&str>) -> Option<&'static str> {
    let found = credential(value, None);
    if found.is_some() || value.contains("${") {
        return found;
    }
    let by_name = |name: &str, value: &str| {
        let name = name.to_ascii_uppercase().replace('-', "_");
        credential(value, Some(&name)).filter(|_| EnvName::new(value).is_err())
    };
    let pair = value.split_once('=').filter(|(name, _)| EnvName::new(name).is_ok());
    key.and_then(|key| by_name(key, value))
        .or_else(|| pair.and_then(|(name, value)| by_name(name, value)))
}

/// What a value looks like, where it looks like a credential. `name` is the variable it is for.
pub(crate) fn credential(value: &str, name: Option<&str>) -> Option<&'static str> {
    let known = PREFIXES
        .iter()
        .find(|(prefix, length, _)| value.starts_with(prefix) && value.len() >= *length);
    if let Some((_, _, what)) = known {
        return Some(what);
    }
    if url_password(value) {
        return Some("a URL with a password");
    }
    let scheme = ["Bearer ", "Basic "].iter().find_map(|scheme| value.strip_prefix(scheme));
    if scheme.is_some_and(|rest| rest.len() >= 4 && !rest.starts_with("${")) {
        return Some("what a client authorizes itself with");
    }
    let words = [
        "SECRET",
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "_PASS",
        "TOKEN",
        "PRIVATE_KEY",
        "API_KEY",
        "APIKEY",
        "CREDENTIAL",
    ];
    let sensitive = name.is_some_and(|name| words.iter().any(|word| name.ends_with(word)));
    if sensitive
        && value.len() >= 4
        && value.parse::<f64>().is_err()
        && !["true", "false", "none"].contains(&value)
    {
        return Some("a credential, by the name of its variable");
    }
    (value.len() >= 32 && high_entropy(value)).then_some("random characters, as in a key")
}

/// `scheme://user:password@host` with a password that is no reference.
fn url_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':')
        .is_some_and(|(_, password)| !password.is_empty() && !password.starts_with('$'))
}

/// Letters of both cases and digits without words or separators: what a generator makes.
fn high_entropy(value: &str) -> bool {
    let alphabet = |b: u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(&b);
    if !value.bytes().all(alphabet) || value.contains("sha256") {
        return false;
    }
    let count = |test: fn(&u8) -> bool| value.bytes().filter(test).count() * 100 / value.len();
    let (upper, lower, digits) =
        (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase), count(u8::is_ascii_digit));
    let mixed = upper >= 15 && lower >= 15 && digits >= 8;
    let hex = value.bytes().all(|b| b.is_ascii_hexdigit()) && (25..95).contains(&digits);
    mixed || hex
}

/// The error for a literal credential: neither value nor excerpt is shown.
pub(crate) fn secret_literal(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(codes::SECRET_LITERAL, span, format!("this value looks like {what}"))
        .mask(span)
        .help("give it a name under the service's `secrets`, take the value out of the file and its history, and change it: it is known now")
}

#[cfg(test)]
mod tests {
    use super::{credential, literal};

    #[test]
    fn knows_credentials_from_values() {
        for bad in [
            "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
            "AKIAIOSFODNN7EXAMPLE",
            "postgres://app:hunter2@db/app",
            "-----BEGIN RSA PRIVATE KEY-----",
            "Zm9vYmFyQmF6cXV4MTIzNDU2Nzg5MEFiQ2RFZg",
            "9f86d081884c7d659a2feaa0c55ad015",
        ] {
            assert!(credential(bad, None).is_some(), "{bad}");
        }
        for good in [
            "https://shop.example/a?b=c",
            "redis://redis:6379",
            "1.10",
            "info",
            "",
            "a-long-name-of-a-feature-flag-in-words",
            "postgres://app:${data.postgres.password}@db",
        ] {
            assert!(credential(good, None).is_none(), "{good}");
        }
        assert!(credential("hunter2", Some("DB_PASSWORD")).is_some());
        assert!(credential("hunter2", Some("SMTP_PASS")).is_some());
        assert!(credential("3600", Some("TOKEN")).is_none());
        assert!(credential("north", Some("COMPASS")).is_none());
    }

    #[test]
    fn a_name_gives_a_value_away_and_a_name_of_a_secret_is_none() {
        for (key, bad) in [
            ("password", "hunter2hunter2"),
            ("DB_PASSWORD", "hunter2hunter2"),
            ("env", "DB_PASSWORD=hunter2hunter2"),
            ("Authorization", "Bearer hunter2hunter2"),
        ] {
            assert!(literal(bad, Some(key)).is_some(), "{key}: {bad}");
        }
        for (key, good) in [
            ("token", "HEALTH_TOKEN"),
            ("password", "${secrets.DB_PASSWORD}"),
            ("MASTER_TOKEN", "3600"),
            ("description", "the password of the owner"),
            ("env", "MODE=fast"),
        ] {
            assert!(literal(good, Some(key)).is_none(), "{key}: {good}");
        }
    }
}
