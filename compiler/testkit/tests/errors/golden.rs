//! `golden/errors`: small faulty stacks, and beside each what is said about it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
use similar::TextDiff;
use stackc_driver::Compilation;
use stackc_source::{Diagnostic, Span};

use crate::{folder, say};

/// Every secret of these files holds this, so that one test can say that none is shown.
const SECRET: &str = "Hu5h";

/// One trial per file, and one for the folder.
pub(crate) fn trials() -> Vec<Trial> {
    let trial = |path: PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Trial::test(format!("golden::{name}"), move || check(&path))
    };
    let files = files("yaml").into_iter().map(trial);
    files.chain([Trial::test("golden::nothing_left_over", nothing_left_over)]).collect()
}

fn files(extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder("golden/errors"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

fn check(path: &Path) -> Result<(), Failed> {
    let compilation = say::compiled(fs::read(path)?);
    let said = say::all(&compilation);
    let code = path.file_stem().unwrap_or_default().to_string_lossy()[..5].to_ascii_uppercase();
    if !said.lines().any(|line| line.starts_with(&code)) {
        return Err(format!("the file does not give {code}, but:\n{said}").into());
    }
    hidden(&compilation, &said)?;
    compare(&path.with_extension("expected"), &said)
}

/// No text shows a secret, and no excerpt may: whoever shows the line must mask it.
fn hidden(compilation: &Compilation, said: &str) -> Result<(), Failed> {
    let Some(first) = compilation.diagnostics.iter().next() else { return Ok(()) };
    if said.contains(SECRET) || format!("{first:?}").contains(SECRET) {
        return Err("a message shows a secret".into());
    }
    let Some(file) =
        first.primary.as_ref().and_then(|label| compilation.sources.file(label.span.file))
    else {
        return Ok(());
    };
    for (at, found) in file.text.match_indices(SECRET) {
        let id = first.primary.as_ref().map(|label| label.span.file).unwrap();
        let secret = Span::new(id, at as u32, (at + found.len()) as u32);
        let masks = |item: &Diagnostic| item.masked.iter().any(|mask| mask.contains(secret));
        if !compilation.diagnostics.iter().all(masks) {
            return Err("an excerpt could show a secret".into());
        }
    }
    Ok(())
}

fn compare(path: &Path, said: &str) -> Result<(), Failed> {
    if std::env::var_os("STACKC_UPDATE").is_some() {
        return Ok(fs::write(path, said)?);
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == said {
        return Ok(());
    }
    let diff = TextDiff::from_lines(&expected, said);
    let diff = diff.unified_diff().header("expected", "said").to_string();
    Err(format!("{diff}\nSTACKC_UPDATE=1 takes the new messages over").into())
}

fn nothing_left_over() -> Result<(), Failed> {
    let inputs: BTreeSet<_> =
        files("yaml").iter().map(|path| path.with_extension("expected")).collect();
    match files("expected").iter().find(|path| !inputs.contains(*path)) {
        Some(path) => Err(format!("{} belongs to no input", path.display()).into()),
        None => Ok(()),
    }
}
