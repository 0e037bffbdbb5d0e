//! A repository in a temporary folder, and the command run in it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

/// A run that takes longer hangs. Far more than any run needs on a busy machine.
const GUARD: Duration = Duration::from_secs(120);

/// A small stack without warnings or errors.
pub(crate) const SHOP: &str = "\
stack: 1
name: shop
domain: shop.example
services:
  web: {kind: nextjs, build: Dockerfile, needs: [redis], secret_delivery: env}
data:
  redis: {version: 7, purpose: cache}
ci: false
";

/// The user's own Dockerfile.
const DOCKERFILE: &str = "FROM scratch\n";

/// A repository with a stack.
pub(crate) struct World {
    _guard: TempDir,
    root: PathBuf,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    /// A repository with this stack.
    pub(crate) fn new(stack: impl AsRef<[u8]>) -> Self {
        let world = Self::empty();
        world.write("stack.yaml", stack);
        world
    }

    /// A repository without a stack.
    pub(crate) fn empty() -> Self {
        Self::named("repository")
    }

    /// The same in a folder of this name.
    pub(crate) fn named(name: &str) -> Self {
        let guard = tempfile::tempdir().unwrap();
        let root = guard.path().canonicalize().unwrap().join(name);
        fs::create_dir_all(root.join(".git")).unwrap();
        Self { _guard: guard, root }
    }

    /// A repository with [`SHOP`], built.
    pub(crate) fn built() -> Self {
        let world = Self::new(SHOP);
        world.run(&["build", "-q"]).ends(0);
        world
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Writes a file; with a stack goes the Dockerfile that it names.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        if path == "stack.yaml" {
            let own = String::from_utf8_lossy(bytes.as_ref()).contains("build: Dockerfile");
            match (own, self.has("Dockerfile")) {
                (true, false) => fs::write(self.path("Dockerfile"), DOCKERFILE).unwrap(),
                (false, true) => fs::remove_file(self.path("Dockerfile")).unwrap(),
                _ => {}
            }
        }
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap();
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    /// What must not change: every file with its bytes and the time of its last change.
    pub(crate) fn state(&self) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
        let time = |path: &String| fs::metadata(self.path(path)).unwrap().modified().unwrap();
        let files = self.tree().into_iter();
        files
            .map(|(path, bytes)| {
                let time = time(&path);
                (path, (bytes, time))
            })
            .collect()
    }

    /// Every file with its bytes, but for the Dockerfile that the stack is built with.
    pub(crate) fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = tree(&self.root);
        files.retain(|path, bytes| path != "Dockerfile" || bytes != DOCKERFILE.as_bytes());
        files
    }

    /// The files that were generated, records left out.
    pub(crate) fn generated(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.tree();
        files.retain(|path, _| path != "stack.yaml" && !path.starts_with(".stackc/"));
        files
    }

    /// The command in the repository's root, with nothing of this process's environment but the path.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stackc"));
        command.args(args).current_dir(&self.root).env_clear().stdin(Stdio::null());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(&mut self.command(args))
    }
}

impl Run {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        let (out, err) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        command.stdout(out.try_clone().unwrap()).stderr(err.try_clone().unwrap());
        Self::finish(command.spawn().unwrap(), out, err)
    }

    /// Runs a command whose standard output goes elsewhere.
    pub(crate) fn into(command: &mut Command, out: impl Into<Stdio>) -> Self {
        let err = tempfile::tempfile().unwrap();
        command.stdout(out).stderr(err.try_clone().unwrap());
        Self::finish(command.spawn().unwrap(), tempfile::tempfile().unwrap(), err)
    }

    fn finish(mut child: Child, out: File, err: File) -> Self {
        let code = end(&mut child);
        let (out, err) = (text(out), text(err));
        assert!(!err.contains("panicked at"), "a panic:\n{err}");
        Self { code, out, err }
    }

    /// Demands an exit code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Demands a text on standard output.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.out.contains(text), "no {text:?} in stdout:\n{}\n{}", self.out, self.err);
        self
    }

    /// Demands a text on standard error.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Self {
        assert!(self.err.contains(text), "no {text:?} in stderr:\n{}\n{}", self.err, self.out);
        self
    }

    /// Demands that standard output is empty.
    #[track_caller]
    pub(crate) fn without_result(self) -> Self {
        assert_eq!(self.out, "", "stderr:\n{}", self.err);
        self
    }

    /// Demands that standard error is empty.
    #[track_caller]
    pub(crate) fn in_peace(self) -> Self {
        assert_eq!(self.err, "", "stdout:\n{}", self.out);
        self
    }
}

/// Demands that two trees are the same, and names the files that are not.
#[track_caller]
pub(crate) fn same<T: PartialEq>(found: &BTreeMap<String, T>, wanted: &BTreeMap<String, T>) {
    let paths = found.keys().chain(wanted.keys());
    let mut differing: Vec<_> =
        paths.filter(|path| found.get(*path) != wanted.get(*path)).collect();
    differing.dedup();
    assert!(differing.is_empty(), "these files differ: {differing:?}");
}

/// Waits for a process; its exit code, where no signal ended it.
pub(crate) fn end(child: &mut Child) -> Option<i32> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if start.elapsed() > GUARD {
            child.kill().unwrap();
            panic!("the command hangs");
        }
        std::thread::sleep(Duration::from_millis(3));
    }
}

fn text(mut file: File) -> String {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    String::from_utf8(bytes).expect("the streams are UTF-8")
}

/// Every file below a folder with its bytes, by `/`-separated path.
pub(crate) fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let parts = path.strip_prefix(root).unwrap().components();
            let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
            files.insert(parts.join("/"), fs::read(&path).unwrap());
        }
    }
    files
}
