//! What the tests share: where the cases are, and how a stack is compiled in memory.

pub mod effect;
mod matrix;
pub mod sites;
pub mod values;

mod reference;

use std::path::{Path, PathBuf};

use stackc_driver::{Compilation, MemoryLoader, compile};

pub use matrix::matrix;
pub use reference::reference;

/// The root of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where `tools/install.sh` puts what the tests run; the same rule as in its first lines.
#[must_use]
pub fn tools() -> PathBuf {
    let home = || std::env::home_dir().unwrap_or_default();
    let tools = std::env::var_os("STACKC_TOOLS").map(PathBuf::from);
    tools.unwrap_or_else(|| home().join(".cache/stackc-tools"))
}

/// A program of [`tools`], which need not be on the `PATH`.
#[must_use]
pub fn tool(name: &str) -> PathBuf {
    tools().join("bin").join(name)
}

/// A golden case: a folder that looks like a user's repository.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name, which is its folder's.
    pub name: String,
    /// Its stack.
    pub stack: PathBuf,
    /// The root of its generated tree.
    pub tree: PathBuf,
}

/// Every golden case: the repository's own stack, and each folder of `golden` that has one.
///
/// # Errors
/// When the folder cannot be read.
pub fn cases() -> std::io::Result<Vec<Case>> {
    let root = repository();
    let own = Case {
        name: "ecommerce-cod".to_owned(),
        stack: root.join("stack.yaml"),
        tree: root.join("golden/ecommerce-cod"),
    };
    let mut cases = vec![own];
    for entry in std::fs::read_dir(root.join("golden"))? {
        let tree = entry?.path();
        let stack = tree.join("stack.yaml");
        if stack.is_file() {
            let name = tree
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            cases.push(Case { name, stack, tree });
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

/// Compiles a text with all targets.
#[must_use]
pub fn compile_text(text: &str) -> Compilation {
    compile(&MemoryLoader::new([("stack.yaml", text)]), "stack.yaml", stackc_targets::ALL)
}

/// A unified diff for a failed comparison.
#[must_use]
pub fn diff(expected: &str, found: &str) -> String {
    similar::TextDiff::from_lines(expected, found)
        .unified_diff()
        .context_radius(3)
        .header("expected", "found")
        .to_string()
}

/// Whether the run rewrites what it expects (`STACKC_UPDATE=1`).
#[must_use]
pub fn updating() -> bool {
    std::env::var_os("STACKC_UPDATE").is_some_and(|value| value == "1")
}
