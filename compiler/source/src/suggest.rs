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
        .filter(|(distance, candidate)| *distance * 3 <= candidate.len().max(written.len()).max(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn finds_slips_and_nothing_else() {
        assert_eq!(closest("sevices", ["services", "data"]), Some("services"));
        assert_eq!(closest("Port", ["port", "ports"]), Some("port"));
        assert_eq!(closest("zebra", ["services", "data"]), None);
    }
}
