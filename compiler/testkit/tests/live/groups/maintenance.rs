//! While the site is closed everybody is told so and when to come back; some may look all the same.

use std::net::IpAddr;

use crate::expect::{covers, within};
use crate::report::Report;
use crate::world::World;

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    let closed = world.expect.environment().edge.maintenance.as_ref();
    let health = world.expect.health();
    for route in world.expect.http_routes() {
        for path in world.expect.paths(route) {
            let own = world.request(route, &path);
            let reply = world.get(report, own.clone());
            report.equal(&reply.answer.status, &200, || format!("{path} for who may enter"));
            report
                .equal(&reply.answer.values("retry-after").len(), &0, || format!("{path} is open"));
            let Some(closed) = closed else { continue };
            if health.iter().any(|(owner, open)| owner.domain == route.domain && *open == path) {
                continue;
            }
            let stranger = world.expect.stranger();
            let reply = world.get(report, own.clone().from(stranger));
            let what = format!("{path} from {stranger}");
            report.equal(&reply.answer.status, &503, || what.clone());
            let wait = closed.retry_after.ceil().to_string();
            report.equal(&reply.answer.values("retry-after"), &vec![&*wait], || {
                format!("{what}, Retry-After")
            });
            report.check(reply.seen.is_empty(), || format!("{what} reaches a service"));
            super::headers::carried(world, report, &reply.answer, &what);
            for range in &closed.allow {
                let Some(from) = within(range).map(IpAddr::V4) else { continue };
                let rule = world.expect.guard(route).filter(|rule| !rule.allow.is_empty());
                let enters =
                    rule.is_none_or(|rule| rule.allow.iter().any(|range| covers(range, from)));
                let reply = world.get(report, own.clone().from(from));
                let expected = if enters { 200 } else { 403 };
                report.equal(&reply.answer.status, &expected, || format!("{path} from {from}"));
            }
        }
    }
    for (route, path) in health {
        let reply = world.get(report, world.request(route, &path).from(world.expect.stranger()));
        report.equal(&reply.answer.status, &200, || format!("{path}, a health check"));
    }
    Ok(())
}
