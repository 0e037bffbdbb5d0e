//! Artifacts: a path, its bytes, its mode. Nothing here touches a disk.

use std::collections::BTreeMap;
use std::fmt;

/// A path below the output root: relative, `/`-separated, valid on Windows too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(String);

impl std::borrow::Borrow<str> for RelPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Why a text is no [`RelPath`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathFault(pub &'static str);

impl fmt::Display for PathFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for PathFault {}

/// Device names that Windows reserves in every folder, with any extension.
/// Source: "Naming Files, Paths, and Namespaces", learn.microsoft.com.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

impl RelPath {
    /// Checks and takes a path.
    ///
    /// # Errors
    /// When the path is empty, absolute, not normal (`.`, `..`, `//`), or could not exist on
    /// Windows (reserved names, `<>:"\|?*`, control characters, a trailing dot or space).
    pub fn new(path: impl Into<String>) -> Result<Self, PathFault> {
        let path = path.into();
        if path.is_empty() {
            return Err(PathFault("is empty"));
        }
        if path.len() > 1024 {
            return Err(PathFault("is longer than 1024 bytes"));
        }
        if path.starts_with('/') {
            return Err(PathFault("is absolute"));
        }
        for part in path.split('/') {
            Self::check_part(part)?;
        }
        Ok(Self(path))
    }

    fn check_part(part: &str) -> Result<(), PathFault> {
        if part.is_empty() {
            return Err(PathFault("has an empty part"));
        }
        if part == "." || part == ".." {
            return Err(PathFault("has a `.` or `..` part"));
        }
        if part.len() > 255 {
            return Err(PathFault("has a part longer than 255 bytes"));
        }
        if part.chars().any(|c| c.is_control() || "<>:\"\\|?*".contains(c)) {
            return Err(PathFault("has a character that Windows forbids"));
        }
        if part.ends_with(['.', ' ']) {
            return Err(PathFault("has a part that ends in a dot or space"));
        }
        let stem = part.split('.').next().unwrap_or(part).to_ascii_lowercase();
        if RESERVED.contains(&stem.as_str()) {
            return Err(PathFault("has a part that Windows reserves"));
        }
        Ok(())
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a file is meant to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// 0644.
    Plain,
    /// 0755.
    Executable,
}

/// What an artifact holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// The whole file.
    Whole(String),
    /// One marked block in a file that belongs to others too, such as `.gitignore`. The text holds
    /// neither the markers nor comment signs; lines end in LF.
    Block(String),
}

impl Body {
    /// The text, without a block's markers.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Whole(text) | Self::Block(text) => text,
        }
    }
}

/// One file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Where, below the output root.
    pub path: RelPath,
    /// What.
    pub body: Body,
    /// How.
    pub mode: Mode,
    /// The target that made it.
    pub target: &'static str,
    /// The environment it belongs to; `None` where it serves several.
    pub environment: Option<String>,
}

/// The artifacts of a run, by path.
#[derive(Debug, Clone, Default)]
pub struct Artifacts {
    items: BTreeMap<RelPath, Artifact>,
    /// Lower-case path to the path as written, to find pairs a case-folding disk would merge.
    folded: BTreeMap<String, RelPath>,
    conflicts: Vec<(Artifact, RelPath)>,
}

impl Artifacts {
    /// Adds an artifact; one whose path is taken (also in another case) becomes a conflict.
    pub fn add(&mut self, artifact: Artifact) {
        let folded = artifact.path.as_str().to_lowercase();
        match self.folded.get(&folded) {
            Some(taken) => self.conflicts.push((artifact, taken.clone())),
            None => {
                self.folded.insert(folded, artifact.path.clone());
                self.items.insert(artifact.path.clone(), artifact);
            }
        }
    }

    /// Adds what another run of a target made.
    pub fn append(&mut self, other: Self) {
        other.items.into_values().for_each(|artifact| self.add(artifact));
        self.conflicts.extend(other.conflicts);
    }

    /// The artifacts that were refused, each with the path that was there first.
    #[must_use]
    pub fn conflicts(&self) -> &[(Artifact, RelPath)] {
        &self.conflicts
    }

    /// The artifacts in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = &Artifact> {
        self.items.values()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The artifact at a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Artifact> {
        self.items.get(path)
    }

    /// Gives the artifact at a path another text; the path, mode and owner stay.
    pub fn rewrite(&mut self, path: &RelPath, text: String) {
        if let Some(artifact) = self.items.get_mut(path) {
            artifact.body = match artifact.body {
                Body::Whole(_) => Body::Whole(text),
                Body::Block(_) => Body::Block(text),
            };
        }
    }

    /// Keeps only what `keep` says.
    pub fn retain(&mut self, mut keep: impl FnMut(&Artifact) -> bool) {
        self.items.retain(|_, artifact| keep(artifact));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_paths_that_leave_the_root_or_break_on_windows() {
        for bad in [
            "",
            "/etc/passwd",
            "../up",
            "a/../b",
            "a//b",
            "a/./b",
            "con",
            "k8s/NUL.yaml",
            "a:b",
            "a\\b",
            "trailing.",
            "trailing /x",
            "a\nb",
            "what?",
        ] {
            assert!(RelPath::new(bad).is_err(), "{bad:?} was taken");
        }
        for good in ["compose.yaml", ".github/workflows/ci.yml", "k8s/production/a.b.yaml"] {
            assert!(RelPath::new(good).is_ok(), "{good:?} was refused");
        }
    }

    #[test]
    fn finds_paths_that_differ_only_in_case() {
        let artifact = |path: &str| Artifact {
            path: RelPath::new(path).unwrap(),
            body: Body::Whole(String::new()),
            mode: Mode::Plain,
            target: "test",
            environment: None,
        };
        let mut set = Artifacts::default();
        set.add(artifact("a/B.yaml"));
        set.add(artifact("a/b.yaml"));
        assert_eq!((set.len(), set.conflicts().len()), (1, 1));
    }
}
