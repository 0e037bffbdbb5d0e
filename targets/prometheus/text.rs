//! Annotations: our own words with places for values.
//!
//! A row of the catalogue writes `{service}` where a name from the stack goes, `{value}` and
//! `{bound}` for the measured value and its bound, and `{label.instance}` for a label of the alert.

/// What goes into the places of one annotation.
pub(super) trait Places {
    /// The text for a place.
    fn fill(&self, place: &str) -> String;
}

/// Puts values into the places of a text.
pub(super) fn fill(text: &str, places: &dyn Places) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('{') {
        let (place, after) = tail.split_once('}').unwrap_or((tail, ""));
        out.push_str(before);
        out.push_str(&places.fill(place));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A text as data inside a Go template.
pub(super) fn escape(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shout;

    impl Places for Shout {
        fn fill(&self, place: &str) -> String {
            place.to_uppercase()
        }
    }

    #[test]
    fn places_are_filled_once() {
        assert_eq!(fill("a {b} c {d.e}", &Shout), "a B c D.E");
    }

    #[test]
    fn templates_from_outside_stay_text() {
        assert_eq!(escape("{{ $value }}"), "{{ \"{{\" }} $value }}");
        // An odd brace in front must not open a template either.
        assert_eq!(escape("{{{ x"), "{{ \"{{\" }}{ x");
    }
}
