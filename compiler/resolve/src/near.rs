//! From a name that nothing defines to the place where it may have been meant.

use stackc_model::Label;
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, Span, closest};

/// Names and where they are defined.
pub(crate) type Places<'n> = Vec<(&'n Label, Span)>;

/// The names of a section and their places.
pub(crate) fn places<'n, T: 'n>(
    section: impl IntoIterator<Item = (&'n Label, &'n Spanned<T>)>,
) -> Places<'n> {
    section.into_iter().map(|(name, entry)| (name, entry.span)).collect()
}

/// The nearest of the names that are defined.
pub(crate) fn nearest<'n>(name: &Label, defined: &Places<'n>) -> Option<&'n str> {
    let others = defined.iter().map(|(other, _)| *other).filter(|other| *other != name);
    closest(name.as_str(), others.map(Label::as_str))
}

/// Shows where the nearest name is defined; where none is near, where the first is: the missing one
/// may belong beside it.
pub(crate) fn show(diagnostic: Diagnostic, name: &Label, defined: &Places<'_>) -> Diagnostic {
    let near = nearest(name, defined);
    let is_near = |(other, _): &&(&Label, Span)| Some(other.as_str()) == near;
    match (defined.iter().find(is_near), defined.first()) {
        (Some((other, span)), _) => diagnostic.related(*span, format!("`{other}` is defined here")),
        (None, Some((_, span))) => diagnostic.related(*span, "what is defined begins here"),
        (None, None) => diagnostic,
    }
}

/// The same, and offers to write the nearest name instead.
pub(crate) fn suggest(diagnostic: Diagnostic, name: &Label, defined: &Places<'_>) -> Diagnostic {
    show(diagnostic.did_you_mean(nearest(name, defined)), name, defined)
}
