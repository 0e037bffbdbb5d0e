//! What a stack promises of its edge, read from the model and never from the generated files.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use stackc_model::{
    Access, AnswerCache, Cdn, Domain, Enforce, Environment, Kind, Label, Limit, LimitMode,
    Platform, Protocol, Route, Service, Stack, Tls,
};

/// An environment of a stack with an edge.
#[derive(Debug)]
pub(crate) struct Expect {
    stack: Stack,
    at: usize,
    strangers: AtomicU32,
    /// Who visits routes with the same limits, and how often so far.
    visitors: Mutex<BTreeMap<Vec<Label>, (IpAddr, usize)>>,
}

impl Expect {
    /// The environment of a name.
    pub(crate) fn new(stack: Stack, environment: &str) -> Option<Self> {
        let at = stack.environments.iter().position(|found| found.name.as_str() == environment)?;
        Some(Self { stack, at, strangers: AtomicU32::new(0), visitors: Mutex::default() })
    }

    /// The environment.
    pub(crate) fn environment(&self) -> &Environment {
        &self.stack.environments[self.at]
    }

    /// TLS, where it ends at this edge.
    pub(crate) fn tls(&self) -> Option<&Tls> {
        self.environment().edge.tls.as_ref().filter(|tls| tls.ends_here())
    }

