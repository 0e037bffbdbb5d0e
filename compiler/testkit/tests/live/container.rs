//! The process in the container's network: it starts nginx, and passes on what only lies there. The
//! name server at 127.0.0.11 and the status of nginx at 127.0.0.1:8081 are the container's own.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use crate::namespace;

/// Where the world finds what listens at 127.0.0.1:8081 in the container.
pub(crate) const STATUS: u16 = 9081;

/// Runs nginx in a root directory once the cable is there, which a line of input says.
pub(crate) fn main(words: &[String]) -> ExitCode {
    match run(words.first().map_or("", String::as_str).as_ref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            drop(writeln!(std::io::stderr(), "{fault}"));
            ExitCode::FAILURE
        }
    }
}

fn run(root: &Path) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    writeln!(std::io::stdout(), "here").map_err(text)?;
    std::io::stdin().read_line(&mut String::new()).map_err(text)?;
    namespace::enter_container()?;
    names().map_err(text)?;
    status().map_err(text)?;
    let mut command = Command::new("chroot");
    if namespace::is_root() {
        command.arg(format!("--userspec={0}:{0}", namespace::USER));
    }
    command.arg(root).arg("/usr/sbin/nginx");
    command.args(["-c", "/etc/nginx/stack/nginx.conf", "-g", "daemon off;"]);
    let ended = command.stdin(Stdio::null()).status().map_err(text)?;
    Err(format!("nginx ended with {ended}"))
}

/// Passes questions on to the world; none waits for the answer to another.
fn names() -> std::io::Result<()> {
    let inside = UdpSocket::bind("127.0.0.11:53")?;
    std::thread::spawn(move || {
        let mut packet = [0; 1500];
        while let Ok((length, from)) = inside.recv_from(&mut packet) {
            let (question, inside) = (packet[..length].to_vec(), inside.try_clone());
            std::thread::spawn(move || drop(inside.and_then(|it| pass_on(&question, &it, from))));
        }
    });
    Ok(())
}

fn pass_on(question: &[u8], inside: &UdpSocket, from: SocketAddr) -> std::io::Result<usize> {
    let outside = UdpSocket::bind("0.0.0.0:0")?;
    outside.set_read_timeout(Some(Duration::from_secs(2)))?;
    outside.send_to(question, (namespace::OUTSIDE, 53))?;
    let mut answer = [0; 1500];
    let length = outside.recv(&mut answer)?;
    inside.send_to(&answer[..length], from)
}

/// Lets the world ask what only the container may.
fn status() -> std::io::Result<()> {
    let listener = TcpListener::bind(("10.98.0.2", STATUS))?;
    std::thread::spawn(move || {
        for mut asking in listener.incoming().flatten() {
            let answered = TcpStream::connect("127.0.0.1:8081").and_then(|mut nginx| {
                let mut bytes = [0; 4096];
                let length = asking.read(&mut bytes)?;
                nginx.write_all(&bytes[..length])?;
                nginx.shutdown(Shutdown::Write)?;
                let mut answer = Vec::new();
                nginx.read_to_end(&mut answer)?;
                asking.write_all(&answer)
            });
            drop(answered);
        }
    });
    Ok(())
}
