//! Secrets, variables, backup, observation, notification and CI.

use stackc_shape::{Decode, RawText, Spanned, Switch, Words};
use stackc_unit::{EnvName, Percent, Seconds};

use crate::{AlertValue, CronText, Generate, KeepText};

/// A secret that needs more than a name.
#[derive(Debug, Clone, Default, Decode)]
pub struct SecretSpec {
    /// How it is made; without it somebody provides it.
    #[shape(planned)]
    pub generate: Option<Spanned<Generate>>,
    /// What it is for.
    #[shape(planned)]
    pub description: Option<Spanned<String>>,
}

/// A variable of every service we build.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:value")]
pub struct VariableSpec {
    /// The value. `${…}` refers to other parts of the stack.
    pub value: Spanned<RawText>,
}

/// How data is saved.
#[derive(Debug, Clone, Default, Decode)]
pub struct BackupSpec {
    /// When, as five cron fields; by default `0 2 * * *`.
    pub schedule: Option<Spanned<CronText>>,
    /// How long copies are kept; by default `14d`.
    pub keep: Option<Spanned<KeepText>>,
    /// The formats; by default `[custom]`.
    pub formats: Vec<Spanned<FormatWord>>,
    /// The largest loss that is promised.
    pub rpo: Option<Spanned<Seconds>>,
    /// The longest recovery that is promised.
    #[shape(planned)]
    pub rto: Option<Spanned<Seconds>>,
}

/// The format of a database dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum FormatWord {
    /// PostgreSQL's own, compressed.
    Custom,
    /// Plain SQL.
    Sql,
}

/// What is observed.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:level")]
pub struct ObserveSpec {
    /// How much; by default `basic`.
    pub level: Option<Spanned<LevelWord>>,
    /// How long samples are kept; by default `15d`.
    pub retention: Option<Spanned<Seconds>>,
    /// Alerts by what they watch.
    pub alerts: Option<AlertsSpec>,
    /// Watch the hosts; by default with `full`.
    pub host: Option<Spanned<bool>>,
    /// Watch the containers; by default with `full`.
    pub containers: Option<Spanned<bool>>,
    /// Probe public addresses from outside; by default with `full`.
    pub blackbox: Option<Spanned<bool>>,
}

/// How much is observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum LevelWord {
    /// Nothing.
    None,
    /// Alert rules.
    Basic,
    /// The monitoring stack too.
    Full,
}

/// Alerts by what they watch. Each takes `warning/critical`; one value is critical; `false` turns it
/// off.
#[derive(Debug, Clone, Default, Decode)]
pub struct AlertsSpec {
    /// A service does not answer the scraper, or fewer copies than its least answer.
    pub down: Option<Spanned<bool>>,
    /// Share of requests answered with 5xx; by default `1%/5%`.
    pub error_rate: Option<Spanned<Switch<AlertLevels>>>,
    /// 95th percentile of request duration; by default `500ms/1s`.
    pub latency_p95: Option<Spanned<Switch<AlertLevels>>>,
    /// Processor use of the host; by default `80%/90%`.
    pub cpu: Option<Spanned<Switch<AlertLevels>>>,
    /// Memory use of the host; by default `80%/95%`.
    pub memory: Option<Spanned<Switch<AlertLevels>>>,
    /// Free disk space of the host; by default `20%/10%`.
    pub disk_free: Option<Spanned<Switch<AlertLevels>>>,
    /// Connections of the database that are taken; by default `80%/95%`.
    pub db: Option<Spanned<Switch<AlertLevels>>>,
    /// Requests waiting for a database connection; by default `5/10`.
    pub db_pool_waiting: Option<Spanned<Switch<AlertLevels>>>,
    /// 95th percentile of query duration; by default `200ms/500ms`.
    pub db_latency: Option<Spanned<Switch<AlertLevels>>>,
    /// Memory of redis that is used; by default `80%/90%`.
    pub redis: Option<Spanned<Switch<AlertLevels>>>,
    /// Probes from outside that fail; always critical.
    pub uptime: Option<Spanned<bool>>,
    /// Time until a certificate expires; by default `10d/3d`.
    pub certificate: Option<Spanned<Switch<AlertLevels>>>,
}

/// The two levels of an alert.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "levels:warning,critical")]
pub struct AlertLevels {
    /// From here on somebody should look.
    pub warning: Option<Spanned<AlertValue>>,
    /// From here on somebody is called.
    pub critical: Option<Spanned<AlertValue>>,
}

/// Where notifications go.
#[derive(Debug, Clone, Default, Decode)]
pub struct NotifySpec {
    /// The secret that holds a Slack incoming webhook.
    pub slack: Option<Spanned<EnvName>>,
    /// The secret that holds a PagerDuty integration key.
    #[shape(planned)]
    pub pagerduty: Option<Spanned<EnvName>>,
}

/// Continuous integration.
#[derive(Debug, Clone, Default, Decode)]
pub struct CiSpec {
    /// Which checks run, for every service that says nothing else.
    pub checks: Option<Spanned<ChecksSpec>>,
    /// Least line coverage, read from the `coverage-summary.json` or `coverage.json` that the tests
    /// leave.
    pub coverage: Option<Spanned<Percent>>,
    /// How many days build results are kept; by default 7.
    pub artifacts: Option<Spanned<u32>>,
    /// The security workflow; `false` turns it off.
    pub security: Option<Switch<SecuritySpec>>,
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
    /// The build.
    pub build: Option<Spanned<Switch<Words>>>,
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
    /// Scan of the repository's files; by default on.
    pub fs: Option<Spanned<bool>>,
    /// Scan of the built images; by default on.
    pub image: Option<Spanned<bool>>,
    /// Scan for secrets; by default on.
    pub secret_scan: Option<Spanned<bool>>,
    /// When it runs by itself: `daily`, `weekly` or five cron fields (UTC); by default `weekly`.
    pub schedule: Option<Spanned<ScheduleText>>,
}

/// `daily`, `weekly` or five cron fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleText(pub String);

impl Decode for ScheduleText {
    fn shape() -> stackc_shape::Shape {
        static SHAPE: stackc_shape::ScalarShape = stackc_shape::ScalarShape {
            name: "`daily`, `weekly` or a cron expression",
            types: &[stackc_shape::JsonType::String],
            pattern: Some("daily|weekly|\\S+( +\\S+){4}"),
            range: None,
            examples: &["daily", "weekly"],
        };
        stackc_shape::Shape::Scalar(&SHAPE)
    }

    fn decode<'a>(
        node: &'a stackc_source::Node,
        decoder: &mut stackc_shape::Decoder<'a>,
    ) -> Option<Self> {
        match node.as_scalar().map(|scalar| &*scalar.text) {
            Some("daily") => Some(Self("0 5 * * *".to_owned())),
            Some("weekly") => Some(Self("0 5 * * 1".to_owned())),
            _ => CronText::decode(node, decoder).map(|cron| Self(cron.0)),
        }
    }
}
