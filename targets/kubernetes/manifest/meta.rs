//! What every object has: kind, metadata, labels, selectors.

use std::collections::BTreeMap;

use serde::Serialize;
use stackc_target::Commented;

/// Labels by key.
pub(crate) type Labels = BTreeMap<&'static str, String>;

/// An API version and kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// The group and version.
    pub(crate) api: &'static str,
    /// The kind.
    pub(crate) name: &'static str,
}

impl Kind {
    /// A kind of an API version.
    pub(crate) const fn new(api: &'static str, name: &'static str) -> Self {
        Self { api, name }
    }
}

/// An object with a spec.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Object<S> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: S,
}

impl<S> Object<S> {
    /// An object of a kind.
    pub(crate) fn new(kind: Kind, metadata: Metadata, spec: S) -> Self {
        Self { api_version: kind.api, kind: kind.name, metadata, spec }
    }
}

/// The metadata of an object.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Metadata {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) namespace: Option<String>,
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub(crate) labels: Labels,
}

/// A namespace; it has no spec.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Namespace {
    pub(crate) api_version: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) metadata: Metadata,
}

/// A service account; it has no spec.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceAccount {
    pub(crate) api_version: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) metadata: Metadata,
    pub(crate) automount_service_account_token: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) image_pull_secrets: Vec<Name>,
}

/// A reference by name.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Name {
    pub(crate) name: String,
}

impl Name {
    /// A reference to `name`.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

/// Which pods are meant; empty means all.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Selector {
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub(crate) match_labels: Labels,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) match_expressions: Vec<Expression>,
}

/// One condition of a [`Selector`].
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Expression {
    pub(crate) key: &'static str,
    pub(crate) operator: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<String>,
}

/// A value that may carry a comment for the reviewer.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
#[serde(untagged)]
pub(crate) enum Noted<T> {
    /// The value alone.
    Plain(T),
    /// With a comment.
    Noted(Commented<T>),
}

impl<T> Noted<T> {
    /// A value with a comment.
    pub(crate) fn with(value: T, comment: impl Into<String>) -> Self {
        Self::Noted(Commented(value, comment.into()))
    }
}
