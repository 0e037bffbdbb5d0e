//! The templates: each kind's is put together from parts that several kinds share.

use stackc_target::{Format, Template};

/// The text of a part; those that are programs of their own carry their language.
macro_rules! part {
    ($part:literal) => {
        include_str!(concat!("parts/", $part, ".dockerfile"))
    };
    ($part:literal $language:ident) => {
        include_str!(concat!("parts/", $part, ".", stringify!($language)))
    };
}

/// A template of these parts, one after another.
macro_rules! template {
    ($name:literal: $($part:literal $($language:ident)?),*) => {
        Template {
            name: $name,
            format: Format::Dockerfile,
            source: concat!($(part!($part $($language)?)),*),
        }
    };
}

pub(super) const NEXTJS: Template = template!(
    "nextjs": "head", "node", "sources", "build", "tools", "sources", "dev", "next", "tail");
pub(super) const NODE: Template =
    template!("node": "head", "node", "sources", "build", "tools", "dev", "server", "tail");
pub(super) const VITE: Template = template!("vite": "head", "node", "sources", "build", "tools", "sources", "dev", "site", "tail");
pub(super) const STATIC: Template = template!("static": "head", "static", "tail");
pub(super) const PYTHON: Template = template!("python": "head", "python", "tail");
pub(super) const GO: Template = template!(
    "go": "head", "go", "ask", "healthcheck" go, "asked", "native", "tail");
pub(super) const RUST: Template = template!(
    "rust": "head", "rust", "ask", "healthcheck" rs, "asked", "native", "tail");
