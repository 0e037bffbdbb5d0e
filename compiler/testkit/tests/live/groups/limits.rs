//! Limits: so many requests at once and not one more, for whom they are meant and for nobody else.
//!
//! What leaks out of the bucket meanwhile is computed: under a slow rate it is nothing, and then the
//! number is exact.

use std::time::{Duration, Instant};

use stackc_model::{Enforce, Limit, LimitKey, LimitMode, Route};

use crate::client::{Answer, Connection, Request};
use crate::expect::{at_once, covers, neighbour, per_millisecond, within};
use crate::report::Report;
use crate::upstream::Script;
use crate::world::World;

/// nginx closes a connection after so many requests; a new one is opened before.
const ON_ONE_CONNECTION: usize = 900;

/// A burst that takes longer is none: somebody is held back.
const LONGEST: Duration = Duration::from_secs(20);

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    let counted = |limit: &&Limit| *limit.enforce != Enforce::App;
    let limits = world.expect.environment().limits.iter().filter(counted);
    let mut held = 0;
    for limit in limits {
        if let Some(start) = Start::find(world, limit) {
            one(world, report, limit, &start)?;
            held += 1;
        }
    }
    if held == 0 {
        // Nothing is limited here, and nothing is refused.
        for route in world.expect.http_routes() {
            let request = world.request(route, route.path.as_str());
            let burst = burst(world, report, &request, |_| 150)?;
            report.equal(&burst.passed, &150, || format!("{} without a limit", route.path.value));
        }
    }
    Ok(())
}

/// Where a limit is felt, and before any other.
struct Start<'w> {
    route: &'w Route,
    request: Request,
}

impl<'w> Start<'w> {
    fn find(world: &'w World, limit: &Limit) -> Option<Self> {
        let method = limit.methods.first().map_or("GET", String::as_str);
        let routes = world.expect.http_routes().into_iter();
        let felt = routes.filter(|route| {
            let all = world.expect.limits(route);
            let first = all.iter().min_by_key(|it| at_once(it));
            first.is_some_and(|first| first.name == limit.name)
        });
        let open = world.expect.health().into_iter();
        let open =
            open.map(|(route, path)| world.request(route, &path).from(world.expect.stranger()));
        let open: Vec<_> = open.collect();
        let mut starts = felt.flat_map(|route| {
            let own = world.request(route, route.path.as_str()).from(world.expect.newcomer(route));
            // Where everybody who may enter is exempt, those who watch are not.
            let watched = open.iter().filter(|it| {
                it.host == own.host && world.expect.owner(&route.domain, &it.target) == Some(route)
            });
            let all: Vec<_> = std::iter::once(own.clone()).chain(watched.cloned()).collect();
            all.into_iter().map(move |request| Self { route, request })
        });
        let exempt = |from| limit.exempt.iter().any(|range| covers(range, from));
        let found = starts.find(|start| !exempt(start.request.from))?;
        Some(Self { request: found.request.method(method), ..found })
    }
}

/// What came of requests one after the other.
pub(super) struct Burst {
    pub(super) passed: usize,
    refused: Option<Answer>,
    began: Instant,
    time: Duration,
}

/// Requests until one is refused, or more have passed than the limit lets through by then: on a slow
/// machine a bucket leaks while it is filled.
fn spend(
    world: &World,
    report: &Report,
    limit: &Limit,
    request: &Request,
) -> Result<Burst, String> {
    burst(world, report, request, |time| at_once(limit) + leaked(limit, time) + 5)
}

/// What a limit lets through in a time beside what it does at once.
fn leaked(limit: &Limit, time: Duration) -> usize {
    (time.as_millis() as f64 * per_millisecond(limit)).floor() as usize
}

/// Requests until one is refused, or so many after so long.
fn burst(
    world: &World,
    report: &Report,
    request: &Request,
    most: impl Fn(Duration) -> usize,
) -> Result<Burst, String> {
    let began = Instant::now();
    let done = |passed, refused| Burst { passed, refused, began, time: began.elapsed() };
    let mut connection = Connection::open(request, &world.trusted)?;
    let mut passed = 0;
    while passed < most(began.elapsed()) {
        if passed % ON_ONE_CONNECTION == ON_ONE_CONNECTION - 1 {
            connection = Connection::open(request, &world.trusted)?;
        }
        report.request();
        let answer = connection.ask(request);
        if answer.status != 200 {
            return Ok(done(passed, Some(answer)));
        }
        if began.elapsed() > LONGEST {
            break;
        }
        passed += 1;
    }
    Ok(done(passed, None))
}

