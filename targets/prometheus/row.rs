//! A row of the catalogue and how it becomes checks on this stack.

use stackc_model::{Alert, AlertKind, Seconds, Sourced, Threshold};
use stackc_source::{Diagnostic, Diagnostics, codes};

use super::amount::{Amount, Unit};
use super::world::World;

/// The group a rule stands in: `<stack>-<area>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Area {
    /// Whether services run.
    Services,
    /// How requests fare.
    Http,
    /// What users were promised.
    Promises,
    /// The host.
    Host,
    /// Containers.
    Containers,
    /// PostgreSQL and what services say of their database.
    Database,
    /// Redis.
    Redis,
    /// nginx.
    Edge,
    /// Probes from outside.
    Probes,
    /// Backups.
    Backup,
    /// The monitoring itself.
    Monitoring,
}

impl Area {
    /// Every area, in the order of the file.
    pub(super) const ALL: [Self; 11] = [
        Self::Services,
        Self::Http,
        Self::Promises,
        Self::Host,
        Self::Containers,
        Self::Database,
        Self::Redis,
        Self::Edge,
        Self::Probes,
        Self::Backup,
        Self::Monitoring,
    ];

    /// The end of the group's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Http => "http",
            Self::Promises => "promises",
            Self::Host => "host",
            Self::Containers => "containers",
            Self::Database => "database",
            Self::Redis => "redis",
            Self::Edge => "edge",
            Self::Probes => "probes",
            Self::Backup => "backup",
            Self::Monitoring => "monitoring",
        }
    }
}

/// Who is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    /// Nobody: the alert is a sign of life.
    None,
    /// A ticket.
    Warning,
    /// A page.
    Critical,
}

impl Severity {
    /// The value of the label.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// How the measured value is compared with the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    /// Fires above.
    Above,
    /// Fires below.
    Below,
    /// Fires at exactly the bound; one more is healthy.
    Equal,
    /// The expression has a result only when something is wrong. Tests count what is there: none is
    /// wrong, one is healthy.
    Absent,
    /// The expression has a result only when something is wrong. Tests count faults.
    Present,
    /// Always fires.
    Always,
}

impl Compare {
    /// The end of the expression.
    pub(super) fn promql(self, bound: Amount) -> String {
        match self {
            Self::Above => format!("> {}", bound.promql()),
            Self::Below => format!("< {}", bound.promql()),
            Self::Equal => format!("== {}", bound.promql()),
            Self::Absent | Self::Present | Self::Always => String::new(),
        }
    }

    /// Whether a value is beyond the bound.
    pub(super) fn fires(self, value: Amount, bound: Amount) -> bool {
        match self {
            Self::Above | Self::Present => value.raw() > bound.raw(),
            Self::Below => value.raw() < bound.raw(),
            Self::Equal | Self::Absent => value.raw() == bound.raw(),
            Self::Always => true,
        }
    }

    /// The values a test tries around a bound.
    pub(super) fn around(self, bound: Amount) -> Vec<Amount> {
        let exact = matches!(bound, Amount::Count(_));
        match self {
            Self::Above | Self::Present if exact => vec![bound, bound.above()],
            Self::Below if exact => vec![bound, bound.below()],
            Self::Above | Self::Below | Self::Present => vec![bound.below(), bound.above()],
            Self::Equal | Self::Absent => vec![bound.above(), bound],
            Self::Always => vec![bound],
        }
    }
}

/// Where the levels of an alert come from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Levels {
    /// One level that nobody sets.
    Fixed(Severity, Amount),
    /// The thresholds of the stack, which are of this unit.
    Thresholds(Unit),
    /// Critical without any copy, a warning below the fewest copies.
    Copies,
    /// The share that was promised to go well, or this where nothing was.
    Promised(Severity, Amount),
    /// A pace at which the budget of the subject is used up.
    Burn(Burn),
}

