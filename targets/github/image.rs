//! Image jobs: built for a look in CI, built and pushed once for a deployment.

use stackc_model::Environment;
use stackc_source::Span;
use stackc_target::Commented;

use super::deploy::Deployment;
use super::document::{DeployEnvironment, Job, Step};
use super::pins::Action;
use super::text::Scribe;
use super::unit::Unit;

/// The id of a unit's image job.
pub(crate) fn id(unit: &Unit<'_>) -> String {
    format!("image-{}", unit.title())
}

/// How images reach their registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Registry {
    /// ghcr.io: the job's own token.
    Github,
    /// Amazon ECR: a role taken over OIDC.
    Ecr { host: String, region: String },
    /// Any other: a user and a password of the environment.
    Other(String),
}

impl Registry {
    /// By the address images are pushed to.
    pub(crate) fn of(address: &str) -> Self {
        let first = address.split('/').next().unwrap_or(address);
        let is_host = first.contains(['.', ':']) || first == "localhost";
        let host = if is_host { first } else { "docker.io" };
        let parts: Vec<_> = host.split('.').collect();
        match parts[..] {
            ["ghcr", "io"] => Self::Github,
            [_, "dkr", "ecr", region, "amazonaws", "com"] => {
                Self::Ecr { host: host.to_owned(), region: region.to_owned() }
            }
            _ => Self::Other(host.to_owned()),
        }
    }

    /// Its host.
    pub(crate) fn host(&self) -> &str {
        match self {
            Self::Github => "ghcr.io",
            Self::Ecr { host, .. } | Self::Other(host) => host,
        }
    }

    fn log_in(&self, job: &mut Job, environment: &Environment) {
        let login =
            Step::uses("Log in to the registry", Action::Login).input("registry", self.host());
        match self {
            Self::Github => {
                job.permit("packages", "write", "push the image");
                job.step(
                    login
                        .input("username", "${{ github.actor }}")
                        .input("password", "${{ github.token }}"),
                );
            }
            Self::Ecr { region, .. } => {
                job.permit("id-token", "write", "take the AWS role without a stored key");
                job.environment = Some(secrets_of(environment));
                job.step(
                    Step::uses("Take the AWS role", Action::AwsCredentials)
                        .input("role-to-assume", "${{ vars.AWS_ROLE_ARN }}")
                        .input("aws-region", region.as_str()),
                );
                job.step(Step::uses("Log in to the registry", Action::EcrLogin));
            }
            Self::Other(_) => {
                job.environment = Some(secrets_of(environment));
                job.step(
                    login
                        .input("username", "${{ vars.REGISTRY_USERNAME }}")
                        .input("password", "${{ secrets.REGISTRY_PASSWORD }}"),
                );
            }
        }
    }
}

/// The environment's secrets and variables without a deployment of their own.
fn secrets_of(environment: &Environment) -> DeployEnvironment {
    DeployEnvironment {
        name: Commented(environment.name.to_string(), String::new()),
        url: None,
        deployment: Some(false),
    }
}

/// Builds the image without pushing it, and leaves it with the local Docker under its name.
pub(crate) fn build_steps(unit: &Unit<'_>, cached: bool, scribe: &mut Scribe<'_>) -> Vec<Step> {
    let mut step = build(unit, scribe)
        .input("load", true)
        .input("tags", local_tag(unit))
        // Attestations belong to pushed images; the local store cannot hold them.
        .input("provenance", false);
    if cached {
        step = step.input("cache-from", format!("type=gha,scope={}", unit.name()));
    }
    vec![Step::uses("Set up Buildx", Action::Buildx), step]
}

/// The name of an image that stays on the runner.
pub(crate) fn local_tag(unit: &Unit<'_>) -> String {
    format!("{}:ci", unit.title())
}

/// The image job of a pull request: does it build, is it small enough.
pub(crate) fn ci_job(
    unit: &Unit<'_>,
    ci: &stackc_model::Ci,
    runner: &str,
    scribe: &mut Scribe<'_>,
) -> Job {
    let mut job = Job::new(format!("Build the {} image", unit.name()), runner, 30);
    job.steps.extend(build_steps(unit, ci.cache, scribe));
    if let Some(most) = ci.max_image.get(&unit.service.name) {
        job.step(
            Step::run("Check the size", include_str!("steps/image-size.sh"))
                .env("IMAGE", local_tag(unit))
                .env("MAXIMUM", most.0.to_string()),
        );
    }
    job
}

