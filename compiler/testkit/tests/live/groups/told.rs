//! What services are told of a request: the truth about the client, whatever it says of itself.

use stackc_model::Route;

use crate::expect::within;
use crate::http::values;
use crate::report::Report;
use crate::upstream::Seen;
use crate::world::{Reply, World};

/// What a client may say of itself.
const FORGED: [(&str, &str); 6] = [
    ("X-Forwarded-For", "203.0.113.66"),
    ("X-Real-IP", "203.0.113.66"),
    ("X-Forwarded-Proto", "gopher"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Request-ID", "forged"),
    ("Forwarded", "for=203.0.113.66"),
];

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    for route in world.expect.http_routes() {
        for path in world.expect.paths(route) {
            headers(world, report, route, &path);
        }
        targets(world, report, route);
        proxies(world, report, route);
    }
    grpc(world, report);
    Ok(())
}

/// The one thing a service saw, for there must be just one.
fn once(report: &Report, reply: &Reply, what: &str) -> Option<Seen> {
    report.equal(&reply.seen.len(), &1, || {
        format!("{what}, answered {}: services reached", reply.answer.status)
    });
    reply.seen.first().cloned()
}

fn headers(world: &World, report: &Report, route: &Route, path: &str) {
    let mut request = world.request(route, path);
    for (name, value) in FORGED {
        request = request.header(name, value);
    }
    let (what, from, host) = (request.name(), request.from.to_string(), request.host.clone());
    let reply =
        world.get(report, request.header("X-Kept", "as it is").header("Accept-Encoding", "br"));
    let Some(seen) = once(report, &reply, &what) else { return };
    let public = format!("{host}{}", world.expect.port());
    let encoding = if route.sensitive { vec![] } else { vec!["br"] };
    for (name, expected) in [
        ("X-Forwarded-For", vec![&*from]),
        ("X-Real-IP", vec![&*from]),
        ("X-Forwarded-Proto", vec![world.expect.scheme()]),
        ("X-Forwarded-Host", vec![&*public]),
        ("Host", vec![&*public]),
        ("Forwarded", vec![]),
        ("X-Kept", vec!["as it is"]),
        ("Upgrade", vec![]),
        ("Accept-Encoding", encoding),
    ] {
        report.equal(&values(&seen.headers, name), &expected, || format!("{what}, {name}"));
    }
    let id = values(&seen.headers, "X-Request-ID").join(",");
    let made = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    report.check(made, || format!("{what}, X-Request-ID: {id:?}"));
    let service = world.expect.service(route).name.as_str();
    report.equal(&seen.service.as_str(), &service, || format!("{what}, the service"));
}

/// Paths and queries arrive as they were sent; what is stripped is stripped whole.
fn targets(world: &World, report: &Report, route: &Route) {
    let mut asked = Vec::new();
    for path in world.expect.paths(route) {
        let passed = world.expect.passed(route, &path);
        asked.push((path.clone(), passed.clone()));
        let query = "?a=1&b=%2F&c=+x%20y&d[]=%25&?=";
        asked.push((format!("{path}{query}"), format!("{passed}{query}")));
    }
    let own = route.path.as_str();
    if !route.exact && own != "/" {
        for (rest, stripped) in [
            ("/a%2Fb", "/a/b"),
            ("/x%0Ay", "/x%0Ay"),
            ("/%E2%82%AC%20%25", "/%E2%82%AC%20%25"),
            ("/a?q=%2Fb", "/a?q=%2Fb"),
            ("/a%3Fb", "/a%3Fb"),
        ] {
            let whole = format!("{own}{rest}");
            let passed = if route.strip { stripped.to_owned() } else { whole.clone() };
            asked.push((whole, passed));
        }
    }
    for (target, passed) in asked {
        let request = world.request(route, &target);
        let what = request.name();
        let reply = world.get(report, request);
        if let Some(seen) = once(report, &reply, &what) {
            report.equal(&seen.target, &passed, || format!("{what} arrives as"));
        }
    }
}

/// A proxy that is declared is believed, but not beyond the first address it does not vouch for.
fn proxies(world: &World, report: &Report, route: &Route) {
    let visitor = world.expect.visitor(route).to_string();
    for range in world.expect.proxies() {
        let Some(proxy) = within(&range) else { continue };
        for forwarded in [
            visitor.clone(),
            format!("203.0.113.66, {visitor}"),
            format!("203.0.113.66, {visitor}, {proxy}"),
        ] {
            let request = world.request(route, route.path.as_str()).from(proxy);
            let what = format!("{} for {forwarded}", request.name());
            let reply = world.get(report, request.header("X-Forwarded-For", &forwarded));
            let Some(seen) = once(report, &reply, &what) else { continue };
            for name in ["X-Forwarded-For", "X-Real-IP"] {
                report.equal(&values(&seen.headers, name), &vec![&*visitor], || {
                    format!("{what}, {name}")
                });
            }
        }
    }
}

/// What speaks gRPC is asked over HTTP/2.
fn grpc(world: &World, report: &Report) {
    for route in world.expect.routes() {
        if world.expect.protocol(route) != stackc_model::Protocol::Grpc {
            continue;
        }
        let service = world.expect.service(route).name.as_str();
        let before = world.prefaces(service);
        let request = world.request(route, &format!("{}/Ask", route.path.as_str())).method("POST");
        let what = request.name();
        let reply = world.get(report, request.header("Content-Type", "application/grpc"));
        // The service hangs up: that it was greeted in HTTP/2 is all there is to see.
        report.check(world.prefaces(service) > before, || {
            format!("{what} greets its service in HTTP/2")
        });
        report.equal(&reply.answer.status, &502, || what.clone());
        super::headers::carried(world, report, &reply.answer, &what);
    }
}
