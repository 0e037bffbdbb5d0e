//! What one diagnostic hides, no other may show.

use std::collections::BTreeSet;

use crate::{Diagnostic, Diagnostics, Fix, SourceMap, Span};

/// What stands for a hidden text.
const HIDDEN: &str = "•••";

/// The shortest text looked for in messages: fewer characters hide nothing, but stand in many words.
const SHORTEST: usize = 4;

impl Diagnostics {
    /// Takes the text of every masked span out of all messages, and lets every diagnostic mask it.
    ///
    /// One rule finds a credential, but others may complain of the same value, or of the same line,
    /// and an excerpt shows whole lines.
    #[must_use]
    pub fn redacted(mut self, sources: &SourceMap) -> Self {
        let masked: BTreeSet<Span> =
            self.iter().flat_map(|diagnostic| diagnostic.masked.iter().copied()).collect();
        if masked.is_empty() {
            return self;
        }
        let secrets: BTreeSet<&str> = masked
            .iter()
            .map(|span| sources.text(*span).trim_matches(['"', '\'']))
            .filter(|text| text.len() >= SHORTEST)
            .collect();
        for diagnostic in self.items_mut() {
            diagnostic.masked = masked.iter().copied().collect();
            texts(diagnostic).for_each(|text| hide(text, &secrets));
            // An edit cannot be written down without what it writes.
            let fix = diagnostic.fix.take();
            diagnostic.fix = fix.filter(|fix| !shows(fix, &secrets));
        }
        self
    }
}

/// Every text of a diagnostic that people read.
fn texts(diagnostic: &mut Diagnostic) -> impl Iterator<Item = &mut String> {
    let labels = diagnostic.primary.iter_mut().chain(&mut diagnostic.related);
    let remarks = labels.map(|label| &mut label.text);
    std::iter::once(&mut diagnostic.message).chain(&mut diagnostic.help).chain(remarks)
}

fn shows(fix: &Fix, secrets: &BTreeSet<&str>) -> bool {
    let replacements = fix.edits.iter().map(|edit| &edit.replacement);
    replacements.chain([&fix.title]).any(|text| secrets.iter().any(|secret| text.contains(secret)))
}

fn hide(text: &mut String, secrets: &BTreeSet<&str>) {
    for secret in secrets {
        if text.contains(secret) {
            *text = text.replace(secret, HIDDEN);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Diagnostic, Diagnostics, FileId, SourceMap, Span, codes};

    #[test]
    fn a_secret_found_by_one_rule_shows_in_no_other() {
        let mut sources = SourceMap::default();
        let file = sources.add("stack.yaml", "kind: \"hunter22\"\n");
        assert_eq!(file, FileId(0));
        let span = Span::new(file, 6, 16);
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(Diagnostic::new(codes::SECRET_LITERAL, span, "a secret").mask(span));
        diagnostics.push(
            Diagnostic::new(codes::UNKNOWN_VALUE, span, "`kind` does not know `hunter22`")
                .label("not hunter22")
                .related(span, "hunter22")
                .did_you_mean(Some("hunter22")),
        );
        let redacted = diagnostics.redacted(&sources);
        assert!(!format!("{redacted:?}").contains("hunter22"));
        assert!(redacted.iter().all(|item| item.masked == [span] && item.fix.is_none()));
        let messages: Vec<_> = redacted.iter().map(|item| item.message.as_str()).collect();
        assert_eq!(messages, ["a secret", "`kind` does not know `•••`"]);
    }
}
