//! The output root: the folder that nothing leaves.

use super::fault::{self, Fault};
use super::tree::Tree;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use stackc_source::Diagnostic;
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