    /// The scheme that services are told.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.environment().edge.tls.is_some() { "https" } else { "http" }
    }

    /// The port in public addresses with its colon, where it is not the scheme's own.
    pub(crate) fn port(&self) -> &str {
        let url = self.environment().url.as_deref().unwrap_or("");
        let host = url.split_once("://").map_or("", |(_, host)| host);
        host.find(':').map_or("", |at| &host[at..])
    }

    /// Where the public finds a host.
    pub(crate) fn public(&self, host: &str) -> String {
        format!("{}://{host}{}", self.scheme(), self.port())
    }

    /// The routes this edge answers for.
    pub(crate) fn routes(&self) -> Vec<&Route> {
        let environment = self.environment();
        let here = |route: &&Route| {
            let on = &environment[route.service].platforms;
            on.iter().any(|on| matches!(on, Platform::Compose | Platform::Swarm))
        };
        environment.routes.iter().filter(here).collect()
    }

    /// Those that speak HTTP.
    pub(crate) fn http_routes(&self) -> Vec<&Route> {
        let mut routes = self.routes();
        routes.retain(|route| self.protocol(route) == Protocol::Http);
        routes
    }

    /// The service of a route.
    pub(crate) fn service(&self, route: &Route) -> &Service {
        &self.environment()[route.service]
    }

    /// What a route's port speaks.
    pub(crate) fn protocol(&self, route: &Route) -> Protocol {
        self.service(route).ports[&route.port].protocol
    }

    /// The domains that have a route.
    pub(crate) fn domains(&self) -> Vec<(&Label, &Domain)> {
        self.environment().domains.iter().collect()
    }

    /// The domain of a route.
    pub(crate) fn domain(&self, route: &Route) -> &Domain {
        &self.environment().domains[&route.domain]
    }

    /// The route that answers a path: the longest that covers it by whole segments.
    pub(crate) fn owner(&self, domain: &Label, path: &str) -> Option<&Route> {
        let covers = |route: &&Route| {
            let own = route.path.as_str();
            let below = path.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'));
            path == own || (!route.exact && (own == "/" || below))
        };
        let on_domain = self.routes().into_iter().filter(|route| route.domain == *domain);
        on_domain.filter(covers).max_by_key(|route| (route.path.len(), route.exact))
    }

    /// Paths that a route answers, itself first: every form that has a rule of its own.
    pub(crate) fn paths(&self, route: &Route) -> Vec<String> {
        let own = route.path.as_str();
        let forms = match (route.exact, own) {
            (true, _) => vec![own.to_owned()],
            (false, "/") => vec!["/".to_owned(), "/live/probe".to_owned()],
            _ => vec![own.to_owned(), format!("{own}/"), format!("{own}/live/probe")],
        };
        let answered = |path: &String| self.owner(&route.domain, path) == Some(route);
        let closed = self.internals();
        let open = |path: &String| !closed.contains(&(route.domain.clone(), path.clone()));
        forms.into_iter().filter(answered).filter(open).collect()
    }

    /// What a service is asked for where the edge is asked for a path.
    pub(crate) fn passed(&self, route: &Route, path: &str) -> String {
        match route.strip && route.path.as_str() != "/" {
            true => match path.strip_prefix(route.path.as_str()) {
                Some("") | None => "/".to_owned(),
                Some(rest) => rest.to_owned(),
            },
            false => path.to_owned(),
        }
    }

    /// The public address of a service's path below a route, if it has one there.
    pub(crate) fn shown(&self, route: &Route, path: &str) -> Option<String> {
        let own = route.path.as_str().trim_end_matches('/');
        let public = if route.strip { format!("{own}{path}") } else { path.to_owned() };
        (self.owner(&route.domain, &public) == Some(route)).then_some(public)
    }

    /// Domain and path of all that must never be public: metrics and detailed health.
    pub(crate) fn internals(&self) -> Vec<(Label, String)> {
        let mut out = Vec::new();
        for route in self.http_routes() {
            let service = self.service(route);
            let metrics = service.metrics.iter().filter(|it| it.port == route.port);
            let metrics = metrics.map(|metrics| metrics.path.as_str());
            let detail = service.health.iter().filter_map(|health| health.detail.as_ref());
            let detail = detail.filter(|_| self.is_main(route)).map(|path| path.as_str());
            let shown = metrics.chain(detail).filter_map(|path| self.shown(route, path));
            out.extend(shown.map(|path| (route.domain.clone(), path)));
        }
        out
    }

    /// The public paths of health checks: they answer whatever is closed.
    pub(crate) fn health(&self) -> Vec<(&Route, String)> {
        let routes = self.http_routes().into_iter().filter(|route| self.is_main(route));
        let of = |route| {
            let health = self.service(route).health.iter();
            let paths = health.flat_map(|health| [&health.live, &health.ready]).flatten();
            let shown = paths.filter_map(move |path| self.shown(route, path));
            shown.map(move |path| (route, path)).collect::<Vec<_>>()
        };
        routes.flat_map(of).collect()
    }

    fn is_main(&self, route: &Route) -> bool {
        self.service(route).main_port().is_some_and(|(name, _)| *name == route.port)
    }

    /// Who may enter a route, where not everybody may.
    pub(crate) fn guard(&self, route: &Route) -> Option<&Access> {
        let rules = &self.environment().edge.access;
        let name = route.access.as_ref().map_or("default", |name| name.value.as_str());
        rules.iter().find(|(key, _)| key.as_str() == name).map(|(_, rule)| &rule.value)
    }

    /// The limits that a route counts for at the edge.
    pub(crate) fn limits(&self, route: &Route) -> Vec<&Limit> {
        let limits = self.environment().limits.iter();
        let here = limits.filter(|limit| *limit.enforce != Enforce::App);
        here.filter(|limit| route.limits.contains(&limit.name)).collect()
    }

    /// The headers that every answer of a site carries, once each.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let edge = &self.environment().edge;
        let hsts = edge.tls.iter().filter_map(Tls::hsts).chain(edge.headers.all());
        let mut out: Vec<_> = hsts.map(|header| (header.name, header.value.value)).collect();
        if *edge.http3 && self.tls().is_some() {
            let port = if self.port().is_empty() { ":443" } else { self.port() };
            out.push(("Alt-Svc".to_owned(), format!("h3=\"{port}\"; ma=86400")));
        }
        out
    }

    /// Whether browsers are told to keep what lies below this route's `assets`.
    pub(crate) fn keeps_assets(&self, route: &Route) -> bool {
        let vite = *self.service(route).kind == Kind::Vite;
        vite && !route.exact && self.environment().edge.static_cache.is_some()
    }

    /// Whether the edge keeps answers of a route.
    pub(crate) fn keeps_answers(&self, route: &Route) -> bool {
        *route.cache != AnswerCache::Never
    }

    /// The text ranges of proxies whose word about the client is taken.
    pub(crate) fn proxies(&self) -> Vec<String> {
        let edge = &self.environment().edge;
        let mut out: Vec<_> =
            edge.trusted_proxies.iter().map(|range| range.value.clone()).collect();
        if edge.cdn.as_ref().is_some_and(|cdn| **cdn == Cdn::Cloudflare) {
            // One of the published ranges (https://www.cloudflare.com/ips-v4).
            out.push("173.245.48.0/20".to_owned());
        }
        out
    }

    /// The address of a client that every rule lets in and that no limit holds up yet.
    pub(crate) fn visitor(&self, route: &Route) -> IpAddr {
        if let Some(address) = self.insider(route) {
            return address;
        }
        let room = self.limits(route).into_iter().map(at_once).min().unwrap_or(usize::MAX);
        let mut visitors = self.visitors.lock().unwrap();
        let entry = visitors.entry(route.limits.clone()).or_insert_with(|| (self.stranger(), 0));
        if entry.1 >= room / 2 {
            *entry = (self.stranger(), 0);
        }
        entry.1 += 1;
        entry.0
    }

    /// The address of a client whom nobody has seen, and who enters where a visitor would.
    pub(crate) fn newcomer(&self, route: &Route) -> IpAddr {
        self.insider(route).unwrap_or_else(|| self.stranger())
    }

    /// The address of a client that every rule lets in; `None` where everybody may enter.
    pub(crate) fn insider(&self, route: &Route) -> Option<IpAddr> {
        let closed = self.environment().edge.maintenance.as_ref();
        let closed = closed.map(|closed| closed.allow.iter().map(|range| range.value.clone()));
        let guard = self.guard(route).filter(|rule| !rule.allow.is_empty());
        let guard = guard.map(|rule| rule.allow.iter().map(|range| range.value.clone()));
        let sets: Vec<Vec<String>> =
            closed.map(Iterator::collect).into_iter().chain(guard.map(Iterator::collect)).collect();
        let first = sets.first()?;
        let candidates =
            first.iter().chain(sets.iter().flatten()).filter_map(|range| within(range));
        let mut inside = candidates.map(IpAddr::V4).filter(|address| {
            sets.iter().all(|set| set.iter().any(|range| covers(range, *address)))
        });
        inside.next()
    }

    /// The address of a client that nobody has seen yet and no rule names.
    pub(crate) fn stranger(&self) -> IpAddr {
        let number = self.strangers.fetch_add(1, Ordering::Relaxed);
        IpAddr::V4(Ipv4Addr::from_bits(Ipv4Addr::new(198, 18, 0, 1).to_bits() + number))
    }

    /// An address that nobody has seen yet, in an IPv6 network that nobody has seen either.
    pub(crate) fn network(&self) -> Ipv6Addr {
        let number = self.strangers.fetch_add(1, Ordering::Relaxed) as u16;
        Ipv6Addr::new(0x2001, 0xdb9, 0xffff, number, 0x8000, 0, 0, 1)
    }
}

