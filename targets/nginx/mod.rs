//! nginx as the edge in front of services that run as containers: TLS, routing, headers, limits.
//!
//! One folder for each environment: `nginx.conf`, the files it includes, one file for each domain.

mod access;
mod acme;
mod cache;
mod client;
pub(crate) mod conf;
mod cors;
mod exact;
mod extra;
mod hash;
mod headers;
mod limit;
mod location;
mod log;
mod maintenance;
mod path;
mod place;
mod proxy;
mod rate;
mod root;
mod scope;
mod site;
mod tls;

pub(crate) use root::STATUS_PATH;

use stackc_model::{Environment, Platform, Stack};
use stackc_shape::{Decode, Shape, Spanned};
use stackc_source::{Diagnostic, Diagnostics, codes};
use stackc_target::{Artifact, Artifacts, Body, Mode, RelPath, Target, is_off, options};

use conf::Directive;
use scope::Scope;
use site::Site;

const ID: &str = "nginx";

/// The `nginx` target.
pub(crate) struct Nginx;

/// What may be set under `targets.nginx`.
#[derive(Debug, Default, Decode)]
struct Written {
    /// Worker processes; by default one per processor.
    workers: Option<Spanned<u32>>,
    /// Connections of one worker, to clients and services together; by default
    /// 4096.
    worker_connections: Option<Spanned<u32>>,
    /// Requests that one address may have open at a time; by default 200.
    connections_per_client: Option<Spanned<u32>>,
    /// Whether limits are on trial: requests over a limit are logged and let through. By default
    /// they are refused.
    limits_dry_run: Option<bool>,
    /// Whether to listen on IPv6 too, which is the default; a host without IPv6 cannot.
    ipv6: Option<bool>,
}

/// The options with their defaults.
#[derive(Debug, Clone)]
struct Options {
    workers: Option<u32>,
    worker_connections: u32,
    connections_per_client: u32,
    limits_dry_run: bool,
    ipv6: bool,
}

impl Options {
    fn new(written: &Written, diagnostics: &mut Diagnostics) -> Self {
        let mut positive = |name: &str, number: &Option<Spanned<u32>>| {
            let number = number.as_ref()?;
            if number.value == 0 {
                let message = format!("`targets.nginx.{name}` is 0, the least is 1");
                diagnostics.push(Diagnostic::new(codes::OUT_OF_RANGE, number.span, message));
            }
            Some(number.value.max(1))
        };
        Self {
            workers: positive("workers", &written.workers),
            worker_connections: positive("worker_connections", &written.worker_connections)
                .unwrap_or(4096),
            connections_per_client: positive(
                "connections_per_client",
                &written.connections_per_client,
            )
            .unwrap_or(200),
            limits_dry_run: written.limits_dry_run.unwrap_or(false),
            ipv6: written.ipv6.unwrap_or(true),
        }
    }
}

impl Target for Nginx {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "nginx in front of compose and swarm: TLS, routing, security headers, limits"
    }

    fn options(&self) -> Shape {
        Written::shape()
    }

    fn support(&self) -> &'static str {
        include_str!("support.json")
    }

    fn render(&self, stack: &Stack, out: &mut Artifacts, diagnostics: &mut Diagnostics) {
        for environment in &stack.environments {
            let here = [Platform::Compose, Platform::Swarm];
            if is_off(environment, ID) || !here.iter().any(|on| environment.runs_on(*on)) {
                continue;
            }
            let written = options(environment, ID, diagnostics);
            let options = Options::new(&written, diagnostics);
            let scope = Scope::new(stack, environment, options);
            if scope.routes.is_empty() {
                continue;
            }
            scope.check(stack, diagnostics);
            for (path, directives) in files(&scope, diagnostics) {
                add(environment, &path, conf::write(&directives), out, diagnostics);
            }
            let script = exact::script(&scope).map(|text| (exact::SCRIPT, text));
            for (path, text) in extra::files(&scope, diagnostics).into_iter().chain(script) {
                add(environment, path, text, out, diagnostics);
            }
        }
    }
}

/// The files of an environment by their path in its folder, `nginx.conf` first.
fn files(scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Vec<(String, Vec<Directive>)> {
    let sites: Vec<_> = scope
        .environment
        .domains
        .iter()
        .map(|(name, domain)| Site { name, domain, places: place::places(scope, name) })
        .collect();
    let http = scope.routes.iter().any(|route| !scope.is_grpc(route));

    let headers = headers::conf(scope, diagnostics);
    let dollar = headers.iter().any(Directive::uses_dollar);
    let mut included = vec![("limits.conf".to_owned(), limit::conf(scope, diagnostics))];
    included.extend(scope.tls().map(|tls| ("tls.conf".to_owned(), tls::conf(tls))));
    included.extend(http.then(|| ("proxy.conf".to_owned(), proxy::conf(scope))));
    for site in &sites {
        let servers = site::conf(scope, site, diagnostics);
        included.extend(servers.map(|servers| (format!("sites/{}.conf", site.name), servers)));
    }
    let names: Vec<_> = included.iter().map(|(name, _)| name.clone()).collect();
    let root = root::conf(scope, &sites, &names, dollar, diagnostics);
    let mut files = vec![("nginx.conf".to_owned(), root)];
    files.extend(included);
    // Included by the servers and locations, not by nginx.conf.
    let websocket = scope.routes.iter().any(|route| route.websocket);
    let inner = [
        ("websocket.conf", if websocket { proxy::websocket() } else { Vec::new() }),
        ("headers.conf", headers),
        ("cache.conf", cache::conf(scope)),
    ];
    let inner = inner.into_iter().map(|(name, lines)| (name.to_owned(), lines));
    let inner = inner.chain(access::files(scope));
    files.extend(inner.filter(|(_, lines)| !lines.is_empty()));
    files
}

fn add(
    environment: &Environment,
    name: &str,
    text: String,
    out: &mut Artifacts,
    diagnostics: &mut Diagnostics,
) {
    let path = format!("nginx/{}/{name}", environment.name);
    match RelPath::new(&*path) {
        Ok(path) => out.add(Artifact {
            path,
            body: Body::Whole(text),
            mode: Mode::Plain,
            target: ID,
            environment: Some(environment.name.to_string()),
        }),
        Err(fault) => {
            let message = format!("the path `{path}` {fault}");
            diagnostics.push(Diagnostic::global(codes::BAD_PATH, message));
        }
    }
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
