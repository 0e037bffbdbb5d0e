//! One writer at a time.

use super::STATE;
use super::fault::{self, Fault};
use super::tree::lstat;
use cap_std::fs::{Dir, OpenOptions};
use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

/// The name of the locked file in our folder.
const NAME: &str = "lock";
/// It, as seen from the output root.
pub(super) const LOCK: &str = ".stackc/lock";

/// The right to write, until dropped. The system takes it from a process that dies.
pub(super) struct Lock {
    root: Dir,
    state: Dir,
    _file: File,
}

impl Lock {
    /// Waits for the lock, but not for long.
    pub(super) fn take(root: &Dir, patience: Duration) -> Result<Self, Fault> {
        let end = Instant::now() + patience;
        loop {
            match Self::attempt(root) {
                Ok(Some(lock)) => return Ok(lock),
                // The last holder removed the file or the folder while we opened it.
                Ok(None) => {}
                Err(Refused::Busy) if Instant::now() >= end => return Err(fault::locked()),
                Err(Refused::Busy) => std::thread::sleep(Duration::from_millis(20)),
                Err(Refused::Fault(fault)) => return Err(fault),
            }
        }
    }

    fn attempt(root: &Dir) -> Result<Option<Self>, Refused> {
        let Some(state) = folder(root)? else { return Ok(None) };
        if lstat(&state, NAME)?.is_some_and(|metadata| !metadata.is_file()) {
            return Err(Refused::Fault(fault::link(LOCK, LOCK)));
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true);
        let file = match state.open_with(NAME, &options) {
            Ok(file) => file.into_std(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Refused::Busy),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let root = root.try_clone()?;
        Ok(is_current(&state, &file)?.then(|| Self { root, state, _file: file }))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Nothing to tell anybody: a lock file that stays behind is no obstacle. Elsewhere than on
        // Unix an open file cannot be told from a removed one, so there it stays.
        if cfg!(unix) {
            let _ = self.state.remove_file(NAME);
        }
        // Succeeds only where we left no record.
        let _ = self.root.remove_dir(STATE);
    }
}

enum Refused {
    Busy,
    Fault(Fault),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Fault(fault::io("write", LOCK, &error))
    }
}

/// Opens or makes our folder; `None` when it vanished in between.
fn folder(root: &Dir) -> Result<Option<Dir>, Refused> {
    match root.create_dir(STATE) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(Refused::Fault(fault::io("make", STATE, &error)));
        }
        _ => {}
    }
    match lstat(root, STATE)? {
        None => Ok(None),
        Some(metadata) if metadata.is_symlink() => Err(Refused::Fault(fault::link(STATE, STATE))),
        Some(metadata) if !metadata.is_dir() => {
            Err(Refused::Fault(fault::not_a_folder(STATE, STATE)))
        }
        Some(_) => match root.open_dir(STATE) {
            Ok(dir) => Ok(Some(dir)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        },
    }
}

/// Whether the locked file is still the one that others would open.
#[cfg(unix)]
fn is_current(state: &Dir, file: &File) -> io::Result<bool> {
    use cap_std::fs::MetadataExt as _;
    use std::os::unix::fs::MetadataExt as _;
    let ours = file.metadata()?.ino();
    Ok(lstat(state, NAME)?.is_some_and(|metadata| metadata.ino() == ours))
}

#[cfg(not(unix))]
fn is_current(_: &Dir, _: &File) -> io::Result<bool> {
    Ok(true)
}
