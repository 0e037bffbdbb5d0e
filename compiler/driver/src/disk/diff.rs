//! A plan as a diff for people, for programs, and for a comment under a pull request.
//!
//! Whatever a file holds is shown, not obeyed: control characters, and characters that hide or
//! reorder text, come out as `\u{1b}` on a terminal and in Markdown.

use super::plan::{Change, Plan, PlannedFile};
use serde::Serialize;
use similar::{Algorithm, ChangeTag, TextDiff};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// After this long a diff may be coarser than it could be.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest bar in a statistic.
const BAR: usize = 40;

/// How a diff is shown on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// With ANSI colours.
    pub color: bool,
    /// Unchanged lines around each change.
    pub context: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, context: 3 }
    }
}

/// How much changes in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileStat {
    /// Below the output root.
    pub path: String,
    /// What happens to it.
    pub change: Change,
    /// Lines that come.
    pub added: usize,
    /// Lines that go.
    pub removed: usize,
}

/// How much changes in each file that changes.
#[must_use]
pub fn stat(plan: &Plan) -> Vec<FileStat> {
    let end = Instant::now() + PATIENCE;
    changing(plan).map(|file| file_stat(file, end)).collect()
}

/// The changes as a unified diff; empty where there are none.
#[must_use]
pub fn to_text(plan: &Plan, style: Style) -> String {
    let end = Instant::now() + PATIENCE;
    let mut out = String::new();
    for file in changing(plan) {
        for line in header(file).lines() {
            paint(&mut out, line, style.color.then_some("1"));
        }
        for line in hunks(file, style.context, end, visible).lines() {
            let color = match line.as_bytes().first() {
                Some(b'+') => "32",
                Some(b'-') => "31",
                Some(b'@') => "36",
                _ => "",
            };
            paint(&mut out, line, (style.color && !color.is_empty()).then_some(color));
        }
    }
    out
}

/// The changes as one line per file and a sum; empty where there are none.
#[must_use]
pub fn to_stat(plan: &Plan) -> String {
    let stats = stat(plan);
    let names: Vec<String> = stats.iter().map(label).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let most = stats.iter().map(|stat| stat.added + stat.removed).max().unwrap_or(0).max(BAR);
    let mut out = String::new();
    for (stat, name) in stats.iter().zip(&names) {
        // A change is never rounded to nothing.
        let bar = |sign: &str, lines: usize| sign.repeat((lines * BAR).div_ceil(most));
        let (added, removed) = (bar("+", stat.added), bar("-", stat.removed));
        let lines = stat.added + stat.removed;
        let line = format!(" {name:width$} | {lines:>5} {added}{removed}");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    if !stats.is_empty() {
        let _ = writeln!(out, " {}", sum(&stats));
    }
    out
}

/// The changes as JSON; the texts stand in it unescaped but for JSON's own escapes.
#[must_use]
pub fn to_json(plan: &Plan) -> String {
    #[derive(Serialize)]
    struct File<'a> {
        path: &'a str,
        change: Change,
        target: &'a str,
        environment: Option<&'a str>,
        executable: (Option<bool>, Option<bool>),
        added: usize,
        removed: usize,
        diff: String,
    }
    let end = Instant::now() + PATIENCE;
    let files: Vec<File<'_>> = changing(plan)
        .map(|file| {
            let FileStat { added, removed, .. } = file_stat(file, end);
            File {
                path: &file.path,
                change: file.change,
                target: &file.target,
                environment: file.environment.as_deref(),
                executable: file.executable,
                added,
                removed,
                diff: hunks(file, 3, end, |text| Cow::Borrowed(text)),
            }
        })
        .collect();
    let whole = serde_json::json!({"format": 1, "files": files});
    serde_json::to_string_pretty(&whole).unwrap_or_default() + "\n"
}

/// The changes as Markdown: a sum, and a folded diff per file.
#[must_use]
pub fn to_markdown(plan: &Plan) -> String {
    let end = Instant::now() + PATIENCE;
    let stats: Vec<FileStat> = changing(plan).map(|file| file_stat(file, end)).collect();
    if stats.is_empty() {
        return "No generated file changes.\n".to_owned();
    }
    let mut out = format!("**{}**\n", sum(&stats));
    for (file, stat) in changing(plan).zip(&stats) {
        let body = hunks(file, 3, end, visible);
        let (title, word) = (html(&visible(&file.path)), word(file));
        let fence = "`".repeat(longest_run(&body, '`').max(2) + 1);
        let counts = format!("+{} −{}", stat.added, stat.removed);
        let _ =
            write!(out, "\n<details>\n<summary><code>{title}</code> {word}, {counts}</summary>\n");
        if !body.is_empty() {
            let _ = write!(out, "\n{fence}diff\n{body}{fence}\n");
        }
        out.push_str("\n</details>\n");
    }
    out
}

