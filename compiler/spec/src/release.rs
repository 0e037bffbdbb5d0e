//! How releases are made.

use stackc_shape::{Decode, Spanned};
use stackc_unit::Label;

/// How releases are made.
#[derive(Debug, Clone, Default, Decode)]
pub struct ReleaseSpec {
    /// What images are called; by default `sha`.
    #[shape(planned)]
    pub tag: Option<Spanned<ReleaseTagWord>>,
    /// Ask the public address after a deployment; by default `true`.
    pub verify: Option<Spanned<bool>>,
    /// What happens when a deployment fails; by default `auto`.
    pub rollback: Option<Spanned<RollbackWord>>,
    /// Save the data before a deployment; by default in production.
    #[shape(planned)]
    pub backup_first: Option<Spanned<bool>>,
    /// Look at the host before a deployment: disk, versions, secrets; by default `true`.
    #[shape(planned)]
    pub preflight: Option<Spanned<bool>>,
    /// The environment whose images are deployed here instead of new ones.
    #[shape(planned)]
    pub promote: Option<Spanned<Label>>,
    /// Write release notes for a tag; by default with a tag as trigger.
    #[shape(planned)]
    pub notes: Option<Spanned<bool>>,
    /// Attest where images come from; by default `true`.
    pub attest: Option<Spanned<bool>>,
}

/// What images are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum ReleaseTagWord {
    /// The commit.
    Sha,
    /// The version of the pushed tag.
    Semver,
}

/// What happens when a deployment fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum RollbackWord {
    /// What ran before runs again.
    Auto,
    /// It stays as it is until a person decides.
    Manual,
}

/// Generated documentation.
#[derive(Debug, Clone, Default, Decode)]
pub struct DocsSpec {
    /// Guides: first steps and deployment.
    pub guides: Option<Spanned<bool>>,
    /// What to do for each alert.
    pub runbooks: Option<Spanned<bool>>,
    /// What to look at before going live.
    pub checklist: Option<Spanned<bool>>,
    /// A picture of the system.
    pub diagram: Option<Spanned<bool>>,
}
