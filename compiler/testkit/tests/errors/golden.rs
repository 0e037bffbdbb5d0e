//! `golden/errors`: small faulty stacks, and beside each what is said about it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
use similar::TextDiff;
use stackc_driver::Compilation;
use stackc_source::{Diagnostic, FileId, Span};

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
    files.chain([Trial::test("golden::folder", whole_folder)]).collect()
}

fn files(extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder("golden/errors")).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .map(|entry| entry.path())
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
    if said.contains(SECRET) || format!("{:?}", compilation.diagnostics).contains(SECRET) {
        return Err("a message shows a secret".into());
    }
    let Some(file) = compilation.sources.file(FileId(0)) else { return Ok(()) };
    for (at, found) in file.text.match_indices(SECRET) {
        let start = u32::try_from(at)?;
        let secret = Span::new(FileId(0), start, start + u32::try_from(found.len())?);
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

/// There are files at all, and no expectation without one.
fn whole_folder() -> Result<(), Failed> {
    let inputs: BTreeSet<_> =
        files("yaml").iter().map(|path| path.with_extension("expected")).collect();
    if inputs.len() < 70 {
        return Err("files are missing".into());
    }
    match files("expected").iter().find(|path| !inputs.contains(*path)) {
        Some(path) => Err(format!("{} belongs to no input", path.display()).into()),
        None => Ok(()),
    }
}
