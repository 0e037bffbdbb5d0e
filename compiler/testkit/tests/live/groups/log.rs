//! The access log: one line for each request, readable by machines, without secrets.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::http::values;
use crate::report::Report;
use crate::upstream::Script;
use crate::world::World;

/// What would break a careless format.
const AGENT: &str = "live \"quoted\" \\ {brace} \u{1}\u{7f} caf\u{e9}";

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    let json = &*world.expect.environment().edge.logs.format.value == "json";
    for (number, route) in world.expect.http_routes().into_iter().enumerate() {
        let mut paths = world.expect.paths(route);
        if route.sensitive {
            // Other spellings of the same are as sensitive.
            let own = route.path.as_str();
            paths.extend([format!("/{own}"), format!("/.{own}"), format!("/x/..{own}")]);
        }
        for (at, path) in paths.into_iter().enumerate() {
            for status in [200, 502] {
                let mark = format!("mark-{number}-{at}-{status}-end");
                let request = world.request(route, &format!("{path}?token={mark}"));
                let request = request
                    .header("User-Agent", &format!("{AGENT} {mark}"))
                    .header("Referer", "https://live.invalid/?secret");
                let (from, method) = (request.from.to_string(), request.method.clone());
                let script = Script::status(if status == 502 { 0 } else { status });
                let reply = world.ask(report, request, script);
                let Some(line) = find(world, &mark) else {
                    report.check(false, || format!("{path} ({status}) is not in the log"));
                    continue;
                };
                let what = || format!("{path} in the log as {line}");
                let shown = line.contains(&format!("token={mark}"));
                report.equal(&shown, &!route.sensitive, || format!("{}: the query", what()));
                report.check(!line.contains("?secret"), || format!("{}: a referrer", what()));
                let id =
                    reply.seen.first().map(|seen| values(&seen.headers, "x-request-id").join(""));
                report.check(id.is_some_and(|id| line.contains(&id)), || {
                    format!("{}: the id", what())
                });
                for part in [&*from, &*method, &*status.to_string()] {
                    report.check(line.contains(part), || format!("{}: {part}", what()));
                }
                if json {
                    let parsed: Result<Value, _> = serde_json::from_str(&line);
                    let status = status.to_string();
                    report.check(
                        parsed
                            .as_ref()
                            .is_ok_and(|it| it["status"] == *status && it["client"] == *from),
                        what,
                    );
                }
                if route.sensitive {
                    let leaked = world.server.errors().contains(&mark);
                    report.check(!leaked, || format!("the query of {path} is in the error log"));
                }
            }
        }
    }
    Ok(())
}

/// The line with a mark; nginx writes it when the request is done.
fn find(world: &World, mark: &str) -> Option<String> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) {
        if let Some(line) = world.server.log().lines().find(|line| line.contains(mark)) {
            return Some(line.to_owned());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}
