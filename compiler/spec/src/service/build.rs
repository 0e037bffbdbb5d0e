//! How a service is built.

use std::collections::BTreeMap;

use stackc_shape::{Decode, RawText, Spanned, Words};
use stackc_unit::Bytes;

/// How a service is built.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "build:context,dockerfile")]
pub struct BuildSpec {
    /// The folder that is sent to the builder; by default `.`.
    pub context: Option<Spanned<String>>,
    /// A Dockerfile of your own, as seen from the repository root; by default `generate`.
    pub dockerfile: Option<Spanned<String>>,
    /// The stage to build.
    pub target: Option<Spanned<String>>,
    /// The folder, below the context, of what is built of a workspace: a package of npm or Cargo, a
    /// command of Go.
    pub package: Option<Spanned<String>>,
    /// The command that builds it; by default that of its kind.
    pub command: Option<Spanned<Words>>,
    /// Where the build leaves its result, below the context; by default that of its kind.
    pub output: Option<Spanned<String>>,
    /// What the image is built upon; by default `debian`, and `distroless` for `go` and `rust` where no
    /// entrypoint reads secrets.
    pub base: Option<Spanned<BaseWord>>,
    /// The processors it is built for; by default `amd64`.
    #[shape(planned)]
    pub arch: Vec<Spanned<ArchWord>>,
    /// Build arguments; never secrets. `${…}` refers to other parts of the stack.
    pub args: BTreeMap<String, Spanned<RawText>>,
    /// The package manager, for kinds on Node.js; by default `npm`.
    pub package_manager: Option<Spanned<PackageManagerWord>>,
    /// The largest image that CI lets pass.
    pub max_size: Option<Spanned<Bytes>>,
}

/// A package manager of Node.js.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum PackageManagerWord {
    /// npm
    Npm,
    /// pnpm
    Pnpm,
    /// Yarn
    Yarn,
}

/// What an image is built upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum BaseWord {
    /// Debian without what only people need.
    Debian,
    /// Alpine Linux: smaller, with musl instead of glibc.
    Alpine,
    /// Nothing but the program and what it loads; no shell.
    Distroless,
}

/// A processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum ArchWord {
    /// x86-64
    Amd64,
    /// 64-bit Arm
    Arm64,
}
