//! Stacks that nobody would write: broken ones, and good ones with hostile values.

// A test's helpers fail by panicking too; clippy knows only the functions marked as tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod everywhere;
mod mutants;
mod reading;
mod strings;

use stackc_driver::{Compilation, MemoryLoader, compile};
use stackc_source::{Diagnostic, Span};

/// Compiles bytes with every target, and looks at every place that is pointed to.
fn compiled(bytes: &[u8]) -> Compilation {
    let loader = MemoryLoader::new([("stack.yaml", bytes)]);
    let compilation = compile(&loader, "stack.yaml", stackc_targets::ALL);
    for found in compilation.diagnostics.iter() {
        for span in spans(found) {
            let text = &compilation.sources.file(span.file).expect("the file is known").text;
            let bounds = span.start as usize..span.end as usize;
            assert!(text.get(bounds).is_some(), "{span:?} lies outside the text: {found:?}");
        }
    }
    let nothing = compilation.artifacts.is_empty();
    assert!(nothing || !compilation.diagnostics.has_errors(), "errors, and yet artifacts");
    compilation
}

fn spans(found: &Diagnostic) -> impl Iterator<Item = Span> {
    let labels = found.primary.iter().chain(&found.related).map(|label| label.span);
    let edits = found.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
    labels.chain(edits).chain(found.masked.iter().copied())
}
