//! When and how often a service runs.

use stackc_shape::{Decode, Spanned};
use stackc_unit::{Percent, Seconds};

use crate::{Copies, CronText, RoutePath};

/// How many copies run.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "range:min,max")]
pub struct ScaleSpec {
    /// At least.
    pub min: Option<Spanned<u32>>,
    /// At most.
    pub max: Option<Spanned<u32>>,
    /// Processor use at which copies are added; by default `70%`.
    pub cpu: Option<Spanned<Percent>>,
    /// Memory use at which copies are added; by default memory does not count.
    pub memory: Option<Spanned<Percent>>,
    /// A client is answered by the same copy each time.
    pub sticky: Option<Spanned<bool>>,
}

/// How a service stops.
#[derive(Debug, Clone, Default, Decode)]
pub struct StopSpec {
    /// Time from SIGTERM to SIGKILL; by default `30s`.
    pub grace: Option<Spanned<Seconds>>,
    /// Time in which no new connections arrive before SIGTERM; by default `10s`.
    pub drain: Option<Spanned<Seconds>>,
}

/// How a new version replaces the old.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:strategy")]
pub struct UpdateSpec {
    /// The strategy; by default `rolling`.
    pub strategy: Option<Spanned<UpdateWord>>,
    /// How many copies more than usual may run meanwhile: `1` or `25%`; by default `25%`.
    pub surge: Option<Spanned<Copies>>,
    /// How many copies fewer than usual may run meanwhile: `1` or `25%`; by default `0`.
    pub unavailable: Option<Spanned<Copies>>,
}

/// A strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum UpdateWord {
    /// New copies first, then the old ones go.
    Rolling,
    /// The old copy stops before the new one starts.
    Recreate,
    /// All new copies beside the old ones, then the requests move over at once.
    BlueGreen,
}

/// What happens when a run meets the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum ConcurrencyWord {
    /// The new run is left out.
    Forbid,
    /// The old run is ended.
    Replace,
    /// Both run.
    Allow,
}

/// A path of the service that a platform calls on a schedule.
#[derive(Debug, Clone, Decode)]
pub struct CallSpec {
    /// When: five cron fields.
    pub schedule: Spanned<CronText>,
    /// The path.
    pub path: Spanned<RoutePath>,
}

/// A moment of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum MomentWord {
    /// Before the new version starts.
    #[shape(word = "before_deploy")]
    BeforeDeploy,
    /// After it has become healthy.
    #[shape(word = "after_deploy")]
    AfterDeploy,
    /// When somebody asks for it.
    Manual,
}
