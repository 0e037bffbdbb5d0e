//! The pieces of PromQL that values from a stack go into: always as data.

use std::collections::BTreeMap;

/// A string literal.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A regular expression (RE2) that matches exactly one of the texts.
fn any_of(texts: &[&str]) -> String {
    let escaped = texts.iter().map(|text| {
        text.chars().fold(String::new(), |mut out, c| {
            if "\\.+*?()|[]{}^$".contains(c) {
                out.push('\\');
            }
            out.push(c);
            out
        })
    });
    escaped.collect::<Vec<_>>().join("|")
}

/// A matcher for the label `job`: equality for one, a regular expression for several.
pub(super) fn jobs(names: &[&str]) -> String {
    match names {
        [one] => format!("job={}", quote(one)),
        several => format!("job=~{}", quote(&any_of(several))),
    }
}

/// A matcher for a label that has exactly one of the values.
pub(super) fn any_value(label: &str, values: &[String]) -> String {
    match values {
        [one] => format!("{label}={}", quote(one)),
        several => {
            let texts: Vec<_> = several.iter().map(String::as_str).collect();
            format!("{label}=~{}", quote(&any_of(&texts)))
        }
    }
}

/// The name of a series with its labels, as unit tests write it.
pub(super) fn series(metric: &str, labels: &[(&str, &str)]) -> String {
    let labels: Vec<_> =
        labels.iter().map(|(name, value)| format!("{name}={}", quote(value))).collect();
    format!("{metric}{{{}}}", labels.join(", "))
}

/// The same expression over jobs that call the metric differently, joined by `or`.
pub(super) fn per_metric<'a>(
    metrics: impl Iterator<Item = (&'a str, &'a str)>,
    expr: impl Fn(&str, &str) -> String,
) -> Option<String> {
    let mut by_metric = BTreeMap::<_, Vec<_>>::new();
    for (job, metric) in metrics {
        by_metric.entry(metric).or_default().push(job);
    }
    let parts: Vec<_> =
        by_metric.iter().map(|(metric, names)| expr(metric, &jobs(names))).collect();
    (!parts.is_empty()).then(|| parts.join("\nor\n"))
}

/// Why a text is no name of a metric.
pub(super) fn metric_fault(name: &str) -> Option<&'static str> {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(valid)
    {
        return Some("is no metric name: letters, digits and `_`, no digit in front");
    }
    // PromQL reads these two as numbers, in any case.
    if name.eq_ignore_ascii_case("nan") || name.eq_ignore_ascii_case("inf") {
        return Some("is a number in PromQL, not a metric name");
    }
    None
}

/// Why a text is no name of a histogram without its suffix.
pub(super) fn histogram_fault(name: &str) -> Option<&'static str> {
    metric_fault(name).or_else(|| {
        ["_bucket", "_count", "_sum"].iter().any(|suffix| name.ends_with(suffix)).then_some(
            "names one series of a histogram; give the name without `_bucket`, `_count` or `_sum`",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_cannot_leave_their_quotes() {
        assert_eq!(quote("a\"} or vector(1) #\\\n"), r#""a\"} or vector(1) #\\\n""#);
    }

    #[test]
    fn several_jobs_match_exactly() {
        assert_eq!(jobs(&["api"]), r#"job="api""#);
        assert_eq!(jobs(&["api", "a.b"]), r#"job=~"api|a\\.b""#);
    }

    #[test]
    fn metrics_of_one_name_share_an_expression() {
        let expr = per_metric([("a", "x"), ("b", "y"), ("c", "x")].into_iter(), |metric, jobs| {
            format!("{metric}{{{jobs}}}")
        });
        assert_eq!(expr.unwrap(), "x{job=~\"a|c\"}\nor\ny{job=\"b\"}");
    }

    #[test]
    fn names_are_checked() {
        assert_eq!(metric_fault("http_request_duration_seconds"), None);
        for bad in ["", "1x", "a-b", "a{b}", "a:b", "naïve", "NaN", "inf"] {
            assert!(metric_fault(bad).is_some(), "{bad:?} was taken");
        }
        assert!(histogram_fault("http_request_duration_seconds_bucket").is_some());
        assert_eq!(histogram_fault("db_query_duration_seconds"), None);
    }
}
