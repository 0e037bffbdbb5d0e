//! Which other sites may call: those declared, and the edge alone says so.

use stackc_model::{Cors, Route};

use crate::client::Request;
use crate::report::Report;
use crate::upstream::Script;
use crate::world::World;

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    for route in world.expect.http_routes() {
        if let Some(path) = world.expect.paths(route).pop() {
            match &world.expect.environment().edge.cors {
                Some(cors) => owned(world, report, cors, &|| world.request(route, &path)),
                None => left(world, report, route, &path),
            }
        }
    }
    Ok(())
}

/// Origins that may call and those that may not.
fn origins(cors: &Cors) -> (Vec<String>, Vec<String>) {
    let (mut good, mut bad) =
        (Vec::new(), vec!["null".to_owned(), "https://evil.invalid".to_owned()]);
    for origin in cors.origins.iter().map(|origin| origin.value.as_str()) {
        if origin == "*" {
            return (vec!["https://anyone.invalid".to_owned()], Vec::new());
        }
        let one = origin.replace("*.", "one.");
        bad.extend([
            format!("{one}.evil.invalid"),
            format!("{one}:8443"),
            one.replacen("https:", "http:", 1),
        ]);
        bad.push(origin.replace("*.", "").replacen("://", "://evil", 1));
        bad.extend(one.rsplit_once('.').map(|(host, last)| format!("{host}x{last}")));
        good.push(one);
    }
    (good, bad)
}

/// The service tries to say something of its own on each.
fn chatty() -> Script {
    Script::status(200)
        .header("Access-Control-Allow-Origin", "https://evil.invalid")
        .header("Access-Control-Allow-Credentials", "true")
        .header("Access-Control-Allow-Methods", "DELETE")
}

fn owned(world: &World, report: &Report, cors: &Cors, own: &dyn Fn() -> Request) {
    let (good, bad) = origins(cors);
    let wild = cors.origins.iter().any(|origin| origin.value == "*");
    let all = good.iter().map(|it| (it, true)).chain(bad.iter().map(|it| (it, false)));
    for (origin, may) in all {
        let request = own();
        let what = format!("{} from {origin}", request.name());
        let allowed = match (may, wild) {
            (true, true) => vec!["*"],
            (true, false) => vec![origin.as_str()],
            (false, _) => vec![],
        };
        let credentials = if may && cors.credentials { vec!["true"] } else { vec![] };
        let reply = world.ask(report, request.header("Origin", origin), chatty());
        report.equal(&reply.answer.status, &200, || what.clone());
        for (name, expected) in [
            ("Access-Control-Allow-Origin", &allowed),
            ("Access-Control-Allow-Credentials", &credentials),
            ("Access-Control-Allow-Methods", &vec![]),
        ] {
            report.equal(&reply.answer.values(name), expected, || format!("{what}, {name}"));
        }
        let varies = reply.answer.values("vary").iter().any(|it| it.contains("Origin"));
        report.check(varies, || format!("{what}, Vary"));
        preflight(world, report, cors, own(), origin, may, &allowed);
    }
    let reply = world.ask(report, own(), chatty());
    report.equal(&reply.answer.values("Access-Control-Allow-Origin").len(), &0, || {
        format!("{} from no origin", own().target)
    });
}

/// A browser asks first, without a password.
fn preflight(
    world: &World,
    report: &Report,
    cors: &Cors,
    own: Request,
    origin: &str,
    may: bool,
    allowed: &Vec<&str>,
) {
    let what = format!("a preflight of {} from {origin}", own.name());
    let mut request = own.method("OPTIONS").header("Origin", origin);
    if may {
        request.headers.retain(|(name, _)| name != "Authorization");
    }
    let request = request
        .header("Access-Control-Request-Method", "PUT")
        .header("Access-Control-Request-Headers", "x-live");
    let reply = world.ask(report, request, chatty());
    let methods = cors.methods.join(", ");
    report.equal(&reply.answer.values("Access-Control-Allow-Origin"), allowed, || {
        format!("{what}, the origin")
    });
    report.equal(&reply.seen.len(), &usize::from(!may), || format!("{what}: services reached"));
    if may {
        report.equal(&reply.answer.status, &204, || what.clone());
        report.equal(&reply.answer.value("Access-Control-Allow-Methods"), &&*methods, || {
            format!("{what}, methods")
        });
        report.equal(&reply.answer.value("Access-Control-Allow-Headers"), &"x-live", || {
            format!("{what}, headers")
        });
        report.check(!reply.answer.value("Access-Control-Max-Age").is_empty(), || {
            format!("{what}, its age")
        });
        super::headers::carried(world, report, &reply.answer, &what);
    } else {
        report.equal(&reply.answer.values("Access-Control-Allow-Methods").len(), &0, || {
            format!("{what}, methods")
        });
    }
}

/// Nothing is said of it in the stack: services say it themselves.
fn left(world: &World, report: &Report, route: &Route, path: &str) {
    let request =
        world.request(route, path).method("OPTIONS").header("Origin", "https://evil.invalid");
    let reply = world.ask(report, request.header("Access-Control-Request-Method", "PUT"), chatty());
    report.equal(&reply.seen.len(), &1, || format!("{path}: a preflight is the service's"));
    report.equal(&reply.answer.values("Access-Control-Allow-Methods"), &vec!["DELETE"], || {
        format!("{path}: what it says")
    });
}
