//! From bytes to the spanned tree.
//!
//! [`decode`] makes text of bytes, [`read`] makes a tree of text. The parser of the YAML grammar is
//! a library that reports events; everything it leaves open (aliases, merge keys, duplicate keys,
//! caps, plain words for its errors) is done here, without recursion.

mod anchors;
mod build;
mod decode;
mod mapping;
mod syntax;
mod traps;

#[cfg(test)]
mod tests;

use crate::{Diagnostic, Diagnostics, FileId, Node, Span, codes};
use build::Builder;
use granit_parser::Parser;

pub use decode::decode;

/// The caps that keep hostile input harmless. Each is documented in `docs/limits.md`.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one file.
    pub bytes: usize,
    /// Levels of nesting.
    pub depth: usize,
    /// Nodes after aliases and merge keys are expanded. A copied text counts once more for every
    /// 64 bytes, so that the cap bounds the memory too.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 16 << 20, depth: 64, nodes: 4_000_000 }
    }
}

/// Reads one YAML document into a spanned tree.
///
/// `None` where nothing usable could be read; the diagnostics then say why. Where only details are
/// wrong (a duplicate key, a tag), the tree comes without them, so that later passes can say more.
#[must_use]
pub fn read(file: FileId, text: &str, limits: Limits) -> (Option<Node>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    if let Err(refusal) = decode::check_size(file, text.len(), limits) {
        diagnostics.push(*refusal);
        return (None, diagnostics);
    }
    // The parser takes a NUL for the end of the text, so these are looked for first.
    decode::find_control_characters(file, text, &mut diagnostics);
    if !diagnostics.is_empty() {
        return (None, diagnostics);
    }
    let mut builder = Builder::new(file, text, limits);
    for item in Parser::new_from_str_with_options(text, parser_options(limits)) {
        let going_on = match item {
            Ok((event, span)) => builder.event(event, span),
            Err(error) => builder.syntax_error(&error),
        };
        if !going_on {
            break;
        }
    }
    builder.finish()
}

fn parser_options(limits: Limits) -> granit_parser::Options {
    granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        emit_comments: false,
        flow_nesting_limit: limits.depth,
        block_nesting_limit: limits.depth,
    }
}

/// The diagnostic of a file with nothing in it.
fn empty_file(span: Span) -> Diagnostic {
    Diagnostic::new(codes::EMPTY, span, "the file holds no value")
        .help("write at least `stack: 1`, `name: …` and `services: …`")
}
