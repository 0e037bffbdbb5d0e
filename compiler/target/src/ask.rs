//! How a container is asked from inside whether it is well, with what its image is known to hold.
//!
//! Every question is a list of words for `exec`, so that no shell reads a path, a port or a name.

use stackc_model::{EnvName, Environment, Health, Kind, Service};

use crate::conventions::SECRETS_DIR;
use crate::image;

/// The program that asks for native ones: it is built along with them, for their images hold nothing
/// else that could.
pub const HEALTHCHECK: &str = "/docker-healthcheck";

/// Asks a URL; `fetch` would refuse the ports that browsers block and follow redirects.
const NODE_HTTP: &str = "require('http').get(process.argv[1], (response) => \
     process.exit(response.statusCode < 400 ? 0 : 1)).on('error', () => process.exit(1))";
/// The same with a bearer token: the value of a variable, or of a file of that name in a folder.
const NODE_TOKEN: &str = "const [, url, name, folder] = process.argv; \
     const token = process.env[name] ?? require('fs').readFileSync(`${folder}/${name}`, \
     'utf8').trim(); require('http').get(url, { headers: { authorization: `Bearer ${token}` } }, \
     (response) => process.exit(response.statusCode < 400 ? 0 : 1)).on('error', () => \
     process.exit(1))";
const NODE_TCP: &str = "require('net').connect(process.argv[1], '127.0.0.1', () => \
     process.exit(0)).on('error', () => process.exit(1))";
/// Asks for the health of a whole gRPC server: an empty message, to be answered with `SERVING`
/// (`grpc.health.v1`; a message has five bytes before it, for compression and length).
const NODE_GRPC: &str = "const asked = require('http2').connect(`http://127.0.0.1:${process.argv[1]}`)\
     .on('error', () => process.exit(1)); const stream = asked.request({ ':method': 'POST', \
     ':path': '/grpc.health.v1.Health/Check', 'content-type': 'application/grpc', te: 'trailers' }); \
     const parts = []; stream.on('error', () => process.exit(1)).on('data', (part) => \
     parts.push(part)).on('end', () => process.exit(Buffer.concat(parts).toString('hex') === \
     '00000000020801' ? 0 : 1)).end(Buffer.alloc(5))";
/// Like the others it neither follows a redirect nor goes through a proxy.
const PYTHON_HTTP: &str = "import http.client, sys; \
     host, path = sys.argv[1].removeprefix('http://').split('/', 1); \
     asked = http.client.HTTPConnection(host); asked.request('GET', '/' + path); \
     sys.exit(asked.getresponse().status >= 400)";
const PYTHON_TOKEN: &str = "import http.client, os, sys; _, url, name, folder = sys.argv; \
     token = os.environ.get(name) or open(f'{folder}/{name}').read().strip(); \
     host, path = url.removeprefix('http://').split('/', 1); \
     asked = http.client.HTTPConnection(host); \
     asked.request('GET', '/' + path, headers={'Authorization': f'Bearer {token}'}); \
     sys.exit(asked.getresponse().status >= 400)";
const PYTHON_TCP: &str =
    "import socket, sys; socket.create_connection(('127.0.0.1', sys.argv[1])).close()";

/// What a container holds that can ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// Node.js.
    Node,
    /// Python.
    Python,
    /// curl, beside nginx.
    Curl,
    /// [`HEALTHCHECK`].
    Own,
}

impl Asker {
    /// What the image of a service is known to hold; `None` where nothing is.
    #[must_use]
    pub fn of(environment: &Environment, service: &Service) -> Option<Self> {
        let owner = image::owner(environment, service);
        match *service.kind {
            kind if kind.is_node() => Some(Self::Node),
            kind if kind.is_static() => Some(Self::Curl),
            Kind::Python => Some(Self::Python),
            Kind::Go | Kind::Rust => image::generated(environment, owner).map(|_| Self::Own),
            _ => None,
        }
    }
}

/// The command that tells whether a service is ready, in a container that holds `asker`; `None` where
/// nothing is known that could ask.
#[must_use]
pub fn service(service: &Service, asker: Option<Asker>) -> Option<Vec<String>> {
    let health = service.health.as_ref()?;
    if let Some(command) = &health.command {
        return Some(command.value.clone());
    }
    if let Some(name) = health.tcp.as_ref().or(health.grpc.as_ref()) {
        let port = *service.ports.get(&name.value)?.number;
        return match (asker?, &health.grpc) {
            (Asker::Node, Some(_)) => Some(script("node", "-e", NODE_GRPC, port.to_string())),
            (asker, _) => connection(asker, health, port),
        };
    }
    let port = *service.main_port()?.1.number;
    let token = health.token.as_ref().map(|token| &token.value);
    match health.ready.as_ref().or(health.live.as_ref()) {
        Some(asked) => path(asker?, health, port, asked, token),
        None if service.kind.is_static() => path(asker?, health, port, "/", None),
        None => connection(asker?, health, port),
    }
}

