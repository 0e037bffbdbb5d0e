//! How a service is watched.

use serde::Serialize;

use crate::{EnvName, Label, Seconds, Sourced};

/// How health is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Liveness path: the process only. `None` means a TCP connection to the main port.
    pub live: Option<Sourced<String>>,
    /// Readiness path: dependencies too.
    pub ready: Option<Sourced<String>>,
    /// Start-up path; else the liveness rule with a long budget.
    pub startup: Option<Sourced<String>>,
    /// The detailed report, never public.
    pub detail: Option<Sourced<String>>,
    /// A command that exits 0 when healthy, instead of paths.
    pub command: Option<Sourced<Vec<String>>>,
    /// The name of the port that is connected to, instead of paths.
    pub tcp: Option<Sourced<Label>>,
    /// The name of the port that speaks the gRPC health protocol, instead of paths.
    pub grpc: Option<Sourced<Label>>,
    /// The variable inside that holds what the paths want as a bearer token.
    pub token: Option<Sourced<EnvName>>,
    /// Time between two probes.
    pub interval: Sourced<Seconds>,
    /// Time until a probe counts as failed.
    pub timeout: Sourced<Seconds>,
}

/// Which metrics a service exposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Metrics {
    /// The path.
    pub path: Sourced<String>,
    /// The name of the port it is served on.
    pub port: Label,
    /// The histogram of request durations in seconds, without suffix.
    pub http: Sourced<String>,
    /// A gauge of requests that wait for a database connection.
    pub db_pool_waiting: Option<Sourced<String>>,
    /// A histogram of query durations in seconds, without suffix.
    pub db_latency: Option<Sourced<String>>,
    /// The variable inside that holds what the path wants as a bearer token.
    pub token: Option<Sourced<EnvName>>,
}
