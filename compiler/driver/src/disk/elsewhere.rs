//! Other stacks of the same repository, whose output roots lie above or below ours.
//!
//! They are only read, and only up to the folder that holds `.git`. A manifest of another stack
//! that cannot be read owns nothing: its own build will tell.

use super::manifest::Manifest;
use super::text::folders;
use super::tree::{Found, Tree};
use super::{MANIFEST, STATE};
use std::collections::BTreeMap;
use std::path::Path;

/// The other stacks.
pub(super) struct Elsewhere {
    above: Vec<Above>,
    /// By folder; looked up when first asked for.
    below: BTreeMap<String, Option<Manifest>>,
}

/// A stack whose output root lies above ours.
struct Above {
    /// Our output root as seen from there, with a slash at the end.
    prefix: String,
    /// Its output root as seen from ours.
    root: String,
    manifest: Manifest,
}

/// The other stack that owns a path.
pub(super) struct Owner {
    pub(super) stack: String,
    /// Its output root as seen from ours.
    pub(super) root: String,
}

impl Elsewhere {
    /// Looks above an output root.
    pub(super) fn around(root: &Path) -> Self {
        Self { above: above(root), below: BTreeMap::new() }
    }

    /// Who else owns a path.
    pub(super) fn owner(&mut self, tree: &mut Tree, path: &str) -> Option<Owner> {
        for above in &self.above {
            if above.manifest.files.contains_key(&format!("{}{path}", above.prefix)) {
                let stack = above.manifest.stack.clone();
                return Some(Owner { stack, root: above.root.clone() });
            }
        }
        folders(path).find_map(|folder| {
            if !self.below.contains_key(folder) {
                self.below.insert(folder.to_owned(), below(tree, folder));
            }
            let manifest = self.below.get(folder)?.as_ref()?;
            let inside = path.strip_prefix(folder)?.strip_prefix('/')?;
            let owner = Owner { stack: manifest.stack.clone(), root: folder.to_owned() };
            manifest.files.contains_key(inside).then_some(owner)
        })
    }
}

/// The stacks above, up to the repository's root; none where there is no repository.
fn above(root: &Path) -> Vec<Above> {
    let mut found = Vec::new();
    let (mut prefix, mut up) = (String::new(), String::new());
    let mut at = root;
    while !at.join(".git").exists() {
        let (Some(parent), Some(name)) =
            (at.parent(), at.file_name().and_then(|name| name.to_str()))
        else {
            return Vec::new();
        };
        prefix = format!("{name}/{prefix}");
        up.push_str(if up.is_empty() { ".." } else { "/.." });
        let bytes = std::fs::read(parent.join(STATE).join("manifest.json"));
        if let Some(manifest) = bytes.ok().and_then(|bytes| Manifest::parse(&bytes).ok()) {
            found.push(Above { prefix: prefix.clone(), root: up.clone(), manifest });
        }
        at = parent;
    }
    found
}

/// The manifest of an output root in one of our folders.
fn below(tree: &mut Tree, folder: &str) -> Option<Manifest> {
    match tree.look(&format!("{folder}/{MANIFEST}")) {
        Ok(Found::File(existing)) => Manifest::parse(&existing.bytes).ok(),
        _ => None,
    }
}
