//! WebSockets: upgraded where declared and nowhere else, and alive after more than a minute of silence.

use std::time::Duration;

use stackc_model::Route;

use crate::client::Connection;
use crate::report::Report;
use crate::upstream::Script;
use crate::world::World;

/// Longer than the minute after which nginx gives up by default, and than `edge.timeouts.answer`.
const SILENCE: Duration = Duration::from_secs(61);

/// The masked and the plain text frame `Hello` of RFC 6455.
const ASKED: [u8; 11] = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    let routes = world.expect.http_routes();
    let mut open = Vec::new();
    for route in &routes {
        for path in world.expect.paths(route) {
            let upgraded = upgrade(world, report, route, &path)?;
            open.extend(upgraded.map(|connection| (path, connection)));
        }
    }
    if !open.is_empty() {
        std::thread::sleep(SILENCE);
    }
    for (path, mut connection) in open {
        let sent = connection.send(&ASKED).and_then(|()| connection.read(ASKED.len()));
        report.check(sent.as_ref().is_ok_and(|frame| *frame == ASKED), || {
            format!("{path} after {} s of silence: {sent:?}", SILENCE.as_secs())
        });
    }
    Ok(())
}

/// Asks for a WebSocket; the connection where there is one.
fn upgrade(
    world: &World,
    report: &Report,
    route: &Route,
    path: &str,
) -> Result<Option<Connection>, String> {
    report.request();
    let mut request = world.request(route, path);
    for (name, value) in [
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Sec-WebSocket-Version", "13"),
    ] {
        request = request.header(name, value);
    }
    let script = Script::status(if route.websocket { 101 } else { 200 });
    let (request, number) = world.scripted(request, script);
    let mut connection = Connection::open(&request, &world.trusted)?;
    let answer = connection.ask(&request);
    if !route.websocket {
        let seen = world.seen(number);
        let upgrades = seen.iter().flat_map(|seen| crate::http::values(&seen.headers, "upgrade"));
        report.equal(&upgrades.count(), &0, || format!("{path} passes no upgrade on"));
        report.equal(&answer.status, &200, || format!("{path} is no WebSocket"));
        return Ok(None);
    }
    report.equal(&answer.status, &101, || format!("{path} becomes a WebSocket"));
    report.equal(&answer.value("sec-websocket-accept"), &"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", || {
        format!("{path}, what the service answered")
    });
    let echo = connection.send(&ASKED).and_then(|()| connection.read(ASKED.len()));
    report.check(echo.is_ok_and(|frame| frame == ASKED), || format!("{path}, the first frame"));
    plain(world, report, route, path);
    Ok((answer.status == 101).then_some(connection))
}

/// A request without an upgrade, as Socket.IO starts with, is one like any other.
fn plain(world: &World, report: &Report, route: &Route, path: &str) {
    let reply = world.get(report, world.request(route, path));
    report.equal(&reply.answer.status, &200, || format!("{path} without an upgrade"));
    super::headers::carried(world, report, &reply.answer, path);
}
