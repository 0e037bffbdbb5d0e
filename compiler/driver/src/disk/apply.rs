//! Carrying out a plan.
//!
//! The order of steps: journal; deletions that make room; all new contents under temporary names;
//! renames; modes; the other deletions; empty folders; manifest; end of the journal. Up to the first
//! rename or deletion a failure is taken back. From there on the next build completes the rest.

use super::fault::{self, Fault};
use super::hands::{Hands, Permission, Step, Watcher};
use super::ledger::raw;
use super::lock::Lock;
use super::plan::{Change, Plan, PlannedFile, plan};
use super::{JOURNAL, MANIFEST, OutputRoot, Policy, Selection};
use cap_std::fs::Dir;
use serde::Serialize;
use stackc_source::{Diagnostic, codes};
use stackc_target::Artifacts;
use std::io;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// New files.
    pub created: usize,
    /// Files with other contents.
    pub changed: usize,
    /// Files that went.
    pub deleted: usize,
    /// Files of which only the mode changed.
    pub mode_changed: usize,
    /// Files that were not touched.
    pub unchanged: usize,
}

impl Summary {
    fn of(plan: &Plan) -> Self {
        Self {
            created: plan.count(Change::Created),
            changed: plan.count(Change::Changed),
            deleted: plan.count(Change::Deleted),
            mode_changed: plan.count(Change::ModeChanged),
            unchanged: plan.count(Change::Unchanged),
        }
    }
}

/// Plans and applies. What stands against it is looked at again with nobody else writing, because it
/// may have been another build at work.
///
/// # Errors
/// Those of [`plan()`] and [`apply`].
pub fn build(
    root: &OutputRoot,
    artifacts: &Artifacts,
    selection: &Selection,
    policy: &Policy,
    stack_id: &str,
) -> Result<(Plan, Summary), Vec<Diagnostic>> {
    let faults = match plan(root, artifacts, selection, policy, stack_id) {
        Err(faults) => faults,
        Ok(plan) => match carry_out(root, &plan, &mut |_| Ok(())) {
            Ok(()) => return Ok(done(plan)),
            Err(Refusal::Overtaken(fault)) => vec![*fault],
            Err(Refusal::Failed(fault)) => return Err(vec![*fault]),
        },
    };
    // The folder may have come into being in the meantime.
    let root = OutputRoot::open(root.path())?.with_patience(root.patience);
    let Some((dir, _lock)) = alone(&root)? else { return Err(faults) };
    let plan = plan(&root, artifacts, selection, policy, stack_id)?;
    match write(dir, &plan, &mut |_| Ok(())) {
        Ok(()) => Ok(done(plan)),
        Err(Refusal::Overtaken(fault) | Refusal::Failed(fault)) => Err(vec![*fault]),
    }
}

fn done(plan: Plan) -> (Plan, Summary) {
    let summary = Summary::of(&plan);
    (plan, summary)
}

/// The folder with nobody else writing to it; `None` where there is none or we may not write.
fn alone(root: &OutputRoot) -> Result<Option<(Dir, Lock)>, Vec<Diagnostic>> {
    let Some(dir) = root.existing() else { return Ok(None) };
    match Lock::take(&dir, root.patience) {
        Ok(lock) => Ok(Some((dir, lock))),
        Err(fault) if fault.code == codes::LOCKED => Err(vec![*fault]),
        Err(_) => Ok(None),
    }
}

/// Carries out a plan.
///
/// # Errors
/// When another build or an edit came between, when another build is writing, or when the file
/// system refuses.
pub fn apply(root: &OutputRoot, plan: &Plan) -> Result<Summary, Vec<Diagnostic>> {
    apply_with(root, plan, &mut |_| Ok(()))
}

