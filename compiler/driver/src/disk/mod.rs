//! From artifacts to the output root: what would change, and changing it.
//!
//! # Invariants
//!
//! - **Confined.** Every path goes through a directory handle that cannot be left. No symbolic link
//!   is followed below the root, neither as a folder on the way nor as the file itself, and nothing
//!   is written below `.git` or a `.stackc` that is not ours.
//! - **All or nothing.** One conflict, and nothing is touched. New contents are first written under
//!   temporary names beside their files; only when all of them are on the disk are they renamed.
//! - **What is not ours is not lost.** `.stackc/manifest.json` lists what we own with its hash. A
//!   file that differs from its hash was edited by hand, a file that is not listed belongs to
//!   somebody else: neither is overwritten or deleted unless the user names it. A file that already
//!   holds what would be generated is taken over in silence, so a lost manifest costs nothing.
//! - **Killed anywhere, the next build completes.** `.stackc/journal.json` says, before the first
//!   change, what was there and what will be. The next run settles it against the disk and knows
//!   every half-done file as ours, also when it wants other contents by then.
//! - **One writer.** `.stackc/lock` is held while anything changes; the system releases it when its
//!   process dies. Reading takes no lock and writes nothing.
//! - **Unchanged files are not touched**, not even their time stamps. Hashes are over text with LF
//!   line ends, so a CRLF checkout is neither edited nor changed.
//! - **Selection.** What lies outside is neither deleted nor reported, but stays owned.
//!
//! # Power loss
//!
//! Renames are atomic against a killed process, and the order of steps is kept. Nothing is flushed
//! to the medium: after a power loss a file may be empty or old, and then counts as edited. An
//! empty journal counts as none; a damaged manifest is reported with the way out. The generated
//! files can always be had again with `stackc build --force`.

mod apply;
mod block;
mod diff;
mod elsewhere;
mod fault;
mod hands;
mod journal;
mod ledger;
mod lock;
mod manifest;
mod plan;
mod root;
mod sources;
mod status;
mod survey;
mod text;
mod tree;

pub use apply::{Summary, apply, apply_with, build};
pub use diff::{FileStat, Style, stat, to_json, to_markdown, to_stat, to_text};
pub use hands::Step;
pub use plan::{Change, Plan, PlannedFile, plan};
pub use root::OutputRoot;
pub use sources::sources;
pub use status::{Finding, State, status};

use manifest::Entry;
use stackc_target::Artifact;

/// The folder of our own records below the output root.
const STATE: &str = ".stackc";
/// What is owned.
const MANIFEST: &str = ".stackc/manifest.json";
/// What is being done.
const JOURNAL: &str = ".stackc/journal.json";

/// The part of the output that a run is about.
///
/// The artifacts of all environments and targets are handed over in any case; the selection decides
/// which of them are looked at. A file that serves several environments is written by every run,
/// but deleted only by a run that is about all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only this environment.
    pub environment: Option<String>,
    /// Only this target.
    pub target: Option<String>,
}

impl Selection {
    /// Whether an artifact is to be written.
    fn covers(&self, artifact: &Artifact) -> bool {
        let environment = match (&self.environment, &artifact.environment) {
            (Some(wanted), Some(has)) => wanted == has,
            _ => true,
        };
        environment && self.target.as_deref().is_none_or(|wanted| wanted == artifact.target)
    }

    /// Whether a file that is no longer generated is to be deleted.
    fn may_delete(&self, entry: &Entry) -> bool {
        let environment = self.environment.is_none() || self.environment == entry.environment;
        environment && self.target.as_deref().is_none_or(|wanted| wanted == entry.target)
    }
}

/// What the user allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Overwrite and delete whatever is in the way.
    pub force: bool,
    /// The same for these files and folders, as seen from the output root.
    pub adopt: Vec<String>,
}

impl Policy {
    /// Whether a conflict at a path is settled in our favour.
    fn allows(&self, path: &str) -> bool {
        self.force || self.adopt.iter().any(|adopted| adopts(adopted, path))
    }

    /// Whether the whole output root is.
    fn allows_all(&self) -> bool {
        self.force || self.adopt.iter().any(|adopted| tidy(adopted).is_empty())
    }
}

/// Whether `--adopt adopted` names the path or a folder above it.
fn adopts(adopted: &str, path: &str) -> bool {
    let adopted = tidy(adopted);
    adopted.is_empty()
        || path.strip_prefix(adopted).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path as typed, without `./` and a trailing slash.
fn tidy(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let path = path.strip_prefix("./").unwrap_or(path);
    if path == "." { "" } else { path }
}
