//! Exceptions whose day has come. The compiler reads no clock: the day is given from outside.

use stackc_model::{Sourced, Stack};
use stackc_source::{Diagnostic, codes};

/// Checks that a text is a day such as `2027-03-31`.
///
/// # Errors
/// Says that it is none.
pub fn check_day(text: &str) -> Result<(), String> {
    stackc_spec::Day::check(text)
}

/// Warns of every patch and acceptance whose `until` is before `today` (`YYYY-MM-DD`, so that texts
/// compare as days do).
#[must_use]
pub fn expired(stack: &Stack, today: &str) -> Vec<Diagnostic> {
    let patches = stack.patches.iter().map(|patch| ("patch", &patch.name, patch.until.as_ref()));
    let acceptances =
        stack.acceptances.iter().map(|accept| ("acceptance", &accept.name, accept.until.as_ref()));
    patches
        .chain(acceptances)
        .filter_map(|(what, name, until)| {
            let until: &Sourced<String> = until.filter(|until| until.value.as_str() < today)?;
            let message = format!("the {what} `{name}` was meant to last until {}", until.value);
            Some(
                Diagnostic::new(codes::EXPIRED, until.origin.span()?, message)
                    .help("take it out, or give it another day and a reason that still holds"),
            )
        })
        .collect()
}
