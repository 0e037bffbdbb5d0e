//! What a service listens on, and what it needs.

use stackc_shape::{Decode, Decoder, Shape, Spanned};
use stackc_source::Node;
use stackc_unit::EnvName;

/// A port.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:port")]
pub struct PortSpec {
    /// The number inside the container.
    pub port: Spanned<u16>,
    /// What it speaks; by default `http`.
    pub protocol: Option<Spanned<ProtocolWord>>,
}

/// What a port speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum ProtocolWord {
    /// HTTP/1.1
    Http,
    /// gRPC
    Grpc,
    /// Plain TCP
    Tcp,
}

/// What is needed of another part of the stack.
#[derive(Debug, Clone, Decode)]
pub struct NeedSpec {
    /// How a store is reached: through its pool where it has one, or directly; by default `pooled`.
    pub via: Option<Spanned<ReachWord>>,
    /// When this service may start; by default when the other is `healthy`.
    pub start: Option<Spanned<StartWord>>,
    /// The name of the variable that receives the address; `null` injects none.
    #[shape(nullable, key = "as")]
    pub name: Option<Spanned<VariableName>>,
}

/// How a store is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum ReachWord {
    /// Past the pool: for migrations, replication and whatever keeps a session.
    Direct,
    /// Through the pool, where the store has one.
    Pooled,
}

/// The name of a variable, or null for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableName {
    /// This one.
    Named(EnvName),
    /// None.
    Nothing,
}

impl Decode for VariableName {
    fn shape() -> Shape {
        EnvName::shape()
    }

    fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
        match node.is_null() {
            true => Some(Self::Nothing),
            false => EnvName::decode(node, decoder).map(Self::Named),
        }
    }
}

/// When a service may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum StartWord {
    /// When the other is healthy.
    Healthy,
    /// When the other has started.
    Started,
    /// At any time.
    Any,
}
