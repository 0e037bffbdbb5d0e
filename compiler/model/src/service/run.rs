//! When, how often and for how long a service runs.

use serde::Serialize;

use crate::{Percent, Seconds, Sourced};

/// How many copies run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scale {
    /// At least.
    pub min: Sourced<u32>,
    /// At most; the same as `min` means no autoscaling.
    pub max: Sourced<u32>,
    /// Target processor utilisation of the request.
    pub cpu: Sourced<Percent>,
    /// Target memory utilisation of the request, where asked for.
    pub memory: Option<Sourced<Percent>>,
    /// Whether a client is answered by the same copy each time.
    pub sticky: Sourced<bool>,
}

/// How a service stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// From SIGTERM to SIGKILL.
    pub grace: Sourced<Seconds>,
    /// How long new connections are kept away before SIGTERM.
    pub drain: Sourced<Seconds>,
}

/// How a new version replaces the old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Update {
    /// New copies first, then the old ones go.
    Rolling,
    /// The old one stops before the new one starts.
    Recreate,
    /// All new copies beside the old ones, then the requests move over at once.
    BlueGreen,
}

/// Some copies of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Copies {
    /// So many.
    Count(u32),
    /// So many of a hundred.
    Share(u32),
}

/// How far the number of copies may stray while a new version replaces the old.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rollout {
    /// How many more may run.
    pub surge: Sourced<Copies>,
    /// How many fewer may run.
    pub unavailable: Sourced<Copies>,
}

/// Database migrations, run once before a new version starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Migrate {
    /// The command.
    pub command: Sourced<Vec<String>>,
    /// How long it may take.
    pub timeout: Sourced<Seconds>,
}

/// What happens when a scheduled run meets the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Concurrency {
    /// The new run is left out.
    Forbid,
    /// The old run is ended.
    Replace,
    /// Both run.
    Allow,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cron {
    /// Five fields: minute, hour, day of month, month, day of week.
    pub schedule: Sourced<String>,
    /// What happens on overlap.
    pub concurrency: Concurrency,
    /// How long a run may take.
    pub deadline: Option<Sourced<Seconds>>,
}

/// When a job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before the new version starts.
    BeforeDeploy,
    /// After it has become healthy.
    AfterDeploy,
    /// When somebody asks for it.
    Manual,
}

/// A job: runs once and ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Job {
    /// When.
    pub moment: Sourced<Moment>,
    /// How long it may take.
    pub deadline: Sourced<Seconds>,
}
