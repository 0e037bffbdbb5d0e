//! What all lowering code of an environment knows: names, labels, selectors.

use std::collections::BTreeSet;

use stackc_model::{Environment, Exception, Platform, Service, ServiceId, Stack};

use super::manifest::{Labels, Metadata, PolicyPort, PortRef, Selector, TemplateMetadata};
use super::options::Settings;

pub(crate) const NAME: &str = "app.kubernetes.io/name";
const INSTANCE: &str = "app.kubernetes.io/instance";
const COMPONENT: &str = "app.kubernetes.io/component";
const PART_OF: &str = "app.kubernetes.io/part-of";
const VERSION: &str = "app.kubernetes.io/version";
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// One environment on Kubernetes.
pub(crate) struct Context<'a> {
    pub(crate) stack: &'a Stack,
    pub(crate) environment: &'a Environment,
    pub(crate) settings: Settings,
}

/// A thing that gets objects: its name and what its labels say.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) component: &'static str,
    /// The version where it is fixed by the manifests; ours is set by the deployment.
    pub(crate) version: Option<String>,
}

impl Subject {
    pub(crate) fn new(name: impl Into<String>, component: &'static str) -> Self {
        Self { name: name.into(), component, version: None }
    }

    /// A thing that runs a third party's image.
    pub(crate) fn of_image(name: impl Into<String>, component: &'static str, image: &str) -> Self {
        Self { version: image_tag(image), ..Self::new(name, component) }
    }
}

/// The tag of an image reference, where it is a valid label value.
fn image_tag(image: &str) -> Option<String> {
    let reference = image.split('@').next()?;
    let (_, tag) = reference.rsplit_once('/').unwrap_or(("", reference)).1.split_once(':')?;
    (tag.len() <= 63).then(|| tag.to_owned())
}

impl<'a> Context<'a> {
    /// `<stack>-<environment>`, the instance of all objects.
    pub(crate) fn instance(&self) -> String {
        format!("{}-{}", self.stack.name, self.environment.name)
    }

    /// The labels that belong to no single thing.
    pub(crate) fn common_labels(&self) -> Labels {
        Labels::from([
            (INSTANCE, self.instance()),
            (PART_OF, self.stack.name.to_string()),
            (MANAGED_BY, "stackc".to_owned()),
        ])
    }

    /// The labels of a thing.
    pub(crate) fn labels(&self, subject: &Subject) -> Labels {
        let mut labels = self.common_labels();
        labels.insert(NAME, subject.name.clone());
        labels.insert(COMPONENT, subject.component.to_owned());
        if let Some(version) = &subject.version {
            labels.insert(VERSION, version.clone());
        }
        labels
    }

    /// The labels that never change, for selectors: a Deployment's selector is immutable, and the
    /// component follows the role, which a new route may change.
    pub(crate) fn stable_labels(&self, name: &str) -> Labels {
        Labels::from([(NAME, name.to_owned()), (INSTANCE, self.instance())])
    }

    /// Selects the pods of a thing.
    pub(crate) fn selector(&self, name: &str) -> Selector {
        Selector { match_labels: self.stable_labels(name), match_expressions: Vec::new() }
    }

    /// The metadata of a thing's object.
    pub(crate) fn metadata(&self, subject: &Subject) -> Metadata {
        self.metadata_as(&subject.name, subject)
    }

    /// The metadata of a thing's object that has a name of its own.
    pub(crate) fn metadata_as(&self, name: &str, subject: &Subject) -> Metadata {
        Metadata {
            name: name.to_owned(),
            namespace: Some(self.settings.namespace.clone()),
            labels: self.labels(subject),
        }
    }

    /// The metadata of a thing's pods.
    pub(crate) fn template_metadata(&self, subject: &Subject) -> TemplateMetadata {
        TemplateMetadata { labels: self.labels(subject) }
    }

    /// Whether all pods keep the strictest of the pod security standards: no root, and no capability
    /// but the one to listen on low ports.
    pub(crate) fn is_restricted(&self) -> bool {
        self.services().all(|(_, service)| {
            let mut kept = service.capabilities.keys();
            !service.exceptions.contains_key(&Exception::Root)
                && kept.all(|name| name == "NET_BIND_SERVICE")
        })
    }

    /// The services that run here.
    pub(crate) fn services(&self) -> impl Iterator<Item = (ServiceId, &'a Service)> {
        let environment = self.environment;
        environment.services().filter(|(_, service)| runs_here(service))
    }
}

/// Whether a service runs on Kubernetes.
pub(crate) fn runs_here(service: &Service) -> bool {
    service.platforms.contains(&Platform::Kubernetes)
}

/// A port as probes and services refer to it: container ports carry names of at most 15 characters.
pub(crate) fn port_ref(name: &str, number: u16) -> PortRef {
    if name.len() <= 15 { PortRef::Name(name.to_owned()) } else { PortRef::Number(number) }
}

/// All ports of a service, for a policy.
pub(crate) fn policy_ports(service: &Service) -> Vec<PolicyPort> {
    let numbers: BTreeSet<u16> = service.ports.values().map(|port| *port.number).collect();
    numbers.into_iter().map(PolicyPort::tcp).collect()
}

#[cfg(test)]
mod tests {
    use super::{image_tag, port_ref};
    use crate::kubernetes::manifest::PortRef;

    #[test]
    fn finds_the_tag_behind_a_registry_port() {
        assert_eq!(image_tag("postgres:15.19").as_deref(), Some("15.19"));
        assert_eq!(image_tag("reg.example:5000/a/b:1.2@sha256:00").as_deref(), Some("1.2"));
        assert_eq!(image_tag("reg.example:5000/a/b"), None);
    }

    #[test]
    fn names_only_ports_a_container_can_name() {
        assert_eq!(port_ref("http", 80), PortRef::Name("http".into()));
        assert_eq!(port_ref("a-very-long-name", 80), PortRef::Number(80));
    }
}
