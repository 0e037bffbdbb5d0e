//! The deploy workflow of an environment: check, build once, deploy those very images.

use std::collections::BTreeSet;

use stackc_model::{Ci, Environment, Moment, Platform, Seconds, Service, Stack, Tier, Trigger};
use stackc_source::{Diagnostics, codes};
use stackc_target::Commented;

use super::check::{self, Place};
use super::document::{
    Concurrency, DeployEnvironment, Filter, Job, Permissions, Scalar, Step, Triggers, Workflow,
};
use super::image::{self, Registry};
use super::options::{DeployPlatform, Options};
use super::pins::Action;
use super::text::{Scribe, glob_literal};
use super::unit::{self, Unit};
use super::{compose, kubernetes, swarm};
use crate::swarm::Release;

/// How long a deploy job may take besides its migrations.
const ROLL_OUT_MINUTES: u32 = 30;

/// What is deployed, where to, and how it starts.
pub(crate) struct Deployment<'a> {
    pub(crate) stack: &'a Stack,
    pub(crate) environment: &'a Environment,
    pub(crate) platforms: Vec<DeployPlatform>,
    pub(crate) registry: Registry,
    pub(crate) runner: String,
    /// What a swarm needs, where the environment runs on one.
    pub(crate) release: Option<Release>,
}

impl<'a> Deployment<'a> {
    /// The deployment of an environment; `None` where there is none to automate.
    pub(crate) fn plan(
        stack: &'a Stack,
        environment: &'a Environment,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        if environment.tier == Tier::Development || stackc_target::is_off(environment, "github") {
            return None;
        }
        let options: Options = stackc_target::options(environment, "github", diagnostics);
        let scribe = &mut Scribe { diagnostics };
        let name = &environment.name;
        if environment.trigger == Trigger::PullRequest {
            let what = format!("target `github`: no workflow deploys the previews of `{name}` yet");
            scribe.say(codes::PLANNED, what, environment.span);
            return None;
        }
        let platforms = platforms(environment, &options, scribe);
        if platforms.is_empty() {
            return None;
        }
        let Some(registry) = &stack.registry else {
            let what = format!(
                "target `github`: no workflow deploys `{name}`, for without `registry` there is \
                 nowhere to push its images"
            );
            scribe.say(codes::APPROXIMATED, what, environment.span);
            return None;
        };
        let runner = super::runner(&options, scribe);
        let release = Release::of(stack, environment);
        let registry = Registry::of(registry);
        Some(Self { stack, environment, platforms, registry, runner, release })
    }

    /// The branch whose pushes it deploys.
    pub(crate) fn branch(&self) -> Option<&'a str> {
        match &self.environment.trigger {
            Trigger::Branch(branch) => Some(branch),
            _ => None,
        }
    }

    pub(crate) fn tagged(&self) -> bool {
        matches!(self.environment.trigger, Trigger::Tag(_))
    }

    /// Where its checks run: a tag or a release branch takes nothing from a cache.
    fn place(&self) -> Place {
        match self.tagged() || self.branch().is_some_and(is_release) {
            true => Place::Release,
            false => Place::Branch,
        }
    }

    /// Whether the public address may lead to another platform than the one just deployed.
    pub(crate) fn side_by_side(&self) -> bool {
        self.environment.platforms.len() > 1
    }

    /// The units whose images run on a platform.
    pub(crate) fn units_on(&self, platform: DeployPlatform) -> Vec<Unit<'a>> {
        let environment = self.environment;
        let runs = |service: &Service| service.platforms.contains(&platform.of_model());
        let used: BTreeSet<_> = environment
            .services()
            .filter(|(_, service)| service.is_built() && runs(service))
            .map(|(id, service)| &environment[service.image_of.unwrap_or(id)].name)
            .collect();
        unit::of_environment(environment).filter(|unit| used.contains(&unit.service.name)).collect()
    }

    /// The units that are built for it.
    fn units(&self) -> Vec<Unit<'a>> {
        let names: BTreeSet<_> = self
            .platforms
            .iter()
            .flat_map(|platform| self.units_on(*platform))
            .map(|unit| unit.name())
            .collect();
        unit::of_environment(self.environment).filter(|unit| names.contains(unit.name())).collect()
    }

    /// The images of a platform, each by the digest this run built, one to a line.
    pub(crate) fn images(&self, platform: DeployPlatform) -> String {
        let line = |unit: &Unit<'_>| {
            let job = image::id(unit);
            format!("{}@${{{{ needs.{job}.outputs.digest }}}}", unit.image())
        };
        let images = self.units_on(platform).into_iter().flat_map(Unit::images);
        images.map(|unit| line(&unit)).collect::<Vec<_>>().join("\n")
    }

    /// A deploy job, up to its platform's own steps.
    pub(crate) fn job(&self, platform: DeployPlatform, scribe: &mut Scribe<'_>) -> Job {
        let environment = self.environment;
        let title = format!("Deploy {} to {}", environment.name, platform.title());
        // A job that ends before its migration does would leave it half-way.
        let migration = self.longest_migration().map_or(0, |bound| bound.ceil().div_ceil(60));
        let minutes = u32::try_from(migration).unwrap_or(u32::MAX).saturating_add(ROLL_OUT_MINUTES);
        let mut job = Job::new(title, &self.runner, minutes);
        let units = self.units_on(platform).into_iter();
        job.needs = units.flat_map(Unit::images).map(|unit| image::id(&unit)).collect();
        let url = environment.url.as_deref();
        job.environment = Some(DeployEnvironment {
            name: Commented(environment.name.to_string(), self.rules(scribe)),
            url: url.map(|url| scribe.carry("the URL of the environment", url, environment.span)),
            deployment: None,
        });
        job
    }

    /// The rules of the environment, which only its settings at GitHub can hold.
    fn rules(&self, scribe: &mut Scribe<'_>) -> String {
        let release = &self.environment.release;
        let names: Vec<_> = release
            .approvers
            .iter()
            .map(|who| scribe.carry("an approver", who, who.origin.span()))
            .collect();
        let approvers =
            (!names.is_empty()).then(|| format!("required reviewers {}", names.join(", ")));
        let protected = release.protected.then(|| "protected branches and tags only".to_owned());
        let rules: Vec<_> = approvers.into_iter().chain(protected).collect();
        match rules.is_empty() {
            true => String::new(),
            false => format!("set in its settings: {}", rules.join("; ")),
        }
    }

    /// The most that a migration of this environment, or a job before its deployment, may take.
    pub(crate) fn longest_migration(&self) -> Option<Seconds> {
        let services = || self.environment.services.iter();
        let migrations = services().filter_map(|s| Some(*s.migrate.as_ref()?.timeout));
        let first = services().filter_map(|s| s.job.as_ref());
        let first = first.filter(|job| *job.moment == Moment::BeforeDeploy);
        migrations.chain(first.map(|job| *job.deadline)).max()
    }

    /// Tells Slack that a deployment failed.
    pub(crate) fn notify(&self, job: &mut Job, platform: DeployPlatform) {
        let Some(secret) = &self.environment.notify.slack else { return };
        let text = format!(
            "Deployment of {} to {} failed: ${{{{ github.server_url }}}}/${{{{ github.repository \
             }}}}/actions/runs/${{{{ github.run_id }}}}",
            self.environment.name,
            platform.title()
        );
        job.step(
            Step::uses("Tell Slack", Action::Slack)
                .when("${{ failure() }}")
                .input("webhook", format!("${{{{ secrets.{secret} }}}}"))
                .input("webhook-type", "incoming-webhook")
                .input("payload", format!("text: \"{text}\"")),
        );
    }
}

