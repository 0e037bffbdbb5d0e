//! The deploy job of a compose host: over SSH, with the images named by digest.

use std::collections::BTreeSet;

use stackc_model::{Environment, Platform, Stack, TlsProvider};

use super::deploy::{Deployment, health_check};
use super::document::{Job, Step};
use super::host::{Host, copy, option};
use super::image::{self, Registry};
use super::options::DeployPlatform;
use super::text::Scribe;
use crate::prometheus::{self, Exporter, Monitoring};

/// The deploy job.
pub(crate) fn job(deployment: &Deployment<'_>, scribe: &mut Scribe<'_>) -> Job {
    let environment = deployment.environment;
    let mut job = deployment.job(DeployPlatform::Compose, scribe);
    let host = Host::of(environment, "compose", scribe);
    let name = host.name.clone();
    host.name(&mut job);
    let file = scribe.carry("the name of the compose file", &compose_file(environment), None);
    job.env.push("COMPOSE", file.as_str());
    job.env.push("IMAGE_TAG", image::tag(environment));
    job.env.push("IMAGES", deployment.images(DeployPlatform::Compose));
    copy(&mut job, &files(deployment.stack, environment, scribe));
    let start = start(deployment, &mut job);
    job.step(start);
    if edge(environment) {
        job.step(Step::run("Reload nginx", include_str!("steps/compose-reload.sh")));
    }
    let watched = prometheus::monitoring(deployment.stack, environment);
    if let Some(reload) = watched.map(|monitoring| reloaded(&monitoring)) {
        let script = include_str!("steps/compose-reload-monitoring.sh");
        job.step(Step::run("Reload the monitoring", script).env("RELOADED", reload.join(" ")));
    }
    if let Some(mut check) = health_check(deployment, scribe) {
        if deployment.side_by_side() {
            // The address may lead to the other platform: ask this host whatever DNS says.
            check = check.env("VIA", format!("::{name}:"));
        }
        if placeholder(environment) {
            let first = include_str!("steps/compose-first.sh");
            job.step(Step::run("Look for an earlier release", first).id("earlier"));
            check = check.env("FIRST", "${{ steps.earlier.outputs.first }}");
        }
        job.step(check);
    }
    job.step(Step::run("Record the release", include_str!("steps/compose-record.sh")));
    job.step(Step::run("Put the version into .env", include_str!("steps/compose-env.sh")));
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
pub(super) fn edge(environment: &Environment) -> bool {
    let on = !stackc_target::is_off(environment, "nginx");
    on && !environment.routes.is_empty()
}

/// What reads its configuration from a mounted folder, and again when told to.
fn reloaded(monitoring: &Monitoring) -> Vec<&'static str> {
    let name = |job: &prometheus::Job| match job.exporter {
        Exporter::Prometheus => Some("prometheus"),
        Exporter::Alertmanager => Some("alertmanager"),
        Exporter::Blackbox => Some("blackbox-exporter"),
        _ => None,
    };
    monitoring.jobs.iter().filter_map(name).collect()
}

/// Whether nginx starts with a certificate that nobody trusts, until certbot has got one.
pub(super) fn placeholder(environment: &Environment) -> bool {
    let tls = environment.edge.tls.as_ref();
    edge(environment) && tls.is_some_and(|tls| *tls.provider == TlsProvider::Certbot)
}

/// What the host needs from the repository: what is generated for it, and the files that services mount.
fn files(stack: &Stack, environment: &Environment, scribe: &mut Scribe<'_>) -> Vec<String> {
    let generated = crate::compose::needed(stack, environment);
    let mut mounted = BTreeSet::new();
    for service in environment.services.iter().filter(|s| s.platforms.contains(&Platform::Compose))
    {
        for from in service.files.values().filter_map(|file| file.from.as_ref()) {
            mounted.insert(scribe.carry("the path of a file", from, from.origin.span()));
        }
    }
    let generated = generated.into_iter().map(|path| scribe.carry("a path", &path, None));
    let script = crate::scripts::script(stack, environment);
    generated.chain(mounted).chain(script).collect()
}

/// The compose file of a deployed environment.
fn compose_file(environment: &Environment) -> String {
    let base = option(environment, "compose", "file").map_or("compose", |(base, _)| base);
    format!("{base}.{}.yaml", environment.name)
}

#[cfg(test)]
mod tests {
    use stackc_model::{Mount, Tier};
    use stackc_source::Diagnostics;

    use super::files;
    use crate::compose::fixture::{label, set, stack};
    use crate::github::text::Scribe;

    #[test]
    fn all_that_the_compose_files_mount_is_copied() {
        let copied = |from: Option<&str>| {
            let mut stack = stack(Tier::Production);
            let content = from.is_none().then(|| set("hello".to_owned()));
            let from = from.map(|from| set(from.to_owned()));
            let mount = Mount { path: set("/etc/motd".to_owned()), from, content, secret: None };
            stack.environments[0].services[0].files.insert(label("motd"), mount);
            let mut diagnostics = Diagnostics::default();
            let mut scribe = Scribe { diagnostics: &mut diagnostics };
            files(&stack, &stack.environments[0], &mut scribe)
        };
        let base = ["compose.production.yaml", "compose.production.tls.yaml"];
        let generated = [&base[..], &["config/production", "nginx/production"]].concat();
        let script = ["scripts/generate-secrets.sh"];
        assert_eq!(copied(None), [&generated[..], &script].concat());
        let wanted = [&generated[..], &["motd.txt"], &script].concat();
        assert_eq!(copied(Some("motd.txt")), wanted);
    }
}
