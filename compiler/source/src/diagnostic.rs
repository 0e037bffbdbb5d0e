//! Diagnostics as data; how they look is decided elsewhere.

use crate::suggest::{closest, slip};
use crate::{Code, Severity, Span, codes};

/// A place with a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The remark; may be empty.
    pub text: String,
}

/// One replacement of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
}

/// A change that mends the fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Whether nothing else can be meant, so that it may be applied without asking.
    pub certain: bool,
    /// The edits, in order, without overlap.
    pub edits: Vec<Edit>,
}

/// Something to tell the user, with exactly one primary place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code; its page explains the rule.
    pub code: Code,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The place that is wrong; `None` only where there is no file to point into.
    pub primary: Option<Label>,
    /// Other places that explain it.
    pub related: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// What mends it, where that can be said.
    pub fix: Option<Fix>,
    /// The environment in which it shows, where it is not in all of them.
    pub environment: Option<String>,
    /// The target that says it, where one does.
    pub target: Option<&'static str>,
    /// Spans whose text must never be shown (a secret literal).
    pub masked: Vec<Span>,
}

impl Diagnostic {
    /// A diagnostic at a place.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let primary = Some(Label { span, text: String::new() });
        Self { primary, ..Self::global(code, message) }
    }

    /// A diagnostic about the run as a whole.
    #[must_use]
    pub fn global(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            primary: None,
            related: Vec::new(),
            help: None,
            fix: None,
            environment: None,
            target: None,
            masked: Vec::new(),
        }
    }

    /// Sets the remark at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into();
        }
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds "did you mean", where there is a suggestion, with the edit that applies it. It may be
    /// wrong: whoever wrote the name may mean something that is yet to be written.
    #[must_use]
    pub fn did_you_mean(self, suggestion: Option<&str>) -> Self {
        match (suggestion, self.primary.as_ref().map(|label| label.span)) {
            (Some(name), Some(span)) => {
                let help = format!("did you mean `{name}`?");
                self.help(help).fix(format!("write `{name}`"), span, name).perhaps()
            }
            _ => self,
        }
    }

    /// The same for a word out of a closed list. A slip of one letter that leads to one word only is
    /// certain.
    #[must_use]
    pub fn one_of<'a>(self, written: &str, words: impl Iterator<Item = &'a str> + Clone) -> Self {
        let near = closest(written, words.clone());
        let certain = near.is_some() && slip(written, words) == near;
        let diagnostic = self.did_you_mean(near);
        if certain { diagnostic.surely() } else { diagnostic }
    }

    /// Offers a certain fix: replace `span` by `replacement`.
    #[must_use]
    pub fn fix(
        mut self,
        title: impl Into<String>,
        span: Span,
        replacement: impl Into<String>,
    ) -> Self {
        let edits = vec![Edit { span, replacement: replacement.into() }];
        self.fix = Some(Fix { title: title.into(), certain: true, edits });
        self
    }

    /// The fix is a guess.
    #[must_use]
    pub fn perhaps(self) -> Self {
        self.certainty(false)
    }

    /// The fix is no guess.
    #[must_use]
    pub fn surely(self) -> Self {
        self.certainty(true)
    }

    fn certainty(mut self, certain: bool) -> Self {
        if let Some(fix) = &mut self.fix {
            fix.certain = certain;
        }
        self
    }

    /// Names the environment in which it shows.
    #[must_use]
    pub fn in_environment(mut self, name: Option<&str>) -> Self {
        self.environment = name.map(str::to_owned);
        self
    }

    /// Hides the text under a span from every rendering.
    #[must_use]
    pub fn mask(mut self, span: Span) -> Self {
        self.masked.push(span);
        self
    }

    /// Names the target that says it.
    #[must_use]
    pub fn by_target(mut self, target: &'static str) -> Self {
        self.target = Some(target);
        self
    }

    /// Whether a target refuses a field, which the user may accept.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.target.is_some() && self.code == codes::UNSUPPORTED
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity
    }
}

/// The diagnostics of one pass or of a whole run.
///
/// The number kept is bounded, so that a hostile file cannot fill the memory with complaints.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
    dropped: usize,
    errors: usize,
}

impl Diagnostics {
    /// How many diagnostics are kept; the rest are counted.
    pub const CAP: usize = 1_000;

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.severity() == Severity::Error);
        if self.items.len() < Self::CAP {
            self.items.push(diagnostic);
        } else {
            self.dropped += 1;
        }
    }

    /// Adds all of another pass.
    pub fn extend(&mut self, other: Diagnostics) {
        let error = |item: &&Diagnostic| item.severity() == Severity::Error;
        // Errors that were only counted still count.
        self.errors += other.errors.saturating_sub(other.items.iter().filter(error).count());
        for item in other.items {
            self.push(item);
        }
        self.dropped += other.dropped;
    }

    /// Whether anything is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether anything is an error that no acceptance takes away.
    #[must_use]
    pub fn has_faults(&self) -> bool {
        self.errors > self.items.iter().filter(|item| item.is_refusal()).count()
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many were left out because of [`Self::CAP`].
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// In the order of the source, each said once.
    ///
    /// The same fault seen in several environments is one fault.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        let place = |item: &Diagnostic| item.primary.as_ref().map(|label| label.span);
        self.items.sort_by(|a, b| {
            place(a).cmp(&place(b)).then(a.code.id.cmp(b.code.id)).then(a.message.cmp(&b.message))
        });
        self.items.dedup_by(|later, first| {
            let same = later.code == first.code
                && place(later) == place(first)
                && later.message == first.message;
            if same && later.environment != first.environment {
                first.environment = None;
            }
            same
        });
        self
    }

    /// Names the environment of every diagnostic that names none and stands in the text of one.
    pub fn name_environments<'a>(&mut self, environment: impl Fn(Span) -> Option<&'a str>) {
        for item in &mut self.items {
            let found = item.primary.as_ref().and_then(|label| environment(label.span));
            item.environment = item.environment.take().or_else(|| found.map(str::to_owned));
        }
    }

    /// Keeps only what `keep` says; it may change what it keeps.
    pub fn retain_mut(&mut self, mut keep: impl FnMut(&mut Diagnostic) -> bool) {
        let errors = &mut self.errors;
        self.items.retain_mut(|item| {
            let error = item.severity() == Severity::Error;
            let kept = keep(item);
            *errors -= usize::from(error && !kept);
            kept
        });
    }

    pub(crate) fn items_mut(&mut self) -> impl Iterator<Item = &mut Diagnostic> {
        self.items.iter_mut()
    }

    /// The one that was added last.
    #[must_use]
    pub fn last(&self) -> Option<&Diagnostic> {
        self.items.last()
    }

    /// The items.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Diagnostics};
    use crate::codes;

    #[test]
    fn an_error_beyond_the_cap_still_counts_for_the_whole_run() {
        let mut pass = Diagnostics::default();
        for _ in 0..Diagnostics::CAP {
            pass.push(Diagnostic::global(codes::PLANNED, "a warning"));
        }
        pass.push(Diagnostic::global(codes::DUPLICATE_KEY, "an error"));
        let mut run = Diagnostics::default();
        run.extend(pass);
        assert!(run.has_errors());
        assert_eq!(run.dropped(), 1);
    }
}
