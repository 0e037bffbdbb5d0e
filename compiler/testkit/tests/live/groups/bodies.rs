//! Bodies and heads: as large as declared and no larger.

use std::time::{Duration, Instant};

use stackc_model::Route;

use crate::client::{Connection, Request};
use crate::report::Report;
use crate::upstream::Script;
use crate::world::World;

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    for route in world.expect.http_routes() {
        let limit = route.body_limit.0;
        for path in world.expect.paths(route) {
            fits(world, report, route, &path, limit);
            for declared in [limit + 1, 2 << 30, u64::MAX >> 2] {
                too_large(world, report, route, &path, declared)?;
            }
        }
        if limit <= 16 << 20 {
            unannounced(world, report, route, limit)?;
        }
        heads(world, report, route);
        answers(world, report, route);
    }
    Ok(())
}

fn post(world: &World, route: &Route, path: &str) -> Request {
    world.request(route, path).method("PUT")
}

/// The largest body arrives whole.
fn fits(world: &World, report: &Report, route: &Route, path: &str, limit: u64) {
    let mut request = post(world, route, path);
    request.body = vec![b'x'; usize::try_from(limit).unwrap_or(0)];
    let what = format!("{} with {limit} bytes", request.name());
    let reply = world.get(report, request);
    report.equal(&reply.answer.status, &200, || what.clone());
    let arrived = reply.seen.first().map(|seen| seen.body as u64);
    report.equal(&arrived, &Some(limit), || format!("{what}: bytes that arrived"));
}

/// A larger one is refused as soon as it is announced.
fn too_large(
    world: &World,
    report: &Report,
    route: &Route,
    path: &str,
    size: u64,
) -> Result<(), String> {
    report.request();
    let request = post(world, route, path).header("Content-Length", &size.to_string());
    let what = format!("{} with {size} bytes announced", request.name());
    let (request, number) = world.scripted(request, Script::status(200));
    let mut connection = Connection::open(&request, &world.trusted)?;
    connection.patience(Duration::from_secs(3));
    let start = Instant::now();
    let answer = connection.ask(&request);
    report.equal(&answer.status, &413, || what.clone());
    report.check(start.elapsed() < Duration::from_secs(2), || format!("{what}: refused late"));
    report.check(world.seen(number).is_empty(), || format!("{what}: reached a service"));
    super::headers::carried(world, report, &answer, &what);
    Ok(())
}

/// So is one that does not announce its size, as soon as it is too large.
fn unannounced(world: &World, report: &Report, route: &Route, limit: u64) -> Result<(), String> {
    for (size, status) in [(limit, 200), (limit + 1, 413)] {
        report.request();
        let mut request =
            post(world, route, route.path.as_str()).header("Transfer-Encoding", "chunked");
        let size = usize::try_from(size).unwrap_or(0);
        let mut body = format!("{size:x}\r\n").into_bytes();
        body.resize(body.len() + size, b'x');
        body.extend(*b"\r\n0\r\n\r\n");
        request.body = body;
        let what = format!("{} with {size} bytes in chunks", request.name());
        let (request, number) = world.scripted(request, Script::status(200));
        let answer = Connection::open(&request, &world.trusted)?.ask(&request);
        report.equal(&answer.status, &status, || what.clone());
        report.equal(&world.seen(number).len(), &usize::from(status == 200), || {
            format!("{what}: services reached")
        });
    }
    Ok(())
}

/// Request lines and headers beyond 8 KiB are refused, below they pass.
fn heads(world: &World, report: &Report, route: &Route) {
    let path = route.path.as_str();
    for (query, header, status) in [(7000, 0, 200), (9000, 0, 414), (0, 7000, 200), (0, 9000, 400)]
    {
        let target =
            if query == 0 { path.to_owned() } else { format!("{path}?{}", "q".repeat(query)) };
        let request = world.request(route, &target).header("X-Long", &"h".repeat(header));
        let reply = world.get(report, request);
        let what = format!("{path} with a query of {query} bytes and a header of {header}");
        report.equal(&reply.answer.status, &status, || what.clone());
        report.equal(&reply.seen.len(), &usize::from(status == 200), || {
            format!("{what}: services reached")
        });
    }
}

/// The head of an answer may hold a session that stands in several cookies.
fn answers(world: &World, report: &Report, route: &Route) {
    let path = route.path.as_str();
    let cookie = |name| format!("{name}={}", "s".repeat(4000));
    let script = ["a", "b", "c"]
        .into_iter()
        .fold(Script::status(200), |script, name| script.header("Set-Cookie", &cookie(name)));
    let reply = world.ask(report, world.request(route, path), script);
    report.equal(&reply.answer.status, &200, || format!("{path} with three long cookies"));
}
