//! The grammar of quantities, with whole numbers only: `1.5` cores are 1500 thousandths.

use std::fmt;

use crate::{Bytes, Millicores, Percent, Rate, Seconds};

/// Why a text is no quantity of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseFault(pub &'static str);

impl fmt::Display for ParseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for ParseFault {}

/// The digits at the start, as a number, and what follows them.
fn leading_number(text: &str) -> Option<(u64, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    Some((text.get(..end)?.parse().ok()?, text.get(end..)?))
}

/// A decimal number scaled to whole `10^-places` parts: `decimal("0.25", 3)` is 250.
fn decimal(text: &str, places: usize) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > places {
        return None;
    }
    let scale = 10u64.checked_pow(u32::try_from(places).ok()?)?;
    let fraction: u64 = format!("{fraction:0<places$}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(scale)?.checked_add(fraction)
}

impl Seconds {
    /// The longest duration, ten years.
    pub const MAX: Self = Self::new(10 * 366 * 86_400);

    /// Reads `500ms`, `30s`, `15m`, `24h`, `14d`.
    ///
    /// # Errors
    /// When the text is no such duration or longer than [`Self::MAX`].
    pub fn parse(text: &str) -> Result<Self, ParseFault> {
        const FORM: ParseFault =
            ParseFault("is no duration such as `500ms`, `30s`, `15m`, `24h` or `14d`");
        let (number, unit) = leading_number(text).ok_or(FORM)?;
        let factor = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(FORM),
        };
        let millis = number.checked_mul(factor).ok_or(FORM)?;
        if millis > Self::MAX.millis {
            return Err(ParseFault("is longer than ten years"));
        }
        Ok(Self { millis })
    }
}

impl Bytes {
    /// The largest size, 1 PiB.
    pub const MAX: Self = Self(1 << 50);

    /// Reads `256Mi`, `20Gi` (powers of 1024) and `20MB` (powers of 1000).
    ///
    /// # Errors
    /// When the text is no such size, is zero, or larger than [`Self::MAX`].
    pub fn parse(text: &str) -> Result<Self, ParseFault> {
        const FORM: ParseFault = ParseFault("is no size such as `256Mi`, `20Gi` or `20MB`");
        let (number, unit) = leading_number(text).ok_or(FORM)?;
        let factor: u64 = match unit {
            "Ki" => 1 << 10,
            "Mi" => 1 << 20,
            "Gi" => 1 << 30,
            "Ti" => 1 << 40,
            "kB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "TB" => 1_000_000_000_000,
            _ => return Err(FORM),
        };
        match number.checked_mul(factor) {
            Some(0) => Err(ParseFault("is zero")),
            Some(bytes) if bytes <= Self::MAX.0 => Ok(Self(bytes)),
            _ => Err(ParseFault("is larger than 1 PiB")),
        }
    }
}

impl Millicores {
    /// Reads a number of cores: `2`, `0.25`.
    ///
    /// # Errors
    /// When the text is no such number, is zero or above 1024.
    pub fn parse(text: &str) -> Result<Self, ParseFault> {
        const FORM: ParseFault = ParseFault("is no number of cores such as `2` or `0.25`");
        match decimal(text, 3).ok_or(FORM)? {
            0 => Err(ParseFault("is zero")),
            n if n > 1_024_000 => Err(ParseFault("is more than 1024 cores")),
            n => Ok(Self(u32::try_from(n).unwrap_or(u32::MAX))),
        }
    }
}

impl Percent {
    /// Reads a percentage: `5%`, `99.95%`.
    ///
    /// # Errors
    /// When the text is no such percentage or above 100 %.
    pub fn parse(text: &str) -> Result<Self, ParseFault> {
        const FORM: ParseFault = ParseFault("is no percentage such as `5%` or `99.9%`");
        let number = decimal(text.strip_suffix('%').ok_or(FORM)?, 2).ok_or(FORM)?;
        match u32::try_from(number) {
            Ok(n) if n <= 10_000 => Ok(Self(n)),
            _ => Err(ParseFault("is more than 100 %")),
        }
    }
}

impl Rate {
    /// Reads requests per window: `100/15m`.
    ///
    /// # Errors
    /// When the text is no such rate, the count is zero, or the window is shorter than a second.
    pub fn parse(text: &str) -> Result<Self, ParseFault> {
        const FORM: ParseFault = ParseFault("is no rate such as `100/15m` (requests per window)");
        let (count, window) = text.split_once('/').ok_or(FORM)?;
        let digits = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
        let count: u32 = if digits { count.parse().map_err(|_| FORM)? } else { return Err(FORM) };
        let window = Seconds::parse(window).map_err(|_| FORM)?;
        if count == 0 {
            return Err(ParseFault("lets nothing through"));
        }
        if count > 1_000_000 {
            return Err(ParseFault("is more than a million requests"));
        }
        if window.millis < 1000 || window.millis > 7 * 86_400_000 {
            return Err(ParseFault("has a window shorter than a second or longer than a week"));
        }
        Ok(Self { count, window })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_unit() {
        assert_eq!(Seconds::parse("500ms").unwrap().millis, 500);
        assert_eq!(Seconds::parse("14d").unwrap(), Seconds::new(14 * 86_400));
        assert_eq!(Bytes::parse("20Gi").unwrap(), Bytes::gib(20));
        assert_eq!(Bytes::parse("20MB").unwrap(), Bytes(20_000_000));
        assert_eq!(Millicores::parse("0.25").unwrap(), Millicores(250));
        assert_eq!(Percent::parse("99.9%").unwrap(), Percent(9990));
        assert_eq!(Rate::parse("100/15m").unwrap(), Rate { count: 100, window: Seconds::new(900) });
    }

    #[test]
    fn refuses_what_is_nearly_right() {
        for bad in ["", "s", "30", "30 s", "-1s", "1.5h", "99999999999999999999s", "4000d"] {
            assert!(Seconds::parse(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "1", "1M", "0Mi", "1.5Gi", "9999999Ti", "1mi"] {
            assert!(Bytes::parse(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "0", "0.0", ".5", "1.", "0.0001", "2000", "1e3"] {
            assert!(Millicores::parse(bad).is_err(), "{bad:?}");
        }
        for bad in ["5", "101%", "1.234%", "%", "-1%"] {
            assert!(Percent::parse(bad).is_err(), "{bad:?}");
        }
        for bad in ["0/1s", "10/500ms", "10", "10/", "/1m", "+5/1m", "10/8d"] {
            assert!(Rate::parse(bad).is_err(), "{bad:?}");
        }
    }
}
