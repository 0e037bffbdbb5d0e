//! For people: the source with the place marked, what is wrong and what to do.

use super::excerpt::Excerpt;
use super::mask::Masks;
use super::text::clean;
use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet,
};
use stackc_source::{Diagnostic, Fix, Label, Severity, SourceFile, SourceMap, Span, codes};
use std::io;

/// Labels further apart than so many lines or columns are shown in excerpts of their own, so that
/// the renderer can trim long lines around them.
const NEAR: usize = 30;
const WIDTH: usize = 100;
/// How many related places are shown.
const RELATED: usize = 8;
/// How long a line may be to be shown, in bytes; the renderer trims it to the terminal.
const LINE: usize = 20_000;
/// How long a line may be to be shown with its fix, which is never trimmed.
const FIX_LINE: usize = 300;
/// How many lines the excerpt of a fix may have.
const FIX_LINES: usize = 40;

pub(super) fn render(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    masks: &Masks<'_>,
    colour: bool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let page = Page { sources, masks };
    let (brief, whole): (Vec<_>, Vec<_>) =
        diagnostics.iter().partition(|item| is_bound(item) || is_stale(item));
    for item in whole {
        writeln!(out, "{}\n", renderer.render(&page.report(item)))?;
    }
    for item in &brief {
        writeln!(out, "{}", renderer.render(&[page.line(item)]))?;
    }
    if let Some(help) = brief.iter().find(|item| is_stale(item)).and_then(|item| item.help.as_ref())
    {
        writeln!(out, "\n{}", page.text(help))?;
    }
    if brief.iter().any(|item| is_bound(item)) {
        writeln!(out, "\n`stackc support` shows what each target makes of each field")?;
    }
    match summary(diagnostics) {
        Some(summary) => writeln!(out, "{summary}"),
        None => Ok(()),
    }
}

/// Whether it tells the bound of a target and asks for nothing: a line is enough, and there may be
/// many.
fn is_bound(item: &Diagnostic) -> bool {
    [codes::PLANNED, codes::APPROXIMATED].contains(&item.code)
}

/// Whether it names a file of the tree, of which there may be as many.
fn is_stale(item: &Diagnostic) -> bool {
    item.code == codes::OUT_OF_DATE
}

/// `3 errors, 1 warning`; nothing where there is nothing to count.
fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let count = |severity, word: &str| {
        let number = diagnostics.iter().filter(|item| item.severity() == severity).count();
        let plural = if number == 1 { "" } else { "s" };
        (number > 0).then(|| format!("{number} {word}{plural}"))
    };
    let parts = [count(Severity::Error, "error"), count(Severity::Warning, "warning")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

struct Page<'a> {
    sources: &'a SourceMap,
    masks: &'a Masks<'a>,
}

