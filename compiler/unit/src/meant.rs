//! What a slip in a quantity was meant to be: `30sec`, `512 MB`, `500m`.
//!
//! Nothing here is taken for the quantity; it is what an error proposes. Each proposal is a text that
//! its own parser reads.

use crate::{Bytes, Millicores, Percent, Rate, Seconds};

/// The right spelling of what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// The spelling.
    pub text: String,
    /// Whether nothing else can be meant.
    pub certain: bool,
    /// What the spelling means, where that decides whether it is the one.
    pub remark: Option<&'static str>,
}

impl Meant {
    fn surely(text: String) -> Self {
        Self { text, certain: true, remark: None }
    }

    fn perhaps(text: String, remark: Option<&'static str>) -> Self {
        Self { text, certain: false, remark }
    }
}

/// The thousandths of a number such as `1.5`, and the word behind it, in lower case.
fn number_and_word(text: &str) -> Option<(u64, String)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, word) = text.split_at_checked(end)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if fraction.is_empty() || fraction.len() > 3 {
        return None;
    }
    let fraction: u64 = format!("{fraction:0<3}").parse().ok()?;
    let thousandths = whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(fraction)?;
    Some((thousandths, word.trim().to_lowercase()))
}

/// The milliseconds of a unit of time, however it is called.
fn time_unit(word: &str) -> Option<u64> {
    Some(match word {
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => 1,
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000,
        "d" | "day" | "days" => 86_400_000,
        "w" | "week" | "weeks" => 7 * 86_400_000,
        _ => return None,
    })
}

impl Seconds {
    /// The duration that `30sec`, `5 min`, `1h30m` or `2w` is meant to be.
    #[must_use]
    pub fn meant(text: &str) -> Option<Meant> {
        let mut rest = text.trim();
        let mut millis = 0u64;
        while !rest.is_empty() {
            let word = rest.find(char::is_alphabetic)?;
            let long = rest.get(word..)?.find(|c: char| !c.is_alphabetic());
            let (part, next) =
                rest.split_at_checked(long.map_or(rest.len(), |long| word + long))?;
            let (thousandths, unit) = number_and_word(part)?;
            let part = thousandths.checked_mul(time_unit(&unit)?)?;
            if !part.is_multiple_of(1000) {
                return None;
            }
            millis = millis.checked_add(part / 1000)?;
            rest = next.trim_start();
        }
        let spelled = Self { millis }.spelled();
        Self::parse(&spelled).ok().filter(|_| millis > 0).map(|_| Meant::surely(spelled))
    }
}

/// What the letters of a size stand for is said, as tools do not agree on it.
const BINARY: &str = "powers of 1024; powers of 1000 are `kB`, `MB`, `GB` and `TB`";

impl Bytes {
    /// The size that `512 MB`, `1GiB`, `1.5Gi`, `512m` or `1G` is meant to be.
    #[must_use]
    pub fn meant(text: &str) -> Option<Meant> {
        let (thousandths, word) = number_and_word(text)?;
        let units = [("k", "kB", 10), ("m", "MB", 20), ("g", "GB", 30), ("t", "TB", 40)];
        let (_, name, shift) = units.into_iter().find(|(letter, ..)| word.starts_with(letter))?;
        let decimal = word.ends_with('b') && !word.ends_with("ib");
        let unit: u64 = if decimal { 1000u64.pow(shift / 10) } else { 1 << shift };
        let bytes = thousandths.checked_mul(unit).filter(|bytes| bytes.is_multiple_of(1000))?;
        let spelled = match decimal && thousandths.is_multiple_of(1000) {
            true => format!("{}{name}", thousandths / 1000),
            false => Self(bytes / 1000).spelled(),
        };
        Self::parse(&spelled).ok()?;
        match word.get(1..)? {
            "b" | "i" | "ib" => Some(Meant::surely(spelled)),
            "" => Some(Meant::perhaps(spelled, Some(BINARY))),
            _ => None,
        }
    }
}

impl Millicores {
    /// The cores that `500m` is meant to be.
    #[must_use]
    pub fn meant(text: &str) -> Option<Meant> {
        let (thousandths, word) = number_and_word(text)?;
        let cores = match &*word {
            "m" => thousandths / 1000,
            "" | "core" | "cores" | "cpu" | "cpus" => thousandths,
            _ => return None,
        };
        let spelled = Self(u32::try_from(cores).ok()?).cores();
        Self::parse(&spelled).ok().map(|_| Meant::surely(spelled))
    }
}

