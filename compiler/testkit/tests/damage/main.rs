//! One line of a good stack is damaged: the compiler says so, and points to where it happened.
//!
//! Every line of every golden stack suffers one kind of damage, drawn from the line itself: an edit
//! elsewhere in a stack changes nothing here. `cargo test --test damage -- --nocapture` prints the
//! rates.

// A test's helpers fail by panicking too; clippy knows only the functions marked as tests.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod dice;
mod known;

use std::panic::{AssertUnwindSafe, catch_unwind};

use stackc_driver::Compilation;
use stackc_source::Severity;
use stackc_testkit::{Case, cases, compile_text};

use dice::{Damage, Dice};

/// How far a label may lie from the damage, in lines.
const NEAR: usize = 3;
/// The least share of errors that point near enough, in percent.
const AIM: usize = 95;
/// Drawn once; another number damages the same lines in another way.
const SEED: u64 = 0x5eed;

/// What became of the damaged lines of one stack.
#[derive(Default)]
struct Score {
    /// Still good: what was lost was not needed.
    good: usize,
    near: usize,
    /// Stack, line and damage of the rest.
    far: Vec<(String, String, Damage, String)>,
}

#[test]
fn errors_point_to_the_damage() {
    let mut all = Score::default();
    for case in cases().unwrap() {
        let score = score(&case);
        report(&case.name, &score);
        all.good += score.good;
        all.near += score.near;
        all.far.extend(score.far);
    }
    report("all", &all);
    let unknown: Vec<_> =
        all.far.iter().filter(|(stack, line, damage, _)| !known(stack, line, *damage)).collect();
    let found: Vec<String> = unknown
        .iter()
        .map(|(stack, line, damage, said)| format!("{stack}: {damage:?} `{line}`\n{said}"))
        .collect();
    assert!(
        found.is_empty(),
        "these point elsewhere, and no row of `known` says why:\n{}",
        found.join("\n")
    );
    for row in known::FAR {
        let still = all.far.iter().any(|(stack, line, damage, _)| row.is(stack, line, *damage));
        assert!(still, "this row is not needed any more: {row:?}");
    }
    assert!(rate(&all) >= AIM * 10, "fewer than {AIM} in a hundred errors point near the damage");
}

fn known(stack: &str, line: &str, damage: Damage) -> bool {
    known::FAR.iter().any(|row| row.is(stack, line, damage))
}

/// Errors that point near the damage, of a thousand.
fn rate(score: &Score) -> usize {
    (score.near * 1000).checked_div(score.near + score.far.len()).unwrap_or(1000)
}

fn report(name: &str, score: &Score) {
    let (near, errors, rate) = (score.near, score.near + score.far.len(), rate(score));
    println!(
        "{name:16} {near:4} of {errors:4} errors near: {}.{} %, {} still good",
        rate / 10,
        rate % 10,
        score.good
    );
}

fn score(case: &Case) -> Score {
    let text = std::fs::read_to_string(&case.stack).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut score = Score::default();
    for (at, line) in lines.iter().enumerate() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let mut dice = Dice::of(SEED, line);
        let (damage, damaged) = dice.damage(&lines, at);
        let Ok(compilation) = catch_unwind(AssertUnwindSafe(|| compile_text(&damaged))) else {
            panic!("{}, line {}, {damage:?}:\n{damaged}", case.name, at + 1);
        };
        if !compilation.diagnostics.has_errors() {
            score.good += 1;
        } else if distance(&compilation, damage, at + 1) <= NEAR {
            score.near += 1;
        } else {
            let row = (case.name.clone(), line.trim().to_owned(), damage, said(&compilation));
            score.far.push(row);
        }
    }
    score
}

/// The lines between the damage and the nearest label of an error.
fn distance(compilation: &Compilation, damage: Damage, line: usize) -> usize {
    let labels = lines_of_labels(compilation).into_iter().map(|(label, _)| label);
    labels
        .map(|label| match damage {
            // The hole lies between two lines.
            Damage::Deleted if label < line => line - 1 - label,
            _ => label.abs_diff(line),
        })
        .min()
        .unwrap_or(usize::MAX)
}

/// The line of every label of an error, with what it says.
fn lines_of_labels(compilation: &Compilation) -> Vec<(usize, &str)> {
    let errors = compilation.diagnostics.iter().filter(|found| found.severity() == Severity::Error);
    errors
        .flat_map(|found| {
            found
                .primary
                .iter()
                .chain(&found.related)
                .map(|label| (label.span, found.message.as_str()))
        })
        .filter_map(|(span, message)| {
            let file = compilation.sources.file(span.file)?;
            Some((file.position(span.start).line, message))
        })
        .collect()
}

fn said(compilation: &Compilation) -> String {
    let lines = lines_of_labels(compilation);
    lines.iter().map(|(line, message)| format!("    line {line}: {message}\n")).collect()
}
