use std::io::{BufRead, BufReader, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::{env, fs, process, thread};

extern "C" {
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
}

extern "C" fn end(_: i32) {
    process::exit(0);
}

/// The token, from the variable or from the file that `NAME_FILE` names.
fn token() -> String {
    let file = env::var("KINDS_TOKEN_FILE").ok().and_then(|path| fs::read_to_string(path).ok());
    file.or_else(|| env::var("KINDS_TOKEN").ok()).unwrap_or_default().trim().to_owned()
}

fn answer(mut connection: TcpStream) -> Result<()> {
    let token = token();
    let wanted = format!("Authorization: Bearer {token}");
    let lines = BufReader::new(connection.try_clone()?).lines().map_while(Result::ok);
    let known = lines.take_while(|line| !line.is_empty()).any(|line| line == wanted);
    let status = if known && !token.is_empty() { "200 OK" } else { "403 Forbidden" };
    write!(connection, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

fn main() -> Result<()> {
    const SIGTERM: i32 = 15;
    unsafe { signal(SIGTERM, end) };
    for connection in TcpListener::bind("0.0.0.0:8000")?.incoming() {
        let connection = connection?;
        thread::spawn(move || answer(connection));
    }
    Ok(())
}
