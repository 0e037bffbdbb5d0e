//! Applying certain fixes to the text of a stack.
//!
//! Fixes are byte edits, so comments, line ends and a byte order mark stay as they are. After every
//! round the result is compiled again: a fix that did not mend its fault, or broke something else, is
//! left out.

use std::collections::BTreeMap;
use std::ops::Range;

use stackc_source::{Code, Diagnostic, Edit, FileId, Severity, codes};
use stackc_target::Target;

use crate::{Compilation, MemoryLoader, compile};

/// How often the result is looked at again. The reader stops at the first fault it cannot read over,
/// so a file may need a round for each.
const ROUNDS: usize = 100;

/// One replacement that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The line, from 1.
    pub line: usize,
    /// The column at the time, from 1, in characters.
    pub column: usize,
    /// What stood there.
    pub before: String,
    /// What stands there now.
    pub after: String,
    /// The fault it mends.
    pub code: Code,
}

/// A fault and the certain fix for it.
struct Repair {
    code: Code,
    edits: Vec<Edit>,
}

/// Applies all certain fixes of a compilation, and those that come to light by it. The text of the
/// result is that of its first source.
#[must_use]
pub fn mend(
    mut compilation: Compilation,
    targets: &[&dyn Target],
) -> (Compilation, Vec<Correction>) {
    let mut corrections = Vec::new();
    for _ in 0..ROUNDS {
        let repairs = apart(repairs(&compilation));
        let Some((better, done)) = attempt(&compilation, repairs, targets) else { break };
        corrections.extend(done);
        compilation = better;
    }
    (compilation, corrections)
}

/// All repairs at once, or the first that holds on its own.
fn attempt(
    compilation: &Compilation,
    repairs: Vec<Repair>,
    targets: &[&dyn Target],
) -> Option<(Compilation, Vec<Correction>)> {
    if repairs.is_empty() {
        return None;
    }
    let single = |repair: Repair| apply(compilation, &[repair], targets);
    apply(compilation, &repairs, targets).or_else(|| repairs.into_iter().find_map(single))
}

/// The certain fixes, in the order of the text. A place that must not be shown is not touched.
fn repairs(compilation: &Compilation) -> Vec<Repair> {
    let hidden = |item: &Diagnostic, edit: &Edit| item.masked.iter().any(|span| touch(span, edit));
    let repair = |item: &Diagnostic| {
        let fix = item.fix.as_ref().filter(|fix| fix.certain)?;
        let ours = |edit: &Edit| edit.span.file == FileId(0) && !hidden(item, edit);
        let edits = fix.edits.clone();
        edits.iter().all(ours).then_some(Repair { code: item.code, edits })
    };
    let mut repairs: Vec<Repair> = compilation.diagnostics.iter().filter_map(repair).collect();
    repairs.sort_by_key(|repair| repair.edits.first().map(|edit| edit.span));
    repairs
}

fn touch(span: &stackc_source::Span, edit: &Edit) -> bool {
    span.file == edit.span.file && span.start <= edit.span.end && edit.span.start <= span.end
}

/// Leaves out every repair that touches one before it: the same fault said twice, or a place that
/// another fix changes. What is still wrong then is found in the next round.
fn apart(repairs: Vec<Repair>) -> Vec<Repair> {
    let mut kept: Vec<Repair> = Vec::with_capacity(repairs.len());
    let mut end = 0;
    for repair in repairs {
        let start = repair.edits.first().map_or(0, |edit| edit.span.start);
        if kept.is_empty() || start > end {
            end = repair.edits.last().map_or(end, |edit| edit.span.end);
            kept.push(repair);
        }
    }
    kept
}

/// The compilation of the text with these repairs, where they hold.
fn apply(
    compilation: &Compilation,
    repairs: &[Repair],
    targets: &[&dyn Target],
) -> Option<(Compilation, Vec<Correction>)> {
    let file = compilation.sources.file(FileId(0))?;
    let (mut text, mut last) = (String::with_capacity(file.text.len()), 0);
    let (mut places, mut corrections) = (Vec::new(), Vec::new());
    for (code, edit) in
        repairs.iter().flat_map(|repair| repair.edits.iter().map(|edit| (repair.code, edit)))
    {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let before = file.text.get(start..end)?.to_owned();
        text.push_str(file.text.get(last..start)?);
        let at = text.len();
        text.push_str(&edit.replacement);
        last = end;
        places.push((code, at..text.len()));
        let position = file.position(edit.span.start);
        let (line, column) = (position.line, position.column);
        corrections.push(Correction {
            line,
            column,
            before,
            after: edit.replacement.clone(),
            code,
        });
    }
    text.push_str(file.text.get(last..)?);
    let name = file.name.clone();
    let after = compile(&MemoryLoader::new([(name.clone(), text)]), &name, targets);
    holds(compilation, &after, &places).then_some((after, corrections))
}

