//! Configurations broken on purpose: an assertion that does not notice is no assertion.

use crate::server::File;

/// How a configuration is broken.
#[derive(Debug)]
pub(crate) enum Edit {
    /// Without the directives, or blocks, that begin so.
    Without(&'static str),
    /// With another text in the place of one.
    Other(&'static str, &'static str),
}

/// One thing that is broken, and who has to notice.
#[derive(Debug)]
pub(crate) struct Mutation {
    /// The group.
    pub(crate) group: &'static str,
    /// What is broken.
    pub(crate) name: &'static str,
    /// Where.
    pub(crate) place: &'static str,
    /// How.
    pub(crate) edit: Edit,
}

impl Mutation {
    /// Breaks the files; one that changes nothing is a fault of its own.
    pub(crate) fn apply(&self, files: &mut [File]) {
        let mut changed = false;
        for (_, bytes) in files {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let edited = match &self.edit {
                Edit::Without(start) => without(&text, start),
                Edit::Other(from, to) => text.replace(from, to),
            };
            changed |= edited != text;
            *bytes = edited.into_bytes();
        }
        assert!(changed, "nothing to break for {}::{}", self.group, self.name);
    }
}

/// A text without the directives that begin so: to the `;`, or to the `}` of a block.
fn without(text: &str, start: &str) -> String {
    let (mut out, mut skipped, mut depth) = (String::new(), false, 0);
    for line in text.lines() {
        let words = line.trim();
        skipped = skipped || words.starts_with(start);
        if !skipped {
            out += line;
            out.push('\n');
            continue;
        }
        depth += i32::from(words.ends_with('{')) - i32::from(words == "}");
        skipped = depth > 0 || !(words.ends_with(';') || words == "}");
    }
    out
}

const fn without_it(group: &'static str, name: &'static str, place: &'static str) -> Mutation {
    Mutation { group, name, place, edit: Edit::Without(name) }
}

const fn other(
    group: &'static str,
    name: &'static str,
    place: &'static str,
    from: &'static str,
    to: &'static str,
) -> Mutation {
    Mutation { group, name, place, edit: Edit::Other(from, to) }
}

const ALL: &str = "everything::production";
const GUARDED: &str = "guarded::production";
const CLOSED: &str = "guarded::closed";
const SHOP: &str = "shop::production";

/// Every configuration that is broken on purpose.
pub(crate) const MUTATIONS: &[Mutation] = &[
    other("resolve", "an address believed for long", SHOP, "valid=2s", "valid=300s"),
    other("resolve", "no haste", SHOP, "resolver_timeout 1s", "resolver_timeout 5s"),
    other(
        "tls",
        "TLS 1.1",
        SHOP,
        "TLSv1.2 TLSv1.3;\nssl_ciphers ",
        "TLSv1.1 TLSv1.2 TLSv1.3;\nssl_ciphers ALL:@SECLEVEL=0:",
    ),
    other("tls", "no TLS 1.2", SHOP, "TLSv1.2 TLSv1.3", "TLSv1.3"),
    other(
        "tls",
        "TLS 1.2 in the modern profile",
        GUARDED,
        "ssl_protocols TLSv1.3",
        "ssl_protocols TLSv1.2 TLSv1.3",
    ),
    without_it("tls", "ssl_ciphers", SHOP),
    without_it("tls", "http2 on", SHOP),
    other("tls", "no QUIC", GUARDED, "listen 8443 quic", "listen 8444 quic"),
    other(
        "hosts",
        "a site for any handshake",
        SHOP,
        "ssl_reject_handshake on;",
        "ssl_certificate /etc/nginx/certs/shop.example/fullchain.pem; ssl_certificate_key /etc/nginx/certs/shop.example/privkey.pem;",
    ),
    other("hosts", "an answer for any host", SHOP, "return 444", "return 404"),
    without_it("hosts", "listen [::]:8443 ssl;", SHOP),
    without_it("headers", "add_header X-Content-Type-Options", ALL),
    without_it("headers", "add_header Strict-Transport-Security", ALL),
    without_it("headers", "add_header_inherit", ALL),
    without_it("headers", "proxy_hide_header X-Powered-By", ALL),
    without_it("headers", "proxy_hide_header X-Frame-Options", ALL),
    without_it("headers", "server_tokens", ALL),
    other("headers", "headers of good answers only", ALL, "DENY always", "DENY"),
    other("headers", "a dollar that is evaluated", ALL, "${dollar}f", "$scheme"),
    other("redirects", "a temporary redirect", SHOP, "return 308", "return 302"),
    other("redirects", "a target without query", SHOP, "$request_uri;", "$uri;"),
    other(
        "redirects",
        "a host the client chose",
        ALL,
        "https://live.example$request_uri",
        "https://$host$request_uri",
    ),
    without_it("redirects", "location /.well-known/acme-challenge/", SHOP),
    other(
        "redirects",
        "prefixes that end within a segment",
        ALL,
        "location /api/ {",
        "location /api {",
    ),
    without_it("websocket", "proxy_read_timeout", "grocery-list::production"),
    without_it("websocket", "proxy_set_header Upgrade", ALL),
    without_it("websocket", "include websocket.conf", ALL),
    without_it("limits", "limit_req zone", ALL),
    other("limits", "one more at once", ALL, "limit_req_hourly 5 ", "limit_req_hourly 6 "),
    other(
        "limits",
        "a shorter window",
        ALL,
        "limit_req_hourly 5 3600000",
        "limit_req_hourly 5 100",
    ),
    other("limits", "one less at once", ALL, "burst=5 nodelay", "burst=4 nodelay"),
    other("limits", "held back and not refused", ALL, "burst=29 nodelay", "burst=29"),
    other("limits", "a faster rate", ALL, "rate=300r/m", "rate=600r/m"),
    other("limits", "a slower rate", ALL, "rate=300r/m", "rate=60r/m"),
    other(
        "limits",
        "any method",
        ALL,
        "limit_req_zone $limit_posts_method",
        "limit_req_zone $limit_client",
    ),
    other("limits", "nobody exempt", ALL, "192.0.2.0/24 1;", ""),
    other(
        "limits",
        "a key by address",
        ALL,
        "limit_req_zone $limit_counted_by_a_header_that_tells_customers_client",
        "limit_req_zone $limit_client",
    ),
    without_it("limits", "limit_req_status", ALL),
    without_it("limits", "add_header Retry-After", ALL),
    other(
        "limits",
        "a place that is forgotten",
        ALL,
        "location = /api/posts {\n        set $retry_after 10;\n        limit_req zone",
        "location = /api/posts {\n        set $retry_after 10;\n        # limit_req zone",
    ),
    other("limits", "each address of a network a client", ALL, ".{8}).{8}$", ".{16})$"),
    other("limits", "all of IPv4 one client in disguise", ALL, "(?!\\\\x00{10}\\\\xff\\\\xff)", ""),
    other("limits", "all networks one client", ALL, ".{8}).{8}$", ".{1}).{15}$"),
    other("connections", "each address of a network a client", SHOP, ".{8}).{8}$", ".{16})$"),
    without_it("connections", "limit_conn limit_conn", SHOP),
    other(
        "connections",
        "one less at a time",
        SHOP,
        "limit_conn limit_conn 200",
        "limit_conn limit_conn 199",
    ),
    without_it("connections", "limit_conn_status", SHOP),
    without_it("bodies", "client_max_body_size 64k", ALL),
    without_it("bodies", "client_max_body_size 128k", ALL),
    other(
        "bodies",
        "long heads",
        ALL,
        "server_tokens off;",
        "server_tokens off; large_client_header_buffers 4 64k;",
    ),
    without_it("bodies", "proxy_buffer_size", ALL),
    without_it("slow", "client_header_timeout", ALL),
    without_it("slow", "client_body_timeout", ALL),
    without_it("slow", "proxy_read_timeout 1s", ALL),
    without_it("closed", "location ~ \"/[.]", SHOP),
    without_it("closed", "location ~* \"^/strip[.]me", ALL),
    other("closed", "one case only", "desktop-crm::development", "location ~* ", "location ~ "),
    other("closed", "no slash at the end", "desktop-crm::development", "/?$ {", "$ {"),
    other("closed", "counters for everybody", SHOP, "listen 127.0.0.1:8081", "listen 8081"),
    other("closed", "a dot that is any character", ALL, "well-known(?:/|$)", "well-known"),
    without_it("caching", "add_header Cache-Control", ALL),
    without_it("caching", "proxy_hide_header Cache-Control", ALL),
    without_it("caching", "include cache.conf", ALL),
    without_it("caching", "proxy_cache_bypass", ALL),
    without_it("caching", "proxy_no_cache", ALL),
    without_it("caching", "proxy_cache_valid", ALL),
    other(
        "caching",
        "missing assets kept for long",
        ALL,
        "~^(?:200|206|304) /assets/",
        "~^... /assets/",
    ),
    without_it("cors", "if ($cors_preflight)", ALL),
    without_it("cors", "add_header Access-Control-Allow-Origin", ALL),
    without_it("cors", "add_header Access-Control-Allow-Credentials", ALL),
    without_it("cors", "add_header Vary", ALL),
    without_it("cors", "proxy_hide_header Access-Control-Allow-Methods", ALL),
    other(
        "cors",
        "an origin that only begins right",
        ALL,
        "friends[.]example$",
        "friends[.]example",
    ),
    other("cors", "a dot that is any character", ALL, "friends[.]example", "friends.example"),
    without_it("access", "auth_basic", GUARDED),
    without_it("access", "deny all", GUARDED),
    without_it("access", "include access.default.conf", GUARDED),
    without_it("access", "location = /live", GUARDED),
    without_it("maintenance", "if ($turned_away)", CLOSED),
    without_it("maintenance", "add_header Retry-After 600", CLOSED),
    without_it("maintenance", "192.0.2.7 0", CLOSED),
    without_it("maintenance", "~^/live$ 0", CLOSED),
    without_it("gzip", "gzip on", ALL),
    without_it("gzip", "gzip off", ALL),
    without_it("gzip", "gzip_vary", ALL),
    without_it("gzip", "gzip_types", ALL),
    without_it("gzip", "gzip_min_length", ALL),
    without_it("gzip", "gzip_proxied", ALL),
    other("gzip", "pictures too", ALL, "gzip_types ", "gzip_types image/png "),
    other(
        "told",
        "a forged address is kept",
        ALL,
        "X-Forwarded-For $remote_addr",
        "X-Forwarded-For $proxy_add_x_forwarded_for",
    ),
    without_it("told", "proxy_set_header X-Real-IP", ALL),
    without_it("told", "proxy_set_header X-Forwarded-Proto", ALL),
    without_it("told", "proxy_set_header X-Forwarded-Host", ALL),
    without_it("told", "proxy_set_header X-Request-ID", ALL),
    without_it("told", "proxy_set_header Host", ALL),
    without_it("told", "proxy_set_header Forwarded", ALL),
    without_it("told", "proxy_set_header Accept-Encoding", ALL),
    without_it("told", "rewrite", ALL),
    without_it("told", "real_ip_recursive", ALL),
    without_it("told", "set_real_ip_from", ALL),
    other("told", "a line break that is not matched", ALL, "\"(?s)^", "\"^"),
    other(
        "told",
        "a path that is made anew",
        ALL,
        "proxy_pass http://api_http;",
        "proxy_pass http://api_http$uri$is_args$args;",
    ),
    other("told", "gRPC as HTTP/1", ALL, "grpc_pass grpc://", "proxy_pass http://"),
    other("log", "quotes as they come", ALL, "escape=json", "escape=none"),
    other(
        "log",
        "the query of a sensitive page",
        ALL,
        "reset(?:/|$)\" $uri",
        "reset(?:/|$)\" $request_uri",
    ),
    without_it("log", "error_log stderr emerg", ALL),
    other("log", "no log", SHOP, "access_log /dev/stdout json;", "access_log off;"),
];
