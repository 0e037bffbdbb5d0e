//! What an alert compares, as whole numbers of one unit each.

use stackc_model::{Percent, Seconds, Threshold};

/// A measured value or the bound it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Amount {
    /// A share, in PromQL a ratio.
    Share(Percent),
    /// A duration, in PromQL seconds.
    Time(Seconds),
    /// A plain number.
    Count(u64),
}

/// What an amount is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Hundredths of a percent.
    Share,
    /// Milliseconds.
    Time,
    /// Pieces.
    Count,
}

impl Unit {
    /// What it is called in a message.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Share => "a percentage such as `5%`",
            Self::Time => "a duration such as `500ms`",
            Self::Count => "a plain number such as `10`",
        }
    }
}

impl From<Threshold> for Amount {
    fn from(threshold: Threshold) -> Self {
        match threshold {
            Threshold::Percent(percent) => Self::Share(percent),
            Threshold::Duration(seconds) => Self::Time(seconds),
            Threshold::Count(count) => Self::Count(count),
        }
    }
}

impl Amount {
    /// A share of so many percent.
    pub(super) const fn percent(whole: u32) -> Self {
        Self::Share(Percent(whole * 100))
    }

    /// So many milliseconds.
    pub(super) const fn millis(millis: u64) -> Self {
        Self::Time(Seconds { millis })
    }

    /// As PromQL writes it.
    pub(super) fn promql(self) -> String {
        match self {
            Self::Share(percent) => percent.ratio(),
            Self::Time(seconds) => thousandths(seconds.millis),
            Self::Count(count) => count.to_string(),
        }
    }

    /// As an annotation names a bound: `5%`, `500ms`, `10`.
    pub(super) fn bound(self) -> String {
        match self {
            Self::Share(percent) => format!("{}%", percent.number()),
            Self::Time(seconds) => compact(seconds),
            Self::Count(count) => count.to_string(),
        }
    }

    /// The template that prints a value of this unit in an annotation.
    pub(super) fn template(self) -> &'static str {
        match self {
            Self::Share(_) => "{{ $value | humanizePercentage }}",
            Self::Time(_) => "{{ $value | humanizeDuration }}",
            Self::Count(_) => "{{ $value | printf \"%.0f\" }}",
        }
    }

    /// What [`Self::template`] makes of this value; the generated tests compare with it.
    pub(super) fn printed(self) -> String {
        match self {
            Self::Share(percent) => format!("{}%", percent.number()),
            Self::Time(seconds) => humanize(seconds.millis),
            Self::Count(count) => count.to_string(),
        }
    }

    /// What it is counted in.
    pub(super) fn unit(self) -> Unit {
        match self {
            Self::Share(_) => Unit::Share,
            Self::Time(_) => Unit::Time,
            Self::Count(_) => Unit::Count,
        }
    }

    /// The number behind it, in the smallest unit.
    pub(super) fn raw(self) -> u64 {
        match self {
            Self::Share(percent) => percent.0.into(),
            Self::Time(seconds) => seconds.millis,
            Self::Count(count) => count,
        }
    }

    /// The same unit with another number.
    fn with(self, raw: u64) -> Self {
        match self {
            Self::Share(_) => Self::Share(Percent(u32::try_from(raw).unwrap_or(u32::MAX))),
            Self::Time(_) => Self::millis(raw),
            Self::Count(_) => Self::Count(raw),
        }
    }

    /// How far a test goes to the other side of a bound.
    ///
    /// A duration steps far enough that the floating point of a quantile cannot matter. It lands
    /// where `humanizeDuration` prints it the same, too: that keeps four digits of seconds, and cuts
    /// off what is behind the point above a minute.
    fn step(self) -> u64 {
        match self {
            Self::Share(_) | Self::Count(_) => 1,
            Self::Time(Seconds { millis }) if millis >= 3_600_000 => 60_000,
            Self::Time(Seconds { millis }) => (millis / 10).max(1),
        }
    }

    /// A value just above.
    pub(super) fn above(self) -> Self {
        let raw = self.raw() + self.step();
        self.with(match (self, raw) {
            (Self::Time(_), 10_000..60_000) => raw.next_multiple_of(10),
            (Self::Time(_), 60_000..) => raw.next_multiple_of(1_000) + 500,
            _ => raw,
        })
    }

    /// A value just below; nothing goes below zero.
    pub(super) fn below(self) -> Self {
        let raw = self.raw().saturating_sub(self.step());
        self.with(match (self, raw) {
            (Self::Time(_), 10_000..60_000) => raw / 10 * 10,
            (Self::Time(_), 60_000..) => raw / 1_000 * 1_000 - 500,
            _ => raw,
        })
    }
}

/// `n` thousandths as an exact decimal number.
pub(super) fn thousandths(n: u64) -> String {
    let text = format!("{}.{:03}", n / 1000, n % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A duration with days, which Prometheus knows too.
pub(super) fn compact(seconds: Seconds) -> String {
    const DAY: u64 = 86_400_000;
    match seconds.millis {
        millis if millis > 0 && millis.is_multiple_of(DAY) => format!("{}d", millis / DAY),
        _ => seconds.compact(),
    }
}

/// Prometheus' `humanizeDuration` of whole milliseconds.
fn humanize(millis: u64) -> String {
    let seconds = millis / 1000;
    let (s, m, h, d) = (seconds % 60, seconds / 60 % 60, seconds / 3600 % 24, seconds / 86_400);
    match millis {
        0 => "0s".to_owned(),
        1..1000 => format!("{millis}ms"),
        1000..60_000 => format!("{}s", thousandths(millis)),
        _ if d > 0 => format!("{d}d {h}h {m}m {s}s"),
        _ if h > 0 => format!("{h}h {m}m {s}s"),
        _ => format!("{m}m {s}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_decimals() {
        assert_eq!(Amount::percent(5).promql(), "0.05");
        assert_eq!(Amount::Share(Percent(9_999)).promql(), "0.9999");
        assert_eq!(Amount::millis(500).promql(), "0.5");
        assert_eq!(Amount::millis(93_600_000).promql(), "93600");
        assert_eq!(Amount::millis(864_000_000).bound(), "10d");
        assert_eq!(Amount::millis(93_600_000).bound(), "26h");
    }

    #[test]
    fn durations_print_as_prometheus_prints_them() {
        for (millis, printed) in [
            (550, "550ms"),
            (1_100, "1.1s"),
            (13_580, "13.58s"),
            (66_500, "1m 6s"),
            (93_660_000, "1d 2h 1m 0s"),
            (3_660_000, "1h 1m 0s"),
        ] {
            assert_eq!(Amount::millis(millis).printed(), printed);
        }
    }

    #[test]
    fn a_step_from_a_duration_can_be_printed() {
        assert_eq!(Amount::millis(12_345).above(), Amount::millis(13_580));
        assert_eq!(Amount::millis(12_345).below(), Amount::millis(11_110));
        assert_eq!(Amount::millis(60_000).above(), Amount::millis(66_500));
        assert_eq!(Amount::millis(90_000).below(), Amount::millis(80_500));
        assert_eq!(Amount::millis(500).above(), Amount::millis(550));
        assert_eq!(Amount::Count(0).below(), Amount::Count(0));
    }
}
