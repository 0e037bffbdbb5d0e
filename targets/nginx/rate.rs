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
}

impl Bucket {
    /// The bucket for a rate; `None` below one request per minute, for which nginx has no word.
    ///
    /// `average` sustains the rate and starts with a full window's worth, so one window may see
    /// nearly twice as many. `strict` spends half of the window's worth at once and the other half
    /// over the window.
    pub(super) fn new(rate: Rate, mode: LimitMode) -> Option<Self> {
        let (count, window) = (u64::from(rate.count).max(1), rate.window.millis.max(1));
        let (at_once, over_time) = match mode {
            LimitMode::Average => (count, count),
            LimitMode::Strict => (count.div_ceil(2), count / 2),
        };
        let per_minute = over_time * 60_000 / window;
        Some(Self { per_minute, burst: at_once - 1 }).filter(|bucket| bucket.per_minute > 0)
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
        for (count, seconds, mode, per_minute, burst, most) in [
            (100, 900, Average, 6, 99, 189),
            (100, 900, Strict, 3, 49, 94),
            (30, 60, Average, 30, 29, 59),
            (30, 60, Strict, 15, 14, 29),
            (600, 60, Average, 600, 599, 1199),
            (15, 900, Average, 1, 14, 29),
        ] {
            let bucket = Bucket::new(rate(count, seconds), mode).unwrap();
            assert_eq!(bucket, Bucket { per_minute, burst }, "{count}/{seconds}s {mode:?}");
            assert_eq!(bucket.most_in(Seconds::new(seconds)), most, "{count}/{seconds}s {mode:?}");
        }
        for (count, seconds, mode) in
            [(5, 900, Average), (10, 3600, Strict), (1, 60, Strict), (29, 900, Strict)]
        {
            assert_eq!(Bucket::new(rate(count, seconds), mode), None, "{count}/{seconds}s");
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
        for (count, seconds) in [(100, 900), (30, 60), (15, 900), (7, 60), (3, 10), (1, 60)] {
            for mode in [Average, Strict] {
                let (rate, window) = (rate(count, seconds), Seconds::new(seconds));
                let Some(bucket) = Bucket::new(rate, mode) else { continue };
                let seen = simulate(bucket, window.millis, 100);
                assert!(seen <= bucket.most_in(window), "{count}/{seconds}s {mode:?}: {seen}");
                let count = u64::from(count);
                assert!(mode == Average || seen <= count, "{count}/{seconds}s let {seen} through");
                assert!(bucket.most_in(window) < 2 * count.max(1));
            }
        }
    }

    #[test]
    fn says_when_to_come_back() {
        let wait =
            |count, seconds| Bucket::new(rate(count, seconds), Average).unwrap().retry_after();
        assert_eq!((wait(100, 900), wait(15, 900), wait(600, 60)), (10, 63, 1));
    }
}
