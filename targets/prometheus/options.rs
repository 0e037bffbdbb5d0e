//! What can be set under `targets.prometheus`.

use stackc_model::Seconds;
use stackc_shape::{Decode, Spanned};
use stackc_source::{Diagnostic, Diagnostics, codes};

use super::scrape::Intervals;

/// The options of this target.
#[derive(Debug, Default, Decode)]
pub(super) struct Options {
    /// How often every target is scraped, from 5s to 1m; by default `15s`. Only where `observe` is
    /// `full`.
    scrape_interval: Option<Spanned<Seconds>>,
    /// How often the rules are evaluated, from 5s to 1m; by default `15s`. Only where `observe` is
    /// `full`.
    evaluation_interval: Option<Spanned<Seconds>>,
    /// The page that says what to do about an alert. Every alert links to its own name in lower case
    /// there: `https://wiki.example/runbooks#servicedown`.
    runbooks: Option<Spanned<String>>,
}

impl Options {
    /// The intervals, checked.
    pub(super) fn intervals(&self, full: bool, diagnostics: &mut Diagnostics) -> Intervals {
        let mut interval = |written: &Option<Spanned<Seconds>>, name: &str| {
            let default = Seconds::new(15);
            let Some(written) = written else { return default };
            // Rates look five minutes back and need some samples in them.
            let known = Seconds::new(5)..=Seconds::new(60);
            let (code, message) = if !known.contains(&written.value) {
                (codes::OUT_OF_RANGE, format!("`{name}` is not between 5s and 1m"))
            } else if !full {
                let message = "changes nothing where the configuration of Prometheus is not ours";
                (codes::NO_EFFECT, format!("`{name}` {message}"))
            } else {
                return written.value;
            };
            diagnostics.push(Diagnostic::new(code, written.span, message));
            default
        };
        Intervals {
            scrape: interval(&self.scrape_interval, "scrape_interval"),
            evaluation: interval(&self.evaluation_interval, "evaluation_interval"),
        }
    }

    /// The page of runbooks, checked.
    pub(super) fn runbooks(&self, diagnostics: &mut Diagnostics) -> Option<&str> {
        let written = self.runbooks.as_ref()?;
        let is_url = ["https://", "http://"].iter().any(|scheme| {
            written
                .strip_prefix(scheme)
                .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        });
        let plain = !written.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#');
        if is_url && plain {
            return Some(&written.value);
        }
        diagnostics.push(
            Diagnostic::new(codes::BAD_FORMAT, written.span, "`runbooks` is no URL of a page")
                .help("write `https://host/path`, without a `#`: each alert adds its own"),
        );
        None
    }
}

#[cfg(test)]
mod tests {
    use stackc_source::{FileId, Span};

    use super::*;

    fn at<T>(value: T) -> Option<Spanned<T>> {
        Some(Spanned { value, span: Span::new(FileId(0), 0, 1) })
    }

    fn said(options: &Options, full: bool) -> (Intervals, Option<String>, Vec<&'static str>) {
        let mut diagnostics = Diagnostics::default();
        let intervals = options.intervals(full, &mut diagnostics);
        let runbooks = options.runbooks(&mut diagnostics).map(str::to_owned);
        (intervals, runbooks, diagnostics.iter().map(|item| item.code.id).collect())
    }

    #[test]
    fn intervals_keep_enough_samples_for_a_rate() {
        let interval = |seconds| Options { scrape_interval: at(seconds), ..Options::default() };
        let (intervals, _, faults) = said(&interval(Seconds::new(60)), true);
        assert_eq!((intervals.scrape, faults.len()), (Seconds::new(60), 0));
        for seconds in [Seconds::new(61), Seconds { millis: 4_999 }] {
            assert_eq!(said(&interval(seconds), true).2, [codes::OUT_OF_RANGE.id]);
        }
        assert_eq!(said(&interval(Seconds::new(60)), false).2, [codes::NO_EFFECT.id]);
    }

    #[test]
    fn runbooks_are_a_page() {
        let page = |url: &str| Options { runbooks: at(url.to_owned()), ..Options::default() };
        let good = "https://wiki.example/runbooks";
        assert_eq!(said(&page(good), true).1.as_deref(), Some(good));
        for bad in ["wiki", "https://", "https:///x", "https://a b", "https://a/#x"] {
            assert_eq!(said(&page(bad), true).2, [codes::BAD_FORMAT.id], "{bad:?} was taken");
        }
    }
}
