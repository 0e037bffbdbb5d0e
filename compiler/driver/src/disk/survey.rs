//! The disk against the artifacts, file by file, before anybody decides anything.

use super::block::{self, Shared};
use super::elsewhere::Elsewhere;
use super::fault::{self, Fault};
use super::ledger::{Ledger, Standing};
use super::manifest::{Bits, Entry, Kind, is_private};
use super::status::State;
use super::text::{folders, hash, lf, split, temporary};
use super::tree::{Existing, Found, Tree};
use super::{OutputRoot, Selection};
use stackc_source::Diagnostic;
use stackc_target::{Artifact, Artifacts, Body, Mode};
use std::collections::{BTreeMap, BTreeSet};

/// What was found.
pub(super) struct Survey {
    pub(super) tree: Tree,
    pub(super) ledger: Ledger,
    /// In the order of the paths.
    pub(super) items: Vec<Item>,
    /// What no policy can allow.
    pub(super) faults: Vec<Diagnostic>,
    /// Folders that stand where files are wanted and will be empty by then, the deepest first.
    pub(super) in_the_way: Vec<String>,
}

/// One file that is wanted, or was.
pub(super) struct Item {
    pub(super) path: String,
    pub(super) target: String,
    pub(super) environment: Option<String>,
    /// The mode it shall have; `None` where it is no longer wanted or the mode is not ours.
    pub(super) mode: Option<Mode>,
    pub(super) state: State,
    pub(super) found: Option<Existing>,
    pub(super) content: Content,
    /// Our record of it, once the content is as wanted.
    pub(super) entry: Option<Entry>,
}

/// What would have to happen to a file.
#[derive(Debug)]
pub(super) enum Content {
    Keep,
    Write(Vec<u8>),
    SetMode,
    Remove,
}

/// Compares the tree with the artifacts.
///
/// # Errors
/// When our own records cannot be read.
pub(super) fn survey(
    root: &OutputRoot,
    artifacts: &Artifacts,
    selection: &Selection,
    stack: &str,
    take_over: bool,
) -> Result<Survey, Vec<Diagnostic>> {
    let mut tree = root.tree().map_err(|fault| vec![*fault])?;
    let ledger = Ledger::load(&mut tree, stack, take_over)?;
    let mut surveyor = Surveyor {
        elsewhere: Elsewhere::around(root.path()),
        leaving: BTreeSet::new(),
        twins: BTreeMap::new(),
        done: Survey { tree, ledger, items: vec![], faults: vec![], in_the_way: vec![] },
    };
    surveyor.leave_leftovers();
    surveyor.check_nesting(artifacts);
    surveyor.obsolete(artifacts, selection);
    for artifact in artifacts.iter().filter(|artifact| selection.covers(artifact)) {
        let item = surveyor.wanted(artifact);
        surveyor.keep(item);
    }
    surveyor.done.items.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(surveyor.done)
}

struct Surveyor {
    elsewhere: Elsewhere,
    /// The files that will be removed.
    leaving: BTreeSet<String>,
    /// The same, in lower case.
    twins: BTreeMap<String, String>,
    done: Survey,
}

impl Surveyor {
    fn keep(&mut self, item: Result<Item, Fault>) {
        match item {
            Ok(item) => self.done.items.push(item),
            Err(fault) => self.done.faults.push(*fault),
        }
    }

    /// The temporary files of a killed run are swept before anything else.
    fn leave_leftovers(&mut self) {
        for path in self.done.ledger.intents.keys() {
            let (folder, name) = split(path);
            self.leaving.insert(format!("{folder}/{}", temporary(name)));
        }
    }

    /// No artifact is the folder of another.
    fn check_nesting(&mut self, artifacts: &Artifacts) {
        let paths: BTreeSet<&str> =
            artifacts.iter().map(|artifact| artifact.path.as_str()).collect();
        for path in &paths {
            let file = folders(path).find(|folder| paths.contains(folder));
            self.done.faults.extend(file.map(|file| *fault::nested(file, path)));
        }
    }

