//! Asks the server in this container whether it is well. Words: the milliseconds that may take and
//! the port; for a path, the path; for a token, its variable and the folder that may hold it.

use std::io::{Error, Read, Result, Write};
use std::net::TcpStream;
use std::time::Duration;
use std::{env, fs, process, thread};

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    if let Err(error) = ask(&words) {
        eprintln!("{error}");
        process::exit(1);
    }
}

fn ask(words: &[String]) -> Result<()> {
    let [limit, port, words @ ..] = words else {
        return Err(Error::other("usage: milliseconds port [path [variable folder]]"));
    };
    let limit = Duration::from_millis(limit.parse().map_err(Error::other)?);
    thread::spawn(move || {
        thread::sleep(limit);
        eprintln!("it did not answer in time");
        process::exit(1);
    });
    let mut connection = TcpStream::connect(format!("127.0.0.1:{port}"))?;
    let [path, words @ ..] = words else { return Ok(()) };
    let mut lines = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n");
    if let [name, folder] = words {
        let token = match env::var(name) {
            Ok(token) if !token.is_empty() => token,
            _ => fs::read_to_string(format!("{folder}/{name}"))?,
        };
        lines += &format!("Authorization: Bearer {}\r\n", token.trim());
    }
    connection.write_all((lines + "\r\n").as_bytes())?;
    let mut answer = [0; 12];
    connection.read_exact(&mut answer)?;
    match (answer.starts_with(b"HTTP/1."), answer[9]) {
        (true, b'2' | b'3') => Ok(()),
        _ => Err(Error::other(format!("it answered {:?}", String::from_utf8_lossy(&answer)))),
    }
}
