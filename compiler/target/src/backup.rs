//! The script that saves a data store: one for every platform that runs containers.

use crate::conventions::hash_header;

/// The script with its header. It is the same for every store: all it needs comes by variables, which
/// its first lines list.
#[must_use]
pub fn script() -> String {
    format!("#!/bin/sh\n{}#\n{}", hash_header(), include_str!("backup.sh"))
}
