//! What can be set under `targets.kubernetes`.

use stackc_model::{Environment, Stack, Tier};
use stackc_shape::{Decode, Spanned, Version};
use stackc_source::{Diagnostic, Diagnostics, codes};
use stackc_target::options;

use super::ID;

/// How Kubernetes manifests are written.
#[derive(Debug, Clone, Default, Decode)]
pub(crate) struct KubernetesOptions {
    /// The namespace of production; other environments append their name, unless they set their
    /// own. Without it: the name of the stack.
    pub(crate) namespace: Option<Spanned<stackc_model::Label>>,
    /// The oldest Kubernetes the manifests must run on: `"1.35"` where nothing is said.
    pub(crate) min_version: Option<Spanned<Version>>,
    /// What carries public traffic: the Gateway API, or an Ingress.
    pub(crate) edge: Option<Spanned<EdgeKind>>,
    /// The GatewayClass (`eg` where nothing is said) or the IngressClass (the cluster's default).
    pub(crate) class: Option<stackc_model::Label>,
    /// The namespace the edge's proxies run in. Without it, public ports take connections from
    /// anywhere.
    pub(crate) edge_namespace: Option<stackc_model::Label>,
    /// A ClusterIssuer of cert-manager. Without it, an Issuer for Let's Encrypt is written.
    pub(crate) issuer: Option<stackc_model::Label>,
    /// Who puts the values into the secrets; `none` means a person does.
    pub(crate) secret_store: Option<Spanned<SecretStore>>,
    /// The ClusterSecretStore External Secrets reads; the name of the stack where nothing is said.
    pub(crate) secret_store_ref: Option<stackc_model::Label>,
    /// The StorageClass of all volumes; the cluster's default where nothing is said.
    pub(crate) storage_class: Option<stackc_model::Label>,
    /// Whether the Prometheus operator is there to scrape what has metrics.
    pub(crate) monitoring: Option<Monitoring>,
    /// The namespace Prometheus runs in: `monitoring` where nothing is said.
    pub(crate) monitoring_namespace: Option<stackc_model::Label>,
    /// The secret that opens a private registry (`kubernetes.io/dockerconfigjson`).
    pub(crate) pull_secret: Option<stackc_model::Label>,
}

/// What carries public traffic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Decode)]
pub(crate) enum EdgeKind {
    /// A Gateway with HTTPRoutes.
    #[default]
    Gateway,
    /// An Ingress.
    Ingress,
}

/// Who puts the values into the secrets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Decode)]
pub(crate) enum SecretStore {
    /// The External Secrets operator.
    ExternalSecrets,
    /// Sealed Secrets.
    SealedSecrets,
    /// SOPS.
    Sops,
    /// A person.
    #[default]
    None,
}

/// Who scrapes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Decode)]
pub(crate) enum Monitoring {
    /// Nobody the manifests know.
    #[default]
    None,
    /// The Prometheus operator.
    Operator,
}

/// A minor release of Kubernetes 1.
pub(crate) type Minor = u32;

/// The oldest release that is supported upstream, and so the default.
const OLDEST_SUPPORTED: Minor = 35;
/// The oldest release the manifests can be written for: `preStop.sleep` is on from there.
const OLDEST_POSSIBLE: Minor = 30;

/// The options of one environment, decided.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) written: KubernetesOptions,
    pub(crate) namespace: String,
    pub(crate) minor: Minor,
    pub(crate) edge: EdgeKind,
    pub(crate) secret_store: SecretStore,
    pub(crate) monitoring: Monitoring,
}

impl Settings {
    /// Reads and decides.
    pub(crate) fn read(
        stack: &Stack,
        environment: &Environment,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let written: KubernetesOptions = options(environment, ID, diagnostics);
        Self {
            namespace: namespace(stack, environment, &written, diagnostics),
            minor: minor(&written, diagnostics),
            edge: written.edge.as_ref().map(|edge| edge.value).unwrap_or_default(),
            secret_store: secret_store(&written, diagnostics),
            monitoring: written.monitoring.unwrap_or_default(),
            written,
        }
    }

    /// The namespace of Prometheus.
    pub(crate) fn monitoring_namespace(&self) -> String {
        self.written
            .monitoring_namespace
            .as_ref()
            .map_or_else(|| "monitoring".to_owned(), ToString::to_string)
    }
}

/// Two environments in one cluster must not share a namespace, so a name that was written for the
/// whole stack belongs to production alone.
fn namespace(
    stack: &Stack,
    environment: &Environment,
    written: &KubernetesOptions,
    diagnostics: &mut Diagnostics,
) -> String {
    let base = stack.options.get(ID).and_then(Option::as_ref);
    let inherited =
        |span| base.and_then(|node| node.get("namespace")).is_some_and(|node| node.span == span);
    let (name, shared, span) = match &written.namespace {
        Some(name) => (name.value.as_str(), inherited(name.span), Some(name.span)),
        None => (stack.name.as_str(), true, environment.span),
    };
    if !shared || environment.tier == Tier::Production {
        return name.to_owned();
    }
    let full = format!("{name}-{}", environment.name);
    if let (true, Some(span)) = (full.len() > 63, span) {
        let message =
            format!("the namespace `{full}` is longer than the 63 characters Kubernetes takes");
        diagnostics.push(
            Diagnostic::new(codes::CANNOT_CARRY, span, message)
                .help("set `targets.kubernetes.namespace` in the environment"),
        );
    }
    full
}

fn minor(written: &KubernetesOptions, diagnostics: &mut Diagnostics) -> Minor {
    let Some(version) = &written.min_version else { return OLDEST_SUPPORTED };
    let minor = version.0.strip_prefix("1.").and_then(|minor| minor.parse().ok());
    match minor {
        Some(minor) if minor >= OLDEST_POSSIBLE => minor,
        _ => {
            let message = format!("`{}` is no release the manifests can be written for", version.0);
            diagnostics.push(Diagnostic::new(codes::OUT_OF_RANGE, version.span, message).help(
                format!(
                    "write `\"1.{OLDEST_POSSIBLE}\"` or newer, such as `\"1.{OLDEST_SUPPORTED}\"`"
                ),
            ));
            OLDEST_SUPPORTED
        }
    }
}

fn secret_store(written: &KubernetesOptions, diagnostics: &mut Diagnostics) -> SecretStore {
    let Some(store) = &written.secret_store else { return SecretStore::None };
    let name = match store.value {
        SecretStore::SealedSecrets => "sealed-secrets",
        SecretStore::Sops => "sops",
        SecretStore::ExternalSecrets | SecretStore::None => return store.value,
    };
    diagnostics.push(
        Diagnostic::new(codes::PLANNED, store.span, format!("`{name}` is not rendered yet"))
            .help("the manifests expect the secrets to be there, as with `none`; `external-secrets` is rendered"),
    );
    SecretStore::None
}
