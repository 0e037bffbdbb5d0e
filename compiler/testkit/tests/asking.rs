//! What asks a service for its health, asking real servers: the words for Node.js, Python and curl, and
//! the programs that are built along with those of Go and Rust.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use stackc_model::{EnvName, Health, Origin, Seconds, Sourced};
use stackc_target::ask::{self, Asker};
use stackc_testkit::{compile_text, tool};

/// How long an answer may take; ours end by themselves, the others are ended.
const LIMIT: u64 = 2000;

fn health() -> Health {
    let time = |millis| Sourced { value: Seconds { millis }, origin: Origin::Default("") };
    Health {
        live: None,
        ready: None,
        startup: None,
        detail: None,
        command: None,
        tcp: None,
        grpc: None,
        token: None,
        interval: time(10_000),
        timeout: time(LIMIT),
    }
}

/// Serves on a port of its own, and tells by its answer what it was asked.
fn serve() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(stream));
        }
    });
    port
}

fn answer(mut stream: TcpStream) {
    let (mut asked, mut byte) = (Vec::new(), [0]);
    while !asked.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        asked.extend(byte);
    }
    let asked = String::from_utf8(asked).unwrap();
    let path = asked.split(' ').nth(1).unwrap_or_default();
    let told = asked.lines().any(|line| line.eq_ignore_ascii_case("authorization: Bearer s3cret"));
    let status = match path {
        "/ready?deep=1" => "204 No Content",
        "/moved" => "301 Moved Permanently\r\nLocation: https://127.0.0.1:1/",
        "/guarded" if told => "200 OK",
        "/guarded" => "401 Unauthorized",
        "/hang" => {
            thread::sleep(Duration::from_secs(30));
            return;
        }
        _ => "503 Service Unavailable",
    };
    let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

/// A program of ours, compiled as its image would.
fn compiled(folder: &Path, compiler: &Path, words: &[&str], source: &str) -> PathBuf {
    let parts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../targets/dockerfile/parts");
    let program = folder.join(compiler.file_name().unwrap());
    let mut command = Command::new(compiler);
    command.args(words).arg("-o").arg(&program).arg(parts.join(source));
    assert!(command.status().unwrap().success(), "{}", compiler.display());
    program
}

/// Each that asks, with the program that is in the image under another name.
fn askers(folder: &Path) -> Vec<(Asker, PathBuf)> {
    let go = compiled(folder, &tool("go"), &["build", "-trimpath"], "healthcheck.go");
    let rust = compiled(folder, Path::new("rustc"), &["--edition", "2021"], "healthcheck.rs");
    vec![
        (Asker::Own, go),
        (Asker::Own, rust),
        (Asker::Node, tool("node")),
        (Asker::Python, tool("python3")),
        (Asker::Curl, "curl".into()),
    ]
}

fn start(program: &Path, words: &[String]) -> Child {
    let mut command = Command::new(program);
    // A proxy that is told of is not asked.
    command.args(&words[1..]).env("http_proxy", "http://127.0.0.1:1").env_remove("no_proxy");
    command.env("PROBE_TOKEN", "s3cret").stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

#[test]
fn every_asker_tells_well_from_ill() {
    let folder = tempfile::tempdir().unwrap();
    let (port, token) = (serve(), EnvName::new("PROBE_TOKEN").unwrap());
    // A port that nobody listens on any more.
    let closed = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    for (asker, program) in askers(folder.path()) {
        for (port, path, token, well) in [
            (port, "/ready?deep=1", None, true),
            (port, "/moved", None, true),
            (port, "/ill", None, false),
            (closed, "/ready?deep=1", None, false),
            (port, "/guarded", None, false),
            (port, "/guarded", Some(&token), true),
        ] {
            let Some(words) = ask::path(asker, &health(), port, path, token) else {
                assert_eq!((asker, token.is_some()), (Asker::Curl, true));
                continue;
            };
            let status = start(&program, &words).wait().unwrap();
            assert_eq!(status.success(), well, "{} {path}", program.display());
        }
        // Nobody is told well by a server that does not answer, and ours wait no longer than told.
        let words = ask::path(asker, &health(), port, "/hang", None).unwrap();
        let (begun, mut child) = (Instant::now(), start(&program, &words));
        if asker == Asker::Own {
            assert_eq!(child.wait().unwrap().code(), Some(1), "{}", program.display());
            let took = begun.elapsed();
            assert!(took >= Duration::from_millis(LIMIT - 100), "{took:?}");
            assert!(took < Duration::from_secs(10), "{took:?}");
            // Without a path, a port that is open is enough.
            assert!(start(&program, &words[..3]).wait().unwrap().success());
            let mut refused = words[..3].to_vec();
            refused[2] = closed.to_string();
            assert_eq!(start(&program, &refused).wait().unwrap().code(), Some(1));
        } else {
            thread::sleep(Duration::from_millis(500));
            assert!(child.try_wait().unwrap().is_none(), "{}", program.display());
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

/// A gRPC server whose health has this status, until it is killed; its first line is its port.
const GRPC: &str = "const server = require('http2').createServer(); \
     server.on('stream', (stream, headers) => { const asked = []; \
     stream.on('data', (part) => asked.push(part)).on('end', () => { \
     const health = headers[':path'] === '/grpc.health.v1.Health/Check' && headers.te === 'trailers' \
     && Buffer.concat(asked).equals(Buffer.alloc(5)); \
     stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true }); \
     stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': health ? '0' : '12' })); \
     stream.end(health ? Buffer.from([0, 0, 0, 0, 2, 8, Number(process.argv[1])]) : undefined); }); }); \
     server.listen(0, '127.0.0.1', () => console.log(server.address().port))";

#[test]
fn node_asks_for_health_by_grpc() {
    let stack = "stack: 1\nname: shop\nservices:\n  api: {kind: node, command: [node, x.js], ports: \
                 {rpc: {port: PORT, protocol: grpc}}, health: {grpc: rpc}}\n";
    let node = tool("node");
    let asked = |port: &str| {
        let compiled = compile_text(&stack.replace("PORT", port)).stack.unwrap();
        let words = ask::service(&compiled.environments[0].services[0], Some(Asker::Node)).unwrap();
        start(&node, &words).wait().unwrap().success()
    };
    for (status, well) in [("1", true), ("2", false)] {
        let mut server = Command::new(&node);
        let mut server = server.args(["-e", GRPC, status]).stdout(Stdio::piped()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let told = asked(port.trim());
        server.kill().unwrap();
        server.wait().unwrap();
        assert_eq!(told, well, "status {status}");
        assert!(!asked(port.trim()), "nobody listens");
    }
    // A server that speaks another protocol is not well.
    assert!(!asked(&serve().to_string()));
}
