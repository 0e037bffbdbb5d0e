//! The edge: nginx in front of everything public, and certbot for its certificates.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use stackc_model::{
    AnswerCache, Bytes, Domain, EnvName, Environment, Millicores, Platform, Resources, Seconds,
    Sourced, TlsProvider, pins,
};
use stackc_source::{Diagnostic, codes};
use stackc_target::is_off;

use super::document::{self, Condition, Part, Port, Ulimit, VolumeMount};
use super::scope::{Scope, runs};
use super::text::{Text, texts};
use super::{harden, health, secrets};
use crate::prometheus::Exporter;

/// The user of the official nginx images.
pub(super) const USER: u32 = 101;
const CERTS: &str = "/etc/nginx/certs";
const WEBROOT: &str = "/var/www/acme";
/// Where the ACME module of nginx keeps its account and certificates.
const ACME_STATE: &str = "/var/lib/nginx/acme";

/// Where it is published on a developer's machine.
pub(super) const LOCAL: u16 = 8080;

/// Whether it runs here: something public does, and the files of nginx are written.
pub(crate) fn is_here(env: &Environment, platform: Platform) -> bool {
    let here = env.routes.iter().any(|route| runs(&env[route.service], platform));
    here && !is_off(env, "nginx")
}

/// nginx, and what gets its certificates, by name; nothing where nothing is public or the files of
/// nginx are not written.
pub(super) fn lower(scope: &mut Scope<'_>) -> BTreeMap<String, document::Service> {
    if !is_here(scope.env, scope.platform) {
        return BTreeMap::new();
    }
    let mut found = BTreeMap::from([("nginx".to_owned(), nginx(scope))]);
    if provider(scope) == TlsProvider::Certbot {
        found.insert(PLACEHOLDERS.to_owned(), placeholders(scope));
        let single = scope.env.domains.len() == 1;
        for (label, domain) in &scope.env.domains {
            let name = if single { "certbot".to_owned() } else { format!("certbot-{label}") };
            found.insert(name, certbot(scope, domain));
        }
    }
    found
}

fn nginx(scope: &mut Scope<'_>) -> document::Service {
    let scratch = scratch(scope);
    // Scratch space is memory too, and may fill up without harm.
    let own = Bytes::mib(128).0.saturating_add(zones(scope).0);
    let memory = Bytes(own.saturating_add(scratch.0.saturating_mul(2)));
    let mut service = harden::container(USER, 256, &bounds(1000, memory, scratch));
    service.image = image(scope, "nginx", "nginx");
    service.depends_on = upstreams(scope);
    let folder = format!("./nginx/{}", scope.env.name);
    service.volumes = vec![VolumeMount::generated(&folder, "/etc/nginx/stack")];
    service.networks = vec!["edge"];
    if scope.is_watched(Exporter::Nginx) {
        service.networks.push("observe");
    }
    let command = ["nginx", "-c", "/etc/nginx/stack/nginx.conf", "-g", "daemon off;"];
    service.command = Some(texts(command));
    service.healthcheck = Some(health::usual(health::curl("http://127.0.0.1:8081/healthz")));
    service.secrets = passwords(scope).into_iter().map(secrets::mount).collect();
    service.stop_grace_period = grace(scope);
    service.deploy.replicas = Some(1);
    // nginx sets its own limit, up to this.
    service.ulimits = BTreeMap::from([("nofile", Ulimit { soft: 65_536, hard: 524_288 })]);
    if scope.is_development() {
        service.ports = vec![Port::loopback(LOCAL, 8080)];
        return service;
    }
    service.restart = Some("unless-stopped");
    service.ports = vec![Port::public(80, 8080)];
    match provider(scope) {
        TlsProvider::None | TlsProvider::Cloud => {}
        TlsProvider::Files => terminate(scope, &mut service),
        TlsProvider::Nginx => {
            speak_tls(scope, &mut service);
            service.volumes.push(VolumeMount::folder("./acme/state", ACME_STATE, false));
        }
        TlsProvider::Certbot => {
            terminate(scope, &mut service);
            service.depends_on.insert(PLACEHOLDERS.to_owned(), Condition::Completed.into());
            service.volumes.push(VolumeMount::folder("./acme/webroot", WEBROOT, true));
        }
    }
    service
}

