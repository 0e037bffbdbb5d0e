//! Networks of one's own. A world has two: in one lie its clients and services, to whom every address
//! leads; in the other lies its nginx, as in a container, with its own loopback and all ports free.
//!
//! The test runs itself again below `unshare`, in a tree of processes that ends with its first, so
//! nothing outlives the test, however it ends.

use std::path::Path;
use std::process::{Command, Stdio};

/// The user that nginx runs as in its container.
pub(crate) const USER: u32 = 101;

/// The argument of a process that has a world's network.
pub(crate) const WORLD: &str = "--in-the-world";

/// The argument of a process that has a container's network.
pub(crate) const CONTAINER: &str = "--in-the-container";

/// Where the world lies, as seen from the container.
pub(crate) const OUTSIDE: &str = "10.98.0.1";

/// A command that runs this test again in the network of a world.
pub(crate) fn world(arguments: &[&str]) -> std::io::Result<Command> {
    let mut command = Command::new("unshare");
    command.args(["--net", "--pid", "--fork", "--kill-child=SIGKILL"]);
    if !is_root() {
        let user = USER.to_string();
        let map = [format!("--map-user={user}"), format!("--map-group={user}")];
        command.args(["--user", "--keep-caps"]).args(map);
    }
    command.arg("--").arg(std::env::current_exe()?).arg(WORLD).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok(command)
}

/// A command that runs this test again in the network of a container with this root.
pub(crate) fn container(root: &Path) -> std::io::Result<Command> {
    let mut command = Command::new("unshare");
    command.args(["--net", "--"]).arg(std::env::current_exe()?).arg(CONTAINER).arg(root);
    Ok(command)
}

/// Whether this process may give nginx another user; without that it has the user already.
pub(crate) fn is_root() -> bool {
    let own = std::fs::metadata("/proc/self");
    own.is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// In the world: every address is a local one.
pub(crate) fn enter_world() -> Result<(), String> {
    ip(&["link set lo up", "route add local 0.0.0.0/0 dev lo", "route add local ::/0 dev lo"])
}

/// In the world: a cable to the container of a process.
pub(crate) fn connect(process: u32) -> Result<(), String> {
    ip(&[
        "link add outer type veth peer name inner",
        &format!("link set inner netns {process}"),
        "addr add 10.98.0.1/24 dev outer",
        "addr add fd98::1/64 dev outer nodad",
        "link set outer up",
        // Before the route to oneself, which stands in the same table.
        "route add 10.98.0.0/24 dev outer table local",
        "route add fd98::/64 dev outer table local",
    ])
}

/// In the container: the other end of the cable.
pub(crate) fn enter_container() -> Result<(), String> {
    ip(&[
        "link set lo up",
        "addr add 10.98.0.2/24 dev inner",
        "addr add 10.98.0.3/24 dev inner",
        "addr add fd98::2/64 dev inner nodad",
        "link set inner up",
        "route add default via 10.98.0.1",
        "route add default via fd98::1",
    ])
}

fn ip(commands: &[&str]) -> Result<(), String> {
    for words in commands {
        let output = Command::new("ip").args(words.split(' ')).output();
        let output = output.map_err(|error| format!("ip: {error}"))?;
        if !output.status.success() {
            return Err(format!("ip {words}: {}", String::from_utf8_lossy(&output.stderr)));
        }
    }
    Ok(())
}