    /// Looks at what is owned and not wanted any more.
    fn obsolete(&mut self, artifacts: &Artifacts, selection: &Selection) {
        let wanted: BTreeSet<&str> =
            artifacts.iter().map(|artifact| artifact.path.as_str()).collect();
        let gone =
            self.done.ledger.owned.iter().filter(|(path, entry)| {
                !wanted.contains(path.as_str()) && selection.may_delete(entry)
            });
        let gone: Vec<(String, Entry)> =
            gone.map(|(path, entry)| (path.clone(), entry.clone())).collect();
        if gone.is_empty() {
            return;
        }
        let folded: BTreeSet<String> = wanted.iter().map(|path| path.to_lowercase()).collect();
        for (path, entry) in gone {
            let lower = path.to_lowercase();
            let renamed = folded.contains(&lower);
            let item = self.obsolete_one(&path, &entry, renamed);
            if let Ok(Item { content: Content::Remove, .. }) = item {
                self.twins.insert(lower, path.clone());
                self.leaving.insert(path);
            }
            self.keep(item);
        }
    }

    /// `renamed`: the same path is wanted in another case.
    fn obsolete_one(&mut self, path: &str, entry: &Entry, renamed: bool) -> Result<Item, Fault> {
        let refused = |error| fault::io("read", path, &error);
        let tree = &mut self.done.tree;
        let found = match tree.look(path).map_err(refused)? {
            // On a disk that folds case this may be the new file, already in its place.
            Found::File(_) if renamed && !tree.is_exact(path).map_err(refused)? => None,
            Found::File(existing) => Some(existing),
            // Whatever stands there now, it is not the file we wrote.
            _ => None,
        };
        let content = match &found {
            None => None,
            Some(_) if entry.kind == Kind::Whole => Some(Content::Remove),
            Some(file) => without_block(path, file, entry.kind)?,
        };
        let state = match (&found, &content) {
            (Some(file), Some(_)) => match self.done.ledger.standing(path, file, false) {
                Standing::Ours => State::Obsolete,
                _ => State::Edited,
            },
            _ => State::UpToDate,
        };
        let content = content.unwrap_or(Content::Keep);
        Ok(Item {
            path: path.to_owned(),
            target: entry.target.clone(),
            environment: entry.environment.clone(),
            mode: None,
            state,
            found,
            content,
            entry: None,
        })
    }

    /// Looks at a file that is wanted.
    fn wanted(&mut self, artifact: &Artifact) -> Result<Item, Fault> {
        let path = artifact.path.as_str();
        if is_private(path) {
            return Err(fault::private(path));
        }
        let new = !self.done.ledger.owned.contains_key(path);
        if new && let Some(owner) = self.elsewhere.owner(&mut self.done.tree, path) {
            return Err(fault::owned_elsewhere(path, &owner.stack, &owner.root));
        }
        let found = self.present(path)?;
        let (state, content, entry) = match &artifact.body {
            Body::Whole(text) => self.whole(artifact, text, found.as_ref()),
            Body::Block(text) => self.block(artifact, text, found.as_ref())?,
        };
        let shared = found.is_some() && matches!(artifact.body, Body::Block(_));
        Ok(Item {
            path: path.to_owned(),
            target: artifact.target.to_owned(),
            environment: artifact.environment.clone(),
            mode: (!shared).then_some(artifact.mode),
            state,
            // The bytes of an unchanged file serve nobody.
            found: found.filter(|_| state != State::UpToDate),
            content,
            entry: Some(entry),
        })
    }

    /// The file at a path, once everything that leaves is gone.
    fn present(&mut self, path: &str) -> Result<Option<Existing>, Fault> {
        let refused = |error| fault::io("read", path, &error);
        let tree = &mut self.done.tree;
        match tree.look(path).map_err(refused)? {
            Found::Missing => Ok(None),
            Found::File(existing) => {
                let twin = !self.done.ledger.owned.contains_key(path)
                    && self.twins.contains_key(&path.to_lowercase())
                    && !tree.is_exact(path).map_err(refused)?;
                Ok((!twin).then_some(existing))
            }
            Found::Blocked(at) if self.leaving.contains(&at) => Ok(None),
            Found::Blocked(at) => Err(fault::not_a_folder(path, &at)),
            Found::Link(at) => Err(fault::link(path, &at)),
            Found::Special => Err(fault::not_a_file(path, "a device, pipe or socket")),
            Found::Directory => {
                let leaving = |file: &str| self.leaving.contains(file);
                match tree.vanishing(path, &leaving).map_err(refused)? {
                    Some(folders) => {
                        self.done.in_the_way.extend(folders);
                        Ok(None)
                    }
                    None => Err(fault::not_a_file(path, "a folder with files in it")),
                }
            }
        }
    }

