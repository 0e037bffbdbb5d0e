//! Whoever asks for another host gets no site.

use std::io::{Read, Write};
use std::net::IpAddr;

use crate::client::{self, Connection, EDGE, EDGE_6, HTTP, HTTPS, Hello};
use crate::report::Report;
use crate::upstream::Script;
use crate::world::World;

use super::tls::refused;

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    let balanced = world.expect.environment().edge.tls.is_some() && world.expect.tls().is_none();
    for host in ["nobody.invalid", "10.98.0.2", "", "localhost.", "_"] {
        let reply = world.get(report, world.plain(host, "/"));
        // nginx answers a request without a host by itself.
        let expected = if host.is_empty() { 400 } else { 0 };
        let what = format!("plain HTTP for the host {host:?}");
        let ours = world
            .expect
            .domains()
            .iter()
            .any(|(_, domain)| host.trim_end_matches('.') == domain.host.as_str());
        if !ours {
            report.check([0, expected].contains(&reply.answer.status), || {
                format!("{what} was answered with {}", reply.answer.status)
            });
        }
        report.equal(&(reply.seen.is_empty() || ours), &true, || {
            format!("{what} reached no service")
        });
    }
    let reply = world.get(report, world.plain("nobody.invalid", "/healthz"));
    let expected = if balanced { 200 } else { 0 };
    report.equal(&reply.answer.status, &expected, || "/healthz for a balancer".to_owned());
    absolute(world, report);
    if world.expect.tls().is_some() {
        names(world, report)?;
    }
    ipv6(world, report);
    Ok(())
}

/// The host of an absolute target counts, and it is not ours.
fn absolute(world: &World, report: &Report) {
    for route in world.expect.http_routes() {
        let mut request = world.request(route, "http://nobody.invalid/");
        request.secure = false;
        let reply = world.get(report, request);
        report.equal(&reply.answer.status, &0, || "an absolute target for another host".to_owned());
        report.check(reply.seen.is_empty(), || "an absolute target reached a service".to_owned());
    }
}

/// Names in the handshake, and other names behind them.
fn names(world: &World, report: &Report) -> Result<(), String> {
    let tcp = || {
        client::connect(world.expect.stranger(), (EDGE, HTTPS).into()).map_err(|it| it.to_string())
    };
    report.request();
    let found = client::secure(tcp()?, Hello::to("nobody.invalid"), &world.trusted);
    refused(report, found, "unrecognized name", "a handshake for another host");
    report.request();
    let found = client::secure(tcp()?, Hello { name: None, ..Hello::to("") }, &world.trusted);
    refused(report, found, "unrecognized name", "a handshake for no host");
    for route in world.expect.http_routes() {
        let own = world.request(route, route.path.as_str());
        for host in ["nobody.invalid", "10.98.0.2"] {
            report.request();
            let mut other = own.clone();
            other.host = host.to_owned();
            let (other, number) = world.scripted(other, Script::status(200));
            let answer = Connection::open(&own, &world.trusted)?.ask(&other);
            report.check([0, 421].contains(&answer.status), || {
                format!(
                    "{host} behind a handshake for {} was answered with {}",
                    own.host, answer.status
                )
            });
            report.check(world.seen(number).is_empty(), || format!("{host} reached a service"));
        }
    }
    Ok(())
}

/// The site answers over IPv6 too.
fn ipv6(world: &World, report: &Report) {
    let (from, to) = (IpAddr::V6(world.expect.network()), IpAddr::V6(EDGE_6));
    for (_, domain) in world.expect.domains() {
        report.request();
        let secure = world.expect.tls().is_some();
        let port = if secure { HTTPS } else { HTTP };
        let tcp = client::connect(from, (to, port).into()).map_err(|error| error.to_string());
        let found = tcp.and_then(|mut tcp| {
            if secure {
                return client::secure(tcp, Hello::to(&domain.host), &world.trusted).map(|_| ());
            }
            let head = world.plain(&domain.host, "/.env").head();
            let mut answer = [0; 12];
            let asked = tcp.write_all(head.as_bytes()).and_then(|()| tcp.read_exact(&mut answer));
            asked.map_err(|error| error.to_string())
        });
        report.equal(&found, &Ok(()), || format!("{} over IPv6", domain.host.as_str()));
    }
}
