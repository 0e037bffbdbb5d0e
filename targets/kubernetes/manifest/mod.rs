//! The document model: the parts of the Kubernetes API this target writes, each type's fields in
//! the order a reviewer reads them.

mod batch;
mod config;
mod extension;
mod gateway;
mod meta;
mod network;
mod pod;
mod workload;

pub(super) use batch::*;
pub(super) use config::*;
pub(super) use extension::*;
pub(super) use gateway::*;
pub(super) use meta::*;
pub(super) use network::*;
pub(super) use pod::*;
pub(super) use workload::*;
