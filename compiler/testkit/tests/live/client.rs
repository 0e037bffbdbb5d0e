//! Clients of the edge: any source address, any bytes, any version of TLS.

use std::io::{BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use openssl::ssl::{Ssl, SslContext, SslMethod, SslStream, SslVerifyMode, SslVersion};
use openssl::x509::X509;
use openssl::x509::store::X509StoreBuilder;
use socket2::{Domain, Socket, Type};

use crate::http::{self, Headers, values};

/// Where the edge is reached; every address leads to it.
pub(crate) const EDGE: Ipv4Addr = Ipv4Addr::new(10, 98, 0, 2);

/// The same for clients that have an IPv6 address.
pub(crate) const EDGE_6: Ipv6Addr = Ipv6Addr::new(0xfd98, 0, 0, 0, 0, 0, 0, 2);

/// The ports it listens on.
pub(crate) const HTTP: u16 = 8080;
/// The same for TLS.
pub(crate) const HTTPS: u16 = 8443;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection, with TLS or without.
pub(crate) trait Wire: Read + Write + Send {
    /// The connection below.
    fn tcp(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Wire for SslStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref()
    }
}

/// How TLS is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hello<'a> {
    /// The name asked for, if any; the certificate must be good for it.
    pub(crate) name: Option<&'a str>,
    /// The only version spoken, or any.
    pub(crate) version: Option<SslVersion>,
    /// The protocols offered: each with its length before it.
    pub(crate) alpn: &'a [u8],
    /// The cipher suites offered up to TLS 1.2.
    pub(crate) ciphers: Option<&'a str>,
}

impl<'a> Hello<'a> {
    /// What a browser would ask for, but HTTP/1.1.
    pub(crate) fn to(name: &'a str) -> Self {
        Self { name: Some(name), version: None, alpn: b"\x08http/1.1", ciphers: None }
    }
}

/// Connects from an address.
pub(crate) fn connect(from: IpAddr, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    if from.is_ipv6() {
        // A route of one's own to every address lets one bind to those of IPv4 only.
        socket.set_freebind_v6(true)?;
    }
    socket.bind(&SocketAddr::new(from, 0).into())?;
    socket.connect_timeout(&to.into(), PATIENCE)?;
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Speaks TLS, and trusts these certificates only.
pub(crate) fn secure(
    stream: TcpStream,
    hello: Hello<'_>,
    trusted: &[X509],
) -> Result<SslStream<TcpStream>, String> {
    let text = |error: openssl::error::ErrorStack| error.to_string();
    let mut builder = SslContext::builder(SslMethod::tls_client()).map_err(text)?;
    let mut store = X509StoreBuilder::new().map_err(text)?;
    for certificate in trusted {
        store.add_cert(certificate.clone()).map_err(text)?;
    }
    builder.set_cert_store(store.build());
    builder.set_security_level(0);
    builder.set_min_proto_version(hello.version.or(Some(SslVersion::TLS1))).map_err(text)?;
    builder.set_max_proto_version(hello.version).map_err(text)?;
    builder.set_alpn_protos(hello.alpn).map_err(text)?;
    builder.set_cipher_list(hello.ciphers.unwrap_or("ALL:@SECLEVEL=0")).map_err(text)?;
    builder.set_verify(SslVerifyMode::PEER);
    let mut ssl = Ssl::new(&builder.build()).map_err(text)?;
    if let Some(name) = hello.name {
        ssl.set_hostname(name).map_err(text)?;
        ssl.param_mut().set_host(name).map_err(text)?;
    }
    ssl.connect(stream).map_err(|error| format!("{error:?}"))
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The client's address.
    pub(crate) from: IpAddr,
    /// Whether it speaks TLS.
    pub(crate) secure: bool,
    /// The host it asks for.
    pub(crate) host: String,
    /// The method.
    pub(crate) method: String,
    /// Path and query, as they are sent.
    pub(crate) target: String,
    /// Further headers.
    pub(crate) headers: Headers,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// With a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a method.
    pub(crate) fn method(mut self, method: &str) -> Self {
        self.method = method.to_owned();
        self
    }

    /// To another path.
    pub(crate) fn target(mut self, target: &str) -> Self {
        self.target = target.to_owned();
        self
    }

    /// From another address.
    pub(crate) fn from(mut self, from: impl Into<IpAddr>) -> Self {
        self.from = from.into();
        self
    }

    /// What it is, for messages.
    pub(crate) fn name(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{} {scheme}://{}{} from {}", self.method, self.host, self.target, self.from)
    }

    /// The head as it is sent.
    pub(crate) fn head(&self) -> String {
        let mut out =
            format!("{} {} HTTP/1.1\r\nHost: {}\r\n", self.method, self.target, self.host);
        let sized = self.headers.iter().any(|(name, _)| {
            ["content-length", "transfer-encoding"].contains(&name.to_ascii_lowercase().as_str())
        });
        if !sized && !self.body.is_empty() {
            out += &format!("Content-Length: {}\r\n", self.body.len());
        }
        for (name, value) in &self.headers {
            out += &format!("{name}: {value}\r\n");
        }
        out + "\r\n"
    }
}

/// What came back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    /// The status; 0 where there was no answer.
    pub(crate) status: u16,
    /// Header lines.
    pub(crate) headers: Headers,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// Why there was none.
    pub(crate) fault: String,
}

