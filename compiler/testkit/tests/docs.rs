//! The documentation is true: examples compile, paths exist.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use stackc_testkit::{compile_text, diff, matrix, reference, repository, updating};

fn documents() -> Vec<PathBuf> {
    let mut found = vec![repository().join("README.md")];
    for entry in std::fs::read_dir(repository().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
    for entry in std::fs::read_dir(repository().join("targets")).unwrap() {
        let path = entry.unwrap().path().join("README.md");
        if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The fenced blocks of a language.
fn fences(text: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}");
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        match &mut block {
            None if line.trim_end() == open => block = Some(String::new()),
            None => {}
            Some(text) if line.starts_with("```") => {
                blocks.push(std::mem::take(text));
                block = None;
            }
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    blocks
}

#[test]
fn every_stack_in_the_documentation_compiles() {
    let mut seen = 0;
    for path in documents() {
        let text = std::fs::read_to_string(&path).unwrap();
        for stack in fences(&text, "yaml").iter().filter(|block| block.starts_with("stack:")) {
            let compilation = compile_text(stack);
            let errors: Vec<_> = compilation
                .diagnostics
                .iter()
                .map(|found| format!("{} {}", found.code.id, found.message))
                .collect();
            assert!(
                !compilation.diagnostics.has_errors(),
                "{}:\n{stack}\n{errors:?}",
                path.display()
            );
            seen += 1;
        }
    }
    assert!(seen >= 4, "only {seen} examples were found");
}

#[test]
fn the_reference_is_that_of_the_language() {
    keeps("docs/reference.md", &reference());
}

#[test]
fn the_matrix_is_that_of_the_claims() {
    keeps("docs/support.md", &matrix());
}

/// A generated page is the one that is kept, or becomes it.
fn keeps(page: &str, found: &str) {
    let path = repository().join(page);
    if updating() {
        std::fs::write(path, found).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == found,
        "{page} is not up to date; \
         run `STACKC_UPDATE=1 cargo test -p stackc-testkit --test docs`\n{}",
        diff(&kept, found)
    );
}

#[test]
fn every_link_within_the_reference_leads_to_a_heading() {
    let page = reference();
    let slug = |heading: &str| -> String {
        heading.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
    };
    let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let mut anchors: Vec<_> = headings.iter().map(|heading| slug(heading).to_lowercase()).collect();
    anchors.sort();
    anchors.dedup();
    assert_eq!(anchors.len(), headings.len(), "two headings have one anchor");
    for (_, rest) in page.match_indices("](#").map(|(at, _)| page.split_at(at + 3)) {
        let anchor = rest.split(')').next().unwrap_or("");
        assert!(anchors.iter().any(|known| known == anchor), "{anchor}");
    }
}

#[test]
fn every_link_into_the_repository_leads_somewhere() {
    let mut seen = 0;
    for path in documents() {
        let text = std::fs::read_to_string(&path).unwrap();
        for (_, rest) in text.match_indices("](").map(|(at, _)| text.split_at(at + 2)) {
            let link = rest.split(')').next().unwrap_or("").split('#').next().unwrap_or("");
            if link.is_empty() || link.contains("://") {
                continue;
            }
            assert!(path.parent().unwrap().join(link).exists(), "{}: {link}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 5, "only {seen} links were found");
}

#[test]
fn every_room_in_the_architecture_exists() {
    let text = std::fs::read_to_string(repository().join("docs/architecture.md")).unwrap();
    let rooms: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert!(rooms.len() >= 10, "{rooms:?}");
    for room in rooms {
        assert!(repository().join(room).is_dir(), "{room}");
    }
}

/// What comes in from outside has its line, and each line is about something that comes in.
#[test]
fn every_dependency_is_accounted_for() {
    let manifest = std::fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let (_, section) = manifest.split_once("[workspace.dependencies]").unwrap();
    let section = section.split("\n[").next().unwrap();
    let used: BTreeSet<&str> = section
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, value)| {
            let package = value.split_once("package = \"").and_then(|(_, it)| it.split('"').next());
            package.unwrap_or(name)
        })
        .filter(|name| !name.starts_with("stackc-"))
        .collect();
    let text = std::fs::read_to_string(repository().join("docs/dependencies.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| ")).skip(1);
    let listed: BTreeSet<&str> = rows
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|names| names.split(','))
        .filter_map(|name| name.split_whitespace().next())
        .collect();
    assert_eq!(used, listed);
}
