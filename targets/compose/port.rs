//! Ports that are published on the host.

use serde::{Serialize, Serializer};

/// A port published on the host. The address is always said: without one, docker listens on all.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Port {
    pub(crate) target: u16,
    #[serde(serialize_with = "as_text")]
    pub(crate) published: u16,
    pub(crate) host_ip: &'static str,
    pub(crate) protocol: &'static str,
}

impl Port {
    /// A TCP port on all IPv4 addresses of the host.
    pub(crate) fn public(published: u16, target: u16) -> Self {
        Self { target, published, host_ip: "0.0.0.0", protocol: "tcp" }
    }

    /// The same over IPv6; `None` for a port that is not public.
    pub(crate) fn over_ipv6(&self) -> Option<Self> {
        let host_ip = "::";
        (self.host_ip == "0.0.0.0").then_some(Self { host_ip, ..*self })
    }

    /// A TCP port that only the host itself reaches.
    pub(crate) fn loopback(published: u16, target: u16) -> Self {
        Self { host_ip: "127.0.0.1", ..Self::public(published, target) }
    }
}

/// Compose takes the port of the host as a text.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn as_text<S: Serializer>(port: &u16, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&port.to_string())
}