/// A pace: so many percent of a budget in so many hours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Burn {
    /// Who is called.
    pub(super) severity: Severity,
    /// The part of the budget.
    pub(super) percent: u64,
    /// The time.
    pub(super) hours: u64,
}

/// What may go wrong with a promise kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// The share of requests, in hundredths of a percent.
    pub(super) share: u32,
    /// The window of the promise.
    pub(super) hours: u64,
    /// From how many milliseconds on a request is slow, where the promise is about that.
    pub(super) slow: Option<u64>,
}

impl Burn {
    /// The share of failing requests at this pace; `None` where no pace is as fast.
    fn bound(self, budget: Budget) -> Option<Amount> {
        let share = u64::from(budget.share) * self.percent * budget.hours / (100 * self.hours);
        let share = u32::try_from(share.max(1)).ok().filter(|share| *share < 10_000)?;
        Some(Amount::Share(stackc_model::Percent(share)))
    }
}

/// What one rule is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Subject {
    /// The job its series come from; empty for an expression without series.
    pub(super) job: String,
    /// The label `service`, where the service or store is known.
    pub(super) service: Option<String>,
    /// A metric named by the stack.
    pub(super) metric: Option<String>,
    /// The fewest copies that run.
    pub(super) copies: u64,
    /// Series that a test must have so that nothing else is missing.
    pub(super) peers: Vec<String>,
    /// The budget of a promise.
    pub(super) budget: Option<Budget>,
}

impl Subject {
    /// A subject that is a job.
    pub(super) fn job(job: &str) -> Self {
        Self { job: job.to_owned(), ..Self::default() }
    }

    /// A service or store, whose job has its name.
    pub(super) fn named(name: &str) -> Self {
        Self { service: Some(name.to_owned()), ..Self::job(name) }
    }

    /// The same with a metric.
    pub(super) fn with_metric(self, metric: &str) -> Self {
        Self { metric: Some(metric.to_owned()), ..self }
    }

    /// The metric, empty where there is none.
    pub(super) fn metric(&self) -> &str {
        self.metric.as_deref().unwrap_or("")
    }
}

/// A series of a unit test and its values.
pub(super) type Series = (String, String);

/// One alert of the catalogue.
pub(super) struct Row {
    /// Its name.
    pub(super) alert: &'static str,
    /// Its group.
    pub(super) area: Area,
    /// What turns it on; `None` for the monitoring of the monitoring.
    pub(super) kind: Option<AlertKind>,
    /// What there is to watch in this stack.
    pub(super) subjects: fn(&World) -> Vec<Subject>,
    /// The expression, given the comparison at its end.
    pub(super) expr: fn(&Subject, &str) -> String,
    /// How it compares.
    pub(super) compare: Compare,
    /// Its levels.
    pub(super) levels: Levels,
    /// Minutes the condition holds before a ticket and before a page.
    pub(super) hold: [u64; 2],
    /// Minutes it goes on firing after the condition is gone; 0 for those that do not flap.
    pub(super) keep: u64,
    /// Labels of the result besides `job`, with the values they have in a test.
    pub(super) labels: &'static [(&'static str, &'static str)],
    /// What is wrong, in one line.
    pub(super) summary: &'static str,
    /// What was measured and what it means.
    pub(super) description: &'static str,
    /// Series in which the measured value is this, over so many minutes.
    pub(super) input: fn(&Subject, Amount, u64) -> Vec<Series>,
    /// Minutes of samples the expression needs for a first result.
    pub(super) warmup: u64,
    /// For a share of requests: series in which all of them are bad, but too few to call anybody.
    pub(super) few: Option<fn(&Subject, u64) -> Vec<Series>>,
}

/// One level of a check.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    /// Who is called.
    pub(super) severity: Severity,
    /// From where on.
    pub(super) bound: Amount,
    /// After how long.
    pub(super) hold: Seconds,
}

