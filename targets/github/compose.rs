//! The deploy job of a compose host: over SSH, with the images named by digest.

use std::collections::BTreeSet;

use stackc_model::{Environment, Platform, TlsProvider};
use stackc_source::{Node, Span};

use super::deploy::{Deployment, health_check};
use super::document::{Job, Step};
use super::image::{self, Registry};
use super::options::DeployPlatform;
use super::text::Scribe;

/// The deploy job.
pub(crate) fn job(deployment: &Deployment<'_>, scribe: &mut Scribe<'_>) -> Job {
    let environment = deployment.environment;
    let mut job = deployment.job(DeployPlatform::Compose, scribe);
    let host = Host::of(environment, scribe);
    job.env.push("DEPLOY_HOST", host.name.as_str());
    job.env.push("DEPLOY_USER", host.user);
    job.env.push("DEPLOY_PATH", host.path);
    let file = scribe.carry("the name of the compose file", &compose_file(environment), None);
    job.env.push("COMPOSE", file.as_str());
    job.env.push("IMAGE_TAG", image::tag(environment));
    job.env.push("IMAGES", deployment.images(DeployPlatform::Compose));
    job.step(
        Step::run("Set up SSH", include_str!("steps/ssh.sh"))
            .env("SSH_KEY", "${{ secrets.SSH_KEY }}")
            .env("SSH_KNOWN_HOSTS", "${{ vars.SSH_KNOWN_HOSTS }}"),
    );
    job.step(
        Step::run("Copy the files", include_str!("steps/compose-copy.sh"))
            .env("FILES", files(environment, file, deployment.script, scribe).join("\n")),
    );
    let start = start(deployment, &mut job);
    job.step(start);
    if edge(environment) {
        job.step(Step::run("Reload nginx", include_str!("steps/compose-reload.sh")));
    }
    if let Some(mut check) = health_check(deployment, scribe) {
        if deployment.side_by_side() {
            // The address may lead to the other platform: ask this host whatever DNS says.
            check = check.env("VIA", format!("::{}:", host.name));
        }
        if placeholder(environment) {
            let first = include_str!("steps/compose-first.sh");
            job.step(Step::run("Look for an earlier release", first).id("earlier"));
            check = check.env("FIRST", "${{ steps.earlier.outputs.first }}");
        }
        job.step(check);
    }
    job.step(Step::run("Record the release", include_str!("steps/compose-record.sh")));
    if environment.release.rollback {
        job.step(
            Step::run("Roll back", include_str!("steps/compose-rollback.sh"))
                .when("${{ failure() && steps.start.outcome != 'skipped' }}"),
        );
    }
    deployment.notify(&mut job, DeployPlatform::Compose);
    job
}

/// Pulls by digest and starts; where the registry is GitHub's, the host reads it with this job's
/// token and keeps none.
fn start(deployment: &Deployment<'_>, job: &mut Job) -> Step {
    let step = Step::run("Start the release", include_str!("steps/compose-start.sh")).id("start");
    if deployment.registry != Registry::Github {
        return step;
    }
    job.permit("packages", "read", "let the host pull the images with this job's token");
    step.env("REGISTRY", deployment.registry.host())
        .env("REGISTRY_USER", "${{ github.actor }}")
        .env("REGISTRY_TOKEN", "${{ github.token }}")
}

/// Whether nginx runs on the host.
fn edge(environment: &Environment) -> bool {
    let on = !stackc_target::is_off(environment, "nginx");
    on && !environment.routes.is_empty()
}

/// Whether nginx starts with a certificate that nobody trusts, until certbot has got one.
fn placeholder(environment: &Environment) -> bool {
    let tls = environment.edge.tls.as_ref();
    edge(environment) && tls.is_some_and(|tls| *tls.provider == TlsProvider::Certbot)
}

/// What the host needs from the repository: also the files that services mount from it.
fn files(
    environment: &Environment,
    compose: String,
    script: bool,
    scribe: &mut Scribe<'_>,
) -> Vec<String> {
    let name = &environment.name;
    let nginx = edge(environment).then(|| format!("nginx/{name}"));
    let mut mounted = BTreeSet::new();
    for service in environment.services.iter().filter(|s| s.platforms.contains(&Platform::Compose))
    {
        for file in service.files.values().filter(|file| file.secret.is_none()) {
            mounted.insert(match &file.from {
                Some(from) => scribe.carry("the path of a file", from, from.origin.span()),
                // The compose target writes the content of these into one folder.
                None => format!("config/{name}"),
            });
        }
    }
    let script = script.then(|| crate::scripts::GENERATE.to_owned());
    std::iter::once(compose).chain(nginx).chain(mounted).chain(script).collect()
}

/// An option of the compose target.
fn option<'a>(environment: &'a Environment, key: &str) -> Option<(&'a str, Span)> {
    let node: &Node = environment.options.get("compose")?.as_ref()?.get(key)?;
    Some((&node.as_scalar()?.text, node.span))
}

/// The compose file of a deployed environment.
fn compose_file(environment: &Environment) -> String {
    let base = option(environment, "file").map_or("compose", |(base, _)| base);
    format!("{base}.{}.yaml", environment.name)
}

/// The host, as the compose target's options name it, or as variables of the environment do.
struct Host {
    name: String,
    user: String,
    path: String,
}

impl Host {
    fn of(environment: &Environment, scribe: &mut Scribe<'_>) -> Self {
        let mut take = |key: &str, variable: &str, allowed: fn(char) -> bool| {
            let Some((text, span)) = option(environment, key) else {
                return format!("${{{{ vars.{variable} }}}}");
            };
            check(scribe, key, text, span, allowed);
            text.to_owned()
        };
        let name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        Self {
            name: take("host", "DEPLOY_HOST", name),
            user: take("user", "DEPLOY_USER", name),
            path: take("path", "DEPLOY_PATH", |c| c.is_ascii_alphanumeric() || "._-/".contains(c)),
        }
    }
}

/// These stand in the configuration of ssh and in remote paths, where other characters mean
/// something.
fn check(scribe: &mut Scribe<'_>, key: &str, text: &str, span: Span, allowed: fn(char) -> bool) {
    if text.is_empty() || text.starts_with('-') || !text.chars().all(allowed) {
        let what = format!("`{key}` of the compose target");
        scribe.refuse(
            &what,
            "holds a character that ssh would read as more than a name",
            Some(span),
        );
    }
}

#[cfg(test)]
mod tests {
    use stackc_model::{Mount, Platform, Tier};
    use stackc_source::Diagnostics;

    use super::files;
    use crate::github::text::Scribe;
    use crate::kubernetes::fixture::{environment, given, label};

    #[test]
    fn all_that_the_compose_file_mounts_is_copied() {
        let copied = |from: Option<&str>| {
            let mut environment = environment("production", Tier::Production);
            let content = from.is_none().then(|| given("hello".to_owned()));
            let from = from.map(|from| given(from.to_owned()));
            let mount = Mount { path: given("/etc/motd".to_owned()), from, content, secret: None };
            environment.services[0].platforms.push(Platform::Compose);
            environment.services[0].files.insert(label("motd"), mount);
            let mut diagnostics = Diagnostics::default();
            let mut scribe = Scribe { diagnostics: &mut diagnostics };
            files(&environment, "compose.production.yaml".to_owned(), false, &mut scribe)
        };
        let base = ["compose.production.yaml", "nginx/production"];
        assert_eq!(copied(Some("motd.txt")), [&base[..], &["motd.txt"]].concat());
        assert_eq!(copied(None), [&base[..], &["config/production"]].concat());
    }
}
