//! One environment, running: nginx, the services behind it, the names by which it finds them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use openssl::x509::X509;
use stackc_model::{Domain, Route};

use crate::client::{Answer, Connection, Request};
use crate::dns::{self, Names};
use crate::expect::Expect;
use crate::place::Place;
use crate::report::Report;
use crate::server::{File, Server};
use crate::upstream::{PROBE, Probes, Script, Seen, Upstream};
use crate::{certificate, namespace, server};

/// The user and password that every password file holds.
pub(crate) const LOGIN: &str = "live:correct horse";

/// What lies at the challenge of certbot.
pub(crate) const CHALLENGE: &str = "token.of-the-challenge";

/// A running environment.
pub(crate) struct World {
    /// What it promises.
    pub(crate) expect: Expect,
    /// nginx.
    pub(crate) server: Server,
    /// The certificates of its sites.
    pub(crate) trusted: Vec<X509>,
    /// The name server.
    pub(crate) names: Names,
    probes: Arc<Probes>,
    upstreams: Mutex<Vec<Upstream>>,
    idle: Mutex<Idle>,
}

/// Connections that wait for the next request of the same client to the same host.
type Idle = BTreeMap<(IpAddr, bool, String), Connection>;

/// An answer with what services saw of the request.
pub(crate) struct Reply {
    /// What the client got.
    pub(crate) answer: Answer,
    /// What services saw.
    pub(crate) seen: Vec<Seen>,
}

impl World {
    /// Starts everything; with `known`, services are there from the start.
    pub(crate) fn start(place: &Place, root: &Path, known: bool) -> Result<Self, String> {
        namespace::enter_world()?;
        let tools = server::tools(&place.tools)?;
        let expect =
            Expect::new(place.stack()?, &place.environment).ok_or("no such environment")?;
        let names = Names::default();
        dns::serve(names.clone())?;
        let mut files = place.files()?;
        let trusted = surroundings(&expect, &mut files)?;
        let probes = Arc::new(Probes::default());
        let upstreams: Mutex<Vec<Upstream>> = Mutex::default();
        // Services and their names first: nginx asks for them as it starts.
        if known {
            upstreams.lock().unwrap().extend(serve(&expect, &names, &probes, 1)?);
        }
        let server = Server::start(&tools, root, &files)?;
        let world =
            Self { expect, server, trusted, names, probes, upstreams, idle: Mutex::default() };
        if known {
            world.settle();
        }
        Ok(world)
    }

    /// Until services have been found, or not: that is for the groups to say.
    fn settle(&self) {
        let routes = self.expect.http_routes();
        for route in routes.into_iter().filter(|route| route.path.as_str() == "/") {
            let found = || self.answer(&self.request(route, "/")).status == 200;
            let mut tries = (0..20).map(|_| std::thread::sleep(Duration::from_millis(100)));
            while !found() && tries.next().is_some() {}
        }
    }

    /// Services go away; their names still lead to where they were.
    pub(crate) fn leave(&self) {
        self.upstreams.lock().unwrap().clear();
    }

    /// Services are there, each generation on other addresses.
    pub(crate) fn arrive(&self, generation: u8) -> Result<(), String> {
        let all = serve(&self.expect, &self.names, &self.probes, generation)?;
        self.upstreams.lock().unwrap().extend(all);
        Ok(())
    }

    /// A request that passes all rules of a route.
    pub(crate) fn request(&self, route: &Route, path: &str) -> Request {
        let host = self.expect.domain(route).host.to_ascii_lowercase();
        let mut headers = Vec::new();
        if self.expect.guard(route).is_some_and(|rule| rule.basic.is_some()) {
            headers.push(authorization(LOGIN));
        }
        if self.expect.keeps_answers(route) {
            // Whoever has a cookie is given answers of their own.
            headers.push(("Cookie".to_owned(), "live=1".to_owned()));
        }
        Request {
            from: self.expect.visitor(route),
            secure: self.expect.tls().is_some(),
            host,
            method: "GET".to_owned(),
            target: path.to_owned(),
            headers,
            body: Vec::new(),
        }
    }