impl Percent {
    /// The percentage that `5`, `5 %` or `5percent` is meant to be; a number below one may be a ratio.
    #[must_use]
    pub fn meant(text: &str) -> Option<Meant> {
        let (thousandths, word) = number_and_word(text)?;
        if !["", "%", "percent"].contains(&&*word) || thousandths % 10 != 0 {
            return None;
        }
        let spelled = format!("{}%", Self(u32::try_from(thousandths / 10).ok()?).number());
        Self::parse(&spelled).ok()?;
        match word.is_empty() {
            true if thousandths <= 1000 => None,
            true => Some(Meant::perhaps(spelled, None)),
            false => Some(Meant::surely(spelled)),
        }
    }
}

impl Rate {
    /// The rate that `10/s`, `10r/s`, `100 per minute` or `5/15min` is meant to be.
    #[must_use]
    pub fn meant(text: &str) -> Option<Meant> {
        let (count, window) = text.split_once('/').or_else(|| text.split_once(" per "))?;
        let (thousandths, word) = number_and_word(count)?;
        let counted = ["", "r", "req", "reqs", "request", "requests"].contains(&&*word);
        if !counted || thousandths % 1000 != 0 {
            return None;
        }
        let window = window.trim();
        let whole = match window.starts_with(|c: char| c.is_ascii_digit()) {
            true => Seconds::meant(window)?,
            false => Seconds::meant(&format!("1{window}"))?,
        };
        let spelled = format!("{}/{}", thousandths / 1000, whole.text);
        Self::parse(&spelled).ok().map(|_| Meant::surely(spelled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The spelling, with a question mark where it is a guess.
    fn said(meant: Option<Meant>) -> String {
        meant.map_or_else(String::new, |meant| {
            format!("{}{}", meant.text, if meant.certain { "" } else { "?" })
        })
    }

    #[test]
    fn durations() {
        for (slip, meant) in [
            ("30sec", "30s"),
            ("30s ", "30s"),
            ("5 min", "5m"),
            ("1h30m", "90m"),
            ("1 hour 30 minutes", "90m"),
            ("1.5h", "90m"),
            ("2w", "14d"),
            ("30S", "30s"),
            ("30", ""),
            ("", ""),
            ("soon", ""),
            ("-1s", ""),
            ("0sec", ""),
            ("99999999999999999999s", ""),
            ("30 s 5", ""),
            ("1.s", ""),
            ("ß", ""),
        ] {
            assert_eq!(said(Seconds::meant(slip)), meant, "{slip:?}");
        }
    }

    #[test]
    fn sizes() {
        for (slip, meant) in [
            ("512 MB", "512MB"),
            ("512mb", "512MB"),
            ("512KB", "512kB"),
            ("1GiB", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("0.5GB", "500MB"),
            ("1G", "1Gi?"),
            ("512m", "512Mi?"),
            ("2T", "2Ti?"),
            ("512", ""),
            ("1Mo", ""),
            ("0M", ""),
            ("9999999T", ""),
            ("1.0005Gi", ""),
        ] {
            assert_eq!(said(Bytes::meant(slip)), meant, "{slip:?}");
        }
    }

    #[test]
    fn cores_percentages_and_rates() {
        for (slip, meant) in
            [("500m", "0.5"), ("0.5 cores", "0.5"), ("2 cpus", "2"), ("m", ""), ("0m", "")]
        {
            assert_eq!(said(Millicores::meant(slip)), meant, "{slip:?}");
        }
        for (slip, meant) in
            [("99.9", "99.9%?"), ("5 %", "5%"), ("5 percent", "5%"), ("0.05", ""), ("101", "")]
        {
            assert_eq!(said(Percent::meant(slip)), meant, "{slip:?}");
        }
        for (slip, meant) in [
            ("10/s", "10/1s"),
            ("10r/s", "10/1s"),
            ("100 per minute", "100/1m"),
            ("5 / 15 min", "5/15m"),
            ("10", ""),
            ("0/s", ""),
            ("x/s", ""),
            ("1.5/s", ""),
        ] {
            assert_eq!(said(Rate::meant(slip)), meant, "{slip:?}");
        }
    }
}