/// A row applied to a subject of this stack.
pub(super) struct Check {
    /// The row.
    pub(super) row: &'static Row,
    /// The subject.
    pub(super) subject: Subject,
    /// The levels, tickets first.
    pub(super) levels: Vec<Level>,
}

/// Applies the catalogue to a world.
pub(super) fn checks(
    world: &World,
    rows: impl Iterator<Item = &'static Row>,
    diagnostics: &mut Diagnostics,
) -> Vec<Check> {
    let mut checks = Vec::new();
    for row in rows {
        let alert = row.kind.map(|kind| world.alert(kind));
        if alert.is_some_and(|alert| alert.is_none()) {
            continue;
        }
        let subjects = (row.subjects)(world);
        if subjects.is_empty() {
            continue;
        }
        let alert = alert.flatten();
        checks.extend(subjects.into_iter().filter_map(|subject| {
            let levels = row.levels(&subject, alert, diagnostics);
            (!levels.is_empty()).then_some(Check { row, subject, levels })
        }));
    }
    checks
}

impl Row {
    fn levels(
        &self,
        subject: &Subject,
        alert: Option<&Alert>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Level> {
        let bounds = match self.levels {
            Levels::Fixed(severity, bound) => vec![(severity, bound)],
            Levels::Promised(severity, usual) => {
                let kept = subject.budget.map(|budget| 10_000_u32.saturating_sub(budget.share));
                let promised = kept.map(|share| Amount::Share(stackc_model::Percent(share)));
                vec![(severity, promised.unwrap_or(usual))]
            }
            Levels::Burn(burn) => {
                let bound = subject.budget.and_then(|budget| burn.bound(budget));
                bound.map(|bound| (burn.severity, bound)).into_iter().collect()
            }
            Levels::Copies => {
                let fewest = (subject.copies > 1).then_some(subject.copies).map(Amount::Count);
                let fewest = fewest.map(|fewest| (Severity::Warning, fewest));
                fewest.into_iter().chain([(Severity::Critical, Amount::Count(1))]).collect()
            }
            Levels::Thresholds(unit) => {
                let written = alert.map(|alert| {
                    [(Severity::Warning, &alert.warning), (Severity::Critical, &alert.critical)]
                });
                let mut bound = |(severity, threshold): (_, &Option<_>)| {
                    Some((severity, self.bound(threshold.as_ref()?, unit, diagnostics)?))
                };
                written.into_iter().flatten().filter_map(&mut bound).collect()
            }
        };
        let level = |(severity, bound)| Level { severity, bound, hold: self.hold(severity) };
        bounds.into_iter().map(level).collect()
    }

    fn hold(&self, severity: Severity) -> Seconds {
        match severity {
            Severity::Warning => minutes(self.hold[0]),
            Severity::Critical | Severity::None => minutes(self.hold[1]),
        }
    }

    /// The threshold as a bound of this row, if it has the unit and can be crossed.
    fn bound(
        &self,
        threshold: &Sourced<Threshold>,
        unit: Unit,
        diagnostics: &mut Diagnostics,
    ) -> Option<Amount> {
        let bound = Amount::from(threshold.value);
        let never = match self.compare {
            Compare::Below => bound.raw() == 0,
            _ => unit == Unit::Share && bound.raw() >= 10_000,
        };
        let (code, message) = if bound.unit() != unit {
            (codes::BAD_FORMAT, format!("the alert {} is bounded by {}", self.alert, unit.name()))
        } else if never || (unit == Unit::Time && bound.raw() == 0) {
            let message = format!("{} is no bound for the alert {}", bound.bound(), self.alert);
            (codes::OUT_OF_RANGE, message)
        } else {
            return Some(bound);
        };
        diagnostics.push(match threshold.origin.span() {
            Some(span) => Diagnostic::new(code, span, message),
            None => Diagnostic::global(code, message),
        });
        None
    }
}

/// So many minutes.
pub(super) const fn minutes(minutes: u64) -> Seconds {
    Seconds::new(minutes * 60)
}