fn one(world: &World, report: &Report, limit: &Limit, start: &Start<'_>) -> Result<(), String> {
    let own = keyed(limit, start.request.clone(), "one");
    let found = spend(world, report, limit, &own)?;
    let least = at_once(limit);
    let most = least + leaked(limit, found.time);
    report.check((least..=most).contains(&found.passed), || {
        format!("limit {}: {} pass and not {least} to {most}", limit.name, found.passed)
    });
    report.check(found.refused.is_some(), || {
        format!("limit {}: nobody is refused in {:?}", limit.name, found.time)
    });
    let Some(refused) = &found.refused else { return Ok(()) };
    let what = format!("limit {}, the answer to one more", limit.name);
    told(report, limit, refused, &what);
    super::headers::carried(world, report, refused, &what);
    everywhere(world, report, limit, start, &own, &found);
    others(world, report, limit, start)?;
    networks(world, report, limit, start)?;
    let sustained = per_millisecond(limit) * 1000.0 >= 1.0;
    if sustained {
        over_time(world, report, limit, &own)?;
    }
    Ok(())
}

/// With the header that names the client, where one does.
fn keyed(limit: &Limit, request: Request, key: &str) -> Request {
    match &*limit.key {
        LimitKey::Header(name) => request.header(name, key),
        _ => request,
    }
}

/// A refusal says when to come back, and coming back then helps.
fn told(report: &Report, limit: &Limit, answer: &Answer, what: &str) {
    report.equal(&answer.status, &429, || what.to_owned());
    let wait = answer.value("retry-after").parse::<u64>().unwrap_or(0);
    report.check(wait >= 1, || format!("{what}: Retry-After {:?}", answer.values("retry-after")));
    let enough = wait as f64 * 1000.0 * per_millisecond(limit) >= 0.97;
    let slow = per_millisecond(limit) * 60_000.0 < 1.0;
    report.check(enough || slow, || format!("{what}: {wait} s let none through"));
}

/// The client is refused wherever the limit holds: of all requests since the first no more pass than at
/// once and what has leaked since.
fn everywhere(
    world: &World,
    report: &Report,
    limit: &Limit,
    start: &Start<'_>,
    own: &Request,
    burst: &Burst,
) {
    if world.expect.insider(start.route).is_some_and(|insider| insider != own.from) {
        return; // who watches a closed site is let in nowhere else
    }
    let mut passed = burst.passed;
    let routes = world.expect.http_routes().into_iter();
    // A window that is far too short is over by then.
    std::thread::sleep(Duration::from_millis(300));
    for route in routes.filter(|it| it.limits.contains(&limit.name)) {
        let same = world.expect.guard(route) == world.expect.guard(start.route);
        for path in world.expect.paths(route).into_iter().filter(|_| same) {
            let mut request = own.clone().target(&path);
            request.host = world.request(route, &path).host;
            let what = format!("limit {}, spent on {}, at {path}", limit.name, own.target);
            loop {
                let reply = world.get(report, request.clone());
                if reply.answer.status != 200 {
                    told(report, limit, &reply.answer, &what);
                    report.check(reply.seen.is_empty(), || format!("{what}: reaches a service"));
                    super::headers::held(world, report, &reply.answer, &request);
                    break;
                }
                passed += 1;
                let fits = passed <= at_once(limit) + leaked(limit, burst.began.elapsed());
                report.check(fits, || format!("{what}: {passed} pass"));
                if !fits || burst.began.elapsed() > LONGEST * 2 {
                    break;
                }
            }
        }
    }
}

