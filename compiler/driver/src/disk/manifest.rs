//! The record of what is owned: `.stackc/manifest.json`.
//!
//! It is committed with the generated files. One file stands on one line, in the order of the
//! paths, so that git merges two branches line by line.

use super::text::folders;
use serde::{Deserialize, Serialize};
use stackc_target::{Mode, RelPath};
use std::collections::{BTreeMap, BTreeSet};

/// The version of the format this compiler reads and writes.
pub(super) const FORMAT: u64 = 1;

/// How much of a file is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// All of it.
    Whole,
    /// A marked block in a file of others.
    Block,
    /// A marked block in a file that we created, and delete when nothing else is left.
    BlockFile,
}

/// The mode as people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Bits {
    #[serde(rename = "0644")]
    Plain,
    #[serde(rename = "0755")]
    Executable,
}

impl From<Mode> for Bits {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Plain => Self::Plain,
            Mode::Executable => Self::Executable,
        }
    }
}

/// One owned file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) target: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) environment: Option<String>,
    pub(super) kind: Kind,
    pub(super) mode: Bits,
    /// Of the whole file or of the block's text, with LF line ends.
    pub(super) sha256: String,
}

impl Entry {
    /// Whether only a block of the file is ours.
    pub(super) fn is_block(&self) -> bool {
        self.kind != Kind::Whole
    }
}

/// What is owned.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    format: u64,
    generator: String,
    /// Whose files these are.
    pub(super) stack: String,
    /// The folders that we made.
    pub(super) directories: BTreeSet<String>,
    pub(super) files: BTreeMap<String, Entry>,
}

/// Why a record cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// Both sides of a merge stand in it.
    Conflict,
    /// It is not what we write.
    Damaged(String),
    /// A newer compiler wrote it.
    Newer(u64),
}

impl Manifest {
    pub(super) fn new(
        stack: &str,
        directories: BTreeSet<String>,
        files: BTreeMap<String, Entry>,
    ) -> Self {
        let generator = env!("CARGO_PKG_VERSION").to_owned();
        Self { format: FORMAT, generator, stack: stack.to_owned(), directories, files }
    }

    /// Reads a manifest.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Unusable> {
        let manifest: Self = record(bytes)?;
        check_paths(manifest.files.keys().chain(&manifest.directories))?;
        Ok(manifest)
    }

    /// The one way to write it.
    pub(super) fn render(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let directories = self.directories.iter().map(|path| quoted(path));
        let files = self.files.iter().map(|(path, entry)| {
            format!("{}: {}", quoted(path), serde_json::to_string(entry).unwrap_or_default())
        });
        format!(
            "{{\n  \"format\": {},\n  \"generator\": {},\n  \"stack\": {},\n  \"directories\": [{}],\n  \"files\": {{{}}}\n}}\n",
            self.format,
            quoted(&self.generator),
            quoted(&self.stack),
            one_per_line(directories),
            one_per_line(files),
        )
    }

    /// The folders below which something is owned, and the rest.
    pub(super) fn sort_out(
        directories: BTreeSet<String>,
        files: &BTreeMap<String, Entry>,
    ) -> (BTreeSet<String>, BTreeSet<String>) {
        let used: BTreeSet<&str> = files.keys().flat_map(|path| folders(path)).collect();
        directories.into_iter().partition(|folder| used.contains(folder.as_str()))
    }
}

/// Reads one of our records: a JSON object with a `format`.
pub(super) fn record<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<T, Unusable> {
    let damaged = |error: &dyn std::fmt::Display| Unusable::Damaged(error.to_string());
    let text = std::str::from_utf8(bytes).map_err(|error| damaged(&error))?;
    if text.lines().any(|line| line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>")) {
        return Err(Unusable::Conflict);
    }
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| damaged(&error))?;
    match value.get("format").and_then(serde_json::Value::as_u64) {
        Some(FORMAT) => serde_json::from_value(value).map_err(|error| damaged(&error)),
        Some(newer) if newer > FORMAT => Err(Unusable::Newer(newer)),
        _ => Err(damaged(&"it names no format")),
    }
}

/// A record that was tampered with must not name what we would never write.
pub(super) fn check_paths<'a>(paths: impl Iterator<Item = &'a String>) -> Result<(), Unusable> {
    for path in paths {
        let fault = RelPath::new(path.as_str()).err().map(|fault| fault.to_string());
        let fault = fault.or_else(|| is_private(path).then(|| "is not for artifacts".to_owned()));
        if let Some(fault) = fault {
            return Err(Unusable::Damaged(format!("the path {path:?} {fault}")));
        }
    }
    Ok(())
}

/// Whether a path lies in a folder that no artifact may enter: git's, or our own records. The copy
/// of the schema is the one file that is kept beside them.
pub(super) fn is_private(path: &str) -> bool {
    path != ".stackc/schema.json"
        && path
            .split('/')
            .any(|part| [".git", super::STATE].iter().any(|own| part.eq_ignore_ascii_case(own)))
}

fn one_per_line(items: impl Iterator<Item = String>) -> String {
    let lines = items.map(|item| format!("\n    {item}")).collect::<Vec<_>>().join(",");
    if lines.is_empty() { lines } else { lines + "\n  " }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Manifest {
        let entry = Entry {
            target: "compose".into(),
            environment: Some("staging".into()),
            kind: Kind::Whole,
            mode: Bits::Executable,
            sha256: "ab".into(),
        };
        let files = [("b é.yaml".into(), entry.clone()), ("a/x".into(), entry)];
        Manifest::new("stack.yaml", ["a".to_owned()].into(), files.into())
    }

    #[test]
    fn reads_what_it_writes_one_file_per_line() {
        let text = sample().render();
        assert_eq!(Manifest::parse(text.as_bytes()).unwrap(), sample());
        assert_eq!(text.lines().filter(|line| line.contains("sha256")).count(), 2);
        let empty = Manifest::new("s", BTreeSet::new(), BTreeMap::new());
        assert_eq!(Manifest::parse(empty.render().as_bytes()).unwrap(), empty);
    }

    #[test]
    fn tells_conflict_damage_and_a_newer_format_apart() {
        let text = sample().render();
        let merged = format!("<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n");
        assert_eq!(Manifest::parse(merged.as_bytes()), Err(Unusable::Conflict));
        let newer = text.replace("\"format\": 1", "\"format\": 2");
        assert_eq!(Manifest::parse(newer.as_bytes()), Err(Unusable::Newer(2)));
        for bad in ["", "{}", "[]", "{\"format\": 0}", "{\"format\": 1}", "\u{0}"] {
            assert!(matches!(Manifest::parse(bad.as_bytes()), Err(Unusable::Damaged(_))), "{bad}");
        }
    }

    #[test]
    fn refuses_paths_no_build_would_write() {
        for bad in ["../x", "/etc/x", ".git/hooks/x", "a/.GIT/x", ".stackc/x"] {
            let text = sample().render().replace("\"a/x\"", &format!("{bad:?}"));
            assert!(matches!(Manifest::parse(text.as_bytes()), Err(Unusable::Damaged(_))), "{bad}");
        }
    }
}
