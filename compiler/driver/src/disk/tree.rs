//! Looking at the tree below the output root, one folder handle at a time.

use super::text::split;
use cap_std::fs::{Dir, Metadata};
use cap_std::time::SystemTime;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Read as _};
use std::rc::Rc;

/// A file larger than this is none of ours.
const LARGEST: u64 = 256 << 20;
/// Open folders are kept, but not without bound: handles are few.
const HANDLES: usize = 64;

/// The output root with its open folders.
pub(super) struct Tree {
    root: Option<Rc<Dir>>,
    open: BTreeMap<String, Rc<Dir>>,
}

/// What stands where a folder is wanted.
pub(super) enum Folder {
    Open(Rc<Dir>),
    Missing,
    /// A file, at this path.
    Blocked(String),
    /// A symbolic link, at this path.
    Link(String),
}

/// What stands where a file is wanted.
pub(super) enum Found {
    Missing,
    File(Existing),
    Directory,
    /// Neither file nor folder: a socket, a pipe, a device.
    Special,
    /// A file stands where one of its folders would be, at this path.
    Blocked(String),
    /// A symbolic link, at this path.
    Link(String),
}

/// A file that was read.
#[derive(Debug, Clone)]
pub(super) struct Existing {
    pub(super) bytes: Vec<u8>,
    pub(super) stamp: Stamp,
}

/// Enough of a file's metadata to notice that somebody changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    inode: u64,
    /// The permission bits; `None` where the system has none.
    pub(super) bits: Option<u32>,
}

impl Stamp {
    /// Whether the file can be run; `None` where the system does not say.
    pub(super) fn executable(&self) -> Option<bool> {
        self.bits.map(|bits| bits & 0o100 != 0)
    }

    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let (inode, bits) = {
            use cap_std::fs::{MetadataExt as _, PermissionsExt as _};
            (metadata.ino(), Some(metadata.permissions().mode() & 0o7777))
        };
        #[cfg(not(unix))]
        let (inode, bits) = (0, None);
        Self { length: metadata.len(), modified: metadata.modified().ok(), inode, bits }
    }
}

impl Tree {
    /// A tree below a folder; without one, everything is missing.
    pub(super) fn new(root: Option<Dir>) -> Self {
        Self { root: root.map(Rc::new), open: BTreeMap::new() }
    }

    /// Opens a folder, over no symbolic link.
    pub(super) fn folder(&mut self, path: &str) -> io::Result<Folder> {
        let Some(root) = &self.root else { return Ok(Folder::Missing) };
        if path.is_empty() {
            return Ok(Folder::Open(Rc::clone(root)));
        }
        if let Some(folder) = self.open.get(path) {
            return Ok(Folder::Open(Rc::clone(folder)));
        }
        let (parent, name) = split(path);
        let parent = match self.folder(parent)? {
            Folder::Open(parent) => parent,
            other => return Ok(other),
        };
        match lstat(&parent, name)? {
            None => Ok(Folder::Missing),
            Some(metadata) if metadata.is_symlink() => Ok(Folder::Link(path.to_owned())),
            Some(metadata) if !metadata.is_dir() => Ok(Folder::Blocked(path.to_owned())),
            Some(_) => {
                let folder = Rc::new(parent.open_dir(name)?);
                if self.open.len() >= HANDLES {
                    self.open.clear();
                }
                self.open.insert(path.to_owned(), Rc::clone(&folder));
                Ok(Folder::Open(folder))
            }
        }
    }

    /// Forgets a folder that was removed, and those below it.
    pub(super) fn forget(&mut self, path: &str) {
        self.open.retain(|open, _| {
            !open.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
    }

    /// Reads what stands at a path.
    pub(super) fn look(&mut self, path: &str) -> io::Result<Found> {
        let (parent, name) = split(path);
        let folder = match self.folder(parent)? {
            Folder::Open(folder) => folder,
            Folder::Missing => return Ok(Found::Missing),
            Folder::Blocked(at) => return Ok(Found::Blocked(at)),
            Folder::Link(at) => return Ok(Found::Link(at)),
        };
        match lstat(&folder, name)? {
            None => Ok(Found::Missing),
            Some(metadata) if metadata.is_symlink() => Ok(Found::Link(path.to_owned())),
            Some(metadata) if metadata.is_dir() => Ok(Found::Directory),
            Some(metadata) if !metadata.is_file() => Ok(Found::Special),
            Some(metadata) if metadata.len() > LARGEST => {
                Err(io::Error::new(ErrorKind::FileTooLarge, "it is larger than 256 MiB"))
            }
            Some(metadata) => {
                let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
                folder.open(name)?.take(LARGEST).read_to_end(&mut bytes)?;
                Ok(Found::File(Existing { bytes, stamp: Stamp::of(&metadata) }))
            }
        }
    }

    /// The metadata of what stands at a path, unless that is a folder.
    pub(super) fn stamp(&mut self, path: &str) -> io::Result<Option<Stamp>> {
        let (parent, name) = split(path);
        match self.folder(parent)? {
            Folder::Open(folder) => {
                let found = lstat(&folder, name)?.filter(|metadata| !metadata.is_dir());
                Ok(found.as_ref().map(Stamp::of))
            }
            _ => Ok(None),
        }
    }

    /// Whether a path stands on the disk in exactly this case.
    pub(super) fn is_exact(&mut self, path: &str) -> io::Result<bool> {
        let (parent, name) = split(path);
        let Folder::Open(folder) = self.folder(parent)? else { return Ok(false) };
        for entry in folder.entries()? {
            if entry?.file_name() == *name {
                return Ok(parent.is_empty() || self.is_exact(parent)?);
            }
        }
        Ok(false)
    }

    /// The names in a folder; none where it is no folder.
    pub(super) fn names(&mut self, path: &str) -> io::Result<Vec<OsString>> {
        let Folder::Open(folder) = self.folder(path)? else { return Ok(Vec::new()) };
        folder.entries()?.map(|entry| entry.map(|entry| entry.file_name())).collect()
    }

    /// The folders at and below a path, the deepest first, when every file in them is `leaving`.
    pub(super) fn vanishing(
        &mut self,
        path: &str,
        leaving: &dyn Fn(&str) -> bool,
    ) -> io::Result<Option<Vec<String>>> {
        let Folder::Open(folder) = self.folder(path)? else { return Ok(None) };
        let mut folders = Vec::new();
        for entry in folder.entries()? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(|name| format!("{path}/{name}")) else {
                return Ok(None);
            };
            if !entry.file_type()?.is_dir() {
                if leaving(&name) {
                    continue;
                }
                return Ok(None);
            }
            match self.vanishing(&name, leaving)? {
                Some(below) => folders.extend(below),
                None => return Ok(None),
            }
        }
        folders.push(path.to_owned());
        Ok(Some(folders))
    }
}

/// The metadata of a name in a folder, of the link itself where it is one.
pub(super) fn lstat(folder: &Dir, name: &str) -> io::Result<Option<Metadata>> {
    match folder.symlink_metadata(name) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