/// Other clients, other methods and the exempt are not held up.
fn others(world: &World, report: &Report, limit: &Limit, start: &Start<'_>) -> Result<(), String> {
    let spent = &start.request;
    let free = spent.clone().from(world.expect.stranger());
    if world.expect.insider(start.route).is_none() {
        let (another, expected) = match &*limit.key {
            // The header is the client, whatever its address; and each address without it.
            LimitKey::Header(_) => (keyed(limit, free.clone(), "one"), 429),
            _ => (free.clone(), 200),
        };
        let reply = world.get(report, another);
        report.equal(&reply.answer.status, &expected, || {
            format!("limit {}, another address", limit.name)
        });
        let reply = world.get(report, keyed(limit, free, "two"));
        report
            .equal(&reply.answer.status, &200, || format!("limit {}, another client", limit.name));
    }
    let only = world.expect.limits(start.route).len() == 1;
    if !limit.methods.is_empty() && only {
        let burst = spend(world, report, limit, &spent.clone().method("GET"))?;
        report.check(burst.refused.is_none(), || format!("limit {} counts GET", limit.name));
    }
    for range in &limit.exempt {
        let Some(from) = within(range) else { continue };
        let request = spent.clone().from(from);
        let burst = spend(world, report, limit, &request)?;
        let refused = burst.refused.map_or(0, |answer| answer.status);
        report.check(refused != 429, || {
            format!("limit {} counts {from}, which is exempt", limit.name)
        });
    }
    Ok(())
}

/// Whoever has a whole IPv6 network is one client, and their neighbour in the next one another. Proxies
/// may tell IPv4 addresses as IPv6 ones, and those are clients of their own.
fn networks(
    world: &World,
    report: &Report,
    limit: &Limit,
    start: &Start<'_>,
) -> Result<(), String> {
    let by_header = matches!(*limit.key, LimitKey::Header(_));
    let slow = per_millisecond(limit) * 1000.0 <= 1.0;
    if by_header || !slow || world.expect.insider(start.route).is_some() {
        return Ok(());
    }
    let first = world.expect.network();
    let from = |address| start.request.clone().from(address);
    let found = spend(world, report, limit, &from(first))?;
    let fits = found.passed >= at_once(limit) && found.refused.is_some();
    report.check(fits, || format!("limit {}: {} pass over IPv6", limit.name, found.passed));
    for (address, status) in [(neighbour(first, 7), 429), (world.expect.network(), 200)] {
        let reply = world.get(report, from(address));
        report.equal(&reply.answer.status, &status, || {
            format!("limit {}, from {address} after {first}", limit.name)
        });
    }
    let Some(proxy) = world.expect.proxies().iter().find_map(|range| within(range)) else {
        return Ok(());
    };
    let told = |client| {
        let request = start.request.clone().from(proxy);
        request.header("X-Forwarded-For", &format!("::ffff:203.0.113.{client}"))
    };
    let found = spend(world, report, limit, &told(1))?;
    report.check(found.refused.is_some(), || format!("limit {}, behind a proxy", limit.name));
    let reply = world.get(report, told(2));
    report.equal(&reply.answer.status, &200, || {
        format!("limit {}, another IPv4 client told as IPv6", limit.name)
    });
    Ok(())
}

/// Whoever goes on gets the rate and no more.
fn over_time(world: &World, report: &Report, limit: &Limit, own: &Request) -> Result<(), String> {
    // What has leaked since it was refused is spent first.
    spend(world, report, limit, own)?;
    let (request, number) = world.scripted(own.clone(), Script::status(200));
    let mut connection = Connection::open(&request, &world.trusted)?;
    let start = Instant::now();
    let mut passed = 0;
    while start.elapsed() < Duration::from_secs(3) {
        report.request();
        passed += usize::from(connection.ask(&request).status == 200);
        std::thread::sleep(Duration::from_millis(20));
    }
    let leaked = start.elapsed().as_millis() as f64 * per_millisecond(limit);
    let half = if *limit.mode == LimitMode::Strict { leaked / 2.0 } else { leaked };
    let (least, most) = (half.floor() as usize - 1, half.ceil() as usize + 1);
    report.check((least..=most).contains(&passed), || {
        format!("limit {} over 3 s: {passed} pass and not {least} to {most}", limit.name)
    });
    report.equal(&world.seen(number).len(), &passed, || {
        format!("limit {}: services reached", limit.name)
    });
    Ok(())
}
