//! Security headers: each exactly once, with the declared value, on whatever is answered.

use crate::client::{Answer, Request};
use crate::report::Report;
use crate::upstream::Script;
use crate::world::World;

/// What services like to send of their own.
const OWN: [&str; 5] = [
    "Strict-Transport-Security",
    "Content-Security-Policy",
    "X-Frame-Options",
    "Referrer-Policy",
    "X-Content-Type-Options",
];

const VALUE: &str = "the service's own";

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    for route in world.expect.http_routes() {
        for (at, path) in world.expect.paths(route).into_iter().enumerate() {
            for status in [200, 301, 404, 500, 502] {
                let target = format!("{path}?live={at}-{status}");
                let request = world.request(route, &target);
                let what = format!("{} ({status})", request.name());
                let reply = world.ask(report, request.clone(), own(world, status));
                report.equal(&reply.answer.status, &status, || format!("{what}, the status"));
                held(world, report, &reply.answer, &request);
                if status != 502 {
                    let location = if status == 301 { "/elsewhere" } else { "" };
                    report.equal(&reply.answer.value("location"), &location, || {
                        format!("{what}, where it leads")
                    });
                    passed(world, report, &reply.answer, &what);
                }
            }
        }
    }
    by_the_edge(world, report);
    Ok(())
}

/// A service that sends every header by itself, or goes away without an answer.
fn own(world: &World, status: u16) -> Script {
    let mut script = Script::status(if status == 502 { 0 } else { status });
    for (name, _) in world.expect.headers() {
        script = script.header(&name, VALUE);
    }
    let others = OWN.iter().filter(|name| !is_owned(world, name));
    script = others.fold(script, |script, name| script.header(name, VALUE));
    if status == 301 {
        script = script.header("Location", "/elsewhere");
    }
    script.header("X-Powered-By", "live").header("Server", "live/1.0")
}

fn is_owned(world: &World, name: &str) -> bool {
    world.expect.headers().iter().any(|(owned, _)| owned.eq_ignore_ascii_case(name))
}

/// The answer of a location carries what it has to, and is remembered by its status.
pub(super) fn held(world: &World, report: &Report, answer: &Answer, request: &Request) {
    let (path, _) = request.target.split_once('?').unwrap_or((&request.target, ""));
    report.held(format!("{}{path}", request.host), answer.status);
    carried(world, report, answer, &format!("{} ({})", request.name(), answer.status));
}

/// An answer carries what it has to.
pub(super) fn carried(world: &World, report: &Report, answer: &Answer, what: &str) {
    for (name, value) in world.expect.headers() {
        report.equal(&answer.values(&name), &vec![value.as_str()], || format!("{what}, {name}"));
    }
    report.equal(&answer.values("server"), &vec!["nginx"], || format!("{what}, Server"));
    report.equal(&answer.values("x-powered-by").len(), &0, || format!("{what}, X-Powered-By"));
}

/// What the edge does not own, it lets through.
fn passed(world: &World, report: &Report, answer: &Answer, what: &str) {
    for name in OWN.iter().filter(|name| !is_owned(world, name)) {
        report.equal(&answer.values(name), &vec![VALUE], || format!("{what}, {name}"));
    }
}

/// What the edge answers itself: no route, hidden.
fn by_the_edge(world: &World, report: &Report) {
    for (name, domain) in world.expect.domains() {
        for path in ["/.env", "/live-nowhere"] {
            let owner = world.expect.owner(name, path);
            let Some(any) = world.expect.http_routes().into_iter().find(|it| it.domain == *name)
            else {
                continue;
            };
            let mut request = world.request(any, path);
            request.host = domain.host.to_ascii_lowercase();
            let what = request.name();
            let reply = world.get(report, request);
            if path == "/.env" || owner.is_none() {
                report.equal(&reply.answer.status, &404, || format!("{what}, the status"));
            }
            carried(world, report, &reply.answer, &what);
        }
    }
}
