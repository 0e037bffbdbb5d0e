//! Services are found when they come, and found again when they have moved.

use std::time::{Duration, Instant};

use crate::report::Report;
use crate::world::World;

/// How long an address may be believed, and what a busy machine may add.
const FOUND_WITHIN: Duration = Duration::from_secs(14);

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    for generation in [1, 2] {
        // At first nginx runs although nobody is there yet.
        gone(world, report);
        world.arrive(generation)?;
        found(world, report, generation);
        world.leave();
    }
    Ok(())
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
