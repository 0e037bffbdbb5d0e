//! Whoever is slow is waited for as long as declared, and no longer.

use std::time::{Duration, Instant};

use stackc_model::{Route, Seconds};

use crate::client::{Connection, Request};
use crate::report::Report;
use crate::upstream::Script;
use crate::world::World;

/// What a busy machine may add.
const SLACK: Duration = Duration::from_secs(5);

/// Longer waits are computed and not sat out.
const LONGEST: Duration = Duration::from_secs(40);

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    let times = &world.expect.environment().edge.timeouts;
    let routes = world.expect.http_routes();
    let Some(route) = routes.first() else { return Ok(()) };
    std::thread::scope(|scope| {
        scope.spawn(|| head(world, report, route, &times.header));
        scope.spawn(|| silent(world, report, route, &times.header));
        scope.spawn(|| body(world, report, route, &times.body));
        for route in &routes {
            scope.spawn(|| service(world, report, route));
        }
    });
    Ok(())
}

fn time(seconds: &Seconds) -> Duration {
    Duration::from_millis(seconds.millis)
}

/// Drips bytes, one in half a second, until the connection ends; how long that took.
fn drip(
    report: &Report,
    request: &Request,
    world: &World,
    start: &[u8],
    bytes: &[u8],
) -> (Duration, u16) {
    report.request();
    // The server counts from the moment it is connected to.
    let began = Instant::now();
    let Ok(mut connection) = Connection::open(request, &world.trusted) else {
        return (Duration::ZERO, 0);
    };
    connection.patience(Duration::from_millis(500));
    if connection.send(start).is_err() {
        return (began.elapsed(), 0);
    }
    let mut bytes = bytes.iter().cycle();
    loop {
        let answer = connection.answer("GET");
        let waits = answer.fault.contains("temporarily unavailable");
        if !waits || began.elapsed() > LONGEST + SLACK {
            return (began.elapsed(), answer.status);
        }
        if let Some(byte) = bytes.next() {
            drop(connection.send(&[*byte]));
        }
    }
}

fn ended(report: &Report, what: &str, found: Duration, expected: Duration) {
    let fits = found + Duration::from_millis(300) >= expected && found <= expected + SLACK;
    report.check(fits, || format!("{what} ended after {found:?} and not {expected:?}"));
}

/// A head that never ends.
fn head(world: &World, report: &Report, route: &Route, limit: &Seconds) {
    let request = world.request(route, route.path.as_str());
    let start = format!("GET / HTTP/1.1\r\nHost: {}\r\nX-Slow: ", request.host);
    let (found, _) = drip(report, &request, world, start.as_bytes(), b"slow");
    ended(report, "a head that drips", found, time(limit));
}

/// Nothing at all.
fn silent(world: &World, report: &Report, route: &Route, limit: &Seconds) {
    let request = world.request(route, route.path.as_str());
    let (found, _) = drip(report, &request, world, b"", b"");
    ended(report, "a silent client", found, time(limit));
}

/// A body that stops.
fn body(world: &World, report: &Report, route: &Route, limit: &Seconds) {
    let request =
        world.request(route, route.path.as_str()).method("PUT").header("Content-Length", "9");
    let start = format!("{}x", request.head());
    let (found, status) = drip(report, &request, world, start.as_bytes(), b"");
    ended(report, "a body that stops", found, time(limit));
    report.check([0, 408].contains(&status), || {
        format!("a body that stops is answered with {status}")
    });
}

/// A service that takes too long.
fn service(world: &World, report: &Report, route: &Route) {
    let limit = time(&route.timeout);
    let path = route.path.as_str();
    if limit > Duration::from_secs(5) {
        // Two seconds are no reason to give up.
        let mut script = Script::status(200);
        script.delay = Duration::from_secs(2);
        let reply = world.ask(report, world.request(route, path), script);
        report.equal(&reply.answer.status, &200, || format!("{path}, whose service takes 2 s"));
        return;
    }
    let mut script = Script::status(200);
    script.delay = limit + SLACK * 2;
    let start = Instant::now();
    let reply = world.ask(report, world.request(route, path), script);
    report.equal(&reply.answer.status, &504, || format!("{path}, whose service takes too long"));
    ended(report, path, start.elapsed(), limit);
    super::headers::carried(world, report, &reply.answer, path);
}