    /// A request to a host that passes no rule in particular.
    pub(crate) fn plain(&self, host: &str, target: &str) -> Request {
        Request {
            from: self.expect.stranger(),
            secure: false,
            host: host.to_owned(),
            method: "GET".to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Adds the number of a script to a request.
    pub(crate) fn scripted(&self, request: Request, script: Script) -> (Request, u64) {
        let number = self.probes.add(script);
        (request.header(PROBE, &number.to_string()), number)
    }

    /// What services saw of a script's requests.
    pub(crate) fn seen(&self, number: u64) -> Vec<Seen> {
        self.probes.seen(number)
    }

    /// How often a service was greeted in HTTP/2.
    pub(crate) fn prefaces(&self, service: &str) -> usize {
        self.probes.greeted(service)
    }

    /// Makes a request; services follow the script.
    pub(crate) fn ask(&self, report: &Report, request: Request, script: Script) -> Reply {
        report.request();
        let (request, number) = self.scripted(request, script);
        let answer = self.answer(&request);
        Reply { answer, seen: self.seen(number) }
    }

    /// On a connection that is open already, where there is one that still is.
    fn answer(&self, request: &Request) -> Answer {
        let key = (request.from, request.secure, request.host.clone());
        let idle = self.idle.lock().unwrap().remove(&key);
        let again = idle.map(|mut connection| (connection.ask(request), connection));
        let again = again.filter(|(answer, _)| answer.status != 0);
        let (answer, connection) = match again {
            Some(again) => again,
            None => match Connection::open(request, &self.trusted) {
                Ok(mut connection) => (connection.ask(request), connection),
                Err(fault) => return Answer { fault, ..Answer::default() },
            },
        };
        if answer.status != 0 && answer.value("connection") == "keep-alive" {
            self.idle.lock().unwrap().insert(key, connection);
        }
        answer
    }

    /// The same with a service that says 200.
    pub(crate) fn get(&self, report: &Report, request: Request) -> Reply {
        self.ask(report, request, Script::status(200))
    }
}

/// The header with a user and a password.
pub(crate) fn authorization(login: &str) -> (String, String) {
    let value = format!("Basic {}", openssl::base64::encode_block(login.as_bytes()));
    ("Authorization".to_owned(), value)
}

/// Every service that a route leads to listens, and its name leads there.
fn serve(
    expect: &Expect,
    names: &Names,
    probes: &Arc<Probes>,
    generation: u8,
) -> Result<Vec<Upstream>, String> {
    let mut services = BTreeMap::new();
    for route in expect.routes() {
        let service = expect.service(route);
        let ports = services.entry(service.name.as_str()).or_insert_with(Vec::new);
        let port = *service.ports[&route.port].number;
        if !ports.contains(&port) {
            ports.push(port);
        }
    }
    let mut out = Vec::new();
    for (number, (service, ports)) in (1..).zip(services) {
        let address = Ipv4Addr::new(10, 200 + generation, number, 1);
        for port in ports {
            out.push(Upstream::listen(service, address, port, probes)?);
        }
        names.set(service, address);
    }
    Ok(out)
}

/// Every name of a domain; `*` stands for any.
pub(crate) fn hosts(domain: &Domain) -> Vec<String> {
    let all = std::iter::once(&domain.host).chain(&domain.aliases).chain(&domain.redirect_from);
    all.map(|host| host.to_ascii_lowercase()).collect()
}

/// What the container is given besides the generated folder: certificates, passwords, a challenge.
fn surroundings(expect: &Expect, files: &mut Vec<File>) -> Result<Vec<X509>, String> {
    let mut trusted = Vec::new();
    for (_, domain) in expect.domains() {
        let hosts = hosts(domain);
        let names: Vec<_> = hosts.iter().map(String::as_str).collect();
        let made = certificate::make(&names)
            .and_then(|(certificate, key)| Ok((certificate.to_pem()?, key, certificate)));
        let (pem, key, certificate) = made.map_err(|error| error.to_string())?;
        let folder = format!("/etc/nginx/certs/{}", hosts[0]);
        files.push((format!("{folder}/fullchain.pem"), pem));
        files.push((format!("{folder}/privkey.pem"), key));
        trusted.push(certificate);
    }
    let (user, password) = LOGIN.split_once(':').unwrap_or_default();
    for rule in expect.environment().edge.access.values() {
        let line = format!("{user}:{{PLAIN}}{password}\n").into_bytes();
        files.extend(
            rule.basic.iter().map(|name| (format!("/run/secrets/{}", name.value), line.clone())),
        );
    }
    let path = format!("/var/www/acme/.well-known/acme-challenge/{CHALLENGE}");
    files.push((path, b"the answer to the challenge".to_vec()));
    Ok(trusted)
}