/// Whether every repair mended its fault and none broke anything.
fn holds(before: &Compilation, after: &Compilation, places: &[(Code, Range<usize>)]) -> bool {
    let readable = after.document.is_some();
    if before.document.is_some() && (!readable || clashes(after) > clashes(before)) {
        return false;
    }
    let still = |item: &Diagnostic| {
        let Some(span) = item.primary.as_ref().map(|label| label.span) else { return false };
        places.iter().any(|(code, place)| {
            let inside = span.start as usize <= place.end && place.start <= span.end as usize;
            inside && (item.code == *code || !readable)
        })
    };
    !errors(after).any(still) && spelled(before, after, places)
}

/// Whether each new spelling leaves fewer faults on its line: a word that is right brings none of its
/// own. No repair moves a line.
fn spelled(before: &Compilation, after: &Compilation, places: &[(Code, Range<usize>)]) -> bool {
    let spelling = places.iter().filter(|(code, _)| is_word(*code));
    let mut new = BTreeMap::new();
    for (_, place) in spelling {
        *new.entry(line(after, place.start)).or_insert(0) += 1;
    }
    new.iter().all(|(line, words)| on_line(after, *line) + words <= on_line(before, *line))
}

/// Whether a fix for this chooses a word for the user.
fn is_word(code: Code) -> bool {
    [codes::UNKNOWN_KEY, codes::UNKNOWN_VALUE].contains(&code)
}

fn line(compilation: &Compilation, at: usize) -> usize {
    let file = compilation.sources.file(FileId(0));
    file.map_or(0, |file| file.position(u32::try_from(at).unwrap_or(u32::MAX)).line)
}

fn on_line(compilation: &Compilation, wanted: usize) -> usize {
    let places = errors(compilation).filter_map(|item| item.primary.as_ref());
    places.filter(|label| line(compilation, label.span.start as usize) == wanted).count()
}

fn errors(compilation: &Compilation) -> impl Iterator<Item = &Diagnostic> {
    compilation.diagnostics.iter().filter(|item| item.severity() == Severity::Error)
}

/// How many keys stand twice or say the same thing, as they do after a key got a name that is taken.
fn clashes(compilation: &Compilation) -> usize {
    let clash = [codes::DUPLICATE_KEY, codes::EXCLUSIVE, codes::COLLISION];
    errors(compilation).filter(|item| clash.contains(&item.code)).count()
}

#[cfg(test)]
mod tests {
    use super::{Correction, mend};
    use crate::{MemoryLoader, compile};
    use stackc_source::FileId;

    const HEAD: &str = "stack: 1\nname: shop\nservices:\n";

    /// The text afterwards, what was done, and whether errors are left.
    fn mended(text: &str) -> (String, Vec<Correction>, bool) {
        let compilation = compile(&MemoryLoader::new([("s", text)]), "s", &[]);
        let (after, done) = mend(compilation, &[]);
        let text = after.sources.file(FileId(0)).unwrap().text.clone();
        (text, done, after.diagnostics.has_errors())
    }

    #[test]
    fn faults_behind_the_one_that_stops_the_reader_are_mended_too() {
        let text = format!(
            "{HEAD}  a: {{kind:go, port: 80, env: {{A: ${{url}}}}}}\n  b: {{kind: go, port: \"81\", env: {{A: ${{name}}}}}}\ndomain: s.example\n"
        );
        let (text, done, errors) = mended(&text);
        let wanted = format!(
            "{HEAD}  a: {{kind: go, port: 80, env: {{A: \"${{url}}\"}}}}\n  b: {{kind: go, port: 81, env: {{A: \"${{name}}\"}}}}\ndomain: s.example\n"
        );
        assert_eq!(text, wanted);
        assert_eq!((done.len(), errors), (4, false));
        let places: Vec<_> = done.iter().map(|done| (done.line, done.column)).collect();
        assert_eq!(places, [(4, 35), (5, 38), (4, 7), (5, 23)]);
    }

    #[test]
    fn one_place_that_two_faults_are_about_is_changed_once() {
        let (text, done, errors) =
            mended(&format!("{HEAD}  a: {{kind: go, port: 80, scale: \"2\"}}\n"));
        assert!(text.ends_with("scale: 2}\n"), "{text}");
        assert_eq!((done.len(), errors), (1, false));
    }

    #[test]
    fn what_breaks_something_else_is_left_out_and_the_rest_is_done() {
        let text =
            format!("{HEAD}  a: {{kind: go, port: 80, prt: 81}}\n  b: {{kidn: go, port: 81}}\n");
        let (text, done, errors) = mended(&text);
        assert!(text.contains("port: 80, prt: 81}") && text.contains("b: {kind: go"), "{text}");
        assert_eq!((done.len(), errors), (1, true));
    }

    #[test]
    fn a_guess_is_no_fix() {
        for faulty in
            ["{kind: go, port: 80, needs: [b2]}", "{kind: gorn, port: 80}", "{kind: go, prts: 80}"]
        {
            let text = format!("{HEAD}  a: {faulty}\n  b1: {{kind: go, port: 80}}\n");
            assert_eq!(mended(&text), (text, vec![], true));
        }
    }
}