/// What nginx remembers, ten mebibytes each: the clients of every limit, their requests at a time, and
/// sessions of TLS.
fn zones(scope: &Scope<'_>) -> Bytes {
    let zones = u64::try_from(scope.env.limits.len()).unwrap_or(u64::MAX).saturating_add(2);
    Bytes(Bytes::mib(10).0.saturating_mul(zones))
}

/// Request bodies are kept here until they are complete: room for four of the largest, in whole
/// mebibytes, and for the answers that nginx keeps.
fn scratch(scope: &Scope<'_>) -> Bytes {
    let bodies = scope.env.routes.iter().map(|route| route.body_limit.0.saturating_mul(4)).max();
    let bodies = Bytes::mib(bodies.unwrap_or(0).div_ceil(Bytes::mib(1).0)).max(Bytes::mib(64));
    let kept = scope.env.routes.iter().any(|route| *route.cache != AnswerCache::Never);
    Bytes(bodies.0.saturating_add(if kept { Bytes::mib(64).0 } else { 0 }))
}

/// The ports of TLS, over UDP too where HTTP/3 is spoken.
fn speak_tls(scope: &Scope<'_>, service: &mut document::Service) {
    service.ports.push(Port::public(443, 8443));
    if *scope.env.edge.http3 {
        service.ports.push(Port { protocol: "udp", ..Port::public(443, 8443) });
    }
}

/// Ends TLS with certificates from the host.
fn terminate(scope: &Scope<'_>, service: &mut document::Service) {
    speak_tls(scope, service);
    service.volumes.push(VolumeMount::folder("./certs", CERTS, true));
}

fn provider(scope: &Scope<'_>) -> TlsProvider {
    scope.env.edge.tls.as_ref().map_or(TlsProvider::None, |tls| tls.provider.value)
}

/// A little longer than nginx takes to close its last connections itself.
fn grace(scope: &Scope<'_>) -> String {
    Seconds { millis: scope.env.edge_grace().millis + 5000 }.compact()
}

/// The services behind the edge. It opens when all of them can answer.
fn upstreams(scope: &Scope<'_>) -> BTreeMap<String, document::Dependency> {
    let behind = scope.services().filter(|service| !service.routes.is_empty());
    behind
        .map(|service| {
            let condition = match health::command(scope.env, service) {
                Some(_) => Condition::Healthy,
                None => Condition::Started,
            };
            (service.name.to_string(), condition.into())
        })
        .collect()
}

/// Password files of access rules.
fn passwords<'a>(scope: &Scope<'a>) -> Vec<&'a EnvName> {
    let mut names: Vec<_> =
        scope.env.edge.access.values().filter_map(|access| access.basic.as_deref()).collect();
    names.sort();
    names.dedup();
    names
}

/// The container that lets nginx start before certbot has been.
const PLACEHOLDERS: &str = "nginx-certificates";

/// A certificate nobody trusts for each host that has none: nginx does not start without, and certbot
/// needs nginx to get a real one. The script's arguments are the hosts.
const PLACE: &str = "umask 077; for host; do folder=\"/etc/nginx/certs/$host\"; \
     test -e \"$folder/fullchain.pem\" || { mkdir -p \"$folder\" \
     && openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=placeholder \
     -keyout \"$folder/privkey.pem\" -out \"$folder/fullchain.pem\"; } || exit; done";

/// Makes them with the image of nginx, which holds OpenSSL.
fn placeholders(scope: &mut Scope<'_>) -> document::Service {
    let mut service = harden::container(USER, 64, &bounds(500, Bytes::mib(128), Bytes::mib(64)));
    service.part = Part::Tls;
    service.image = image(scope, "nginx", "nginx");
    service.volumes = vec![VolumeMount::folder("./certs", CERTS, false)];
    service.network_mode = Some("none");
    let hosts = scope.env.domains.values().map(|domain| domain.host.to_ascii_lowercase());
    let script = ["sh", "-c", PLACE, "placeholders"].map(str::to_owned);
    service.command = Some(texts(script.into_iter().chain(hosts)));
    service.restart = Some("no");
    service.healthcheck = Some(health::off("it runs to its end, and nginx waits for its success"));
    service.stop_grace_period = "30s".to_owned();
    service
}

