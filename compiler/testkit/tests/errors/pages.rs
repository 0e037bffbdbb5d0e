//! `docs/errors`: one page per code, whose examples do what they say.

use std::collections::BTreeSet;
use std::fs;

use libtest_mimic::{Failed, Trial};
use stackc_source::{ALL_CODES, Code, page};

use crate::{folder, say};

/// Codes that no text of a stack can show, and why.
const NOT_SHOWN: [(&str, &str); 17] = [
    ("E0611", "it is about the output tree"),
    ("E0101", "the file is missing or unreadable"),
    ("E0102", "the example would be 16 MiB long"),
    ("E0103", "the example would be no text"),
    ("E0503", "names that differ give paths that differ"),
    ("E0601", "it is about files on the disk"),
    ("E0602", "it is about files on the disk"),
    ("E0603", "it is about the manifest on the disk"),
    ("E0604", "it is about the manifest on the disk"),
    ("E0605", "it needs a second process"),
    ("E0606", "it is about the file system"),
    ("E0607", "it is about links on the disk"),
    ("E0608", "it is about another stack on the disk"),
    ("E0609", "there is no file"),
    ("W0723", "it is about files on the disk"),
    ("W0720", "it needs the day, which the command line gives"),
    ("E0610", "it is about files on the disk"),
];

/// One trial per page, and one for the folder.
pub(crate) fn trials() -> Vec<Trial> {
    let pages = ALL_CODES.iter().map(|code| {
        Trial::test(format!("page::{}", code.id), move || check(*code).map_err(Failed::from))
    });
    let whole = [Trial::test("page::no_other", no_other), Trial::test("page::index", index)];
    pages.chain(whole).collect()
}

fn check(code: Code) -> Result<(), String> {
    let text = page(code);
    let title = format!("# {}: {}", code.id, code.title);
    demand(text.lines().next() == Some(&title), &format!("the page begins with `{title}`"))?;
    let explained =
        text.lines().nth(2).is_some_and(|line| !line.is_empty() && !line.starts_with('#'));
    demand(explained, "the rule is explained below the title")?;
    let (wrong, right) = (example(text, "Wrong"), example(text, "Right"));
    if NOT_SHOWN.iter().any(|(id, _)| *id == code.id) {
        demand(wrong.is_none() && right.is_none(), "the page has no examples")?;
        return demand(text.contains("\n## When\n"), "the page has a section `When`");
    }
    let (wrong, right) = wrong.zip(right).ok_or("the page has examples `Wrong` and `Right`")?;
    let long = wrong.lines().chain(right.lines()).find(|line| line.chars().count() > 100);
    demand(long.is_none(), &format!("no line of an example is longer than 100: {long:?}"))?;
    gives(code, &wrong)?;
    let compilation = say::compiled(right);
    let said = say::all(&compilation);
    let clean = !compilation.diagnostics.has_errors() && !said.contains(code.id);
    demand(clean, &format!("`Right` compiles without {}, but:\n{said}", code.id))
}

/// The wrong example gives the code and no other error.
fn gives(code: Code, wrong: &str) -> Result<(), String> {
    let compilation = say::compiled(wrong);
    let said = say::all(&compilation);
    demand(said.lines().any(|line| line.starts_with(code.id)), &format!("`Wrong` gives:\n{said}"))?;
    let other = |line: &&str| line.starts_with('E') && !line.starts_with(code.id);
    let others = said.lines().filter(other).count();
    demand(others == 0, &format!("`Wrong` gives other errors too:\n{said}"))
}

fn demand(holds: bool, rule: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}

/// The first block of YAML below a heading.
fn example(page: &str, heading: &str) -> Option<String> {
    let (_, section) = page.split_once(&format!("\n## {heading}\n"))?;
    let section = section.split("\n## ").next()?;
    let (_, block) = section.split_once("```yaml\n")?;
    block.split_once("```").map(|(text, _)| text.to_owned())
}

fn no_other() -> Result<(), Failed> {
    let pages = ALL_CODES.iter().map(|code| format!("{}.md", code.id));
    let known: BTreeSet<String> = pages.chain(["README.md".to_owned()]).collect();
    for entry in fs::read_dir(folder("docs/errors"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        demand(known.contains(&name), &format!("`{name}` explains no code"))?;
    }
    Ok(())
}

/// `docs/errors/README.md` lists every code; `STACKC_UPDATE=1` writes it.
fn index() -> Result<(), Failed> {
    let path = folder("docs/errors/README.md");
    let mut text = INDEX_HEAD.to_owned();
    for (pass, title) in PASSES {
        text += &format!("\n## {title}\n\n| code | the rule |\n|---|---|\n");
        let mut codes: Vec<_> = ALL_CODES.iter().filter(|code| &code.id[1..3] == pass).collect();
        codes.sort_by_key(|code| code.id);
        for code in codes {
            text += &format!("| [{}]({}.md) | {} |\n", code.id, code.id, code.title);
        }
    }
    if std::env::var_os("STACKC_UPDATE").is_some() {
        fs::write(&path, &text)?;
    }
    let listed = ALL_CODES.iter().all(|code| text.contains(&format!("[{}]", code.id)));
    demand(listed, "every code belongs to a pass of the index")?;
    let found = fs::read_to_string(&path).unwrap_or_default();
    Ok(demand(found == text, "the index is not up to date: STACKC_UPDATE=1 writes it")?)
}

const INDEX_HEAD: &str = "\
# Every diagnostic

Each has a code that never changes its meaning, and a page that explains the rule, with an example of a
breach and of the way out. `stackc explain CODE` shows the page at the terminal. `E` is an error, with
which nothing is written; `W` is a warning, which `--deny-warnings` makes an error.

Where there is only one way to mend a fault, `stackc check --fix` does it in the file.
";

/// The passes of the compiler, by the first two digits of their codes.
const PASSES: [(&str, &str); 7] = [
    ("01", "Reading the file"),
    ("02", "The shape of the language"),
    ("03", "Names and references"),
    ("04", "Rules across the stack"),
    ("05", "Targets"),
    ("06", "The disk"),
    ("07", "Warnings"),
];
