//! A folder that is the host of an environment, and the runs of the script there.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use stackc_driver::Compilation;
use tempfile::TempDir;

/// Where the script lies.
pub(crate) const SCRIPT: &str = "scripts/generate-secrets.sh";

/// The host of an environment.
pub(crate) struct Host {
    root: TempDir,
    pub(crate) environment: String,
    /// All that was ever printed here.
    pub(crate) printed: String,
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) text: String,
}

impl Ended {
    /// The names that are said to be missing.
    pub(crate) fn missing(&self) -> Vec<String> {
        let rest = self.text.lines().filter_map(|line| line.split_once(" missing: "));
        rest.map(|(_, rest)| rest.split(':').next().unwrap().to_owned()).collect()
    }
}

/// A file as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) bytes: Vec<u8>,
    pub(crate) mode: u32,
    pub(crate) owner: (u32, u32),
    changed: (i64, i64),
    inode: u64,
}

impl Host {
    /// A host with the files of a compilation.
    pub(crate) fn new(compilation: &Compilation, environment: &str) -> Self {
        let root = tempfile::Builder::new().prefix("a host ").tempdir().unwrap();
        let host = Self { root, environment: environment.to_owned(), printed: String::new() };
        host.install(compilation);
        host
    }

    /// Lays the files of a compilation down.
    pub(crate) fn install(&self, compilation: &Compilation) {
        for artifact in compilation.artifacts.iter() {
            let path = self.path(artifact.path.as_str());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, artifact.body.text()).unwrap();
        }
        let script = self.path(SCRIPT);
        if script.exists() {
            fs::set_permissions(script, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(path)
    }

    /// A secret's file.
    pub(crate) fn secret(&self, name: &str) -> PathBuf {
        self.path(format!("secrets/{}/{name}", self.environment))
    }

    /// What a secret's file holds.
    pub(crate) fn value(&self, name: &str) -> String {
        let path = self.secret(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The script, about to run; it must not matter where it is called from.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.behind(&["bash"], arguments)
    }

    /// The script, about to be run by a command that is given its path and its arguments.
    pub(crate) fn behind(&self, words: &[&str], arguments: &[&str]) -> Command {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).arg(self.path(SCRIPT)).arg(&self.environment).args(arguments);
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(Stdio::piped());
        command
    }

    /// The script, about to be run by somebody who is not root and to whom all of the host belongs.
    pub(crate) fn by_stranger(&self, arguments: &[&str]) -> Command {
        if !is_root() {
            return self.command(arguments);
        }
        let give = Command::new("chown").args(["-R", "12345:12345"]).arg(self.path("")).status();
        assert!(give.unwrap().success());
        let words = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "bash"];
        self.behind(&words, arguments)
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    pub(crate) fn run(&mut self, arguments: &[&str]) -> Ended {
        let command = self.command(arguments);
        self.finish(command, b"")
    }

    /// A run with something on its standard input.
    pub(crate) fn give(&mut self, name: &str, value: &str) -> Ended {
        let mut command = self.command(&["--set", name]);
        command.stdin(Stdio::piped());
        self.finish(command, value.as_bytes())
    }

    pub(crate) fn finish(&mut self, mut command: Command, input: &[u8]) -> Ended {
        let mut child = command.spawn().unwrap();
        if let Some(mut stdin) = child.stdin.take() {
            // A run that refuses closes it early.
            let _ = stdin.write_all(input);
        }
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        self.printed += &text;
        Ended { status: output.status.code().unwrap_or(-1), text }
    }

    /// Every secret and the env file, by name.
    pub(crate) fn seen(&self) -> BTreeMap<String, Seen> {
        let mut found = BTreeMap::new();
        let folder = fs::read_dir(self.secret("")).into_iter().flatten();
        let paths = folder.map(|entry| entry.unwrap().path()).chain([self.path(".env")]);
        for path in paths.filter(|path| path.is_file()) {
            let meta = fs::metadata(&path).unwrap();
            let seen = Seen {
                bytes: fs::read(&path).unwrap(),
                mode: meta.mode() & 0o7777,
                owner: (meta.uid(), meta.gid()),
                changed: (meta.mtime(), meta.mtime_nsec()),
                inode: meta.ino(),
            };
            found.insert(path.file_name().unwrap().to_string_lossy().into_owned(), seen);
        }
        found
    }

    /// Whether nothing that was printed holds a value.
    pub(crate) fn keeps_quiet(&self) {
        self.hides("the output", &self.printed);
    }

    /// Whether a text holds no value.
    pub(crate) fn hides(&self, place: &str, text: &str) {
        for (name, seen) in self.seen() {
            let value = String::from_utf8_lossy(&seen.bytes).into_owned();
            let value = value.trim();
            if name != ".env" && value.len() >= 8 {
                assert!(!text.contains(value), "{name} stands in {place}: {text}");
            }
        }
    }
}

/// Whether the tests may give files away.
pub(crate) fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim() == "0"
}
