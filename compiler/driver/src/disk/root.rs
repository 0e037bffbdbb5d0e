//! The output root: the folder that nothing leaves.

use super::fault::{self, Fault};
use super::tree::{Folder, Tree};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use stackc_source::Diagnostic;
use stackc_target::RelPath;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A folder, and the authority over what is below it and nothing else.
#[derive(Debug)]
pub struct OutputRoot {
    path: PathBuf,
    dir: Option<Dir>,
    pub(super) patience: Duration,
}

impl OutputRoot {
    /// Opens a folder; one that does not exist yet is made by the first write.
    ///
    /// # Errors
    /// When the path is no folder or cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Vec<Diagnostic>> {
        let path = path.as_ref();
        let refused = |error: &io::Error| vec![*fault::root(path, error)];
        let dir = match Dir::open_ambient_dir(path, ambient_authority()) {
            Ok(dir) => Some(dir),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(refused(&error)),
        };
        let path = real(path).map_err(|error| refused(&error))?;
        Ok(Self { path, dir, patience: Duration::from_secs(5) })
    }

    /// Opens a folder below another, over no symbolic link: a stack names it, and a stack may come
    /// from anybody.
    ///
    /// # Errors
    /// When a link or a file stands on the way, or it cannot be opened.
    pub fn below(folder: impl AsRef<Path>, path: &RelPath) -> Result<Self, Vec<Diagnostic>> {
        let outer = Self::open(folder)?;
        let inner = outer.path.join(path.as_str());
        let refused = |error: &io::Error| vec![*fault::root(&inner, error)];
        let mut tree = outer.tree().map_err(|fault| vec![*fault])?;
        let dir = match tree.folder(path.as_str()).map_err(|error| refused(&error))? {
            Folder::Open(dir) => Some(dir.try_clone().map_err(|error| refused(&error))?),
            Folder::Missing => None,
            Folder::Link(at) => return Err(vec![*fault::link(path.as_str(), &at)]),
            Folder::Blocked(at) => return Err(vec![*fault::not_a_folder(path.as_str(), &at)]),
        };
        Ok(Self { path: inner, dir, patience: outer.patience })
    }

    /// Sets how long a write waits for another one to end.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Where it is, absolute and without symbolic links.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The tree to look at.
    pub(super) fn tree(&self) -> Result<Tree, Fault> {
        let dir = match &self.dir {
            Some(dir) => Some(dir.try_clone().map_err(|error| fault::root(&self.path, &error))?),
            None => None,
        };
        Ok(Tree::new(dir))
    }

    /// The folder, where there is one.
    pub(super) fn existing(&self) -> Option<Dir> {
        self.dir.as_ref()?.try_clone().ok()
    }

    /// The folder to write to, made where it is missing.
    pub(super) fn create(&self) -> Result<Dir, Fault> {
        let open = || match &self.dir {
            Some(dir) => dir.try_clone(),
            None => {
                Dir::create_ambient_dir_all(&self.path, ambient_authority())?;
                Dir::open_ambient_dir(&self.path, ambient_authority())
            }
        };
        open().map_err(|error| fault::root(&self.path, &error))
    }
}

/// The path without symbolic links, as far as it exists.
fn real(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let mut missing = Vec::new();
    let mut at = path.as_path();
    loop {
        match at.canonicalize() {
            Ok(mut found) => {
                found.extend(missing.iter().rev());
                return Ok(found);
            }
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Err(error) => match (at.file_name(), at.parent()) {
                (Some(name), Some(parent)) => {
                    missing.push(name.to_owned());
                    at = parent;
                }
                _ => return Err(error),
            },
        }
    }
}