impl DeployPlatform {
    fn of_model(self) -> Platform {
        match self {
            Self::Compose => Platform::Compose,
            Self::Kubernetes => Platform::Kubernetes,
            Self::Swarm => Platform::Swarm,
        }
    }

    /// The target that writes its files.
    fn id(self) -> &'static str {
        match self {
            Self::Compose => "compose",
            Self::Kubernetes => "kubernetes",
            Self::Swarm => "swarm",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Compose => "compose",
            Self::Kubernetes => "Kubernetes",
            Self::Swarm => "Swarm",
        }
    }
}

/// The platforms to deploy to: those asked for, or all that the environment runs on.
fn platforms(
    environment: &Environment,
    options: &Options,
    scribe: &mut Scribe<'_>,
) -> Vec<DeployPlatform> {
    let known = [DeployPlatform::Compose, DeployPlatform::Kubernetes, DeployPlatform::Swarm];
    let on = |platform: DeployPlatform| !stackc_target::is_off(environment, platform.id());
    let runs = |platform: DeployPlatform| environment.runs_on(platform.of_model()) && on(platform);
    if let Some(asked) = &options.platforms {
        for platform in asked.iter().filter(|platform| !runs(platform.value)) {
            let what = format!(
                "target `github`: `{}` does not run on {}, so nothing is deployed there",
                environment.name,
                platform.title()
            );
            scribe.say(codes::NO_EFFECT, what, Some(platform.span));
        }
        let wanted = |platform: &DeployPlatform| asked.iter().any(|item| item.value == *platform);
        return known.into_iter().filter(wanted).filter(|platform| runs(*platform)).collect();
    }
    for platform in &environment.platforms {
        if !known.iter().any(|known| known.of_model() == *platform) {
            let what = format!(
                "target `github`: no workflow deploys `{}` to {platform:?} yet",
                environment.name
            );
            scribe.say(codes::PLANNED, what, environment.span);
        }
    }
    known.into_iter().filter(|platform| runs(*platform)).collect()
}