impl Answer {
    /// All values of a header.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        values(&self.headers, name)
    }

    /// The value of a header that stands once or not at all.
    pub(crate) fn value(&self, name: &str) -> &str {
        match &*self.values(name) {
            [] => "",
            [value] => value,
            _ => "(twice)",
        }
    }
}

/// A connection on which requests are made one after the other.
pub(crate) struct Connection(BufReader<Box<dyn Wire>>);

impl Connection {
    /// Opens one for requests like this.
    pub(crate) fn open(request: &Request, trusted: &[X509]) -> Result<Self, String> {
        let port = if request.secure { HTTPS } else { HTTP };
        let edge = if request.from.is_ipv4() { IpAddr::V4(EDGE) } else { IpAddr::V6(EDGE_6) };
        let tcp = connect(request.from, (edge, port).into()).map_err(|error| error.to_string())?;
        let wire: Box<dyn Wire> = match request.secure {
            true => Box::new(secure(tcp, Hello::to(&request.host), trusted)?),
            false => Box::new(tcp),
        };
        Ok(Self(BufReader::new(wire)))
    }

    /// The bytes below.
    pub(crate) fn wire(&mut self) -> &mut Box<dyn Wire> {
        self.0.get_mut()
    }

    /// Waits no longer than this for bytes.
    pub(crate) fn patience(&mut self, time: Duration) {
        drop(self.wire().tcp().set_read_timeout(Some(time)));
    }

    /// Reads exactly so many bytes.
    pub(crate) fn read(&mut self, length: usize) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Sends bytes.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.wire().write_all(bytes)?;
        self.wire().flush()
    }

    /// Reads an answer.
    pub(crate) fn answer(&mut self, method: &str) -> Answer {
        match self.read_answer(method) {
            Ok(answer) => answer,
            Err(error) => Answer { fault: error.to_string(), ..Answer::default() },
        }
    }

    fn read_answer(&mut self, method: &str) -> std::io::Result<Answer> {
        let Some((first, headers)) = http::head(&mut self.0)? else {
            return Ok(Answer { fault: "closed".to_owned(), ..Answer::default() });
        };
        let status = first.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
        let empty = method == "HEAD" || matches!(status, 101 | 204 | 304);
        let body = if empty { Vec::new() } else { http::body(&mut self.0, &headers, true)? };
        Ok(Answer { status, headers, body, fault: String::new() })
    }

    /// Makes a request.
    pub(crate) fn ask(&mut self, request: &Request) -> Answer {
        // The answer may come, and the connection close, before everything is sent.
        let sent = self.send(request.head().as_bytes()).and_then(|()| self.send(&request.body));
        let answer = self.answer(&request.method);
        match sent {
            Err(error) if answer.status == 0 => {
                Answer { fault: format!("{error}, {}", answer.fault), ..answer }
            }
            _ => answer,
        }
    }
}