/// Whether a service speaks of its health by gRPC, and all that `asker` can do is to connect.
#[must_use]
pub fn only_connects(service: &Service, asker: Option<Asker>) -> bool {
    let grpc = service.health.as_ref().is_some_and(|health| health.grpc.is_some());
    grpc && matches!(asker, Some(Asker::Python | Asker::Own))
}

/// The command that asks a path; `None` where it cannot.
#[must_use]
pub fn path(
    asker: Asker,
    health: &Health,
    port: u16,
    path: &str,
    token: Option<&EnvName>,
) -> Option<Vec<String>> {
    let url = format!("http://127.0.0.1:{port}{path}");
    let mut words = match (asker, token) {
        (Asker::Node, None) => script("node", "-e", NODE_HTTP, url),
        (Asker::Node, _) => script("node", "-e", NODE_TOKEN, url),
        (Asker::Python, None) => script("python", "-c", PYTHON_HTTP, url),
        (Asker::Python, _) => script("python", "-c", PYTHON_TOKEN, url),
        (Asker::Own, _) => own(health, port).into_iter().chain([path.to_owned()]).collect(),
        (Asker::Curl, None) => return Some(curl(&url)),
        (Asker::Curl, Some(_)) => return None,
    };
    words.extend(token.into_iter().flat_map(|name| [name.to_string(), SECRETS_DIR.to_owned()]));
    Some(words)
}

/// The command that connects to a port; `None` where it cannot.
fn connection(asker: Asker, health: &Health, port: u16) -> Option<Vec<String>> {
    match asker {
        Asker::Node => Some(script("node", "-e", NODE_TCP, port.to_string())),
        Asker::Python => Some(script("python", "-c", PYTHON_TCP, port.to_string())),
        Asker::Own => Some(own(health, port).to_vec()),
        Asker::Curl => None,
    }
}

fn script(program: &str, flag: &str, text: &str, asked: String) -> Vec<String> {
    vec![program.to_owned(), flag.to_owned(), text.to_owned(), asked]
}

/// Our own program; it is told how long it may take.
fn own(health: &Health, port: u16) -> [String; 3] {
    [HEALTHCHECK.to_owned(), health.timeout.millis.to_string(), port.to_string()]
}

/// Asks a URL with curl, which every official nginx image but the `slim` one holds.
#[must_use]
pub fn curl(url: &str) -> Vec<String> {
    let words = "curl --fail --silent --show-error --globoff --noproxy * --output /dev/null";
    words.split(' ').chain([url]).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use stackc_model::{Health, Origin, Seconds, Sourced};

    use super::{Asker, EnvName, connection, path};

    fn health() -> Health {
        let seconds = |value| Sourced { value: Seconds::new(value), origin: Origin::Default("") };
        Health {
            live: None,
            ready: None,
            startup: None,
            detail: None,
            command: None,
            tcp: None,
            grpc: None,
            token: None,
            interval: seconds(10),
            timeout: seconds(3),
        }
    }

    #[test]
    fn a_token_is_named_and_never_written() {
        let name = EnvName::new("HEALTH_TOKEN").unwrap();
        for asker in [Asker::Node, Asker::Python] {
            let words = path(asker, &health(), 3000, "/ready", Some(&name)).unwrap();
            assert_eq!(words[3..], ["http://127.0.0.1:3000/ready", "HEALTH_TOKEN", "/run/secrets"]);
            assert_eq!(path(asker, &health(), 3000, "/ready", None).unwrap().len(), 4);
        }
        let words = path(Asker::Own, &health(), 3000, "/ready", Some(&name)).unwrap();
        let told =
            ["/docker-healthcheck", "3000", "3000", "/ready", "HEALTH_TOKEN", "/run/secrets"];
        assert_eq!(words, told);
    }

    #[test]
    fn curl_is_given_no_token_and_no_bare_port() {
        let name = EnvName::new("HEALTH_TOKEN").unwrap();
        assert_eq!(path(Asker::Curl, &health(), 80, "/", Some(&name)), None);
        assert_eq!(connection(Asker::Curl, &health(), 80), None);
    }
}
