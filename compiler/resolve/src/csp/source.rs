//! Sources of a content security policy, as the grammar of CSP level 3 has them.
//!
//! <https://www.w3.org/TR/CSP3/#framework-directive-source-list>, read 2026-11-21. Two forms are
//! left out: a nonce is made anew for each answer, so one that is written down protects nothing,
//! and a `$` in a path is `%24`, which browsers take for the same.

/// The quoted words.
const WORDS: [&str; 11] = [
    "'none'",
    "'self'",
    "'unsafe-inline'",
    "'unsafe-eval'",
    "'unsafe-hashes'",
    "'wasm-unsafe-eval'",
    "'trusted-types-eval'",
    "'strict-dynamic'",
    "'inline-speculation-rules'",
    "'report-sample'",
    "'unsafe-allow-redirects'",
];

/// A source as the header has it: a host without a scheme is one by HTTPS. `None` for other texts.
pub(super) fn source(text: &str) -> Option<String> {
    let known = is_word(text) || text.strip_suffix(':').is_some_and(is_scheme);
    match text.split_once("://") {
        _ if known => Some(text.to_owned()),
        Some((scheme, rest)) => (is_scheme(scheme) && is_host(rest)).then(|| text.to_owned()),
        None if text == "*" => Some(text.to_owned()),
        None if text.contains('.') => is_host(text).then(|| format!("https://{text}")),
        // Without its quotes `self` would be a host.
        None => (is_host(text) && !is_word(&format!("'{text}'"))).then(|| text.to_owned()),
    }
}

fn is_word(text: &str) -> bool {
    let quoted = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    let hash = quoted.and_then(|text| text.split_once('-'));
    WORDS.contains(&text.to_ascii_lowercase().as_str())
        || hash.is_some_and(|(name, value)| {
            ["sha256", "sha384", "sha512"].contains(&name) && is_base64(value)
        })
}

fn is_base64(text: &str) -> bool {
    let value = text.trim_end_matches('=');
    !value.is_empty()
        && text.len() - value.len() <= 2
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/-_".contains(&b))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// A host with its port and path.
fn is_host(text: &str) -> bool {
    let (authority, path) = text.split_at(text.find('/').unwrap_or(text.len()));
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let host = host.strip_prefix("*.").unwrap_or(host);
    let host = host.strip_suffix('.').unwrap_or(host);
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    (host == "*" || host.split('.').all(label)) && port.is_none_or(is_port) && is_path(path)
}

fn is_port(text: &str) -> bool {
    text == "*" || text.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_path(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._~%!&'()*+=:@/".contains(&b);
    let hex = |text: &str| text.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    text.bytes().all(fits) && !text.starts_with("//") && text.split('%').skip(1).all(hex)
}

#[cfg(test)]
mod tests {
    use super::source;

    #[test]
    fn hosts_schemes_and_words_are_sources() {
        for good in [
            "*",
            "data:",
            "localhost:3000",
            "https://*.cdn.example:443/path/to/file.js",
            "wss://live.example:*",
            "https://*",
            "https://cdn.example/a%24b/",
            "'self'",
            "'Strict-Dynamic'",
            "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='",
        ] {
            assert_eq!(source(good).as_deref(), Some(good));
        }
        assert_eq!(source("cdn.example").as_deref(), Some("https://cdn.example"));
        assert_eq!(source("cdn.example:8443/x").as_deref(), Some("https://cdn.example:8443/x"));
    }

    #[test]
    fn other_texts_are_none() {
        for bad in [
            "",
            "self",
            "self'",
            "'selv'",
            "'nonce-abc'",
            "'sha256-'",
            "'sha256-a===b'",
            "a b",
            "cdn.example;",
            "cdn.example,b.example",
            "$host",
            "cdn.example/$x",
            "cdn.example/%2",
            "cdn.example:0",
            "cdn.example:x",
            "cdn..example",
            "*cdn.example",
            "https://",
            "1:",
            "žluť.example",
            "cdn.example//x",
        ] {
            assert_eq!(source(bad), None, "{bad}");
        }
    }
}
