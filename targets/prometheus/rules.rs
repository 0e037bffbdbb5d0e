//! From checks to rules.

use stackc_model::CustomAlert;

use super::amount::compact;
use super::catalog::RECORDS;
use super::document::{AlertRule, Annotations, Group, Rule, RuleFile, RuleLabels};
use super::row::{Area, Check, Level, Severity, minutes};
use super::text::{Places, escape, fill};
use super::world::World;

/// The rules of a world, grouped by area; empty groups are left out.
pub(super) fn rule_file(world: &World, checks: &[Check], runbooks: Option<&str>) -> RuleFile {
    let groups = Area::ALL.map(|area| {
        let mut rules = records(world, area);
        let in_area = checks.iter().filter(|check| check.row.area == area);
        rules.extend(in_area.flat_map(|check| {
            check.levels.iter().map(|level| Rule::Alert(alert(check, *level, runbooks)))
        }));
        Group { name: format!("{}-{}", world.stack, area.name()), rules }
    });
    let own = Group {
        name: format!("{}-own", world.stack),
        rules: world.custom.iter().map(|alert| Rule::Alert(custom(alert))).collect(),
    };
    let groups = groups.into_iter().chain([own]);
    RuleFile { groups: groups.filter(|group| !group.rules.is_empty()).collect() }
}

/// An alert the stack itself defines: its condition is PromQL, the rest is data.
fn custom(alert: &CustomAlert) -> AlertRule {
    let severity = if alert.critical { Severity::Critical } else { Severity::Warning };
    AlertRule {
        alert: camel(alert.name.as_str()).into(),
        expr: alert.expr.value.clone(),
        hold: compact(*alert.hold),
        keep_firing_for: None,
        labels: RuleLabels { severity: severity.name(), service: None, metric: None },
        annotations: Annotations {
            summary: escape(&alert.summary),
            description: format!("The stack defines this alert as `{}`.", alert.name),
            runbook_url: None,
        },
    }
}

/// `queue-too-long` as the names of alerts are written: `QueueTooLong`.
fn camel(name: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    name.split('-').map(capital).collect()
}

fn records(world: &World, area: Area) -> Vec<Rule> {
    let on =
        RECORDS.iter().filter(|record| record.area == area && world.alert(record.kind).is_some());
    on.filter_map(|record| {
        Some(Rule::Record { record: record.record, expr: (record.expr)(world)? })
    })
    .collect()
}

fn alert(check: &Check, level: Level, runbooks: Option<&str>) -> AlertRule {
    let row = check.row;
    let keep = row.keep;
    AlertRule {
        alert: row.alert.into(),
        expr: (row.expr)(&check.subject, &row.compare.promql(level.bound)),
        hold: compact(level.hold),
        keep_firing_for: (keep > 0).then(|| compact(minutes(keep))),
        labels: RuleLabels {
            severity: level.severity.name(),
            service: check.subject.service.as_deref().map(escape),
            metric: check.metric_label().map(escape),
        },
        annotations: annotations(check, &Template { check, level }, runbooks, escape),
    }
}

/// The annotations with their places filled.
pub(super) fn annotations(
    check: &Check,
    places: &dyn Places,
    runbooks: Option<&str>,
    data: fn(&str) -> String,
) -> Annotations {
    let anchor = || check.row.alert.to_lowercase();
    Annotations {
        summary: fill(check.row.summary, places),
        description: fill(check.row.description, places),
        runbook_url: runbooks.map(|base| format!("{}#{}", data(base), anchor())),
    }
}

/// Annotations as Prometheus fills them in.
struct Template<'a> {
    check: &'a Check,
    level: Level,
}

impl Places for Template<'_> {
    fn fill(&self, place: &str) -> String {
        match place {
            "value" => self.level.bound.template().to_owned(),
            "bound" => self.level.bound.bound(),
            _ => match place.strip_prefix("label.") {
                Some(label) => format!("{{{{ $labels.{label} }}}}"),
                None => escape(self.check.name(place)),
            },
        }
    }
}

impl Check {
    /// A name from the stack.
    pub(super) fn name(&self, place: &str) -> &str {
        match place {
            "service" => self.subject.service.as_deref().unwrap_or_default(),
            "metric" => self.subject.metric(),
            _ => "",
        }
    }

    /// The metric as a label, for an alert about the metric itself.
    pub(super) fn metric_label(&self) -> Option<&str> {
        self.subject.metric.as_deref().filter(|_| self.row.summary.contains("{metric}"))
    }
}