/// Gets and renews the certificate of a domain, once per run: by its profile, from a timer of the
/// host.
fn certbot(scope: &mut Scope<'_>, domain: &Domain) -> document::Service {
    // A wildcard wants DNS; an address and a name without a dot are nobody's in public.
    let refused = |host: &str| {
        host.starts_with("*.") || !host.contains('.') || host.parse::<Ipv4Addr>().is_ok()
    };
    for host in hosts(domain).filter(|host| refused(host)) {
        let message =
            format!("certbot, as compose runs it, gets no certificate for `{}` over HTTP", **host);
        let help = "name the hosts, or bring a certificate along with `tls.provider: files`";
        if let Some(span) = host.origin.span() {
            scope.tell(codes::CANNOT_CARRY, span, message, help);
        }
    }
    // The user of nginx, who must be able to read the keys that are written here.
    let mut service = harden::container(USER, 64, &bounds(500, Bytes::mib(256), Bytes::mib(64)));
    service.part = Part::Tls;
    service.image = image(scope, "certbot", "certbot/certbot");
    service.volumes = vec![
        VolumeMount::folder("./acme/state", "/etc/letsencrypt", false),
        VolumeMount::folder("./acme/webroot", WEBROOT, false),
        VolumeMount::folder("./certs", CERTS, false),
    ];
    service.networks = vec!["edge"];
    service.command = Some(texts(arguments(scope, domain)));
    service.restart = Some("no");
    service.healthcheck = Some(health::off(
        "it runs to its end: once by hand, then from a timer of the host, twice a day",
    ));
    service.profiles = vec!["certbot"];
    service.stop_grace_period = "30s".to_owned();
    service
}

/// Copies the new files to where nginx looks for them: certbot itself keeps links to a folder that
/// nginx cannot see.
const HOOK: &str = "folder=\"/etc/nginx/certs/$(basename \"$RENEWED_LINEAGE\")\" \
     && mkdir -p \"$folder\" \
     && cp -L \"$RENEWED_LINEAGE/fullchain.pem\" \"$RENEWED_LINEAGE/privkey.pem\" \"$folder/\"";

/// Every host that stands in the certificate of a domain.
fn hosts(domain: &Domain) -> impl Iterator<Item = &Sourced<String>> {
    std::iter::once(&domain.host).chain(&domain.aliases).chain(&domain.redirect_from)
}

fn arguments(scope: &Scope<'_>, domain: &Domain) -> Vec<String> {
    let fixed = "certonly --non-interactive --agree-tos --keep-until-expiring --expand --webroot \
                 --webroot-path /var/www/acme --work-dir /tmp/work --logs-dir /tmp/logs";
    let mut arguments: Vec<String> = fixed.split(' ').map(str::to_owned).collect();
    match scope.env.edge.tls.as_ref().and_then(|tls| tls.email.as_ref()) {
        Some(email) => arguments.extend(["--email".to_owned(), email.value.clone()]),
        None => arguments.push("--register-unsafely-without-email".to_owned()),
    }
    arguments.extend(["--deploy-hook".to_owned(), HOOK.to_owned()]);
    arguments.extend(["--cert-name".to_owned(), domain.host.to_ascii_lowercase()]);
    arguments.extend(hosts(domain).flat_map(|host| ["--domain".to_owned(), host.value.clone()]));
    arguments
}

/// The pinned image of a tool, in the line the stack asks for.
pub(super) fn image(scope: &mut Scope<'_>, tool: &str, image: &str) -> Option<Text> {
    let chosen = scope.stack.versions.get(tool);
    let usual = pins::usual(image).unwrap_or_default();
    let line = chosen.map_or(usual, |version| version.as_str());
    let pin = pins::image(image, line);
    if pin.is_none() {
        let message = format!("no verified image of {tool} {line} is known");
        let known = format!("known are {}", pins::lines(image).join(", "));
        let diagnostic = match chosen.and_then(|version| version.origin.span()) {
            Some(span) => Diagnostic::new(codes::UNKNOWN_VERSION, span, message),
            None => Diagnostic::global(codes::UNKNOWN_VERSION, message),
        };
        scope.diagnostics.push(diagnostic.help(known));
    }
    pin.map(|pin| Text::from(pin.reference()))
}

/// Bounds of a container that the language has no words for.
pub(super) fn bounds(millicores: u32, memory: Bytes, disk: Bytes) -> Resources {
    const WHY: &str = "enough for what it does on one host";
    Resources {
        cpu_request: Sourced::default(Millicores(millicores / 4), WHY),
        cpu_limit: Some(Sourced::default(Millicores(millicores), WHY)),
        memory_request: Sourced::default(Bytes(memory.0 / 4), WHY),
        memory_limit: Sourced::default(memory, WHY),
        disk: Sourced::default(disk, WHY),
    }
}
