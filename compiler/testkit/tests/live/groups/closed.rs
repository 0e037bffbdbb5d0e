//! What is internal is not public, in whatever spelling; nor is what begins with a dot.

use std::net::Ipv4Addr;

use crate::client::{self, EDGE};
use crate::container::STATUS;
use crate::report::Report;
use crate::world::World;

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    for (domain, path) in world.expect.internals() {
        let Some(route) = world.expect.owner(&domain, &path) else { continue };
        for target in spellings(&path) {
            let reply = world.get(report, world.request(route, &target));
            let status = reply.answer.status;
            report.check([400, 404].contains(&status), || {
                format!("{target} is answered with {status}")
            });
            report.check(reply.seen.is_empty(), || format!("{target} reaches {:?}", reply.seen));
        }
        let below = format!("{path}-public");
        let reply = world.get(report, world.request(route, &below));
        report.equal(&reply.answer.status, &200, || format!("{below}, which is another path"));
    }
    hidden(world, report);
    status(world, report);
    Ok(())
}

/// Ways to write a path that routers take for the same.
fn spellings(path: &str) -> Vec<String> {
    let (folder, last) = path.rsplit_once('/').unwrap_or(("", path));
    let encoded =
        format!("%{:02x}{}", last.as_bytes().first().unwrap_or(&b'x'), last.get(1..).unwrap_or(""));
    let upper = |text: &str| {
        text.split('%')
            .enumerate()
            .map(|(at, part)| match at {
                0 => part.to_ascii_uppercase(),
                // The hex digits stay what they are.
                _ => format!("{}{}", &part[..2], part[2..].to_ascii_uppercase()),
            })
            .collect::<Vec<_>>()
            .join("%")
    };
    vec![
        path.to_owned(),
        upper(path),
        format!("{path}/"),
        format!("{}/", upper(path)),
        format!("{path}?x=1"),
        format!("{path}#x"),
        format!("{path}%00"),
        format!("{path}%2f"),
        format!("{path}//"),
        format!("{path}/."),
        format!("{path}/x/.."),
        format!("/{path}"),
        format!("/.{path}"),
        format!("/%2e{path}"),
        format!("/x/..{path}"),
        format!("/x/%2e%2e{path}"),
        format!("{folder}/{encoded}"),
        format!("{folder}%2f{last}"),
        format!("{folder}//{last}"),
        format!("{folder}/./{last}"),
    ]
}

fn hidden(world: &World, report: &Report) {
    for (name, _) in world.expect.domains() {
        for path in [
            "/.env",
            "/.git/config",
            "/a/.htpasswd",
            "/%2eenv",
            "//.env",
            "/a/%2Egit/HEAD",
            "/.well-knownx",
        ] {
            let Some(route) = world.expect.http_routes().into_iter().find(|it| it.domain == *name)
            else {
                continue;
            };
            let reply = world.get(report, world.request(route, path));
            report.equal(&reply.answer.status, &404, || format!("{path} of {name}"));
            report.check(reply.seen.is_empty(), || format!("{path} of {name} reaches a service"));
        }
        for path in ["/.well-known/security.txt", "/.well-known"] {
            let Some(route) = world.expect.owner(name, path) else { continue };
            let reply = world.get(report, world.request(route, path));
            report.equal(&reply.seen.len(), &1, || format!("{path} of {name} reaches its service"));
        }
    }
    // What is hidden and nonetheless a route was meant to be public.
    for route in world.expect.http_routes().into_iter().filter(|it| it.path.contains("/.")) {
        for path in world.expect.paths(route) {
            let reply = world.get(report, world.request(route, &path));
            report.equal(&reply.answer.status, &200, || format!("{path} is a route"));
        }
    }
}

/// Health and counters are for the container itself.
fn status(world: &World, report: &Report) {
    for path in ["/healthz", "/nginx_status", "/other"] {
        report.request();
        let request = world.plain("127.0.0.1", path);
        let found =
            client::connect(world.expect.stranger(), (EDGE, STATUS).into()).map(|mut stream| {
                use std::io::{Read, Write};
                let mut text = String::new();
                let head = request.header("Connection", "close").head();
                drop(
                    stream
                        .write_all(head.as_bytes())
                        .and_then(|()| stream.read_to_string(&mut text).map(|_| ())),
                );
                text
            });
        let expected = if path == "/other" { " 404 " } else { " 200 " };
        report.check(found.as_ref().is_ok_and(|text| text.contains(expected)), || {
            format!("127.0.0.1:8081{path}: {found:?}")
        });
    }
    for address in [EDGE, Ipv4Addr::new(10, 98, 0, 3)] {
        report.request();
        let found = client::connect(world.expect.stranger(), (address, 8081).into());
        report.check(found.is_err(), || format!("{address}:8081 is open"));
    }
    for (_, domain) in world.expect.domains() {
        let Some(route) = world
            .expect
            .http_routes()
            .into_iter()
            .find(|it| world.expect.domain(it).host == domain.host)
        else {
            continue;
        };
        let reply = world.get(report, world.request(route, "/nginx_status"));
        let text = String::from_utf8_lossy(&reply.answer.body).into_owned();
        report.check(!text.contains("Active connections"), || {
            format!("{} shows counters", *domain.host)
        });
    }
}
