//! Writing a file of the user's, which happens only where it was asked for.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Replaces the contents of a file, wholly or not at all. A symbolic link stays one, and the
/// permissions stay what they are.
///
/// # Errors
/// When the file may not be written, or no longer holds `old`.
pub fn rewrite(path: &Path, old: &[u8], new: &[u8]) -> io::Result<()> {
    let path = path.canonicalize()?;
    let permissions = fs::metadata(&path)?.permissions();
    // A rename would go through: it asks only for the right to write the folder.
    if permissions.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    let temporary = beside(&path);
    let written = write(&temporary, new)
        .and_then(|()| fs::set_permissions(&temporary, permissions))
        .and_then(|()| unchanged(&path, old))
        .and_then(|()| fs::rename(&temporary, &path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A name in the same folder that no other process uses.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What a killed process of the same number left is nobody's.
    let _ = fs::remove_file(path);
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn unchanged(path: &Path, old: &[u8]) -> io::Result<()> {
    if fs::read(path)? == old {
        return Ok(());
    }
    Err(io::Error::other("the file was changed in the meantime"))
}
