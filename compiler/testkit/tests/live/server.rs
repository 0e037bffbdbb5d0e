//! nginx itself, run as its container runs it: the generated folder, its surroundings, user 101.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::client::{EDGE, HTTP};
use crate::namespace;

/// A file of the container: an absolute path and its bytes.
pub(crate) type File = (String, Vec<u8>);

/// A running nginx.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    root: TempDir,
}

impl Server {
    /// Starts it on these files, and waits until it listens.
    pub(crate) fn start(tools: &Path, files: &[File]) -> Result<Self, String> {
        let root = tempfile::tempdir().map_err(|error| error.to_string())?;
        place(tools, root.path(), files).map_err(|error| format!("the files of nginx: {error}"))?;
        let errors =
            fs::File::create(root.path().join("errors")).map_err(|error| error.to_string())?;
        let mut command = namespace::container(root.path()).map_err(|error| error.to_string())?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors);
        let mut child = command.spawn().map_err(|error| format!("unshare: {error}"))?;
        let (go, here) = (child.stdin.take(), child.stdout.take());
        let mut server = Self { child, root };
        // It says so when it is in its network; then the cable can be laid.
        let mut line = String::new();
        let read = here.map(|here| BufReader::new(here).read_line(&mut line));
        if !matches!(read, Some(Ok(1..))) {
            return Err(format!("no container: {}", server.errors()));
        }
        namespace::connect(server.child.id())?;
        go.map_or(Ok(()), |mut go| writeln!(go)).map_err(|error| error.to_string())?;
        server.wait()?;
        Ok(server)
    }

    /// Until it listens, or has ended.
    fn wait(&mut self) -> Result<(), String> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(30) {
            if std::net::TcpStream::connect((EDGE, HTTP)).is_ok() {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("nginx ended with {status}:\n{}", self.errors()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(format!("nginx does not listen:\n{}", self.errors()))
    }

    /// What it wrote to its error log.
    pub(crate) fn errors(&self) -> String {
        fs::read_to_string(self.root.path().join("errors")).unwrap_or_default()
    }

    /// What it wrote to its access log.
    pub(crate) fn log(&self) -> String {
        let bytes = fs::read(self.root.path().join("dev/stdout")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Where `install.sh` put nginx, if it did.
pub(crate) fn tools(home: &Path) -> Result<PathBuf, String> {
    let nginx = home.join("nginx");
    match nginx.join("usr/sbin/nginx").is_file() {
        true => Ok(nginx),
        false => {
            Err(format!("no nginx below {}: run compiler/testkit/tools/install.sh", home.display()))
        }
    }
}

/// The root of the container.
fn place(tools: &Path, root: &Path, files: &[File]) -> std::io::Result<()> {
    run(Command::new("cp").arg("-a").arg("--reflink=auto").arg(tools.join(".")).arg(root))?;
    for (path, bytes) in files {
        let path = root.join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(path, bytes)?;
    }
    for device in ["null", "stdout", "stderr"] {
        fs::write(root.join("dev").join(device), "")?;
    }
    // Only `/tmp`, and what stands for devices, can be written.
    run(Command::new("chmod").arg("-R").arg("a+rX").arg(root))?;
    run(Command::new("chmod").args(["-R", "a+rwX"]).args([root.join("dev"), root.join("tmp")]))
}

fn run(command: &mut Command) -> std::io::Result<()> {
    let output = command.output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(std::io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}