    /// A file that is wholly ours.
    fn whole(
        &self,
        artifact: &Artifact,
        text: &str,
        found: Option<&Existing>,
    ) -> (State, Content, Entry) {
        let text = lf(text.as_bytes());
        let entry = entry(artifact, Kind::Whole, &text);
        let Some(file) = found else {
            return (State::Missing, Content::Write(text.into_owned()), entry);
        };
        if *lf(&file.bytes) != *text {
            let state = self.conflict(artifact.path.as_str(), file, true);
            return (state, Content::Write(text.into_owned()), entry);
        }
        let wanted = artifact.mode == Mode::Executable;
        match file.stamp.executable() {
            Some(executable) if executable != wanted => (State::Mode, Content::SetMode, entry),
            _ => (State::UpToDate, Content::Keep, entry),
        }
    }

    /// A file of which one block is ours.
    fn block(
        &self,
        artifact: &Artifact,
        text: &str,
        found: Option<&Existing>,
    ) -> Result<(State, Content, Entry), Fault> {
        let path = artifact.path.as_str();
        let text = block::canonical(text);
        if block::holds_marker(&text) {
            return Err(fault::marker_inside(path));
        }
        let damaged = |why| fault::block(path, why);
        let created = |kind| entry(artifact, kind, &text);
        let fresh = || Content::Write(block::alone(&text));
        let Some(file) = found else {
            return Ok((State::Missing, fresh(), created(Kind::BlockFile)));
        };
        let before = self.done.ledger.owned.get(path).map(|entry| entry.kind);
        let kind = if before == Some(Kind::BlockFile) { Kind::BlockFile } else { Kind::Block };
        let shared = Shared::cut(&file.bytes).map_err(damaged)?;
        let state = match &shared.block {
            Some(block) if *block == text => {
                // A file of nothing but our block is as good as created by us.
                let alone = before.is_none() && shared.is_ours_alone();
                let kind = if alone { Kind::BlockFile } else { kind };
                return Ok((State::UpToDate, Content::Keep, created(kind)));
            }
            // It was wholly ours, so nothing in it is to be kept.
            _ if before == Some(Kind::Whole) => {
                let state = self.conflict(path, file, true);
                return Ok((state, fresh(), created(Kind::BlockFile)));
            }
            Some(_) => self.conflict(path, file, false),
            None => State::Missing,
        };
        Ok((state, Content::Write(shared.with(&text)), created(kind)))
    }

    /// What it means that a file is not as wanted.
    fn conflict(&self, path: &str, file: &Existing, whole: bool) -> State {
        match self.done.ledger.standing(path, file, whole) {
            Standing::Ours => State::Stale,
            Standing::Edited => State::Edited,
            Standing::Foreign => State::Foreign,
        }
    }
}

/// What taking our block out of a file means; `None` where there is no block.
fn without_block(path: &str, file: &Existing, kind: Kind) -> Result<Option<Content>, Fault> {
    let shared = Shared::cut(&file.bytes).map_err(|why| fault::block(path, why))?;
    Ok(match &shared.block {
        None => None,
        Some(_) if kind == Kind::BlockFile && shared.is_ours_alone() => Some(Content::Remove),
        Some(_) => Some(Content::Write(shared.without())),
    })
}

fn entry(artifact: &Artifact, kind: Kind, text: &[u8]) -> Entry {
    Entry {
        target: artifact.target.to_owned(),
        environment: artifact.environment.clone(),
        kind,
        mode: Bits::from(artifact.mode),
        sha256: hash(text),
    }
}
