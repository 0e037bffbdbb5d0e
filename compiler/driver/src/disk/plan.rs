//! What a build would change, and whether it may.

use super::fault::{self, Fault};
use super::journal::{Intent, Journal};
use super::lock::LOCK;
use super::manifest::Manifest;
use super::status::State;
use super::survey::{Content, Item, Survey, survey};
use super::text::{folders, hash, lf, shown};
use super::tree::{Folder, Stamp};
use super::{OutputRoot, Policy, Selection, adopts};
use serde::Serialize;
use stackc_source::{Diagnostic, closest};
use stackc_target::{Artifacts, Mode};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It comes into being.
    Created,
    /// It gets other contents.
    Changed,
    /// It goes.
    Deleted,
    /// Nothing.
    Unchanged,
    /// It only becomes executable, or stops being so.
    ModeChanged,
}

/// One file of a plan.
#[derive(Debug, Clone)]
pub struct PlannedFile {
    /// Below the output root.
    pub path: String,
    /// What happens.
    pub change: Change,
    /// The target that makes it, or made it.
    pub target: String,
    /// The environment it belongs to, where it belongs to one.
    pub environment: Option<String>,
    /// Whether it is executable before and after; `None` where the file or the answer is missing.
    pub executable: (Option<bool>, Option<bool>),
    pub(super) old: Option<Vec<u8>>,
    pub(super) new: Option<Vec<u8>>,
    /// What to find there when the plan is carried out.
    pub(super) stamp: Option<Stamp>,
    /// Deleted before anything is created, because it stands in the way.
    pub(super) first: bool,
}

impl PlannedFile {
    /// The text before, with LF line ends; `None` where there was no file or nothing changes.
    #[must_use]
    pub fn old_text(&self) -> Option<Cow<'_, str>> {
        self.old.as_deref().map(shown)
    }

    /// The text afterwards, with LF line ends; `None` where there will be no file or nothing
    /// changes.
    #[must_use]
    pub fn new_text(&self) -> Option<Cow<'_, str>> {
        self.new.as_deref().map(shown)
    }
}

/// What a build would do.
#[derive(Debug)]
pub struct Plan {
    /// Every file in the selection, in the order of the paths.
    pub files: Vec<PlannedFile>,
    pub(super) work: Work,
}

/// What goes with the files.
#[derive(Debug)]
pub(super) struct Work {
    /// The manifest afterwards; `None` where nothing is owned.
    pub(super) manifest: Option<String>,
    pub(super) journal: String,
    /// The records that the plan was made from.
    pub(super) seen: (Option<Vec<u8>>, Option<Vec<u8>>),
    /// The files that a killed run may have left temporary files for.
    pub(super) unfinished: Vec<String>,
    /// Folders to remove before anything is created, the deepest first.
    pub(super) in_the_way: Vec<String>,
    /// Folders to remove at the end where they are empty, the deepest first.
    pub(super) emptied: Vec<String>,
    /// Whether there is nothing to do at all.
    pub(super) settled: bool,
}

impl Plan {
    /// Whether some file would change.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.files.iter().any(|file| file.change != Change::Unchanged)
    }

    /// How many files see this change.
    #[must_use]
    pub fn count(&self, change: Change) -> usize {
        self.files.iter().filter(|file| file.change == change).count()
    }
}

/// Compares the tree with the artifacts and decides what to do. Takes no lock and writes nothing.
///
/// A preview that must not stop at conflicts asks with [`Policy::force`].
///
/// # Errors
/// Every conflict that the policy does not settle.
pub fn plan(
    root: &OutputRoot,
    artifacts: &Artifacts,
    selection: &Selection,
    policy: &Policy,
    stack_id: &str,
) -> Result<Plan, Vec<Diagnostic>> {
    let mut survey = survey(root, artifacts, selection, stack_id, policy.allows_all())?;
    let mut faults = std::mem::take(&mut survey.faults);
    faults.extend(survey.items.iter().filter_map(|item| conflict(item, policy)));
    faults.extend(idle_adoptions(&survey.items, policy));
    if !faults.is_empty() {
        return Err(faults);
    }
    Drafter::new(survey, stack_id).draft().map_err(|fault| vec![*fault])
}

/// What forbids to go on with a file.
fn conflict(item: &Item, policy: &Policy) -> Option<Diagnostic> {
    if policy.allows(&item.path) {
        return None;
    }
    match item.state {
        State::Edited if item.entry.is_none() => Some(*fault::edited_obsolete(&item.path)),
        State::Edited => Some(*fault::edited(&item.path)),
        State::Foreign => {
            let block = item.entry.as_ref().is_some_and(|entry| entry.is_block());
            Some(*fault::foreign(&item.path, block))
        }
        _ => None,
    }
}

/// `--adopt` paths that are slips of the hand.
fn idle_adoptions(items: &[Item], policy: &Policy) -> Vec<Diagnostic> {
    let paths = || items.iter().map(|item| item.path.as_str());
    let idle = policy.adopt.iter().filter(|adopted| !paths().any(|path| adopts(adopted, path)));
    idle.filter(|adopted| !adopts(adopted, ""))
        .map(|adopted| *fault::adopts_nothing(adopted, closest(adopted, paths())))
        .collect()
}

/// Turns a survey without conflicts into a plan.
struct Drafter<'a> {
    survey: Survey,
    stack: &'a str,
    intents: BTreeMap<String, Intent>,
    made: BTreeSet<String>,
}

