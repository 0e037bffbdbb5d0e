//! The schema in an editor: a real yaml-language-server completes, explains and marks.
//!
//! `cargo test -p stackc-testkit --features tools --test editor`, after `tools/install.sh`. The cases
//! are in the text files beside; the head of each says how they are written.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod client;

use std::sync::{Arc, Mutex, PoisonError};

use client::Client;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use stackc_testkit::{cases, repository};

type Judge = fn(&mut Client, &Written) -> Result<(), Failed>;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.json");
    std::fs::write(&schema, stackc_driver::schema(stackc_targets::ALL)).unwrap();
    let client = match Client::start(&stackc_testkit::tool("yaml-language-server"), &schema) {
        Ok(client) => Arc::new(Mutex::new(client)),
        Err(error) => panic!("{error:?}"),
    };
    let mut trials = Vec::new();
    let files: [(&str, usize, Judge); 3] =
        [("completion", 30, completes), ("hover", 10, explains), ("broken", 20, marks)];
    for (file, at_least, judge) in files {
        let found = written(file);
        assert!(found.len() >= at_least, "{file}: only {} cases", found.len());
        trials.extend(found.into_iter().map(|case| trial(file, &client, case, judge)));
    }
    for case in cases().unwrap() {
        // The modeline would lead to the schema of the last build.
        let text = std::fs::read_to_string(case.stack).unwrap();
        let text = text.replace("# yaml-language-server:", "#");
        let case = Written { title: case.name, text, expected: Vec::new() };
        trials.push(trial("golden", &client, case, marks));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(kind: &str, client: &Arc<Mutex<Client>>, case: Written, judge: Judge) -> Trial {
    let client = Arc::clone(client);
    Trial::test(format!("{kind}::{}", case.title), move || {
        judge(&mut client.lock().unwrap_or_else(PoisonError::into_inner), &case)
    })
}

/// A case of a text file.
struct Written {
    title: String,
    text: String,
    expected: Vec<String>,
}

fn written(file: &str) -> Vec<Written> {
    let path = repository().join(format!("compiler/testkit/tests/editor/{file}.txt"));
    let all = std::fs::read_to_string(path).unwrap();
    let case = |part: &str| {
        let (title, rest) = part.split_once('\n').unwrap();
        let (expected, text): (Vec<_>, Vec<_>) =
            rest.lines().partition(|line| line.starts_with("> "));
        let expected: Vec<_> = expected.iter().map(|line| line[2..].to_owned()).collect();
        assert!(!expected.is_empty(), "{title} expects nothing");
        Written { title: title.to_owned(), text: text.join("\n") + "\n", expected }
    };
    all.split("\n== ").skip(1).map(case).collect()
}

fn completes(client: &mut Client, case: &Written) -> Result<(), Failed> {
    let answer = client.ask("textDocument/completion", &case.text)?;
    let items = answer.get("items").unwrap_or(&answer).as_array().cloned().unwrap_or_default();
    let label = |item: &Value| item["label"].as_str().unwrap_or("").to_owned();
    for expected in &case.expected {
        let right = match (expected.strip_prefix("no "), expected.split_once(": ")) {
            (Some(absent), _) => !items.is_empty() && items.iter().all(|it| label(it) != absent),
            (None, Some((name, words))) => items
                .iter()
                .any(|it| label(it) == name && text(&it["documentation"]).contains(words)),
            (None, None) => items.iter().any(|it| label(it) == *expected),
        };
        if !right {
            let offered: Vec<_> = items
                .iter()
                .map(|it| format!("{}: {:?}", label(it), text(&it["documentation"])))
                .collect();
            return Err(format!("expected {expected:?}, offered\n{}", offered.join("\n")).into());
        }
    }
    Ok(())
}

fn explains(client: &mut Client, case: &Written) -> Result<(), Failed> {
    let answer = client.ask("textDocument/hover", &case.text)?;
    let shown = text(&answer["contents"]);
    match case.expected.iter().find(|words| !shown.contains(*words)) {
        Some(words) => Err(format!("expected {words:?} in\n{shown}").into()),
        None => Ok(()),
    }
}

/// Markup or plain text.
fn text(value: &Value) -> &str {
    value.get("value").unwrap_or(value).as_str().unwrap_or("")
}

/// The diagnostics are those expected, each in its line, and no others.
fn marks(client: &mut Client, case: &Written) -> Result<(), Failed> {
    let mut found = client.diagnostics(&case.text)?;
    found.sort();
    let fits = |expected: &String, (line, message): &(u64, String)| {
        expected
            .split_once(": ")
            .is_some_and(|(at, words)| at == line.to_string() && message.contains(words))
    };
    let right = found.len() == case.expected.len()
        && case.expected.iter().zip(&found).all(|(expected, found)| fits(expected, found));
    match right {
        true => Ok(()),
        false => Err(format!("expected {:#?}, found {found:#?}", case.expected).into()),
    }
}
