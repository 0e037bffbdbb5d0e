//! TLS: versions, ciphers, certificates, HTTP/2 and HTTP/3.

use std::net::UdpSocket;
use std::process::Command;
use std::time::Duration;

use openssl::ssl::SslVersion;
use stackc_model::TlsProfile;

use crate::client::{self, EDGE, HTTP, HTTPS, Hello};
use crate::report::Report;
use crate::world::{World, hosts};

pub(super) fn run(world: &World, report: &Report) -> Result<(), String> {
    let Some(tls) = world.expect.tls() else {
        let address = (world.expect.stranger(), (EDGE, HTTPS).into());
        report.request();
        let open = client::connect(address.0, address.1).is_ok();
        report.check(!open, || "something listens for TLS".to_owned());
        let first = world.expect.domains();
        let host = first.first().map_or("", |(_, domain)| domain.host.as_str());
        http2(
            report,
            &format!("http://{host}:{HTTP}/"),
            HTTP,
            world
                .expect
                .routes()
                .iter()
                .any(|it| world.expect.protocol(it) == stackc_model::Protocol::Grpc),
        );
        return Ok(());
    };
    let modern = *tls.profile == TlsProfile::Modern;
    for (_, domain) in world.expect.domains() {
        for host in hosts(domain) {
            let host = host.replace('*', "any");
            versions(world, report, &host, modern);
            protocols(world, report, &host);
        }
        let host = domain.host.to_ascii_lowercase();
        http2(
            report,
            &format!("https://{host}:{HTTPS}/"),
            HTTPS,
            *world.expect.environment().edge.http2,
        );
    }
    http3(world, report);
    Ok(())
}

/// A handshake; the version that was agreed on, or why there was none.
fn shake(world: &World, report: &Report, hello: Hello<'_>) -> Result<(String, Vec<u8>), String> {
    report.request();
    let tcp = client::connect(world.expect.stranger(), (EDGE, HTTPS).into());
    let stream = client::secure(tcp.map_err(|error| error.to_string())?, hello, &world.trusted)?;
    let alpn = stream.ssl().selected_alpn_protocol().unwrap_or_default().to_vec();
    Ok((stream.ssl().version_str().to_owned(), alpn))
}

fn versions(world: &World, report: &Report, host: &str, modern: bool) {
    let spoken = [
        (SslVersion::TLS1, "TLSv1", false),
        (SslVersion::TLS1_1, "TLSv1.1", false),
        (SslVersion::TLS1_2, "TLSv1.2", !modern),
        (SslVersion::TLS1_3, "TLSv1.3", true),
    ];
    for (version, name, expected) in spoken {
        let found = shake(world, report, Hello { version: Some(version), ..Hello::to(host) });
        if expected {
            let found = found.map(|(version, _)| version);
            report.equal(&found, &Ok(name.to_owned()), || format!("{host} asked for {name}"));
        } else {
            refused(report, found, "alert protocol version", &format!("{host} asked for {name}"));
        }
    }
    let weak = Hello {
        version: Some(SslVersion::TLS1_2),
        ciphers: Some("ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384"),
        ..Hello::to(host)
    };
    let alert = if modern { "alert protocol version" } else { "handshake failure" };
    refused(report, shake(world, report, weak), alert, &format!("{host} asked for weak ciphers"));
}

/// No handshake, and because the server said so.
pub(super) fn refused<T>(report: &Report, found: Result<T, String>, alert: &str, what: &str) {
    let fault = found.err().unwrap_or_else(|| "it was agreed to".to_owned());
    report.check(fault.contains(alert), || format!("{what}: {fault}, and not {alert}"));
}

fn protocols(world: &World, report: &Report, host: &str) {
    let http2 = *world.expect.environment().edge.http2;
    let offers: [(&[u8], &str); 3] = [
        (b"\x02h2\x08http/1.1", if http2 { "h2" } else { "http/1.1" }),
        (b"\x08http/1.1", "http/1.1"),
        (b"\x02h2", if http2 { "h2" } else { "" }),
    ];
    for (alpn, expected) in offers.into_iter().filter(|(_, expected)| !expected.is_empty()) {
        let found = shake(world, report, Hello { alpn, ..Hello::to(host) });
        let found = found.map(|(_, alpn)| String::from_utf8_lossy(&alpn).into_owned());
        report.equal(&found, &Ok(expected.to_owned()), || format!("{host} offered {alpn:?}"));
    }
}

/// A request by a client that speaks HTTP/2 where the server does.
fn http2(report: &Report, url: &str, port: u16, expected: bool) {
    report.request();
    let mut command = Command::new("curl");
    command.args(["--silent", "--insecure", "--max-time", "20", "--output", "/dev/null"]);
    command.args(["--interface", "198.19.0.1", "--write-out", "%{http_version} %{http_code}"]);
    command.args(["--connect-to", &format!("::{EDGE}:{port}")]);
    command.args([if port == HTTPS { "--http2" } else { "--http1.1" }, url]);
    let output =
        command.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let found = output.unwrap_or_else(|error| error.to_string());
    let version = if port == HTTPS && expected { "2 " } else { "1.1 " };
    report.check(found.starts_with(version) && !found.ends_with("000"), || {
        format!("{url} was answered with {found:?} and not over HTTP/{version}")
    });
}

/// A QUIC server that is asked for a version nobody speaks names those that it does (RFC 9000, 6).
fn http3(world: &World, report: &Report) {
    let on = *world.expect.environment().edge.http3;
    let mut packet = vec![0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8];
    packet.extend(*b"to-stack");
    packet.push(8);
    packet.extend(*b"c-client");
    packet.resize(1250, 0);
    report.request();
    let answer = UdpSocket::bind("198.19.0.2:0").and_then(|socket| {
        socket.set_read_timeout(Some(Duration::from_secs(if on { 5 } else { 1 })))?;
        socket.connect((EDGE, HTTPS))?;
        socket.send(&packet)?;
        let mut bytes = [0; 1500];
        let length = socket.recv(&mut bytes)?;
        Ok(bytes[..length].to_vec())
    });
    let version_1 = [0, 0, 0, 1];
    let speaks = answer.as_ref().is_ok_and(|bytes| {
        bytes.get(1..5) == Some(&[0; 4])
            && bytes.get(23..).unwrap_or_default().chunks(4).any(|it| it == version_1)
    });
    report.equal(&speaks, &on, || format!("QUIC is spoken: {answer:?}"));
}
