//! The kustomization.

use serde::Serialize;

use super::Labels;

/// A kustomization.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kustomization {
    pub(crate) api_version: &'static str,
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) namespace: Option<String>,
    pub(crate) resources: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) config_map_generator: Vec<ConfigMap>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) generator_options: Option<GeneratorOptions>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) images: Vec<ImageTag>,
}

/// A config map made from values or files; its name ends in a hash of its content.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ConfigMap {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) literals: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) files: Vec<String>,
}

/// What all generated objects have.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GeneratorOptions {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) disable_name_suffix_hash: bool,
    pub(crate) labels: Labels,
}

/// The tag of an image.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImageTag {
    pub(crate) name: String,
    pub(crate) new_tag: &'static str,
}
