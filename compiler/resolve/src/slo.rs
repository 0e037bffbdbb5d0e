//! Promises to users, and the alerts a stack defines itself.

use stackc_model::{CustomAlert, Label, Percent, Seconds, Slo, Sourced};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, codes};
use stackc_spec::{CustomAlertSpec, ObserveSpec, SeverityWord, SloSpec};

use crate::context::{Context, or, written};

/// The whole, in hundredths of a percent.
const WHOLE: u32 = 10_000;

/// What users were promised; `None` where nothing was. `measured` says whether any service exports
/// what the alerts on it need.
pub(crate) fn promises(measured: bool, cx: &mut Context<'_>) -> Option<Slo> {
    let spec = cx.spec.slo.as_ref()?;
    let errors = errors(&spec.value, cx);
    let p95 = spec.value.latency.as_ref().and_then(|latency| latency.value.p95.as_ref());
    let (p95, window) = (p95.map(written), window(&spec.value, cx));
    if errors.is_none() && p95.is_none() {
        return None;
    }
    if !measured {
        let message = "nothing measures what `slo` promises: no service declares `metrics`";
        cx.push(
            Diagnostic::new(codes::MISSING_METRIC, spec.span, message)
                .help("no alert guards it: add `metrics` to the services that answer requests"),
        );
    }
    Some(Slo { errors, p95, window })
}

/// The share of requests that may fail, said one way or the other.
fn errors(spec: &SloSpec, cx: &mut Context<'_>) -> Option<Sourced<Percent>> {
    if let (Some(availability), Some(errors)) = (&spec.availability, &spec.errors) {
        let message = "`slo.availability` and `slo.errors` say the same thing";
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, errors.span, message)
                .related(availability.span, "also said here")
                .help("keep one of them"),
        );
    }
    let (errors, span) = match (&spec.availability, &spec.errors) {
        (Some(kept), _) => (WHOLE.saturating_sub(kept.value.0), kept.span),
        (None, Some(errors)) => (errors.value.0, errors.span),
        (None, None) => return None,
    };
    if (1..WHOLE).contains(&errors) {
        return Some(Sourced::written(Percent(errors), span));
    }
    let message = match errors {
        0 => "a promise without any failure leaves no budget to watch",
        _ => "a promise that every request may fail is none",
    };
    cx.push(
        Diagnostic::new(codes::OUT_OF_RANGE, span, message)
            .help("promise something between, such as `availability: 99.9%`"),
    );
    None
}

fn window(spec: &SloSpec, cx: &mut Context<'_>) -> Sourced<Seconds> {
    const DAY: u64 = 86_400;
    let window =
        or(spec.window.as_ref(), Seconds::new(30 * DAY), "a month, as the paces of alerts assume");
    if let Some(span) = window.origin.span()
        && !(Seconds::new(7 * DAY)..=Seconds::new(90 * DAY)).contains(&window.value)
    {
        let message = "a promise is counted over 7 to 90 days";
        cx.push(
            Diagnostic::new(codes::OUT_OF_RANGE, span, message)
                .help("write `30d`, which leaves room for one bad hour"),
        );
    }
    window
}

/// The alerts the stack itself defines.
pub(crate) fn custom(spec: &ObserveSpec, cx: &mut Context<'_>) -> Vec<CustomAlert> {
    let alerts = spec.alerts.iter().flat_map(|alerts| &alerts.custom);
    alerts.filter_map(|(name, alert)| one(name, alert, cx)).collect()
}

fn one(name: &Label, spec: &Spanned<CustomAlertSpec>, cx: &mut Context<'_>) -> Option<CustomAlert> {
    let expr = &spec.value.expr;
    if let Some(fault) = promql_fault(&expr.value) {
        let message = format!("the condition of the alert `{name}` {fault}");
        cx.push(
            Diagnostic::new(codes::BAD_FORMAT, expr.span, message).help(
                "write PromQL that has a result when something is wrong: `queue_length > 100`",
            ),
        );
        return None;
    }
    let usual = || format!("The condition of {name} holds");
    Some(CustomAlert {
        name: name.clone(),
        expr: written(expr),
        hold: or(spec.value.hold.as_ref(), Seconds::new(300), "a moment is no reason to be called"),
        critical: spec
            .value
            .severity
            .as_ref()
            .is_some_and(|word| word.value == SeverityWord::Critical),
        summary: spec.value.summary.as_ref().map_or_else(usual, |summary| summary.value.clone()),
    })
}

/// Why a text cannot be PromQL, as far as that shows without knowing the language.
fn promql_fault(expr: &str) -> Option<&'static str> {
    if expr.trim().is_empty() {
        return Some("is empty");
    }
    if expr.chars().any(|c| c.is_control() && c != '\n') {
        return Some("holds control characters");
    }
    let (mut open, mut quote, mut chars) = (Vec::new(), None, expr.chars());
    while let Some(c) = chars.next() {
        match (quote, c) {
            // In back quotes a backslash is a backslash.
            (Some(q), '\\') if q != '`' => drop(chars.next()),
            (Some(q), c) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '#') => return Some("holds `#`, behind which nothing counts"),
            (None, '(') => open.push(')'),
            (None, '[') => open.push(']'),
            (None, '{') => open.push('}'),
            (None, ')' | ']' | '}') if open.pop() != Some(c) => {
                return Some("closes what is not open");
            }
            (None, _) => {}
        }
    }
    match (quote, open.is_empty()) {
        (Some(_), _) => Some("does not close its quotes"),
        (None, false) => Some("does not close its brackets"),
        (None, true) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::promql_fault;

    #[test]
    fn brackets_and_quotes_are_closed() {
        for good in ["up == 0", "rate(x{a=\"}\\\"\"}[5m]) > 1", "x{a=`\\`} > 1", "a\nor\nb"] {
            assert_eq!(promql_fault(good), None, "{good}");
        }
        for bad in ["", "  ", "rate(x[5m]", "x{a=\"b}", "x)", "(]", "up # down", "a\tb\u{7}"] {
            assert!(promql_fault(bad).is_some(), "{bad}");
        }
    }
}
