//! How many requests one address may have open at a time.

use std::time::Duration;

use stackc_model::{Limit, Route};

use crate::client::{Connection, Request};
use crate::expect::{at_once, covers, neighbour};
use crate::report::Report;
use crate::upstream::Script;
use crate::world::World;

/// Requests are not held open for longer.
const LONGEST: Duration = Duration::from_secs(60);

/// What the target's documentation says.
const AT_ONCE: usize = 200;

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    let rooms = |route: &&Route| {
        let exempt = |limit: &&Limit| {
            let insider = world.expect.insider(route);
            let of = |address| limit.exempt.iter().any(|range| covers(range, address));
            insider.is_some_and(of)
        };
        let limits = world.expect.limits(route).into_iter().filter(|it| !exempt(it));
        limits.map(at_once).min().unwrap_or(usize::MAX).min(AT_ONCE)
    };
    let routes = world.expect.http_routes();
    let patient = routes.iter().copied().filter(|route| route.timeout.millis >= 20_000);
    let Some(route) = patient.max_by_key(|route| (rooms(route), !route.websocket)) else {
        return Err("no route waits long enough".to_owned());
    };
    let room = rooms(&route);
    let mut script = Script::status(200);
    script.delay =
        Duration::from_millis(route.timeout.millis).min(LONGEST) - Duration::from_secs(2);
    // Where anybody may enter it is somebody who has a whole network and calls from all over it.
    let network = world.expect.network();
    let insider = world.expect.insider(route);
    let from = |number| insider.unwrap_or_else(|| neighbour(network, number).into());
    let request = world.request(route, route.path.as_str()).from(from(0));
    let (held, number) = world.scripted(request.clone(), script);
    let mut open = Vec::new();
    for (_, number) in (0..room).zip(1..) {
        report.request();
        let held = held.clone().from(from(number));
        let mut connection = Connection::open(&held, &world.trusted)?;
        connection.send(held.head().as_bytes()).map_err(|error| error.to_string())?;
        open.push(connection);
    }
    settle(world, number, room);
    // What else this world does from the one address that may enter it is open as well.
    let shared = insider.is_some();
    let seen = world.seen(number).len();
    let least = if shared { room.saturating_sub(4) } else { room };
    report.check((least..=room).contains(&seen), || format!("{seen} at once and not {room}"));
    if room == AT_ONCE {
        for route in &routes {
            for path in world.expect.paths(route) {
                refused(world, report, &world.request(route, &path).from(request.from));
            }
        }
        if !shared {
            let reply = world.get(report, world.request(route, route.path.as_str()));
            report.equal(&reply.answer.status, &200, || "another address meanwhile".to_owned());
        }
    }
    drop(open);
    Ok(())
}

/// Until all requests have arrived.
fn settle(world: &World, number: u64, room: usize) {
    for _ in 0..100 {
        if world.seen(number).len() >= room {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn refused(world: &World, report: &Report, request: &Request) {
    let what = format!("{} with {AT_ONCE} others open", request.name());
    let reply = world.get(report, request.clone());
    report.equal(&reply.answer.status, &429, || what.clone());
    report.check(!reply.answer.value("retry-after").is_empty(), || format!("{what}: Retry-After"));
    report.check(reply.seen.is_empty(), || format!("{what}: reaches a service"));
    super::headers::held(world, report, &reply.answer, request);
}
