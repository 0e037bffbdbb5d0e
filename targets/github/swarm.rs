//! The deploy job of a swarm: over SSH to a manager, which hands the work to the nodes.

use std::collections::BTreeSet;

use super::compose::placeholder;
use super::deploy::{Deployment, health_check};
use super::document::{Job, Step};
use super::host::{Host, copy};
use super::image;
use super::options::DeployPlatform;
use super::text::Scribe;
use crate::swarm::Release;

/// How long a run may take where no migration says more.
const RUN_SECONDS: u64 = 600;
/// Docker watches one updated service after the other, for half a minute each.
const SERVICE_SECONDS: u64 = 40;

/// The deploy job.
pub(crate) fn job(deployment: &Deployment<'_>, release: &Release, scribe: &mut Scribe<'_>) -> Job {
    let environment = deployment.environment;
    let mut job = deployment.job(DeployPlatform::Swarm, scribe);
    let host = Host::of(environment, "swarm", scribe);
    host.name(&mut job);
    let mut carry = |what: &str, text: &str| scribe.carry(what, text, environment.span);
    job.env.push("COMPOSE", format!("swarm.{}.yaml", environment.name));
    job.env.push("STACK", carry("the name of the swarm's stack", &release.stack));
    job.env.push("IMAGE_TAG", image::tag(environment));
    job.env.push("IMAGES", deployment.images(DeployPlatform::Swarm));
    let mounted: Vec<_> =
        release.mounted.iter().map(|path| carry("the path of a file", path)).collect();
    for (variable, value) in settings(deployment, release) {
        job.env.push(variable, value);
    }
    job.env.push("MOUNTED", mounted.join("\n"));
    let script = crate::scripts::script(deployment.stack, environment);
    copy(&mut job, &[&release.files[..], &mounted, script.as_slice()].concat());
    let deploy = include_str!("steps/swarm-deploy.sh");
    job.step(Step::run("Start the release", deploy).id("start"));
    // Beside another platform the address may lead there, and only the edge's node answers here: that
    // all copies are up is what is known then.
    if let Some(mut check) = health_check(deployment, scribe).filter(|_| !deployment.side_by_side())
    {
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
            Step::run("Roll back", deploy)
                .env("BACK", "true")
                .when("${{ failure() && steps.start.outcome != 'skipped' }}"),
        );
    }
    deployment.notify(&mut job, DeployPlatform::Swarm);
    job
}

/// What the script needs to know of the release.
fn settings(deployment: &Deployment<'_>, release: &Release) -> [(&'static str, String); 9] {
    let lines = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join("\n");
    let secrets: Vec<_> =
        release.secrets.iter().map(|(name, key)| format!("{name} {key}")).collect();
    let services = u64::try_from(release.services.len()).unwrap_or(u64::MAX);
    let seconds = services.saturating_mul(SERVICE_SECONDS).saturating_add(RUN_SECONDS);
    let longest = deployment.longest_migration().map_or(0, |bound| bound.ceil());
    [
        ("ENVIRONMENT", deployment.environment.name.to_string()),
        ("LABELS", lines(&release.labels)),
        ("SECRETS", secrets.join("\n")),
        ("VARIABLES", lines(&release.variables)),
        ("FIRST_RUNS", release.first.join("\n")),
        ("RUNS", release.before.join("\n")),
        ("SERVICES", lines(&release.services)),
        ("RUN_SECONDS", longest.max(RUN_SECONDS).to_string()),
        ("DEPLOY_SECONDS", seconds.to_string()),
    ]
}
