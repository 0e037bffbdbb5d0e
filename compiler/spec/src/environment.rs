//! Environments: a few fields of their own, and any section of the stack in part.

use std::collections::BTreeMap;

use stackc_shape::{
    AnyValue, Decode, Decoder, JsonType, ScalarShape, Shape, Spanned, Switch, Version,
};
use stackc_source::{Diagnostic, Node, codes};
use stackc_unit::{EnvName, Label, Seconds};

use crate::{
    BackupSpec, DataSpec, DocsSpec, DomainSpec, EdgeSpec, ExternalSpec, LimitSpec, NotifySpec,
    ObserveSpec, ReleaseSpec, SecretSpec, ServiceSpec, SloSpec, TimeZone, VariableSpec,
};

/// An environment. Besides its own fields it may hold any section of the stack in part; what it says
/// replaces what the stack says, key by key, and `null` restores the default.
#[derive(Debug, Clone, Decode)]
#[shape(moves = "domain -> domains.main: The main domain here; short for `domains: {main: …}`.")]
pub struct EnvironmentSpec {
    /// How serious it is; by default its name, where that is a tier, else `staging`.
    pub tier: Option<Spanned<TierWord>>,
    /// A push to this branch deploys it.
    pub branch: Option<Spanned<String>>,
    /// A pushed tag that matches this pattern deploys it.
    pub tag: Option<Spanned<String>>,
    /// A pull request deploys it.
    #[shape(planned)]
    pub pull_request: Option<Spanned<bool>>,
    /// Only a person deploys it.
    pub manual: Option<Spanned<bool>>,
    /// How long a preview lives.
    #[shape(planned)]
    pub ttl: Option<Spanned<Seconds>>,
    /// Who must approve a deployment.
    pub approvers: Vec<Spanned<String>>,
    /// Only protected branches and tags deploy it.
    pub protected: Option<Spanned<bool>>,
    /// What runs here: everything, or in development only the data stores; by default everything.
    pub run: Option<Spanned<RunWord>>,
    /// The name for people.
    #[shape(planned)]
    pub title: Option<Spanned<String>>,
    /// Who owns it.
    #[shape(planned)]
    pub owner: Option<Spanned<String>>,
    /// The address of the repository.
    #[shape(planned)]
    pub repository: Option<Spanned<String>>,
    /// Where images are pushed.
    pub registry: Option<Spanned<RegistrySpec>>,
    /// Public domains by name.
    pub domains: BTreeMap<Label, Spanned<DomainSpec>>,
    /// The platforms to deploy to.
    pub deploy: Option<Spanned<Vec<Spanned<PlatformWord>>>>,
    /// What we build or run, in part.
    pub services: BTreeMap<Label, Spanned<ServiceSpec>>,
    /// Data stores, in part.
    pub data: BTreeMap<Label, Spanned<DataSpec>>,
    /// External systems, in part.
    pub external: BTreeMap<Label, Spanned<ExternalSpec>>,
    /// The edge, in part.
    pub edge: Option<Spanned<EdgeSpec>>,
    /// Limits, in part.
    pub limits: BTreeMap<Label, Spanned<LimitSpec>>,
    /// Secrets, in part.
    pub secrets: BTreeMap<EnvName, Spanned<SecretSpec>>,
    /// Variables of every service we build, in part.
    pub env: BTreeMap<EnvName, Spanned<VariableSpec>>,
    /// How data is saved, in part.
    pub backup: Option<Switch<Spanned<BackupSpec>>>,
    /// What is observed, in part.
    pub observe: Option<Spanned<ObserveSpec>>,
    /// Promises to users, in part.
    pub slo: Option<Spanned<SloSpec>>,
    /// Where notifications go, in part.
    pub notify: Option<NotifySpec>,
    /// How releases are made, in part.
    pub release: Option<Spanned<ReleaseSpec>>,
    /// The time zone of schedules.
    pub timezone: Option<Spanned<TimeZone>>,
    /// Versions of what the compiler chooses itself.
    pub versions: BTreeMap<String, Spanned<Version>>,
    /// Options of output formats, in part.
    pub targets: BTreeMap<String, AnyValue>,
    /// Generated documentation, in part.
    #[shape(planned)]
    pub docs: Option<Switch<Spanned<DocsSpec>>>,
}

/// Where images are pushed.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:url")]
pub struct RegistrySpec {
    /// The registry and the path in it, such as `ghcr.io/acme/shop`.
    pub url: Spanned<String>,
    /// How to log in: `github` with the workflow's own token, `aws-oidc` with a role, or a secret; by
    /// default `github` for `ghcr.io`.
    #[shape(planned)]
    pub login: Option<Spanned<LoginValue>>,
}

/// How to log in to a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginValue {
    /// With the token of the workflow.
    Github,
    /// With a role of AWS that trusts GitHub.
    AwsOidc,
    /// With the secret of this name.
    Secret(EnvName),
}

impl Decode for LoginValue {
    fn shape() -> Shape {
        static SHAPE: ScalarShape = ScalarShape {
            name: "`github`, `aws-oidc` or the name of a secret",
            types: &[JsonType::String],
            pattern: Some("github|aws-oidc|[A-Z][A-Z0-9_]{0,127}"),
            range: None,
            examples: &["github", "aws-oidc", "REGISTRY_TOKEN"],
        };
        Shape::Scalar(&SHAPE)
    }

    fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
        let expected = "`github`, `aws-oidc` or the name of a secret";
        let Some(scalar) = node.as_scalar().filter(|scalar| scalar.as_bool().is_none()) else {
            decoder.wrong_type(node, expected);
            return None;
        };
        match &*scalar.text {
            "github" => Some(Self::Github),
            "aws-oidc" => Some(Self::AwsOidc),
            word => EnvName::new(word).map(Self::Secret).ok().or_else(|| {
                // It may be the secret itself, so it is not shown.
                let message = format!("`{}` takes {expected}, in upper case", decoder.path());
                let diagnostic = Diagnostic::new(codes::BAD_NAME, node.span, message);
                decoder.push(diagnostic.mask(node.span));
                None
            }),
        }
    }
}

/// What runs in an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum RunWord {
    /// Everything.
    All,
    /// The data stores alone.
    Stores,
}

/// How serious an environment is; it drives defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum TierWord {
    /// A developer's machine.
    Development,
    /// One per pull request.
    Preview,
    /// Before production.
    Staging,
    /// The real thing.
    Production,
}

/// A platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
#[shape(foreign = "crate::foreign::PLATFORM")]
pub enum PlatformWord {
    /// docker compose on one host.
    Compose,
    /// Kubernetes.
    Kubernetes,
    /// Docker Swarm.
    Swarm,
    /// Vercel.
    #[shape(planned)]
    Vercel,
    /// AWS ECS.
    #[shape(planned)]
    Ecs,
    /// systemd units.
    #[shape(planned)]
    Systemd,
}
