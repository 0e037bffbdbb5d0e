//! The services behind nginx: they do what a request's script says, and keep what they were told.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::http::{self, Headers, values};

/// The header that names the script of a request.
pub(crate) const PROBE: &str = "X-Live-Probe";

/// What a service answers.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    /// The status; 0 closes the connection without an answer.
    pub(crate) status: u16,
    /// Header lines.
    pub(crate) headers: Headers,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// How long it takes.
    pub(crate) delay: Duration,
}

impl Script {
    /// An answer of a few bytes.
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: b"from the service".to_vec(),
            delay: Duration::ZERO,
        }
    }

    /// With a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What a service was told.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// The service.
    pub(crate) service: String,
    /// The address it was reached under.
    pub(crate) at: Ipv4Addr,
    /// The path and query.
    pub(crate) target: String,
    /// Header lines.
    pub(crate) headers: Headers,
    /// How long the body was.
    pub(crate) body: usize,
}

/// Scripts by number, and what came of them.
#[derive(Debug, Default)]
pub(crate) struct Probes {
    next: AtomicU64,
    scripts: Mutex<BTreeMap<u64, (Script, Vec<Seen>)>>,
    greeted: Mutex<BTreeMap<String, usize>>,
}

impl Probes {
    /// A number for a script.
    pub(crate) fn add(&self, script: Script) -> u64 {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.scripts.lock().unwrap().insert(number, (script, Vec::new()));
        number
    }

    /// What services saw of it.
    pub(crate) fn seen(&self, number: u64) -> Vec<Seen> {
        let scripts = self.scripts.lock().unwrap();
        scripts.get(&number).map_or_else(Vec::new, |(_, seen)| seen.clone())
    }

    /// How often a service was greeted in HTTP/2.
    pub(crate) fn greeted(&self, service: &str) -> usize {
        self.greeted.lock().unwrap().get(service).copied().unwrap_or(0)
    }

    /// Keeps what was seen; the script to follow.
    fn look_up(&self, seen: Seen) -> Script {
        let number = values(&seen.headers, PROBE).first().and_then(|text| text.parse().ok());
        let mut scripts = self.scripts.lock().unwrap();
        match number.and_then(|number: u64| scripts.get_mut(&number)) {
            Some((script, all)) => {
                all.push(seen);
                script.clone()
            }
            None => Script::status(200),
        }
    }
}

/// A service that listens, until it is dropped.
#[derive(Debug)]
pub(crate) struct Upstream {
    address: (Ipv4Addr, u16),
    closed: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Upstream {
    /// Listens at an address.
    pub(crate) fn listen(
        service: &str,
        at: Ipv4Addr,
        port: u16,
        probes: &Arc<Probes>,
    ) -> Result<Self, String> {
        let fault = |error| format!("{service} cannot listen on {at}:{port}: {error}");
        let listener = TcpListener::bind((at, port)).map_err(fault)?;
        let closed = Arc::new(AtomicBool::new(false));
        let open = Arc::new(Mutex::new(Vec::new()));
        let upstream = Self { address: (at, port), closed: closed.clone(), open: open.clone() };
        let (service, probes) = (service.to_owned(), probes.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if closed.load(Ordering::SeqCst) {
                    return;
                }
                open.lock().unwrap().extend(stream.try_clone());
                let (service, probes) = (service.clone(), probes.clone());
                std::thread::spawn(move || drop(talk(&service, at, stream, &probes)));
            }
        });
        Ok(upstream)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for the next connection.
        drop(TcpStream::connect(self.address));
        for stream in self.open.lock().unwrap().drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

/// One connection.
fn talk(service: &str, at: Ipv4Addr, stream: TcpStream, probes: &Probes) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some((first, headers)) = http::head(&mut reader)? {
        let mut words = first.split(' ').map(str::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if method == "PRI" {
            *probes.greeted.lock().unwrap().entry(service.to_owned()).or_default() += 1;
            return reader.get_ref().shutdown(Shutdown::Both);
        }
        let upgrade = values(&headers, "upgrade").contains(&"websocket");
        let bodyless = method == "HEAD";
        let body = http::body(&mut reader, &headers, false)?.len();
        let seen = Seen { service: service.to_owned(), at, target, headers, body };
        let script = probes.look_up(seen);
        std::thread::sleep(script.delay);
        if script.status == 0 {
            return reader.get_ref().shutdown(Shutdown::Both);
        }
        if upgrade && script.status == 101 {
            return echo(reader);
        }
        reader.get_mut().write_all(&answer(&script, bodyless))?;
    }
    Ok(())
}

fn answer(script: &Script, bodyless: bool) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {} Scripted\r\n", script.status);
    for (name, value) in &script.headers {
        out += &format!("{name}: {value}\r\n");
    }
    let empty = matches!(script.status, 204 | 304);
    if !empty {
        out += &format!("Content-Length: {}\r\n", script.body.len());
    }
    let mut out = (out + "\r\n").into_bytes();
    if !empty && !bodyless {
        out.extend(&script.body);
    }
    out
}

/// A WebSocket that sends back what it gets. The key and its answer are those of RFC 6455.
fn echo(mut reader: BufReader<TcpStream>) -> std::io::Result<()> {
    reader.get_mut().write_all(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
          Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
    )?;
    let mut bytes = [0; 512];
    loop {
        let length = reader.read(&mut bytes)?;
        if length == 0 {
            return Ok(());
        }
        reader.get_mut().write_all(&bytes[..length])?;
    }
}
