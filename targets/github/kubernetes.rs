//! The deploy job of a cluster: migrations first, then everything, pinned to digests.

use stackc_model::Seconds;

use super::deploy::{Deployment, health_check};
use super::document::{Job, Step};
use super::options::DeployPlatform;
use super::pins::{self, Action};
use super::text::Scribe;

/// What the cluster gets beyond a migration's own bound, to pull the image and start it.
const START_UP: u64 = 120;

/// The deploy job.
pub(crate) fn job(deployment: &Deployment<'_>, scribe: &mut Scribe<'_>) -> Job {
    let environment = deployment.environment;
    let mut job = deployment.job(DeployPlatform::Kubernetes, scribe);
    job.step(
        Step::uses("Set up kubectl", Action::SetupKubectl).input("version", pins::tool("kubectl")),
    );
    job.step(
        Step::run("Set up access to the cluster", include_str!("steps/kubeconfig.sh"))
            .env("KUBE_CONFIG", "${{ secrets.KUBE_CONFIG }}"),
    );
    job.step(
        Step::run("Pin the images", include_str!("steps/kubernetes-pin.sh"))
            .env("MANIFESTS", format!("k8s/{}", environment.name))
            .env("IMAGES", deployment.images(DeployPlatform::Kubernetes)),
    );
    if let Some(bound) = deployment.longest_migration() {
        job.step(migrate(bound));
    }
    job.step(Step::run("Roll out", include_str!("steps/kubernetes-apply.sh")).id("apply"));
    let check = health_check(deployment, scribe);
    job.steps.extend(check.filter(|_| !deployment.side_by_side()));
    if environment.release.rollback {
        job.step(
            Step::run("Roll back", include_str!("steps/kubernetes-rollback.sh"))
                .when("${{ failure() && steps.apply.outcome != 'skipped' }}"),
        );
    }
    deployment.notify(&mut job, DeployPlatform::Kubernetes);
    job
}

fn migrate(bound: Seconds) -> Step {
    Step::run("Migrate", include_str!("steps/kubernetes-migrate.sh"))
        .env("BOUND", format!("{}s", bound.ceil() + START_UP))
}
