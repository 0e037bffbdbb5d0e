//! Redirects lead to the canonical host, with path and query, whatever a client says.

use stackc_model::{Domain, TlsProvider};

use crate::report::Report;
use crate::world::{CHALLENGE, World};

/// A target with everything that a redirect could lose or undo.
const TARGET: &str = "/a%2Fb/c%20d/?x=1&y=%2F&z=a+b";

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    for (_, domain) in world.expect.domains() {
        if world.expect.tls().is_some() {
            to_https(world, report, domain);
        }
        moved(world, report, domain);
        challenge(world, report, domain);
    }
    segments(world, report);
    Ok(())
}

/// One of the names that a host stands for.
fn sample(host: &str) -> String {
    host.to_ascii_lowercase().replace('*', "any")
}

fn to_https(world: &World, report: &Report, domain: &Domain) {
    let canonical = domain.host.to_ascii_lowercase();
    let all = std::iter::once(&domain.host).chain(&domain.aliases).chain(&domain.redirect_from);
    for host in all {
        let name = sample(host);
        // Below a wildcard the name is a choice among names that are all ours.
        let leads = world.expect.public(if host.starts_with("*.") { &name } else { &canonical });
        for (asked, forged) in [
            (name.clone(), "evil.example"),
            (name.to_ascii_uppercase(), "evil.example"),
            (format!("{name}:8080"), "evil.example:1"),
            (format!("{name}:1@evil.example"), "evil.example"),
        ] {
            let request = world.plain(&asked, TARGET).header("X-Forwarded-Host", forged);
            let reply = world.get(report, request.header("X-Forwarded-Proto", "https"));
            if asked.contains('@') {
                let named = reply.answer.value("location").contains("evil");
                report.check(!named, || format!("http://{asked} leads to a host the client chose"));
                continue;
            }
            report.equal(&reply.answer.status, &308, || format!("http://{asked}{TARGET}"));
            report.equal(&reply.answer.value("location"), &&*format!("{leads}{TARGET}"), || {
                format!("http://{asked}{TARGET} leads")
            });
            report.check(reply.seen.is_empty(), || format!("http://{asked} reached a service"));
        }
    }
}

/// Names that are not served, but lead to the one that is.
fn moved(world: &World, report: &Report, domain: &Domain) {
    for host in &domain.redirect_from {
        let mut request = world.plain(&sample(host), TARGET);
        request.secure = world.expect.tls().is_some();
        let what = request.name();
        let reply = world.get(report, request);
        let leads = world.expect.public(&domain.host.to_ascii_lowercase());
        report.equal(&reply.answer.status, &308, || what.clone());
        report.equal(&reply.answer.value("location"), &&*format!("{leads}{TARGET}"), || {
            format!("{what} leads")
        });
        super::headers::carried(world, report, &reply.answer, &what);
    }
    for alias in &domain.aliases {
        let on_domain = world
            .expect
            .http_routes()
            .into_iter()
            .find(|it| world.expect.domain(it).host == domain.host);
        let Some(route) = on_domain else { continue };
        let mut request = world.request(route, route.path.as_str());
        request.host = sample(alias);
        let what = request.name();
        let reply = world.get(report, request);
        report.equal(&reply.answer.status, &200, || what.clone());
        report.equal(&reply.seen.len(), &1, || format!("{what} reached a service"));
    }
}

/// The challenge of certbot is answered where certbot is used, and nothing but challenges.
fn challenge(world: &World, report: &Report, domain: &Domain) {
    let certbot = world.expect.tls().is_some_and(|tls| *tls.provider == TlsProvider::Certbot);
    let path = format!("/.well-known/acme-challenge/{CHALLENGE}");
    let names = std::iter::once(&domain.host).chain(&domain.aliases).chain(&domain.redirect_from);
    for host in names.map(|host| sample(host)) {
        let reply = world.get(report, world.plain(&host, &path));
        let body = String::from_utf8_lossy(&reply.answer.body).into_owned();
        let found = body == "the answer to the challenge";
        report.equal(&found, &certbot, || format!("http://{host}{path} shows the challenge"));
        for other in ["nothing", "../../../../etc/passwd", "%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd"]
        {
            let path = format!("/.well-known/acme-challenge/{other}");
            let reply = world.get(report, world.plain(&host, &path));
            let body = String::from_utf8_lossy(&reply.answer.body).into_owned();
            report.check(!body.contains("root:"), || format!("http://{host}{path} shows a file"));
        }
    }
}

/// A path matches by whole segments: itself, with a slash, below; not what merely begins like it.
fn segments(world: &World, report: &Report) {
    for route in world.expect.http_routes() {
        let own = route.path.as_str();
        let service = &world.expect.service(route).name;
        for path in [own.to_owned(), format!("{own}/"), format!("{own}/x"), format!("{own}x")] {
            if own == "/" {
                continue;
            }
            let owner = world.expect.owner(&route.domain, &path);
            let asked = owner.unwrap_or(route);
            let reply = world.get(report, world.request(asked, &path));
            let found = reply.seen.first().map(|seen| seen.service.clone());
            let expected = owner.filter(|it| world.expect.http_routes().contains(it));
            let expected = expected.map(|owner| world.expect.service(owner).name.to_string());
            let hidden = path.split('/').any(|it| it.starts_with('.')) && owner != Some(route);
            let expected = expected.filter(|_| !hidden);
            report.equal(&found, &expected, || format!("{path} near {own} of {service} reached"));
        }
    }
}
