//! What browsers keep, and what the edge keeps itself.

use stackc_model::{AnswerCache, Route};

use crate::client::Answer;
use crate::report::Report;
use crate::upstream::Script;
use crate::world::World;

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    for route in world.expect.http_routes() {
        browsers(world, report, route);
        match world.expect.keeps_answers(route) {
            true => kept(world, report, route),
            false => not_kept(world, report, route),
        }
    }
    Ok(())
}

fn told(cache: &str) -> Script {
    let script = Script::status(200);
    if cache.is_empty() { script } else { script.header("Cache-Control", cache) }
}

/// What is said to browsers: as the service says, but for what has a hash in its name.
fn browsers(world: &World, report: &Report, route: &Route) {
    let base = route.path.trim_end_matches('/');
    let assets = world.expect.keeps_assets(route);
    let time = world.expect.environment().edge.static_cache.as_ref().map_or(0, |time| time.ceil());
    let long = format!("public, max-age={time}, immutable");
    let cases = [
        ("/live.html?browser", "", if assets { "no-cache" } else { "" }),
        ("/live.html?browser", "private, max-age=7", "private, max-age=7"),
        ("/assets/app-4f2a91.js?browser", "", if assets { &*long } else { "" }),
        (
            "/assets/app-4f2a91.js?browser",
            "private, max-age=7",
            if assets { &*long } else { "private, max-age=7" },
        ),
        ("/x/assets/app.js?browser", "private, max-age=7", "private, max-age=7"),
    ];
    for (at, (path, said, expected)) in cases.into_iter().enumerate() {
        let target = if route.exact { format!("{base}?browser") } else { format!("{base}{path}") };
        let expected = if route.exact { said } else { expected };
        let request = world.request(route, &format!("{target}{at}"));
        let what = format!("{} whose service says {said:?}", request.name());
        let reply = world.ask(report, request, told(said));
        let expected: Vec<_> = Some(expected).into_iter().filter(|it| !it.is_empty()).collect();
        report.equal(&reply.answer.values("cache-control"), &expected, || what);
    }
    if assets {
        let request = world.request(route, &format!("{base}/assets/gone-4f2a91.js"));
        let reply = world.ask(report, request, Script::status(404));
        report.equal(&reply.answer.value("cache-control"), &"no-cache", || {
            "an asset that is gone".to_owned()
        });
    }
}

/// Where nothing is kept, each request is the service's.
fn not_kept(world: &World, report: &Report, route: &Route) {
    let path = route.path.as_str();
    for time in ["the first", "the second"] {
        let reply = world.ask(report, world.request(route, path), told("public, max-age=600"));
        report.equal(&reply.seen.len(), &1, || format!("{path} {time} time: services reached"));
        report.equal(&reply.answer.values("x-cache").len(), &0, || format!("{path} is not kept"));
    }
}

fn state(answer: &Answer) -> String {
    answer.values("x-cache").join(",")
}

/// Where answers are kept: nobody's are given to others, and those who are known get their own.
fn kept(world: &World, report: &Report, route: &Route) {
    let path = route.path.as_str();
    let timed = matches!(*route.cache, AnswerCache::For(_));
    let ask = |target: &str, header: Option<(&str, &str)>, script: Script| {
        let mut request = world.request(route, &format!("{path}?{target}"));
        request.headers.retain(|(name, _)| name != "Cookie");
        request.headers.extend(header.map(|(name, value)| (name.to_owned(), value.to_owned())));
        world.ask(report, request, script)
    };
    let public = || told("public, max-age=600");
    // A password makes a client known, so where one is asked for nothing is kept.
    let known = world.expect.guard(route).is_some_and(|rule| rule.basic.is_some());
    let hit = if known { "BYPASS" } else { "HIT" };
    let steps = [
        ("said", None, public(), if known { "BYPASS" } else { "MISS" }),
        ("said", None, public(), hit),
        ("said", Some(("Cookie", "session=1")), public(), "BYPASS"),
        ("said", Some(("Authorization", "Bearer x")), public(), "BYPASS"),
        ("cookie", Some(("Cookie", "session=1")), public(), "BYPASS"),
        ("cookie", None, public(), if known { "BYPASS" } else { "MISS" }),
        ("private", None, told("private"), if known { "BYPASS" } else { "MISS" }),
        ("private", None, told("private"), if known { "BYPASS" } else { "MISS" }),
        ("unsaid", None, told(""), if known { "BYPASS" } else { "MISS" }),
        (
            "unsaid",
            None,
            told(""),
            if known {
                "BYPASS"
            } else if timed {
                "HIT"
            } else {
                "MISS"
            },
        ),
        ("set", None, public().header("Set-Cookie", "a=b"), if known { "BYPASS" } else { "MISS" }),
        ("set", None, public().header("Set-Cookie", "a=b"), if known { "BYPASS" } else { "MISS" }),
    ];
    for (at, (target, header, script, expected)) in steps.into_iter().enumerate() {
        let guarded = known && header.is_some_and(|(name, _)| name == "Authorization");
        if guarded {
            continue;
        }
        let reply = ask(target, header, script);
        let what = format!("{path}?{target}, step {at}");
        report.equal(&state(&reply.answer).as_str(), &expected, || what.clone());
        report.equal(&reply.seen.is_empty(), &(expected == "HIT"), || {
            format!("{what}: no service reached")
        });
        super::headers::carried(world, report, &reply.answer, &what);
    }
    foreign(world, report, route);
}

/// An alias is a name of the same site; another method is another question.
fn foreign(world: &World, report: &Report, route: &Route) {
    let request = world.request(route, &format!("{}?said", route.path.as_str())).method("PUT");
    let reply = world.get(report, request);
    report.equal(&reply.seen.len(), &1, || "a PUT reaches the service".to_owned());
}
