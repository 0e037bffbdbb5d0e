//! Services are found when they come, and found again when they have moved, also by a name server in
//! trouble.
//!
//! nginx asks again three seconds after an answer that is believed for two. After a failure, or when no
//! answer came in time, it waits once more for as long as `resolver_timeout` says.

use std::time::{Duration, Instant};

use crate::dns::Mood;
use crate::report::Report;
use crate::world::World;

/// How long an address may be believed, and what a busy machine may add.
const FOUND_WITHIN: Duration = Duration::from_secs(5);

/// What befalls the name server while services are away. At first nginx runs although nobody is known.
const TROUBLES: [Mood; 4] = [Mood::Fine, Mood::Fine, Mood::Failing, Mood::Silent];

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    for (generation, mood) in (1..).zip(TROUBLES) {
        gone(world, report);
        world.names.turn(mood);
        if mood != Mood::Fine {
            all_asked(world, report);
        }
        world.arrive(generation)?;
        world.names.turn(Mood::Fine);
        found(world, report, generation);
        world.leave();
    }
    Ok(())
}

/// Until every name was asked for in this mood.
fn all_asked(world: &World, report: &Report) {
    let start = Instant::now();
    while !world.names.all_asked() && start.elapsed() < FOUND_WITHIN {
        std::thread::sleep(Duration::from_millis(10));
    }
    report.check(world.names.all_asked(), || format!("no question in {FOUND_WITHIN:?}"));
}

/// No service is reached: a plain 502 with all headers.
fn gone(world: &World, report: &Report) {
    for route in world.expect.http_routes() {
        for path in world.expect.paths(route) {
            let request = world.request(route, &path);
            let what = format!("{} without a service", request.name());
            let reply = world.get(report, request);
            let found = (reply.answer.status, reply.answer.fault.as_str());
            report.equal(&found, &(502, ""), || what.clone());
            super::headers::carried(world, report, &reply.answer, &what);
        }
    }
}

fn found(world: &World, report: &Report, generation: u8) {
    let start = Instant::now();
    for route in world.expect.http_routes() {
        loop {
            let reply = world.get(report, world.request(route, route.path.as_str()));
            let status = reply.answer.status;
            if status == 200 {
                let at = reply.seen.first().map(|seen| seen.at.octets()[1]);
                report.equal(&at, &Some(200 + generation), || {
                    format!("{} is answered at", route.path.value)
                });
                break;
            }
            let patient = start.elapsed() < FOUND_WITHIN;
            report.check(patient && status == 502, || {
                format!("{} answers {status} after {:?}", route.path.value, start.elapsed())
            });
            if !patient {
                break;
            }
            std::thread::sleep(Duration::from_millis(250));
        }
    }
}
