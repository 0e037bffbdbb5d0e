//! From "so many requests in a window" to nginx's leaky bucket.
//!
//! `limit_req` takes whole requests per minute and a burst, and keeps the rate in whole thousandths
//! of a request per second: 1r/m runs at 0.96 per minute. What it really lets through is computed
//! with that arithmetic, so that a reader is told the true bound and not the one that was meant.

use stackc_model::{LimitMode, Rate, Seconds};

/// A leaky bucket as `limit_req` and `limit_req_zone` describe it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bucket {
    /// Requests per minute.
    pub(super) per_minute: u64,
    /// Requests let through at once, besides the first.
    pub(super) burst: u64,
    /// Whether it keeps what was asked for; otherwise it is a coarse guard.
    pub(super) keeps: bool,
}

impl Bucket {
    /// The bucket for a rate.
    ///
    /// `average` sustains the rate and starts with a full window's worth, so one window may see
    /// nearly twice as many. `strict` spends half of the window's worth at once and the other half
    /// over the window. Where the rate is below one per minute nginx has no word for it.
    pub(super) fn new(rate: Rate, mode: LimitMode) -> Self {
        let (count, window) = (u64::from(rate.count).max(1), rate.window.millis.max(1));
        let per_minute = |requests: u64| requests * 60_000 / window;
        let guard = Self { per_minute: 1, burst: count - 1, keeps: false };
        if per_minute(count) == 0 {
            return guard;
        }
        let at_once = match mode {
            LimitMode::Average => {
                return Self { per_minute: per_minute(count), burst: count - 1, keeps: true };
            }
            LimitMode::Strict => count.div_ceil(2),
        };
        match per_minute(count - at_once) {
            // The half over the window is below one per minute: take the slowest rate there is, and
            // a burst that leaves room for what it lets through.
            0 => {
                let burst = count.saturating_sub(guard.refill(rate.window));
                Self { burst, keeps: true, ..guard }
            }
            per_minute => Self { per_minute, burst: at_once - 1, keeps: true },
        }
    }

    /// Thousandths of a request per second, as nginx keeps it.
    fn thousandths(self) -> u64 {
        self.per_minute * 1000 / 60
    }

    /// The most requests that leak out of the bucket in a window.
    fn refill(self, window: Seconds) -> u64 {
        (self.thousandths() * window.millis).div_ceil(1_000_000)
    }

    /// The most requests let through in a window.
    pub(super) fn most_in(self, window: Seconds) -> u64 {
        self.burst + self.refill(window)
    }

    /// Seconds after which a refused client may succeed.
    pub(super) fn retry_after(self) -> u64 {
        1000u64.div_ceil(self.thousandths().max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LimitMode::{Average, Strict};

    fn rate(count: u32, seconds: u64) -> Rate {
        Rate { count, window: Seconds::new(seconds) }
    }

    #[test]
    fn translates_as_the_table_says() {
        for (count, seconds, mode, per_minute, burst, most, keeps) in [
            (100, 900, Average, 6, 99, 189, true),
            (100, 900, Strict, 3, 49, 94, true),
            (30, 60, Average, 30, 29, 59, true),
            (30, 60, Strict, 15, 14, 29, true),
            (5, 900, Average, 1, 4, 19, false),
            (10, 3600, Average, 1, 9, 67, false),
            (5, 900, Strict, 1, 4, 19, false),
            (600, 60, Average, 600, 599, 1199, true),
        ] {
            let bucket = Bucket::new(rate(count, seconds), mode);
            assert_eq!(bucket, Bucket { per_minute, burst, keeps }, "{count}/{seconds}s {mode:?}");
            assert_eq!(bucket.most_in(Seconds::new(seconds)), most, "{count}/{seconds}s {mode:?}");
        }
    }

    /// nginx's own arithmetic (`ngx_http_limit_req_lookup`), fed with requests as fast as it lets
    /// them through; the most it passes in any window of the run.
    fn simulate(bucket: Bucket, window: u64, step: u64) -> u64 {
        let (rate, burst) = (bucket.per_minute * 1000 / 60, bucket.burst * 1000);
        let (mut excess, mut last, mut passed) = (0u64, 0u64, Vec::new());
        for now in (0..window * 3).step_by(usize::try_from(step).unwrap()) {
            loop {
                let first = passed.is_empty();
                let leaked = rate * (now - last) / 1000;
                let next = if first { 0 } else { (excess + 1000u64).saturating_sub(leaked) };
                if next > burst {
                    break;
                }
                (excess, last) = (next, now);
                passed.push(now);
            }
        }
        let in_window =
            |from: u64| passed.iter().filter(move |at| (from..from + window).contains(*at));
        passed.iter().map(|from| in_window(*from).count() as u64).max().unwrap_or(0)
    }

    #[test]
    fn the_bound_is_what_nginx_does() {
        for (count, seconds) in
            [(100, 900), (30, 60), (5, 900), (7, 60), (3, 10), (1, 60), (2, 120)]
        {
            for mode in [Average, Strict] {
                let (rate, window) = (rate(count, seconds), Seconds::new(seconds));
                let bucket = Bucket::new(rate, mode);
                let seen = simulate(bucket, window.millis, 100);
                assert!(seen <= bucket.most_in(window), "{count}/{seconds}s {mode:?}: {seen}");
                if mode == Strict && bucket.keeps {
                    assert!(
                        seen <= u64::from(count),
                        "{count}/{seconds}s strict let {seen} through"
                    );
                }
                if bucket.keeps {
                    assert!(bucket.most_in(window) < 2 * u64::from(count).max(1));
                } else {
                    assert_eq!(seen, bucket.most_in(window));
                }
            }
        }
    }

    #[test]
    fn says_when_to_come_back() {
        assert_eq!(Bucket::new(rate(100, 900), Average).retry_after(), 10);
        assert_eq!(Bucket::new(rate(5, 900), Average).retry_after(), 63);
        assert_eq!(Bucket::new(rate(600, 60), Average).retry_after(), 1);
    }
}