impl<'a> Drafter<'a> {
    fn new(survey: Survey, stack: &'a str) -> Self {
        Self { survey, stack, intents: BTreeMap::new(), made: BTreeSet::new() }
    }

    fn draft(mut self) -> Result<Plan, Fault> {
        let items = std::mem::take(&mut self.survey.items);
        let mut owned = self.survey.ledger.owned.clone();
        // Intents of a killed run outside the selection stay open until their files are recorded.
        self.intents = self.survey.ledger.intents.clone();
        let mut files = Vec::with_capacity(items.len());
        for item in items {
            match &item.entry {
                Some(entry) => owned.insert(item.path.clone(), entry.clone()),
                None => owned.remove(&item.path),
            };
            self.intend(&item);
            self.missing_folders(&item)?;
            files.extend(planned(item));
        }
        mark_first(&mut files);
        let work = self.work(owned, &files)?;
        Ok(Plan { files, work })
    }

    /// Notes in the journal what will happen to a file.
    fn intend(&mut self, item: &Item) {
        let ledger = &self.survey.ledger;
        let touched = !matches!(item.content, Content::Keep);
        if !touched && ledger.recorded.get(&item.path) == item.entry.as_ref() {
            self.intents.remove(&item.path);
            return;
        }
        let intent = Intent {
            before: ledger.owned.get(&item.path).cloned(),
            after: item.entry.clone(),
            from: item.found.as_ref().map(|file| hash(&file.bytes)),
        };
        self.intents.insert(item.path.clone(), intent);
    }

    /// Notes the folders that have to be made for a file.
    fn missing_folders(&mut self, item: &Item) -> Result<(), Fault> {
        if item.found.is_some() || !matches!(item.content, Content::Write(_)) {
            return Ok(());
        }
        for folder in folders(&item.path) {
            // The folder of our own records is there whenever something is written.
            if self.made.contains(folder) || folder == super::STATE {
                break;
            }
            match self.survey.tree.folder(folder) {
                Ok(Folder::Open(_)) => break,
                Ok(_) => self.made.insert(folder.to_owned()),
                Err(error) => return Err(fault::io("open", folder, &error)),
            };
        }
        Ok(())
    }

    fn work(
        mut self,
        owned: BTreeMap<String, super::Entry>,
        files: &[PlannedFile],
    ) -> Result<Work, Fault> {
        let ledger = self.survey.ledger;
        let directories = &ledger.directories | &self.made;
        let journal = Journal::new(self.stack, directories.clone(), self.intents).render();
        let (kept, emptied) = Manifest::sort_out(directories, &owned);
        let manifest = Manifest::new(self.stack, kept, owned);
        let manifest = (!manifest.files.is_empty()).then(|| manifest.render());
        // git may have given the manifest other line ends, which is no reason to write it.
        let written = ledger.manifest_bytes.as_deref().map(lf);
        // A lock that lies about is the trace of a killed run, or of one that is going on.
        let quiet =
            self.survey.tree.stamp(LOCK).map_err(|error| fault::io("read", LOCK, &error))?;
        let settled = quiet.is_none()
            && ledger.journal_bytes.is_none()
            && manifest.as_ref().map(String::as_bytes) == written.as_deref()
            && files.iter().all(|file| file.change == Change::Unchanged);
        Ok(Work {
            manifest,
            journal,
            seen: (ledger.manifest_bytes, ledger.journal_bytes),
            unfinished: ledger.intents.into_keys().collect(),
            in_the_way: self.survey.in_the_way,
            emptied: emptied.into_iter().rev().collect(),
            settled,
        })
    }
}

/// What becomes of an item; `None` where it is gone and only the record of it goes.
fn planned(item: Item) -> Option<PlannedFile> {
    let was = item.found.as_ref().and_then(|file| file.stamp.executable());
    let wanted = item.mode.map(|mode| mode == Mode::Executable);
    let (old, stamp) = item.found.map(|file| (file.bytes, file.stamp)).unzip();
    let (change, new) = match item.content {
        Content::Keep if item.entry.is_none() => return None,
        Content::Keep => (Change::Unchanged, None),
        Content::SetMode => (Change::ModeChanged, None),
        Content::Remove => (Change::Deleted, None),
        Content::Write(new) if old.is_none() => (Change::Created, Some(new)),
        Content::Write(new) => (Change::Changed, Some(new)),
    };
    let will = match change {
        Change::Deleted => None,
        _ => wanted.or(was),
    };
    let texts = !matches!(change, Change::Unchanged | Change::ModeChanged);
    Some(PlannedFile {
        path: item.path,
        change,
        target: item.target,
        environment: item.environment,
        executable: (was, will),
        old: old.filter(|_| texts),
        new,
        stamp,
        first: false,
    })
}

/// Marks the deletions that make room: a file becomes a folder, a folder a file, or only the case
/// of a name changes.
fn mark_first(files: &mut [PlannedFile]) {
    let written: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.change == Change::Created)
        .map(|file| file.path.as_str())
        .collect();
    let needed: BTreeSet<String> =
        written.iter().flat_map(|path| folders(path)).map(str::to_owned).collect();
    let folded: BTreeSet<String> = written.iter().map(|path| path.to_lowercase()).collect();
    let first: Vec<bool> = files
        .iter()
        .map(|file| {
            file.change == Change::Deleted
                && (needed.contains(&file.path)
                    || folders(&file.path).any(|folder| written.contains(folder))
                    || folded.contains(&file.path.to_lowercase()))
        })
        .collect();
    for (file, first) in files.iter_mut().zip(first) {
        file.first = first;
    }
}
