//! Continuous integration.

use stackc_shape::{Decode, Spanned, Switch, Version, Words};
use stackc_unit::{Bytes, EnvName, Label, Percent, Seconds};

use crate::{Fraction, PathGlob, ScheduleText};

/// Continuous integration.
#[derive(Debug, Clone, Default, Decode)]
pub struct CiSpec {
    /// Which checks run, for every service that says nothing else.
    pub checks: Option<Spanned<ChecksSpec>>,
    /// Least line coverage, read from the `coverage-summary.json` or `coverage.json` that the tests
    /// leave.
    pub coverage: Option<Spanned<Percent>>,
    /// Bounds of what a page may cost its reader.
    #[shape(planned)]
    pub budgets: Option<Spanned<BudgetsSpec>>,
    /// The security workflow; `false` turns it off.
    pub security: Option<Switch<SecuritySpec>>,
    /// Files besides a service's own that concern every service, such as `packages/**`.
    pub paths: Vec<Spanned<PathGlob>>,
    /// Language versions to check with, besides the one that is deployed.
    pub matrix: Option<Spanned<MatrixSpec>>,
    /// Keep downloads and layers between runs; by default `true`.
    pub cache: Option<Spanned<bool>>,
    /// How many days build results are kept; by default 7.
    pub artifacts: Option<Spanned<u32>>,
    /// Pull requests that update dependencies; `false` turns them off.
    pub updates: Option<Switch<Spanned<UpdatesSpec>>>,
    /// One job that waits for all checks, to be required by the rules of the branch; by default
    /// `false`.
    pub required: Option<Spanned<bool>>,
    /// A workflow, started by a person, that puts an environment under load.
    #[shape(planned)]
    pub load_test: Option<Spanned<LoadTestSpec>>,
}

/// Checks. Each takes a command, `true` for the kind's usual one, or `false`.
#[derive(Debug, Clone, Default, Decode)]
pub struct ChecksSpec {
    /// Style and common mistakes.
    pub lint: Option<Spanned<Switch<Words>>>,
    /// Types.
    pub types: Option<Spanned<Switch<Words>>>,
    /// Tests.
    pub test: Option<Spanned<Switch<Words>>>,
    /// Tests of the whole in a browser; by default off.
    pub e2e: Option<Spanned<Switch<Words>>>,
    /// The build.
    pub build: Option<Spanned<Switch<Words>>>,
}

/// Bounds of what a page may cost its reader.
#[derive(Debug, Clone, Default, Decode)]
pub struct BudgetsSpec {
    /// Time until a page is loaded.
    pub page_load: Option<Spanned<Seconds>>,
    /// Time until the first content is painted.
    pub fcp: Option<Spanned<Seconds>>,
    /// Time until the largest content is painted.
    pub lcp: Option<Spanned<Seconds>>,
    /// Time until an interaction is answered.
    pub inp: Option<Spanned<Seconds>>,
    /// Time for which the page does not react while it loads.
    pub tbt: Option<Spanned<Seconds>>,
    /// Time until the first byte arrives.
    pub ttfb: Option<Spanned<Seconds>>,
    /// How far content moves while the page loads.
    pub cls: Option<Spanned<Fraction>>,
    /// The least score for performance.
    pub score: Option<Spanned<Percent>>,
    /// The most that scripts may weigh.
    pub bundle: Option<Spanned<Bytes>>,
}

/// The security workflow.
#[derive(Debug, Clone, Default, Decode)]
pub struct SecuritySpec {
    /// Audit of dependencies; by default on.
    pub audit: Option<Spanned<bool>>,
    /// Review of changed dependencies on pull requests; by default on.
    pub dependency_review: Option<Spanned<bool>>,
    /// CodeQL; by default off, since private repositories pay for it.
    pub codeql: Option<Spanned<bool>>,
    /// Scan of the built images; by default on.
    pub image: Option<Spanned<bool>>,
    /// Scan of the repository's files; by default on.
    pub fs: Option<Spanned<bool>>,
    /// Scan for secrets; by default on.
    pub secret_scan: Option<Spanned<bool>>,
    /// Snyk: the secret that holds its token.
    #[shape(planned)]
    pub snyk: Option<Spanned<EnvName>>,
    /// The environment whose public address ZAP scans.
    #[shape(planned)]
    pub zap: Option<Spanned<Label>>,
    /// When it runs by itself: `daily`, `weekly` or five cron fields (UTC); by default `weekly`.
    pub schedule: Option<Spanned<ScheduleText>>,
}

/// Language versions to check with.
#[derive(Debug, Clone, Default, Decode)]
pub struct MatrixSpec {
    /// Versions of Node.
    pub node: Vec<Spanned<Version>>,
    /// Versions of Python.
    pub python: Vec<Spanned<Version>>,
    /// Versions of Go.
    pub go: Vec<Spanned<Version>>,
}

/// Pull requests that update dependencies.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:every")]
pub struct UpdatesSpec {
    /// How often; by default `weekly`.
    pub every: Option<Spanned<IntervalWord>>,
    /// How old a release must be before it is proposed; by default `7d`.
    pub cooldown: Option<Spanned<Seconds>>,
    /// How many may be open at once, per folder; by default 5.
    pub limit: Option<Spanned<u32>>,
}

/// An interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum IntervalWord {
    /// Every working day.
    Daily,
    /// Once a week.
    Weekly,
    /// Once a month.
    Monthly,
}

/// A workflow that puts an environment under load.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:script")]
pub struct LoadTestSpec {
    /// The test, such as `tests/load.yml`.
    pub script: Spanned<String>,
    /// The tool that runs it; by default `artillery` for YAML, else `k6`.
    pub tool: Option<Spanned<LoadToolWord>>,
    /// The environment; by default the first one of the tier staging.
    pub environment: Option<Spanned<Label>>,
}

/// A tool that makes load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum LoadToolWord {
    /// Grafana k6.
    K6,
    /// Artillery.
    Artillery,
}