fn changing(plan: &Plan) -> impl Iterator<Item = &PlannedFile> {
    plan.files.iter().filter(|file| file.change != Change::Unchanged)
}

fn file_stat(file: &PlannedFile, end: Instant) -> FileStat {
    let (old, new) = texts(file);
    let (mut added, mut removed) = (0, 0);
    for change in differ(end).diff_lines(&*old, &*new).iter_all_changes() {
        match change.tag() {
            ChangeTag::Insert => added += 1,
            ChangeTag::Delete => removed += 1,
            ChangeTag::Equal => {}
        }
    }
    FileStat { path: file.path.clone(), change: file.change, added, removed }
}

fn texts(file: &PlannedFile) -> (Cow<'_, str>, Cow<'_, str>) {
    (file.old_text().unwrap_or_default(), file.new_text().unwrap_or_default())
}

fn differ(end: Instant) -> similar::TextDiffConfig {
    let mut config = TextDiff::configure();
    config.algorithm(Algorithm::Myers).deadline(end);
    config
}

/// The hunks of a file, its texts passed through `escape` first.
fn hunks(
    file: &PlannedFile,
    context: usize,
    end: Instant,
    escape: impl Fn(&str) -> Cow<'_, str>,
) -> String {
    let (old, new) = texts(file);
    let (old, new) = (escape(&old), escape(&new));
    let diff = differ(end).diff_lines(&*old, &*new);
    let text = diff.unified_diff().context_radius(context).missing_newline_hint(true).to_string();
    if text.is_empty() && file.old != file.new && file.old.is_some() && file.new.is_some() {
        return "@@ the texts differ only in bytes that cannot be shown @@\n".to_owned();
    }
    text
}

/// The lines before the hunks, as git writes them.
fn header(file: &PlannedFile) -> String {
    let path = visible(&file.path);
    let mode =
        |executable: Option<bool>| if executable == Some(true) { "100755" } else { "100644" };
    let (was, will) = (mode(file.executable.0), mode(file.executable.1));
    let mut out = format!("diff --git a/{path} b/{path}\n");
    let (from, to) = (format!("a/{path}"), format!("b/{path}"));
    let none = "/dev/null".to_owned();
    let _ = match file.change {
        Change::Created => writeln!(out, "new file mode {will}\n--- {none}\n+++ {to}"),
        Change::Deleted => writeln!(out, "deleted file mode {was}\n--- {from}\n+++ {none}"),
        Change::ModeChanged => writeln!(out, "old mode {was}\nnew mode {will}"),
        _ if was != will => {
            writeln!(out, "old mode {was}\nnew mode {will}\n--- {from}\n+++ {to}")
        }
        _ => writeln!(out, "--- {from}\n+++ {to}"),
    };
    out
}

fn paint(out: &mut String, line: &str, color: Option<&str>) {
    let _ = match color {
        Some(color) => writeln!(out, "\u{1b}[{color}m{line}\u{1b}[0m"),
        None => writeln!(out, "{line}"),
    };
}

fn label(stat: &FileStat) -> String {
    let path = visible(&stat.path);
    match stat.change {
        Change::Created => format!("{path} (new)"),
        Change::Deleted => format!("{path} (gone)"),
        Change::ModeChanged => format!("{path} (mode)"),
        _ => path.into_owned(),
    }
}

fn word(file: &PlannedFile) -> &'static str {
    match (file.change, file.executable.1) {
        (Change::Created, _) => "created",
        (Change::Deleted, _) => "deleted",
        (Change::ModeChanged, Some(true)) => "made executable",
        (Change::ModeChanged, _) => "made not executable",
        _ => "changed",
    }
}

fn sum(stats: &[FileStat]) -> String {
    let count = |change| stats.iter().filter(|stat| stat.change == change).count();
    let lines = |lines: fn(&FileStat) -> usize| stats.iter().map(lines).sum::<usize>();
    format!(
        "{} created, {} changed, {} deleted; {} lines added, {} removed",
        count(Change::Created),
        count(Change::Changed) + count(Change::ModeChanged),
        count(Change::Deleted),
        lines(|stat| stat.added),
        lines(|stat| stat.removed),
    )
}

/// The text with everything that is not seen written out.
fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Control characters, and those that reorder text or take no room.
fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{feff}' | '\u{61c}' => true,
        c => c.is_control(),
    }
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn longest_run(text: &str, sign: char) -> usize {
    text.split(|c| c != sign).map(str::len).max().unwrap_or(0)
}
