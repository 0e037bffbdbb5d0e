//! All reading of the user's files goes through one trait.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError(pub String);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LoadError {}

/// Where the compiler's input comes from: a disk, memory, an editor's buffer.
pub trait Loader {
    /// The bytes under a name, at most `cap` and one more, so that the caller sees an excess.
    ///
    /// # Errors
    /// When there is no such file or it cannot be read; the message is for people.
    fn load(&self, name: &str, cap: usize) -> Result<Vec<u8>, LoadError>;
}

/// Reads from a folder of the disk.
#[derive(Debug, Clone)]
pub struct DiskLoader {
    folder: PathBuf,
}

impl DiskLoader {
    /// Reads below a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }
}

impl Loader for DiskLoader {
    fn load(&self, name: &str, cap: usize) -> Result<Vec<u8>, LoadError> {
        let fault = |error: std::io::Error| LoadError(error.to_string());
        let file = File::open(self.folder.join(name)).map_err(fault)?;
        let mut bytes = Vec::new();
        let most = u64::try_from(cap).unwrap_or(u64::MAX).saturating_add(1);
        file.take(most).read_to_end(&mut bytes).map_err(fault)?;
        Ok(bytes)
    }
}

/// Reads from memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryLoader {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryLoader {
    /// Holds files by name.
    pub fn new<N: Into<String>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (N, B)>) -> Self {
        Self { files: files.into_iter().map(|(name, bytes)| (name.into(), bytes.into())).collect() }
    }
}

impl Loader for MemoryLoader {
    fn load(&self, name: &str, cap: usize) -> Result<Vec<u8>, LoadError> {
        let bytes = self.files.get(name).ok_or_else(|| LoadError("no such file".to_owned()))?;
        Ok(bytes.iter().take(cap.saturating_add(1)).copied().collect())
    }
}