/// Whether a branch is one that releases are made of, by its name.
fn is_release(branch: &str) -> bool {
    branch.to_ascii_lowercase().contains("release")
}

/// Up to so many checks each image waits for all of them itself; beyond, one job does, so that the
/// file does not grow with the square of the services.
const DIRECT: usize = 20;
/// The job that waits for all checks.
const GATE: &str = "checks";

/// The workflow of a deployment.
pub(crate) fn workflow(deployment: &Deployment<'_>, ci: &Ci, scribe: &mut Scribe<'_>) -> Workflow {
    let environment = deployment.environment;
    let file = format!("deploy-{}", environment.name);
    let concurrency = Concurrency { group: file, cancel: Scalar::from(false) };
    let on = triggers(environment, scribe);
    let mut workflow = Workflow::new(format!("Deploy {}", environment.name), on, concurrency);
    let place = deployment.place();
    let (runner, units) = (&deployment.runner, deployment.units());
    let mut checks = Vec::new();
    for unit in &units {
        if let Some(job) = check::job(unit, ci, runner, place, scribe) {
            checks.push(check::id(unit));
            workflow.jobs.push(check::id(unit), job);
        }
    }
    if checks.len() > DIRECT {
        let mut gate = Job::new("All checks", runner, 5);
        gate.steps = vec![Step::run("Go on", "true")];
        gate.permissions = Permissions::default();
        gate.needs = std::mem::replace(&mut checks, vec![GATE.to_owned()]);
        workflow.jobs.push(GATE, gate);
    }
    for unit in &units.iter().copied().flat_map(Unit::images).collect::<Vec<_>>() {
        let mut job =
            image::push_job(unit, deployment, ci.cache && place != Place::Release, scribe);
        job.needs.clone_from(&checks);
        workflow.jobs.push(image::id(unit), job);
    }
    for platform in &deployment.platforms {
        let (id, job) = match platform {
            DeployPlatform::Compose => ("deploy-compose", compose::job(deployment, scribe)),
            DeployPlatform::Kubernetes => {
                ("deploy-kubernetes", kubernetes::job(deployment, scribe))
            }
            DeployPlatform::Swarm => match &deployment.release {
                Some(release) => ("deploy-swarm", swarm::job(deployment, release, scribe)),
                None => continue,
            },
        };
        workflow.jobs.push(id, job);
    }
    workflow
}

/// A person may start it too: again, or with an older tag to go back to.
fn triggers(environment: &Environment, scribe: &mut Scribe<'_>) -> Triggers {
    let span = environment.span;
    let push = match &environment.trigger {
        Trigger::Branch(branch) => Some(Filter {
            branches: vec![glob_literal(&scribe.carry("the branch", branch, span))],
            ..Filter::default()
        }),
        Trigger::Tag(pattern) => Some(Filter {
            tags: vec![scribe.carry("the tag pattern", pattern, span)],
            ..Filter::default()
        }),
        Trigger::PullRequest | Trigger::Manual => None,
    };
    Triggers { push, workflow_dispatch: Some(Filter::default()), ..Triggers::default() }
}

/// The step that asks the public address, where the environment has one.
pub(crate) fn health_check(deployment: &Deployment<'_>, scribe: &mut Scribe<'_>) -> Option<Step> {
    let environment = deployment.environment;
    let url = environment.url.as_deref().filter(|_| environment.release.verify)?;
    // The front page must be there. Of another path nobody knows what it answers without a login,
    // so there it is enough that nothing on the way to it is broken.
    let shortest = environment.routes.iter().rfind(|route| route.domain.as_str() == "main");
    let path = shortest.map_or("/", |route| route.path.as_str());
    let edge = &environment.edge;
    let guarded = edge.access.contains_key("default");
    let guarded = guarded || shortest.is_some_and(|route| route.access.is_some());
    let open = path == "/" && !guarded;
    // During maintenance nginx turns everybody away, and anything else would be the fault.
    let (lowest, highest) = match (edge.maintenance.is_some(), open) {
        (true, _) => ("503", "503"),
        (false, true) => ("200", "399"),
        (false, false) => ("200", "499"),
    };
    let address =
        scribe.carry("the URL of the environment", &format!("{url}{path}"), environment.span);
    Some(
        Step::run("Ask the public address", include_str!("steps/health.sh"))
            .id("health")
            .env("ADDRESS", address)
            .env("LOWEST_STATUS", lowest)
            .env("HIGHEST_STATUS", highest),
    )
}

#[cfg(test)]
mod tests {
    use super::is_release;

    #[test]
    fn release_branches_are_known_by_their_name() {
        assert!(is_release("release/1.2") && is_release("Releases") && is_release("v1-release"));
        assert!(!is_release("main") && !is_release("develop"));
    }
}
