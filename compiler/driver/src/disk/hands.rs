//! The few things that change the disk, one system call each, and a watcher before every one.

use super::fault::{self, Fault};
use super::text::{split, temporary};
use super::tree::{Folder, Tree};
use cap_std::fs::{Dir, OpenOptions};
use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Write as _};
use std::rc::Rc;

/// What is about to be done to the disk, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// A folder is made.
    MakeFolder(&'a str),
    /// The temporary file of a path is created, still empty.
    Create(&'a str),
    /// Its contents are written.
    Write(&'a str),
    /// It takes the place of the path.
    Rename(&'a str),
    /// A file becomes executable, or stops being so.
    SetMode(&'a str),
    /// A file is deleted.
    Remove(&'a str),
    /// The temporary file of a path is deleted, where there is one.
    Sweep(&'a str),
    /// A folder is deleted, if it is empty.
    RemoveFolder(&'a str),
}

/// Sees every step before it is done; an error is taken as the step's own.
pub(super) type Watcher<'a> = &'a mut dyn FnMut(Step<'_>) -> io::Result<()>;

/// Changes the tree below the output root.
pub(super) struct Hands<'a> {
    pub(super) tree: Tree,
    watcher: Watcher<'a>,
    /// What can be taken back: folders made, and paths with a temporary file.
    made: Vec<String>,
    staged: BTreeSet<String>,
}

/// The permission bits a file shall have; `None` leaves them to the system.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(unix), allow(dead_code, reason = "only Unix has them"))]
pub(super) struct Permission {
    pub(super) executable: bool,
    /// The bits of the file that is replaced: all but the executable ones are kept.
    pub(super) replaced: Option<u32>,
}

impl<'a> Hands<'a> {
    pub(super) fn new(root: Dir, watcher: Watcher<'a>) -> Self {
        Self { tree: Tree::new(Some(root)), watcher, made: Vec::new(), staged: BTreeSet::new() }
    }

    /// Writes contents beside their path, in folders made where they are missing.
    pub(super) fn stage(
        &mut self,
        path: &str,
        bytes: &[u8],
        permission: Permission,
    ) -> Result<(), Fault> {
        let (parent, name) = split(path);
        let folder = self.make_folder(parent, path)?;
        let refused = |error: &io::Error| fault::io("write", path, error);
        (self.watcher)(Step::Create(path)).map_err(|error| refused(&error))?;
        self.staged.insert(path.to_owned());
        let temporary = temporary(name);
        let mut file = create(&folder, &temporary, permission).map_err(|error| refused(&error))?;
        (self.watcher)(Step::Write(path)).map_err(|error| refused(&error))?;
        file.write_all(bytes).map_err(|error| refused(&error))?;
        keep_bits(&file, permission).map_err(|error| refused(&error))
    }

    /// Lets the staged contents take their place.
    pub(super) fn commit(&mut self, path: &str) -> Result<(), Fault> {
        let (parent, name) = split(path);
        let folder = self.folder(parent, path)?;
        (self.watcher)(Step::Rename(path))
            .and_then(|()| folder.rename(temporary(name), &folder, name))
            .map_err(|error| fault::io("replace", path, &error))?;
        self.staged.remove(path);
        Ok(())
    }

    /// Both at once.
    pub(super) fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), Fault> {
        self.stage(path, bytes, Permission { executable: false, replaced: None })?;
        self.commit(path)
    }

    /// Deletes a file; one that is gone already is fine.
    pub(super) fn remove(&mut self, path: &str) -> Result<(), Fault> {
        let (parent, name) = split(path);
        let folder = self.folder(parent, path)?;
        match (self.watcher)(Step::Remove(path)).and_then(|()| folder.remove_file(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(fault::io("delete", path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Sets or clears the executable bits.
    pub(super) fn set_mode(&mut self, path: &str, permission: Permission) -> Result<(), Fault> {
        let (parent, name) = split(path);
        let folder = self.folder(parent, path)?;
        (self.watcher)(Step::SetMode(path))
            .and_then(|()| keep_bits(&folder.open(name)?, permission))
            .map_err(|error| fault::io("set the mode of", path, &error))
    }

    /// Deletes a folder if it is empty; whether it was does not matter.
    pub(super) fn remove_folder(&mut self, path: &str) {
        let (parent, name) = split(path);
        let Ok(folder) = self.folder(parent, path) else { return };
        // Not every system removes a folder that is open.
        self.tree.forget(path);
        let _ = (self.watcher)(Step::RemoveFolder(path)).and_then(|()| folder.remove_dir(name));
    }

    /// Deletes the temporary file of a path that a killed run may have left.
    pub(super) fn sweep(&mut self, path: &str) {
        let (parent, name) = split(path);
        let Ok(Folder::Open(folder)) = self.tree.folder(parent) else { return };
        let _ =
            (self.watcher)(Step::Sweep(path)).and_then(|()| folder.remove_file(temporary(name)));
    }

    /// Takes back what was staged: best effort, the next run does the same.
    pub(super) fn take_back(&mut self) {
        self.sweep_staged();
        for folder in std::mem::take(&mut self.made).iter().rev() {
            self.remove_folder(folder);
        }
    }

    /// Deletes the temporary files that found no place.
    pub(super) fn sweep_staged(&mut self) {
        for path in std::mem::take(&mut self.staged) {
            self.sweep(&path);
        }
    }

    fn make_folder(&mut self, path: &str, below: &str) -> Result<Rc<Dir>, Fault> {
        let found = self.tree.folder(path).map_err(|error| fault::io("open", path, &error))?;
        if !matches!(found, Folder::Missing) || path.is_empty() {
            return self.folder(path, below);
        }
        let (parent, name) = split(path);
        let folder = self.make_folder(parent, below)?;
        (self.watcher)(Step::MakeFolder(path))
            .and_then(|()| folder.create_dir(name))
            .map_err(|error| fault::io("make", path, &error))?;
        self.made.push(path.to_owned());
        self.folder(path, below)
    }

    fn folder(&mut self, path: &str, below: &str) -> Result<Rc<Dir>, Fault> {
        match self.tree.folder(path) {
            Ok(Folder::Open(folder)) => Ok(folder),
            Ok(Folder::Link(at)) => Err(fault::link(below, &at)),
            Ok(Folder::Blocked(at)) => Err(fault::not_a_folder(below, &at)),
            Ok(Folder::Missing) => Err(fault::io("open", path, &ErrorKind::NotFound.into())),
            Err(error) => Err(fault::io("open", path, &error)),
        }
    }
}

/// Creates a temporary file; one that a killed run left is none of the new one's business.
#[cfg_attr(not(unix), allow(unused_variables, reason = "only Unix has permission bits"))]
fn create(folder: &Dir, name: &str, permission: Permission) -> io::Result<cap_std::fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt as _;
        options.mode(if permission.executable { 0o755 } else { 0o644 });
    }
    match folder.open_with(name, &options) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            folder.remove_file(name)?;
            folder.open_with(name, &options)
        }
        result => result,
    }
}

/// Gives a file the bits of the one it replaces, with the executable ones as wanted.
#[cfg(unix)]
fn keep_bits(file: &cap_std::fs::File, permission: Permission) -> io::Result<()> {
    use cap_std::fs::{Permissions, PermissionsExt as _};
    let Some(bits) = permission.replaced else { return Ok(()) };
    // Whoever may read it may run it.
    let runnable = bits | ((bits & 0o444) >> 2);
    let bits = if permission.executable { runnable } else { bits & !0o111 };
    file.set_permissions(Permissions::from_mode(bits))
}

#[cfg(not(unix))]
fn keep_bits(_: &cap_std::fs::File, _: Permission) -> io::Result<()> {
    Ok(())
}
