//! How an image of ours is built, and how static files are served from one.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Sourced;

/// How a service is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Build {
    /// The build context, relative to the repository root; `.` is the root.
    pub context: Sourced<String>,
    /// The user's own Dockerfile below the context's repository; `None` means a generated one.
    pub dockerfile: Option<Sourced<String>>,
    /// Where its Dockerfile lies, as seen from the repository root: the user's own, or where one is
    /// generated.
    pub file: String,
    /// The stage to build, of a Dockerfile of the user's own.
    pub target: Option<Sourced<String>>,
    /// Build arguments; never secrets.
    pub args: BTreeMap<String, Sourced<String>>,
    /// The package manager, for Node.js kinds.
    pub package_manager: PackageManager,
    /// The package of a workspace that is built.
    pub package: Option<Sourced<String>>,
    /// The command that builds it, where it is not that of its kind.
    pub command: Option<Sourced<Vec<String>>>,
    /// Where the build leaves its result, below the context, where it is not that of its kind.
    pub output: Option<Sourced<String>>,
    /// What the image is built upon.
    pub base: Sourced<Base>,
}

/// A Node.js package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageManager {
    /// npm.
    Npm,
    /// pnpm.
    Pnpm,
    /// Yarn.
    Yarn,
}

/// What an image is built upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Base {
    /// Debian without what only people need.
    Debian,
    /// Alpine Linux.
    Alpine,
    /// Nothing but the program and what it loads.
    Distroless,
}

/// How static files are served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaticFiles {
    /// Whether unknown paths are answered with the front page.
    pub spa: Sourced<bool>,
    /// The page for unknown paths, as a path below the files.
    pub not_found: Option<Sourced<String>>,
    /// Whether `/about` finds `about.html`.
    pub clean_urls: Sourced<bool>,
}
