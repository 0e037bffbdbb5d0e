//! A temporary output root, and short words for what the tests do with it.

use stackc_driver::disk::{
    Finding, OutputRoot, Plan, Policy, Selection, State, Step, Summary, apply_with, build, plan,
    status,
};
use stackc_source::Diagnostic;
use stackc_target::{Artifact, Artifacts, Body, Mode, RelPath};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub(crate) const STACK: &str = "stack.yaml";

pub(crate) struct World {
    _dir: TempDir,
    pub(crate) path: PathBuf,
}

/// A file as text, with its executable bit.
pub(crate) type Tree = BTreeMap<String, (String, bool)>;

impl World {
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let path = dir.path().canonicalize().unwrap().join("out");
        fs::create_dir(&path).unwrap();
        Self { _dir: dir, path }
    }

    pub(crate) fn root(&self) -> OutputRoot {
        OutputRoot::open(&self.path).unwrap()
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        fs::write(self.at(path), text).unwrap();
        self
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        fs::symlink_metadata(self.at(path)).is_ok()
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.at(path)).unwrap();
    }

    /// Everything below the root; folders end in a slash.
    pub(crate) fn tree(&self) -> Tree {
        let mut found = Tree::new();
        collect(&self.path, "", &mut found);
        found
    }

    pub(crate) fn build(&self, set: &Set) -> Summary {
        self.build_with(set, &Policy::default()).unwrap_or_else(|faults| panic!("{faults:#?}"))
    }

    pub(crate) fn build_with(
        &self,
        set: &Set,
        policy: &Policy,
    ) -> Result<Summary, Vec<Diagnostic>> {
        let all = Selection::default();
        build(&self.root(), &set.0, &all, policy, STACK).map(|(_, summary)| summary)
    }

    /// Plans, and carries out under the eyes of a watcher.
    pub(crate) fn watch(
        &self,
        set: &Set,
        policy: &Policy,
        watcher: &mut dyn FnMut(Step<'_>) -> io::Result<()>,
    ) -> Result<Summary, Vec<Diagnostic>> {
        let plan = plan(&self.root(), &set.0, &Selection::default(), policy, STACK)?;
        apply_with(&self.root(), &plan, watcher)
    }

    pub(crate) fn plan(&self, set: &Set) -> Plan {
        self.plan_with(set, &Policy::default()).unwrap()
    }

    pub(crate) fn plan_with(&self, set: &Set, policy: &Policy) -> Result<Plan, Vec<Diagnostic>> {
        plan(&self.root(), &set.0, &Selection::default(), policy, STACK)
    }

    /// The codes a build is refused with, each with its path in the message; nothing may change.
    pub(crate) fn refused(&self, set: &Set) -> Vec<String> {
        self.refused_with(set, &Policy::default())
    }

    pub(crate) fn refused_with(&self, set: &Set, policy: &Policy) -> Vec<String> {
        let before = self.tree();
        let faults = self.build_with(set, policy).expect_err("the build went through");
        assert_eq!(self.tree(), before, "something was touched");
        assert!(faults.iter().all(|fault| fault.help.is_some()), "{faults:#?}");
        faults.iter().map(|fault| format!("{} {}", fault.code.id, fault.message)).collect()
    }

    pub(crate) fn status(&self, set: &Set) -> Vec<(String, State)> {
        let found = status(&self.root(), &set.0, &Selection::default(), STACK).unwrap();
        found.into_iter().map(|Finding { path, state, .. }| (path, state)).collect()
    }
}

fn collect(dir: &Path, prefix: &str, found: &mut Tree) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.insert(format!("{name}/"), (String::new(), false));
            collect(&entry.path(), &format!("{name}/"), found);
        } else if kind.is_file() {
            let text = String::from_utf8(fs::read(entry.path()).unwrap()).unwrap();
            found.insert(name, (text, executable(&entry.path())));
        } else {
            found.insert(name, ("(link)".into(), false));
        }
    }
}

#[cfg(unix)]
pub(crate) fn executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
pub(crate) fn executable(_: &Path) -> bool {
    false
}

/// Artifacts in a row.
#[derive(Clone, Default)]
pub(crate) struct Set(pub(crate) Artifacts);

impl Set {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add(
        mut self,
        path: &str,
        body: Body,
        mode: Mode,
        of: (&'static str, &str),
    ) -> Self {
        self.0.add(Artifact {
            path: RelPath::new(path).unwrap(),
            body,
            mode,
            target: of.0,
            environment: (!of.1.is_empty()).then(|| of.1.to_owned()),
        });
        self
    }

    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.add(path, Body::Whole(text.into()), Mode::Plain, ("test", ""))
    }

    pub(crate) fn script(self, path: &str, text: &str) -> Self {
        self.add(path, Body::Whole(text.into()), Mode::Executable, ("test", ""))
    }

    pub(crate) fn block(self, path: &str, text: &str) -> Self {
        self.add(path, Body::Block(text.into()), Mode::Plain, ("test", ""))
    }

    pub(crate) fn of(
        self,
        target: &'static str,
        environment: &str,
        path: &str,
        text: &str,
    ) -> Self {
        self.add(path, Body::Whole(text.into()), Mode::Plain, (target, environment))
    }
}

pub(crate) fn force() -> Policy {
    Policy { force: true, ..Policy::default() }
}

pub(crate) fn adopt(path: &str) -> Policy {
    Policy { adopt: vec![path.into()], ..Policy::default() }
}
