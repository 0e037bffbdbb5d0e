//! Quantities as whole numbers of one unit each.

use serde::{Serialize, Serializer};

/// A duration in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds {
    /// Milliseconds.
    pub millis: u64,
}

impl Seconds {
    /// Whole seconds.
    #[must_use]
    pub const fn new(seconds: u64) -> Self {
        Self { millis: seconds * 1000 }
    }

    /// Seconds, rounded up: a bound given in seconds must not be shorter than what was asked.
    #[must_use]
    pub const fn ceil(self) -> u64 {
        self.millis.div_ceil(1000)
    }

    /// As compose, nginx and Prometheus all write it: `90s`, `500ms`, `15m`, `24h`.
    #[must_use]
    pub fn compact(self) -> String {
        let whole = |unit: u64| self.millis > 0 && self.millis.is_multiple_of(unit);
        if whole(3_600_000) {
            format!("{}h", self.millis / 3_600_000)
        } else if whole(60_000) {
            format!("{}m", self.millis / 60_000)
        } else if self.millis.is_multiple_of(1000) {
            format!("{}s", self.millis / 1000)
        } else {
            format!("{}ms", self.millis)
        }
    }
}

impl Seconds {
    /// As people write it in a stack: whole days as such from two on.
    #[must_use]
    pub fn spelled(self) -> String {
        const DAY: u64 = 86_400_000;
        match self.millis / DAY {
            days @ 2.. if self.millis.is_multiple_of(DAY) => format!("{days}d"),
            _ => self.compact(),
        }
    }
}

/// A size in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl Bytes {
    /// `n` mebibytes.
    #[must_use]
    pub const fn mib(n: u64) -> Self {
        Self(n << 20)
    }

    /// `n` gibibytes.
    #[must_use]
    pub const fn gib(n: u64) -> Self {
        Self(n << 30)
    }

    /// The number and the largest binary unit (`""`, `K`, `M`, `G`, `T`) that say it exactly.
    #[must_use]
    pub fn binary(self) -> (u64, &'static str) {
        [(40, "T"), (30, "G"), (20, "M"), (10, "K")]
            .into_iter()
            .find(|(shift, _)| self.0 > 0 && self.0.is_multiple_of(1 << shift))
            .map_or((self.0, ""), |(shift, unit)| (self.0 >> shift, unit))
    }

    /// As a Kubernetes quantity: `512Mi`.
    #[must_use]
    pub fn kubernetes(self) -> String {
        match self.binary() {
            (n, "") => n.to_string(),
            (n, unit) => format!("{n}{unit}i"),
        }
    }

    /// As people write it in a stack: `512Mi`, or `20MB` where that says it exactly.
    #[must_use]
    pub fn spelled(self) -> String {
        let decimal = [("TB", 12), ("GB", 9), ("MB", 6), ("kB", 3)]
            .into_iter()
            .find(|(_, zeros)| self.0 > 0 && self.0.is_multiple_of(10u64.pow(*zeros)));
        match (self.binary(), decimal) {
            ((_, ""), Some((unit, zeros))) => format!("{}{unit}", self.0 / 10u64.pow(zeros)),
            _ => self.kubernetes(),
        }
    }

    /// As compose and nginx write it: `512m`, `1g`; nginx knows no `t`, so none is used.
    #[must_use]
    pub fn short(self) -> String {
        match self.binary() {
            (n, "") => n.to_string(),
            (n, "T") => format!("{}g", n << 10),
            (n, unit) => format!("{n}{}", unit.to_ascii_lowercase()),
        }
    }
}

/// Processor time in thousandths of a core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millicores(pub u32);

impl Millicores {
    /// As a decimal number of cores: `0.25`, `2`.
    #[must_use]
    pub fn cores(self) -> String {
        let (whole, rest) = (self.0 / 1000, self.0 % 1000);
        if rest == 0 {
            return whole.to_string();
        }
        format!("{whole}.{rest:03}").trim_end_matches('0').to_owned()
    }
}

/// A percentage in hundredths of a percent: 99.9 % is 9990.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(pub u32);

impl Percent {
    /// As a ratio: 5 % is `0.05`.
    #[must_use]
    pub fn ratio(self) -> String {
        let text = format!("{}.{:04}", self.0 / 10_000, self.0 % 10_000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// As people write it, without the sign: `99.9`.
    #[must_use]
    pub fn number(self) -> String {
        let text = format!("{}.{:02}", self.0 / 100, self.0 % 100);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// So many requests in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests.
    pub count: u32,
    /// The window.
    pub window: Seconds,
}

/// A quantity is data as people write it.
macro_rules! serialized {
    ($($ty:ty: $spell:expr;)*) => {$(
        impl Serialize for $ty {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let spell: fn(Self) -> String = $spell;
                serializer.serialize_str(&spell(*self))
            }
        }
    )*};
}

serialized! {
    Seconds: Self::spelled;
    Bytes: Self::spelled;
    Millicores: Self::cores;
    Percent: |percent| format!("{}%", percent.number());
    Rate: |rate| format!("{}/{}", rate.count, rate.window.spelled());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_exactly() {
        assert_eq!(Millicores(250).cores(), "0.25");
        assert_eq!(Millicores(2000).cores(), "2");
        assert_eq!(Percent(500).ratio(), "0.05");
        assert_eq!(Percent(9990).number(), "99.9");
        assert_eq!(Percent(10_000).ratio(), "1");
        assert_eq!(Bytes::mib(512).kubernetes(), "512Mi");
        assert_eq!(Bytes::gib(1).short(), "1g");
        assert_eq!(Bytes(20_000_000).short(), "20000000");
        assert_eq!(Bytes(20_000_000).spelled(), "20MB");
        assert_eq!(Bytes::gib(20).spelled(), "20Gi");
        assert_eq!(Bytes(1_234_567).spelled(), "1234567");
        assert_eq!(Seconds::new(900).compact(), "15m");
        assert_eq!(Seconds::new(14 * 86_400).spelled(), "14d");
        assert_eq!(Seconds::new(86_400).spelled(), "24h");
        assert_eq!(Seconds { millis: 500 }.compact(), "500ms");
        assert_eq!(Seconds::new(0).compact(), "0s");
    }
}
