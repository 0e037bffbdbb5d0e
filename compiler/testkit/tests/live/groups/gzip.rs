//! Compression: of what gains by it, and never of what could give a secret away.

use stackc_model::Route;

use crate::report::Report;
use crate::upstream::Script;
use crate::world::World;

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    for route in world.expect.http_routes() {
        if let Some(path) = world.expect.paths(route).pop() {
            route_compresses(world, report, route, &path);
        }
    }
    Ok(())
}

fn answer(kind: &str, size: usize) -> Script {
    let mut script = Script::status(200).header("Content-Type", kind);
    script.body = b"all work and no play ".iter().copied().cycle().take(size).collect();
    script
}

fn route_compresses(world: &World, report: &Report, route: &Route, path: &str) {
    let compression = &world.expect.environment().edge.compression;
    let on = compression.is_some() && !route.sensitive;
    let types: Vec<_> =
        compression.iter().flat_map(|it| it.types.iter().map(String::as_str)).collect();
    let mut cases = vec![
        ("image/png", 5000, "gzip", false),
        ("application/octet-stream", 5000, "gzip", false),
        ("font/woff2", 5000, "gzip", false),
        ("text/html", 5000, "gzip", on),
        ("text/html; charset=utf-8", 5000, "gzip", on),
        ("text/html", 500, "gzip", false),
        ("text/html", 5000, "", false),
        ("text/html", 5000, "br", false),
    ];
    cases.extend(types.iter().map(|kind| (*kind, 5000, "gzip", on)));
    for (at, (kind, size, accepted, expected)) in cases.into_iter().enumerate() {
        let mut request = world.request(route, &format!("{path}?gzip{at}"));
        if !accepted.is_empty() {
            request = request.header("Accept-Encoding", accepted);
        }
        // What a proxy in front asks for on behalf of others is compressed too.
        let what = format!("{} of {size} bytes of {kind}, accepting {accepted:?}", request.name());
        let reply = world.ask(report, request.header("Via", "1.1 proxy"), answer(kind, size));
        let found = reply.answer.value("content-encoding") == "gzip";
        report.equal(&found, &expected, || what.clone());
        let fits = if expected {
            reply.answer.body.len() < size / 4
        } else {
            reply.answer.body.len() == size
        };
        report.check(fits, || format!("{what}: {} bytes", reply.answer.body.len()));
        if expected {
            let varies =
                reply.answer.values("vary").iter().any(|it| it.contains("Accept-Encoding"));
            report.check(varies, || format!("{what}, Vary"));
        }
    }
    let script = answer("text/html", 5000).header("Content-Encoding", "br");
    let request =
        world.request(route, &format!("{path}?gzip-br")).header("Accept-Encoding", "gzip, br");
    let reply = world.ask(report, request, script);
    report.equal(&reply.answer.values("content-encoding"), &vec!["br"], || {
        format!("{path}, encoded already")
    });
    report.equal(&reply.answer.body.len(), &5000, || format!("{path}, encoded already, bytes"));
}
