//! The resolved stack: inert data without holes.
//!
//! Everything a target needs is here, decided: short forms are expanded, defaults filled in,
//! overlays merged, references checked. A reference between items is a typed id that only
//! [`Environment`] hands out, so it cannot dangle. Each value that a user may write carries its
//! [`Origin`]. The model knows neither the spelling of `stack.yaml` nor any output format.

mod data;
mod edge;
mod environment;
mod external;
mod hatches;
mod id;
mod operations;
pub mod pins;
mod service;
mod text;
mod value;

pub use data::{
    DataAccess, DatabaseUser, Dump, Engine, MONITOR, Persistence, RedisPurpose, SUPERUSER, Server,
    Store,
};
pub use edge::{
    Access, AnswerCache, Cdn, Compression, Cors, Csp, Domain, Edge, EdgeLogs, Enforce, Extra,
    Header, Headers, Limit, LimitKey, LimitMode, Maintenance, Route, Timeouts, Tls, TlsProfile,
    TlsProvider,
};
pub use environment::{Environment, Platform, Stack, Tier, Trigger};
pub use external::{CATCHER, CATCHER_PORT, External, Managed};
pub use hatches::{Acceptance, Patch};
pub use id::{ExternalId, RouteId, SecretId, ServiceId, StoreId};
pub use operations::{
    Alert, AlertKind, Backup, Checks, Ci, CustomAlert, Notify, Observe, ObserveLevel, Release,
    Security, Slo, Threshold, Updates,
};
pub use service::{
    Base, Build, Concurrency, Copies, Cron, Delivery, Exception, Health, Job, Kind, Logs, Metrics,
    Migrate, Moment, Mount, Need, NeedTarget, PackageManager, Port, Protocol, Resources, Role,
    Rollout, Rotate, Scale, Service, Start, StaticFiles, Stop, Update, Volume,
};
pub use stackc_unit::{Bytes, EnvName, Label, Millicores, Percent, Rate, Seconds};
pub use text::{SECRETS_DIR, Secret, SecretSource, Segment, Text};
pub use value::{Origin, Sourced};