impl Page<'_> {
    fn report(&self, item: &Diagnostic) -> Vec<Group<'static>> {
        let level = match item.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(self.text(&item.message)).id(item.code.id);
        let mut main = self.places(Group::with_title(title), item);
        let fix = item.fix.as_ref().and_then(|fix| self.fix(fix, item.help.as_deref()));
        if let (None, Some(help)) = (&fix, &item.help) {
            main = main.element(Level::HELP.message(self.text(help)));
        }
        if let Some(name) = &item.environment {
            main = main.element(Level::NOTE.message(clean(&format!("in environment `{name}`"))));
        }
        let page = format!("see `stackc explain {}`", item.code.id);
        main = main.element(Level::NOTE.message(page));
        std::iter::once(main).chain(fix).collect()
    }

    /// The message and its place in one line, and what to do in another.
    fn line(&self, item: &Diagnostic) -> Group<'static> {
        let place = item.primary.as_ref().and_then(|label| {
            let file = self.sources.file(label.span.file)?;
            let position = file.position(label.span.start);
            Some(format!("{}:{}:{}", clean(&file.name), position.line, position.column))
        });
        let environment = item.environment.as_ref().map(|name| format!("in `{}`", clean(name)));
        let places: Vec<_> = place.into_iter().chain(environment).collect();
        let mut text = self.text(&item.message);
        if !places.is_empty() {
            text += &format!(" ({})", places.join(", "));
        }
        let level = match item.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let group = Group::with_title(level.primary_title(text).id(item.code.id));
        match &item.help {
            Some(help) if is_bound(item) => group.element(Level::HELP.message(self.text(help))),
            _ => group,
        }
    }

    fn text(&self, text: &str) -> String {
        clean(&self.masks.redact(text))
    }

    /// Adds the excerpts: one around the primary place, one for each place far from it.
    fn places(&self, mut group: Group<'static>, item: &Diagnostic) -> Group<'static> {
        let Some(primary) = &item.primary else { return group };
        let position = |span: Span| Some(self.sources.file(span.file)?.position(span.start));
        let near = |label: &&Label| {
            let both = position(label.span).zip(position(primary.span));
            label.span.file == primary.span.file
                && both.is_some_and(|(a, b)| {
                    a.line.abs_diff(b.line) < NEAR && a.column.abs_diff(b.column) < WIDTH
                })
        };
        let (close, far): (Vec<&Label>, Vec<&Label>) =
            item.related.iter().take(RELATED).partition(near);
        group = self.excerpt(group, Some(primary), &close);
        for label in far {
            group = self.excerpt(group, None, &[label]);
        }
        group
    }

    /// Adds the lines of labels in one file, with the labels in them.
    fn excerpt(
        &self,
        group: Group<'static>,
        primary: Option<&Label>,
        others: &[&Label],
    ) -> Group<'static> {
        let labels: Vec<&Label> = primary.into_iter().chain(others.iter().copied()).collect();
        let Some(first) = labels.first() else { return group };
        let Some(file) = self.sources.file(first.span.file) else { return group };
        let spans: Vec<Span> = labels.iter().map(|label| beginning(label.span, file)).collect();
        let lines = spans.iter().map(|span| file.position(span.start).line);
        let (top, bottom) = (lines.clone().min().unwrap_or(1), lines.max().unwrap_or(1));
        let excerpt = Excerpt::new((first.span.file, file), top..=bottom, LINE, self.masks);
        let Some(excerpt) = excerpt else {
            let position = file.position(first.span.start);
            let origin = Origin::path(clean(&file.name)).line(position.line);
            return group.element(origin.char_column(position.column));
        };
        let annotations = labels.iter().zip(spans).enumerate().map(|(index, (label, span))| {
            let kind = match (index, primary) {
                (0, Some(_)) => AnnotationKind::Primary,
                _ => AnnotationKind::Context,
            };
            self.annotation(kind, label, excerpt.range(span))
        });
        let annotations: Vec<_> = annotations.collect();
        let snippet = Snippet::source(excerpt.text).path(clean(&file.name)).line_start(top);
        group.element(snippet.annotations(annotations))
    }

    fn annotation(
        &self,
        kind: AnnotationKind,
        label: &Label,
        range: std::ops::Range<usize>,
    ) -> Annotation<'static> {
        let annotation = kind.span(range);
        if label.text.is_empty() { annotation } else { annotation.label(self.text(&label.text)) }
    }

    /// The fix as a patch; `None` where its place cannot be shown.
    fn fix(&self, fix: &Fix, help: Option<&str>) -> Option<Group<'static>> {
        let first = fix.edits.first()?;
        let file = self.sources.file(first.span.file)?;
        if fix.edits.iter().any(|edit| edit.span.file != first.span.file) {
            return None;
        }
        let lines = |at: fn(Span) -> u32| {
            fix.edits.iter().map(move |edit| file.position(at(edit.span)).line)
        };
        let (top, bottom) = (lines(|span| span.start).min()?, lines(|span| span.end).max()?);
        if bottom - top >= FIX_LINES {
            return None;
        }
        let excerpt = Excerpt::new((first.span.file, file), top..=bottom, FIX_LINE, self.masks)?;
        let patches = fix
            .edits
            .iter()
            .map(|edit| Patch::new(excerpt.range(edit.span), self.text(&edit.replacement)));
        let patches: Vec<_> = patches.collect();
        let title = Level::HELP.secondary_title(self.text(help.unwrap_or(&fix.title)));
        Some(title.element(Snippet::source(excerpt.text).line_start(top).patches(patches)))
    }
}

/// The beginning of a span: a whole mapping need not be shown to be pointed at.
fn beginning(span: Span, file: &SourceFile) -> Span {
    let line = file.position(span.start).line;
    let Some((start, text)) = file.line(line) else { return span };
    let from = (span.start.max(start) - start) as usize;
    let rest = text.get(from..).unwrap_or("");
    let most = rest.char_indices().nth(WIDTH).map_or(rest.len(), |(at, _)| at);
    let last = start + (text.len() - rest.len() + most) as u32;
    Span::new(span.file, span.start.min(last), span.end.min(last))
}
