//! How the tree compares with the artifacts, without changing it.

use super::survey::{Item, survey};
use super::{OutputRoot, Selection};
use serde::Serialize;
use stackc_source::Diagnostic;
use stackc_target::Artifacts;

/// How a file compares with what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// As wanted.
    UpToDate,
    /// It is wanted and not there.
    Missing,
    /// It is as we left it, but the stack says something else by now.
    Stale,
    /// It is ours, and somebody changed it.
    Edited,
    /// It stands where ours belongs, and is not ours.
    Foreign,
    /// It is ours and no longer wanted: the next build deletes it.
    Obsolete,
    /// Only its executable bit is wrong.
    Mode,
}

impl State {
    /// A word for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::UpToDate => "up to date",
            Self::Missing => "missing",
            Self::Stale => "out of date",
            Self::Edited => "edited by hand",
            Self::Foreign => "not generated, in the way",
            Self::Obsolete => "no longer generated",
            Self::Mode => "wrong mode",
        }
    }
}

/// A file that is not as wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Below the output root.
    pub path: String,
    /// What is wrong.
    pub state: State,
    /// The target that makes it, or made it.
    pub target: String,
    /// The environment it belongs to, where it belongs to one.
    pub environment: Option<String>,
}

/// What is not as wanted, in the order of the paths. Takes no lock and writes nothing.
///
/// # Errors
/// When the records cannot be used or something stands in the way that no build would replace.
pub fn status(
    root: &OutputRoot,
    artifacts: &Artifacts,
    selection: &Selection,
    stack: &str,
) -> Result<Vec<Finding>, Vec<Diagnostic>> {
    let survey = survey(root, artifacts, selection, stack, false)?;
    if !survey.faults.is_empty() {
        return Err(survey.faults);
    }
    let differing = survey.items.iter().filter(|item| item.state != State::UpToDate);
    Ok(differing.map(finding).collect())
}

fn finding(item: &Item) -> Finding {
    Finding {
        path: item.path.clone(),
        state: item.state,
        target: item.target.clone(),
        environment: item.environment.clone(),
    }
}
