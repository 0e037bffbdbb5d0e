//! How a service is watched.

use std::collections::BTreeMap;

use stackc_shape::{Decode, Spanned, Words};
use stackc_unit::{EnvName, Label, Seconds};

use crate::RoutePath;

/// How to tell whether a service is healthy.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:ready")]
pub struct HealthSpec {
    /// Path that checks the process only. Never the database: it would restart every copy.
    pub live: Option<Spanned<RoutePath>>,
    /// Path that checks what the service depends on.
    pub ready: Option<Spanned<RoutePath>>,
    /// Path that answers once the service has started; by default `live`.
    pub startup: Option<Spanned<RoutePath>>,
    /// Path of the detailed report; it is never public.
    pub detail: Option<Spanned<RoutePath>>,
    /// A command that exits 0 when healthy; beside paths it is for platforms that ask inside the
    /// container.
    pub command: Option<Spanned<Words>>,
    /// The name of a port; healthy is who accepts a connection.
    pub tcp: Option<Spanned<Label>>,
    /// The name of a port that speaks the gRPC health protocol.
    pub grpc: Option<Spanned<Label>>,
    /// The secret that protected paths want as a bearer token. The service receives it too.
    pub token: Option<Spanned<EnvName>>,
    /// Time between two probes; by default `10s`.
    pub interval: Option<Spanned<Seconds>>,
    /// Time until a probe counts as failed; by default `3s`.
    pub timeout: Option<Spanned<Seconds>>,
}

/// Which metrics a service exposes.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:path")]
pub struct MetricsSpec {
    /// The path; by default `/metrics`. It is never public.
    pub path: Option<Spanned<RoutePath>>,
    /// The name of the port; by default the main one.
    pub port: Option<Spanned<Label>>,
    /// The histogram of request durations in seconds, whose label `status_code` holds the status; by
    /// default `http_request_duration_seconds`.
    pub http: Option<Spanned<String>>,
    /// A gauge of requests that wait for a database connection.
    pub db_pool_waiting: Option<Spanned<String>>,
    /// A histogram of query durations in seconds.
    pub db_latency: Option<Spanned<String>>,
    /// The secret that the path wants as a bearer token. The service receives it too.
    pub token: Option<Spanned<EnvName>>,
    /// Metrics of its own, by the name that `observe.alerts.custom` and dashboards know them under.
    #[shape(planned)]
    pub custom: BTreeMap<Label, Spanned<String>>,
}
