//! What is ours: the manifest, settled with the journal of a run that was killed.

use super::block::Shared;
use super::fault::{self, Fault};
use super::journal::{Intent, Journal};
use super::manifest::{Entry, Kind, Manifest, Unusable};
use super::text::hash;
use super::tree::{Existing, Found, Tree};
use super::{JOURNAL, MANIFEST};
use stackc_source::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};

/// What is ours.
pub(super) struct Ledger {
    pub(super) owned: BTreeMap<String, Entry>,
    pub(super) directories: BTreeSet<String>,
    /// Contents that a killed run was allowed to overwrite, by path: the hash of the whole file.
    pub(super) consent: BTreeMap<String, String>,
    /// The manifest as it stands on the disk.
    pub(super) recorded: BTreeMap<String, Entry>,
    /// What the killed run had in mind.
    pub(super) intents: BTreeMap<String, Intent>,
    pub(super) manifest_bytes: Option<Vec<u8>>,
    pub(super) journal_bytes: Option<Vec<u8>>,
}

/// How a file on the disk stands to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// As we left it, or given up by the user.
    Ours,
    /// Ours, with foreign changes.
    Edited,
    /// Not ours.
    Foreign,
}

impl Ledger {
    /// Reads the records.
    ///
    /// # Errors
    /// When one cannot be used, or belongs to another stack and `take_over` does not allow that.
    pub(super) fn load(
        tree: &mut Tree,
        stack: &str,
        take_over: bool,
    ) -> Result<Self, Vec<Diagnostic>> {
        let manifest_bytes = raw(tree, MANIFEST);
        let journal_bytes = raw(tree, JOURNAL);
        let (manifest_bytes, journal_bytes) = both(manifest_bytes, journal_bytes)?;
        let manifest =
            parsed(MANIFEST, manifest_bytes.as_deref(), |bytes| Manifest::parse(bytes).map(Some));
        let journal = parsed(JOURNAL, journal_bytes.as_deref(), Journal::parse);
        let (manifest, journal) = both(manifest, journal)?;

        let journal = journal.unwrap_or_else(|| Journal::new(stack, [].into(), [].into()));
        let manifest = manifest.unwrap_or_else(|| Manifest::new(stack, [].into(), [].into()));
        let owners = [(&manifest.stack, manifest.files.is_empty()), (&journal.stack, false)];
        let other = owners.iter().find(|(name, idle)| !idle && *name != stack);
        if let (Some((other, _)), false) = (other, take_over) {
            return Err(vec![*fault::other_stack(other, stack)]);
        }
        let mut ledger = Self {
            owned: manifest.files.clone(),
            directories: &manifest.directories | &journal.directories,
            consent: BTreeMap::new(),
            recorded: manifest.files,
            intents: journal.intents,
            manifest_bytes,
            journal_bytes,
        };
        ledger.settle(tree).map_err(|fault| vec![*fault])?;
        Ok(ledger)
    }

    /// Finds out how far the killed run came with each file.
    fn settle(&mut self, tree: &mut Tree) -> Result<(), Fault> {
        for (path, intent) in &self.intents {
            let found = match tree.look(path) {
                Ok(Found::File(existing)) => Some(existing),
                Ok(_) => None,
                Err(error) => return Err(fault::io("read", path, &error)),
            };
            let entry = match &intent.after {
                Some(after) if found.as_ref().is_some_and(|file| is_as_left(file, after)) => {
                    Some(after)
                }
                None if found.is_none() => None,
                _ => {
                    let now = found.as_ref().map(|file| hash(&file.bytes));
                    if now != intent.from {
                        // Changed again since: what the manifest says still holds.
                        continue;
                    }
                    self.consent.extend(now.map(|now| (path.clone(), now)));
                    intent.before.as_ref()
                }
            };
            match entry {
                Some(entry) => self.owned.insert(path.clone(), entry.clone()),
                None => self.owned.remove(path),
            };
        }
        Ok(())
    }

    /// How a file stands to us, as a whole or only with its block.
    pub(super) fn standing(&self, path: &str, file: &Existing, whole: bool) -> Standing {
        let given_up = || self.consent.get(path).is_some_and(|hashed| *hashed == hash(&file.bytes));
        let entry = self.owned.get(path);
        let shared = |entry: &Entry| whole && entry.kind != Kind::Whole && !is_alone(file);
        match entry {
            Some(entry) if is_as_left(file, entry) && !shared(entry) => Standing::Ours,
            _ if given_up() => Standing::Ours,
            Some(entry) if !shared(entry) => Standing::Edited,
            _ => Standing::Foreign,
        }
    }
}

/// Whether a shared file holds nothing but our block.
fn is_alone(file: &Existing) -> bool {
    Shared::cut(&file.bytes).is_ok_and(|shared| shared.is_ours_alone())
}

/// Whether a file, or our block in it, is as an entry says.
fn is_as_left(file: &Existing, entry: &Entry) -> bool {
    match entry.kind {
        Kind::Whole => hash(&file.bytes) == entry.sha256,
        Kind::Block | Kind::BlockFile => {
            block_of(file).is_some_and(|text| hash(&text) == entry.sha256)
        }
    }
}

fn block_of(file: &Existing) -> Option<Vec<u8>> {
    Shared::cut(&file.bytes).ok()?.block
}

/// The bytes of one of our records.
pub(super) fn raw(tree: &mut Tree, path: &str) -> Result<Option<Vec<u8>>, Fault> {
    match tree.look(path) {
        Ok(Found::Missing) => Ok(None),
        Ok(Found::File(existing)) => Ok(Some(existing.bytes)),
        Ok(Found::Link(at)) => Err(fault::link(path, &at)),
        Ok(Found::Blocked(at)) => Err(fault::not_a_folder(path, &at)),
        Ok(Found::Directory) => Err(fault::not_a_file(path, "a folder")),
        Ok(Found::Special) => Err(fault::not_a_file(path, "a device, pipe or socket")),
        Err(error) => Err(fault::io("read", path, &error)),
    }
}

fn parsed<T>(
    path: &str,
    bytes: Option<&[u8]>,
    parse: impl FnOnce(&[u8]) -> Result<Option<T>, Unusable>,
) -> Result<Option<T>, Fault> {
    match bytes.map(parse) {
        Some(parsed) => parsed.map_err(|why| fault::record(path, &why)),
        None => Ok(None),
    }
}

/// Both results, or both errors.
fn both<A, B>(a: Result<A, Fault>, b: Result<B, Fault>) -> Result<(A, B), Vec<Diagnostic>> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (a, b) => Err(a.err().into_iter().chain(b.err()).map(|fault| *fault).collect()),
    }
}
