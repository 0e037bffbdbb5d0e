//! "Did you mean": one helper for every name in the language.

/// The candidate most like `written`, where one is close enough to be a slip of the hand.
#[must_use]
pub fn closest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let lower = written.to_ascii_lowercase();
    // Names are short; a long text is no slip of the hand, and the distance is quadratic.
    if lower.len() > 64 {
        return None;
    }
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= 64)
        .map(|candidate| {
            (strsim::damerau_levenshtein(&lower, &candidate.to_ascii_lowercase()), candidate)
        })
        .filter(|(distance, candidate)| {
            let longer = candidate.len().max(written.len());
            *distance < longer && *distance * 3 <= longer.max(3)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The only candidate that is one slip of the hand away: a letter too many, missing, wrong or in its
/// neighbour's place, or the case. Short words are too alike for that.
#[must_use]
pub fn slip<'a>(written: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_ascii_lowercase();
    if !(3..=64).contains(&lower.len()) {
        return None;
    }
    let same = |candidate: &&str| candidate.to_ascii_lowercase() == lower;
    let near = |candidate: &&str| {
        candidate.len() > 2
            && strsim::damerau_levenshtein(&lower, &candidate.to_ascii_lowercase()) <= 1
    };
    let candidates: Vec<&str> = candidates.filter(near).collect();
    match candidates[..] {
        [only] => Some(only),
        _ => candidates.into_iter().find(same),
    }
}

#[cfg(test)]
mod tests {
    use super::{closest, slip};

    #[test]
    fn what_has_nothing_in_common_is_not_near() {
        assert_eq!(closest("q", ["w"]), None);
        assert_eq!(closest("db", ["dc"]), Some("dc"));
        assert_eq!(closest("q", ["qa"]), Some("qa"));
    }

    #[test]
    fn one_slip_that_leads_to_one_word_is_certain() {
        let words = || ["port", "ports", "kind", "env"].into_iter();
        assert_eq!(slip("kidn", words()), Some("kind"));
        assert_eq!(slip("evn", words()), Some("env"));
        assert_eq!(slip("PORT", words()), Some("port"), "the case alone");
        assert_eq!(slip("pors", words()), None, "two words are as near");
        assert_eq!(slip("knd1", words()), None, "two slips");
        assert_eq!(slip("po", words()), None);
    }

    #[test]
    fn finds_slips_and_nothing_else() {
        assert_eq!(closest("sevices", ["services", "data"]), Some("services"));
        assert_eq!(closest("Port", ["port", "ports"]), Some("port"));
        assert_eq!(closest("zebra", ["services", "data"]), None);
    }
}
