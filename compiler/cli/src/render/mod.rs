//! How diagnostics look: for people, for programs, for code hosts.
//!
//! No format ever shows what a diagnostic masks, and none lets a source's control characters
//! through to a terminal.

mod excerpt;
mod github;
mod human;
mod json;
mod mask;
mod place;
mod sarif;
mod text;
mod value;

#[cfg(test)]
mod tests;

use mask::Masks;
use stackc_source::{Diagnostic, SourceMap};
use std::io;
pub(crate) use value::value;

/// The formats diagnostics can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people at a terminal.
    Human,
    /// One JSON object per line.
    Json,
    /// A SARIF 2.1.0 log.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}

/// Writes diagnostics in the order given.
pub(crate) fn render(
    format: Format,
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    colour: bool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    // A line may show what another diagnostic masks, so all masks hold for all.
    let masks = Masks::new(diagnostics, sources);
    match format {
        Format::Human => human::render(diagnostics, sources, &masks, colour, out),
        Format::Json => json::render(diagnostics, sources, &masks, out),
        Format::Sarif => sarif::render(diagnostics, sources, &masks, out),
        Format::Github => github::render(diagnostics, sources, &masks, out),
    }
}

/// A text of a source in a line of a result.
pub(crate) fn short(source: &str) -> String {
    const MOST: usize = 80;
    let clean = plain(source);
    if clean.chars().count() <= MOST {
        return clean;
    }
    clean.chars().take(MOST).chain(['…']).collect()
}

/// A text of a source as one line that cannot harm the terminal.
pub(crate) fn plain(source: &str) -> String {
    text::clean(source).replace('\n', " ")
}