/// Another address in the network of one.
pub(crate) fn neighbour(address: Ipv6Addr, number: u16) -> Ipv6Addr {
    let [a, b, c, d, ..] = address.segments();
    Ipv6Addr::new(a, b, c, d, number, number, number, number)
}

/// Requests that a limit lets through at once.
pub(crate) fn at_once(limit: &Limit) -> usize {
    let count = limit.rate.count;
    let half = *limit.mode == LimitMode::Strict && per_millisecond(limit) * 60_000.0 >= 1.0;
    usize::try_from(if half { count.div_ceil(2) } else { count }).unwrap_or(0)
}

/// Requests in a millisecond.
pub(crate) fn per_millisecond(limit: &Limit) -> f64 {
    f64::from(limit.rate.count) / limit.rate.window.millis as f64
}

/// The first useful address of a range.
pub(crate) fn within(range: &str) -> Option<Ipv4Addr> {
    match range.split_once('/') {
        None => range.parse().ok(),
        Some((first, "32")) => first.parse().ok(),
        Some((first, _)) => {
            Some(Ipv4Addr::from_bits(first.parse::<Ipv4Addr>().ok()?.to_bits() + 5))
        }
    }
}

/// Whether an address lies in a range.
pub(crate) fn covers(range: &str, address: IpAddr) -> bool {
    let (first, bits) = range.split_once('/').map_or((range, None), |(a, b)| (a, b.parse().ok()));
    match (first.parse(), address) {
        (Ok(IpAddr::V4(first)), IpAddr::V4(address)) => {
            let low = 32 - bits.unwrap_or(32u32);
            u64::from(first.to_bits()) >> low == u64::from(address.to_bits()) >> low
        }
        (Ok(first), address) => bits.is_none() && first == address,
        _ => false,
    }
}