/// Carries out a plan under the eyes of a watcher, who sees each step before it is done and may
/// make it fail.
///
/// # Errors
/// Those of [`apply`], and the watcher's.
pub fn apply_with(
    root: &OutputRoot,
    plan: &Plan,
    watcher: &mut dyn FnMut(Step<'_>) -> io::Result<()>,
) -> Result<Summary, Vec<Diagnostic>> {
    match carry_out(root, plan, watcher) {
        Ok(()) => Ok(Summary::of(plan)),
        Err(Refusal::Overtaken(fault) | Refusal::Failed(fault)) => Err(vec![*fault]),
    }
}

/// Why a plan was not carried out.
enum Refusal {
    /// It is no longer right.
    Overtaken(Fault),
    Failed(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

fn carry_out(root: &OutputRoot, plan: &Plan, watcher: Watcher<'_>) -> Result<(), Refusal> {
    if plan.work.settled {
        return Ok(());
    }
    let dir = root.create()?;
    let _lock = Lock::take(&dir, root.patience)?;
    write(dir, plan, watcher)
}

/// Carries out a plan with the lock taken.
fn write(dir: Dir, plan: &Plan, watcher: Watcher<'_>) -> Result<(), Refusal> {
    let mut hands = Hands::new(dir, watcher);
    verify(&mut hands, plan)?;
    Ok(Run { hands, plan, done: 0 }.run()?)
}

/// Makes sure that the tree is still the one that was planned for.
fn verify(hands: &mut Hands<'_>, plan: &Plan) -> Result<(), Refusal> {
    let seen = (raw(&mut hands.tree, MANIFEST)?, raw(&mut hands.tree, JOURNAL)?);
    if seen != plan.work.seen {
        return Err(Refusal::Overtaken(fault::overtaken()));
    }
    for file in plan.files.iter().filter(|file| file.change != Change::Unchanged) {
        let refused = |error| fault::io("read", &file.path, &error);
        let stamp = hands.tree.stamp(&file.path).map_err(refused)?;
        if stamp == file.stamp {
            continue;
        }
        // A disk that folds case shows the file that is about to leave under the new name too.
        if file.stamp.is_some() || hands.tree.is_exact(&file.path).map_err(refused)? {
            return Err(Refusal::Overtaken(fault::moving(&file.path)));
        }
    }
    Ok(())
}

struct Run<'a> {
    hands: Hands<'a>,
    plan: &'a Plan,
    /// How many changes can no longer be taken back.
    done: usize,
}

impl Run<'_> {
    fn run(mut self) -> Result<(), Fault> {
        let work = &self.plan.work;
        for path in
            [MANIFEST, JOURNAL].into_iter().chain(work.unfinished.iter().map(String::as_str))
        {
            self.hands.sweep(path);
        }
        match self.changes() {
            Ok(()) => Ok(()),
            Err(failed) if self.done == 0 => {
                self.hands.take_back();
                // An older journal was replaced by one that says all it said; that one must stay.
                if work.seen.1.is_none() {
                    let _ = self.hands.remove(JOURNAL);
                }
                Err(fault::untouched(failed))
            }
            Err(failed) => {
                self.hands.sweep_staged();
                let all = self.plan.files.len() - self.plan.count(Change::Unchanged);
                Err(fault::halfway(failed, self.done, all))
            }
        }
    }

    fn changes(&mut self) -> Result<(), Fault> {
        let (files, work) = (&self.plan.files, &self.plan.work);
        let touched =
            |change| files.iter().filter(move |file: &&PlannedFile| file.change == change);
        let written = || files.iter().filter(|file| file.new.is_some());
        if self.plan.has_changes() {
            self.hands.replace(JOURNAL, work.journal.as_bytes())?;
        }
        for file in files.iter().filter(|file| file.first) {
            self.hands.remove(&file.path)?;
            self.done += 1;
        }
        for folder in &work.in_the_way {
            self.hands.remove_folder(folder);
        }
        for file in written() {
            let bytes = file.new.as_deref().unwrap_or_default();
            self.hands.stage(&file.path, bytes, permission(file))?;
        }
        for file in written() {
            self.hands.commit(&file.path)?;
            self.done += 1;
        }
        for file in touched(Change::ModeChanged) {
            self.hands.set_mode(&file.path, permission(file))?;
            self.done += 1;
        }
        for file in touched(Change::Deleted).filter(|file| !file.first) {
            self.hands.remove(&file.path)?;
            self.done += 1;
        }
        for folder in &work.emptied {
            self.hands.remove_folder(folder);
        }
        match &work.manifest {
            Some(manifest) if work.seen.0.as_deref() == Some(manifest.as_bytes()) => {}
            Some(manifest) => self.hands.replace(MANIFEST, manifest.as_bytes())?,
            None => self.hands.remove(MANIFEST)?,
        }
        self.hands.remove(JOURNAL)
    }
}

fn permission(file: &PlannedFile) -> Permission {
    Permission {
        executable: file.executable.1 == Some(true),
        replaced: file.stamp.as_ref().and_then(|stamp| stamp.bits),
    }
}
