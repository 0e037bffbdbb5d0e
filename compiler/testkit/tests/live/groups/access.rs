//! Who may enter: by password, by address, and everybody where nothing is said.

use std::net::IpAddr;

use crate::expect::covers;
use crate::report::Report;
use crate::world::{LOGIN, World, authorization};

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    let health = world.expect.health();
    for route in world.expect.http_routes() {
        for path in world.expect.paths(route) {
            let own = world.request(route, &path);
            let Some(rule) = world.expect.guard(route) else {
                let reply = world.get(report, own);
                report.equal(&reply.answer.status, &200, || format!("{path}, open to all"));
                continue;
            };
            let reply = world.get(report, own.clone());
            report.equal(&reply.answer.status, &200, || format!("{path}, by who may"));
            if rule.basic.is_some() {
                for login in [None, Some("live:wrong"), Some("nobody:"), Some(LOGIN)] {
                    let mut request = own.clone();
                    request.headers.clear();
                    request.headers.extend(login.map(authorization));
                    let expected = if login == Some(LOGIN) { 200 } else { 401 };
                    let reply = world.get(report, request);
                    report
                        .equal(&reply.answer.status, &expected, || format!("{path} as {login:?}"));
                    let asks = !reply.answer.value("www-authenticate").is_empty();
                    report
                        .equal(&asks, &(expected == 401), || format!("{path} asks for a password"));
                    report.equal(&reply.seen.len(), &usize::from(expected == 200), || {
                        format!("{path} as {login:?}: reached")
                    });
                    super::headers::carried(world, report, &reply.answer, &path);
                }
            }
            if !rule.allow.is_empty() && world.expect.environment().edge.maintenance.is_none() {
                for from in [
                    world.expect.stranger(),
                    "192.0.3.1".parse::<IpAddr>().map_err(|it| it.to_string())?,
                ] {
                    let let_in = rule.allow.iter().any(|range| covers(range, from));
                    let reply = world.get(report, own.clone().from(from));
                    let expected = if let_in { 200 } else { 403 };
                    report.equal(&reply.answer.status, &expected, || format!("{path} from {from}"));
                    report.equal(&reply.seen.is_empty(), &!let_in, || {
                        format!("{path} from {from}: reached")
                    });
                    super::headers::carried(world, report, &reply.answer, &path);
                }
            }
        }
    }
    // Whoever watches has no password and calls from anywhere.
    for (route, path) in health {
        let mut request = world.request(route, &path).from(world.expect.stranger());
        request.headers.clear();
        let reply = world.get(report, request);
        report.equal(&reply.answer.status, &200, || format!("{path}, a health check"));
    }
    Ok(())
}
