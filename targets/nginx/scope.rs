//! What the files of one environment are made from.

use stackc_model::{
    AnswerCache, Environment, Limit, Platform, Port, Protocol, Route, Service, Stack, Tls, pins,
};
use stackc_source::{Code, Diagnostic, Diagnostics, Span, codes};

use super::conf::Fault;
use super::{Options, acme, client, exact};

/// One environment with everything its files depend on.
pub(super) struct Scope<'a> {
    pub(super) environment: &'a Environment,
    pub(super) options: Options,
    /// The routes answered by services beside this nginx.
    pub(super) routes: Vec<&'a Route>,
    version: [u32; 3],
}

impl<'a> Scope<'a> {
    pub(super) fn new(stack: &'a Stack, environment: &'a Environment, options: Options) -> Self {
        let routes = environment.routes.iter().filter(|route| {
            let platforms = &environment[route.service].platforms;
            platforms.iter().any(|on| matches!(on, Platform::Compose | Platform::Swarm))
        });
        Self { environment, options, routes: routes.collect(), version: version(stack) }
    }

    /// The limits on its routes.
    pub(super) fn limits(&self) -> impl Iterator<Item = &'a Limit> {
        let used = |limit: &&Limit| self.routes.iter().any(|it| it.limits.contains(&limit.name));
        self.environment.limits.iter().filter(used)
    }

    /// TLS, where it ends here.
    pub(super) fn tls(&self) -> Option<&'a Tls> {
        self.environment.edge.tls.as_ref().filter(|tls| tls.ends_here())
    }

    /// Whether a balancer in front of us speaks TLS with the public.
    pub(super) fn behind_balancer(&self) -> bool {
        self.environment.edge.tls.is_some() && self.tls().is_none()
    }

    /// The name of the rule that guards a route: its own, or the one for the whole site.
    pub(super) fn guard(&self, route: &'a Route) -> Option<&'a str> {
        let rules = &self.environment.edge.access;
        let own = route.access.as_ref().map(|name| name.value.as_str());
        own.or_else(|| rules.contains_key("default").then_some("default"))
    }

    /// The port a public address carries, with its colon; empty for the scheme's own.
    pub(super) fn public_port(&self) -> &'a str {
        let host = self.environment.url.as_deref().and_then(|url| url.split_once("://"));
        let port = host.and_then(|(_, host)| host.find(':').and_then(|at| host.get(at..)));
        port.unwrap_or("")
    }

    /// Scheme, host and port the public knows a host under.
    pub(super) fn public(&self, host: &str) -> String {
        let scheme = if self.environment.edge.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{host}{}", self.public_port())
    }

    /// The service that answers a route.
    pub(super) fn service(&self, route: &Route) -> &'a Service {
        &self.environment[route.service]
    }

    /// The port that answers a route.
    pub(super) fn port(&self, route: &Route) -> Option<&'a Port> {
        self.service(route).ports.get(&route.port)
    }

    /// Whether a route speaks gRPC.
    pub(super) fn is_grpc(&self, route: &Route) -> bool {
        self.port(route).is_some_and(|port| port.protocol == Protocol::Grpc)
    }

    /// The name of the upstream of a route: neither part holds a `_`, so no two meet.
    pub(super) fn upstream(&self, route: &Route) -> String {
        format!("{}_{}", self.service(route).name, route.port)
    }

    /// Whether `add_header` can add to what is inherited, instead of replacing it.
    pub(super) fn headers_merge(&self) -> bool {
        self.version >= [1, 29, 3]
    }

    /// Whether connections to services are kept open by default.
    pub(super) fn keeps_alive(&self) -> bool {
        self.version >= [1, 29, 7]
    }

    /// Whether a cookie can keep a client at one copy of a service.
    pub(super) fn has_sticky_cookies(&self) -> bool {
        self.version >= [1, 29, 6]
    }

    /// Whether the image holds a script module with `js_access` (njs 0.9.9): that of 1.30.4 has 1.0.1.
    pub(super) fn has_js_access(&self) -> bool {
        self.version >= [1, 30, 4]
    }

    /// Says what this nginx cannot do for the environment at all.
    pub(super) fn check(&self, stack: &Stack, diagnostics: &mut Diagnostics) {
        if self.version < [1, 27, 3] {
            let message = "nginx before 1.27.3 cannot follow services whose address changes";
            let span = stack.versions.get("nginx").and_then(|version| version.origin.span());
            diagnostics.push(Diagnostic {
                help: Some("take 1.30".to_owned()),
                ..placed(codes::UNSUPPORTED, span, message)
            });
        }
        for route in &self.routes {
            if let Some(fault) = self.unsupported(route) {
                let message = format!("nginx cannot serve the route `{}`: {fault}", route.name);
                diagnostics.push(Diagnostic::new(codes::UNSUPPORTED, route.span, message));
            }
        }
        acme::check(self, diagnostics);
        exact::check(self, diagnostics);
        client::check(self, diagnostics);
        if self.behind_balancer() && client::trusted(self).is_empty() {
            let span =
                self.environment.edge.tls.as_ref().and_then(|tls| tls.provider.origin.span());
            let message = "no proxy is trusted, so nginx takes the balancer for the only client: \
                           limits per address count all clients as one";
            let help = "name the balancer's addresses under `edge.proxies`";
            diagnostics.push(placed(codes::APPROXIMATED, span, message).help(help));
        }
        for range in self.environment.edge.access.values().flat_map(|rule| &rule.allow) {
            if !is_range(range) {
                refuse(
                    range.origin.span(),
                    "an address range",
                    range,
                    Fault("it is none"),
                    diagnostics,
                );
            }
        }
    }

    fn unsupported(&self, route: &Route) -> Option<&'static str> {
        let grpc = self.is_grpc(route);
        match self.port(route)?.protocol {
            Protocol::Tcp => Some("its port speaks plain TCP"),
            _ if grpc && !*self.environment.edge.http2 => Some("gRPC needs HTTP/2, which is off"),
            _ if grpc && route.strip => Some("a gRPC path cannot be stripped"),
            _ if grpc && *route.cache != AnswerCache::Never => Some("nginx keeps no gRPC answers"),
            _ if grpc && route.websocket => Some("gRPC and WebSocket exclude each other"),
            _ => None,
        }
    }
}

/// Whether a text is an address or a range of addresses, and none of the words nginx knows there.
pub(super) fn is_range(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}

/// A diagnostic at a place, where there is one.
fn placed(code: Code, span: Option<Span>, message: &str) -> Diagnostic {
    match span {
        Some(span) => Diagnostic::new(code, span, message),
        None => Diagnostic::global(code, message),
    }
}

/// Says that nginx cannot carry a value.
pub(super) fn refuse(
    span: Option<Span>,
    what: &str,
    value: &str,
    fault: Fault,
    diagnostics: &mut Diagnostics,
) {
    let message = format!("nginx cannot carry {what} `{}`: {}", value.escape_debug(), fault.0);
    diagnostics.push(placed(codes::CANNOT_CARRY, span, &message));
}

fn version(stack: &Stack) -> [u32; 3] {
    let usual = pins::usual("nginx").unwrap_or_default();
    let line = stack.versions.get("nginx").map_or(usual, |version| version.value.as_str());
    let exact = pins::image("nginx", line).map_or(line, |pin| pin.tag.as_str());
    let mut parts = exact.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}