/// The image job of a deployment: built once, pushed with its provenance and list of parts.
pub(crate) fn push_job(
    unit: &Unit<'_>,
    deployment: &Deployment<'_>,
    cached: bool,
    scribe: &mut Scribe<'_>,
) -> Job {
    let environment = deployment.environment;
    let mut job = Job::new(format!("Push the {} image", unit.title()), &deployment.runner, 30);
    deployment.registry.log_in(&mut job, environment);
    job.outputs.push("digest", "${{ steps.build.outputs.digest }}");
    job.step(Step::uses("Set up Buildx", Action::Buildx));
    let image = scribe.image(&unit.image(), unit.service.image.origin.span());
    let own = format!("type=raw,value={}", tag(environment));
    let tags = if deployment.tagged() { own + "\ntype=ref,event=tag" } else { own };
    let title = format!("{}/{}", deployment.stack.name.as_str(), unit.title());
    let label = format!("org.opencontainers.image.title={title}");
    job.step(
        Step::uses("Name the image", Action::Metadata)
            .id("meta")
            .input("images", image)
            .input("tags", tags)
            // The repository's name otherwise, upon every image of it.
            .input("labels", label),
    );
    let step = build(unit, scribe)
        .id("build")
        .input("push", true)
        .input("tags", "${{ steps.meta.outputs.tags }}")
        .input("labels", "${{ steps.meta.outputs.labels }}");
    let step = match environment.release.attest {
        true => step.input("provenance", "mode=max").input("sbom", true),
        false => step.input("provenance", false),
    };
    let scope = format!("type=gha,scope={}", unit.name());
    job.step(match cached {
        false => step,
        // The service's own image writes what both are built of.
        true if unit.tools => step.input("cache-from", scope.as_str()),
        true => {
            step.input("cache-from", scope.as_str()).input("cache-to", format!("{scope},mode=max"))
        }
    });
    job
}

/// The tag of a deployment's images. It names the environment, because images of two environments
/// may differ in their build-time variables though they come from one commit.
pub(crate) fn tag(environment: &Environment) -> String {
    format!("{}-${{{{ github.sha }}}}", environment.name)
}

/// The step that builds, up to where CI and deployments differ.
fn build(unit: &Unit<'_>, scribe: &mut Scribe<'_>) -> Step {
    let (build, span) = (unit.build, Some(unit.service.span));
    let context_span = build.context.origin.span().or(span);
    let context = scribe.carry("the build context", unit.folder(), context_span);
    let mut step = Step::uses("Build the image", Action::BuildPush).input("context", context);
    if build.dockerfile.is_some() || build.file.rsplit('/').next() != Some("Dockerfile") {
        let file_span = build.dockerfile.as_ref().and_then(|file| file.origin.span()).or(span);
        let path = scribe.carry("the path of the Dockerfile", &build.file, file_span);
        step = step.input("file", path);
    }
    if let Some((stage, place)) = unit.stage() {
        step = step.input("target", scribe.carry("the stage", stage, place));
    }
    let arguments = arguments(unit, scribe, span);
    if arguments.is_empty() { step } else { step.input("build-args", arguments.join("\n")) }
}

/// Build arguments and public variables, one to a line as the action reads them.
fn arguments(unit: &Unit<'_>, scribe: &mut Scribe<'_>, span: Option<Span>) -> Vec<String> {
    let given = unit.build.args.iter().map(|(name, value)| (name.as_str(), value.as_str(), span));
    let public = unit
        .service
        .public_env
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str(), value.origin.span().or(span)));
    let mut lines = Vec::new();
    for (name, value, span) in given.chain(public) {
        let what = format!("the build argument `{name}`");
        if value.trim() != value {
            scribe.refuse(&what, "begins or ends with a space, which the action cuts off", span);
        }
        lines.push(scribe.carry(&what, &format!("{name}={value}"), span));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::Registry;

    #[test]
    fn registries_are_known_by_their_host() {
        assert_eq!(Registry::of("ghcr.io/acme/shop"), Registry::Github);
        assert_eq!(
            Registry::of("123456789012.dkr.ecr.eu-north-1.amazonaws.com/shop"),
            Registry::Ecr {
                host: "123456789012.dkr.ecr.eu-north-1.amazonaws.com".to_owned(),
                region: "eu-north-1".to_owned()
            }
        );
        assert_eq!(Registry::of("acme/shop"), Registry::Other("docker.io".to_owned()));
        assert_eq!(Registry::of("ghcr.io.evil.example/x").host(), "ghcr.io.evil.example");
    }
}
