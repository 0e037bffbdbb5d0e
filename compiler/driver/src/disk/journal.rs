//! What a run is about to do: `.stackc/journal.json`.
//!
//! It is written before the first change and removed after the last, so it is only ever seen when
//! a run was killed. It is not committed.

use super::manifest::{Entry, FORMAT, Unusable, check_paths, record};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The intents of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    format: u64,
    pub(super) stack: String,
    /// The folders that it makes.
    pub(super) directories: BTreeSet<String>,
    pub(super) intents: BTreeMap<String, Intent>,
}

/// What is to happen to one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Intent {
    /// Our record of it until now; `None` where it was not ours.
    pub(super) before: Option<Entry>,
    /// Our record of it afterwards; `None` where it will not be ours.
    pub(super) after: Option<Entry>,
    /// The hash of the whole file as it was found, whose loss the user agreed to.
    pub(super) from: Option<String>,
}

impl Journal {
    pub(super) fn new(
        stack: &str,
        directories: BTreeSet<String>,
        intents: BTreeMap<String, Intent>,
    ) -> Self {
        Self { format: FORMAT, stack: stack.to_owned(), directories, intents }
    }

    /// Reads a journal; `None` where a power loss left an empty one.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<Self>, Unusable> {
        if bytes.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let journal: Self = record(bytes)?;
        check_paths(journal.intents.keys().chain(&journal.directories))?;
        Ok(Some(journal))
    }

    /// As it is written.
    pub(super) fn render(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}
