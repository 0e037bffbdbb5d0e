//! How a container is asked from inside whether it is well, with what its image is known to hold.
//!
//! Every question is a list of words for `exec`, so that no shell reads a path, a port or a name.

use stackc_model::{EnvName, Kind, Service};

use crate::conventions::SECRETS_DIR;

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
const PYTHON_HTTP: &str = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).close()";
const PYTHON_TOKEN: &str = "import os, sys, urllib.request; _, url, name, folder = sys.argv; \
     token = os.environ.get(name) or open(f'{folder}/{name}').read().strip(); \
     urllib.request.urlopen(urllib.request.Request(url, \
     headers={'Authorization': f'Bearer {token}'})).close()";
const PYTHON_TCP: &str =
    "import socket, sys; socket.create_connection(('127.0.0.1', sys.argv[1])).close()";

/// The command that tells whether a service is ready, in a container that holds what one of `kind`
/// does; `None` where nothing is known that could ask.
#[must_use]
pub fn service(service: &Service, kind: Kind) -> Option<Vec<String>> {
    let health = service.health.as_ref()?;
    if let Some(command) = &health.command {
        return Some(command.value.clone());
    }
    if let Some(name) = &health.tcp {
        return connection(kind, *service.ports.get(&name.value)?.number);
    }
    if health.grpc.is_some() {
        return None;
    }
    let port = *service.main_port()?.1.number;
    let token = health.token.as_ref().map(|token| &token.value);
    match health.ready.as_ref().or(health.live.as_ref()) {
        Some(asked) => path(kind, port, asked, token),
        None if service.kind.is_static() => path(kind, port, "/", None),
        None => connection(kind, port),
    }
}

/// The command that asks a path; `None` where nothing is known that could.
#[must_use]
pub fn path(kind: Kind, port: u16, path: &str, token: Option<&EnvName>) -> Option<Vec<String>> {
    let url = format!("http://127.0.0.1:{port}{path}");
    let (program, flag, script) = match (kind, token) {
        (kind, None) if kind.is_node() => ("node", "-e", NODE_HTTP),
        (kind, Some(_)) if kind.is_node() => ("node", "-e", NODE_TOKEN),
        (Kind::Python, None) => ("python", "-c", PYTHON_HTTP),
        (Kind::Python, Some(_)) => ("python", "-c", PYTHON_TOKEN),
        (kind, None) if kind.is_static() => return Some(curl(&url)),
        _ => return None,
    };
    let mut words: Vec<String> = vec![program.into(), flag.into(), script.into(), url];
    words.extend(token.into_iter().flat_map(|name| [name.to_string(), SECRETS_DIR.to_owned()]));
    Some(words)
}

/// The command that connects to a port; `None` where nothing is known that could.
#[must_use]
pub fn connection(kind: Kind, port: u16) -> Option<Vec<String>> {
    let (program, flag, script) = match kind {
        kind if kind.is_node() => ("node", "-e", NODE_TCP),
        Kind::Python => ("python", "-c", PYTHON_TCP),
        _ => return None,
    };
    Some([program, flag, script, &port.to_string()].map(str::to_owned).to_vec())
}

/// Asks a URL with curl, which every official nginx image but the `slim` one holds.
#[must_use]
pub fn curl(url: &str) -> Vec<String> {
    let words =
        ["curl", "--fail", "--silent", "--show-error", "--globoff", "--output", "/dev/null", url];
    words.map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use super::{EnvName, Kind, connection, path};

    #[test]
    fn a_token_is_named_and_never_written() {
        let name = EnvName::new("HEALTH_TOKEN").unwrap();
        for kind in [Kind::Node, Kind::Python] {
            let words = path(kind, 3000, "/ready", Some(&name)).unwrap();
            assert_eq!(words[3..], ["http://127.0.0.1:3000/ready", "HEALTH_TOKEN", "/run/secrets"]);
            assert_eq!(path(kind, 3000, "/ready", None).unwrap().len(), 4);
        }
    }

    #[test]
    fn nothing_is_asked_of_an_image_nothing_is_known_of() {
        let name = EnvName::new("HEALTH_TOKEN").unwrap();
        assert_eq!(path(Kind::Image, 80, "/", None), None);
        assert_eq!(path(Kind::Static, 80, "/", Some(&name)), None);
        assert_eq!(connection(Kind::Rust, 80), None);
    }
}
