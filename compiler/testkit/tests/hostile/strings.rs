//! Hostile values in every field: refused, or data in the output and never syntax.

use std::collections::BTreeMap;

use serde_yaml::Value;
use stackc_driver::Compilation;
use stackc_source::Severity;

use crate::compiled;
use crate::fields::{BASE, FIELDS, Field};

/// Values that are syntax somewhere.
pub(crate) const STRINGS: [&str; 44] = [
    "it's",
    "say \"no\"",
    "'",
    "\"",
    "'quoted'",
    "\"quoted\"",
    "two\nlines",
    "end\n",
    "\nstart",
    "a\n\n  b\n",
    "---\n...",
    "tab\there",
    " blank ",
    "$HOME",
    "$$",
    "$(id)",
    "$$(id)",
    "`id`",
    "$${HOME}",
    "$${HOME:-x}",
    "a # b",
    "#",
    "{{ .Values }}",
    "$${{ secrets.EVIL }}",
    "$${{ '",
    "100%",
    "%20",
    "a; b",
    "} server {",
    "}",
    "{",
    "[a]",
    "&a",
    "*a",
    "!tag",
    "- a",
    "a: b",
    "a: b # c",
    "C:\\new\\x",
    "\\",
    "日本 žluť \u{1f980} \u{a0}\u{2028}\u{202e}\u{feff}",
    "--flag",
    "=,=",
    "",
];

/// Strings that a reader of YAML may take for something else.
pub(crate) const LOOK_ALIKES: [&str; 24] = [
    "NO",
    "on",
    "y",
    "True",
    "null",
    "~",
    "Null",
    "0755",
    "007",
    "0o17",
    "0x1F",
    "1_000",
    "1e3",
    "1.10",
    ".5",
    ".inf",
    ".NaN",
    "+1",
    "-0",
    "12:30:45",
    "2026-11-21",
    "<<",
    "=",
    "123456789012345678901234567890",
];

/// Fields whose values name files, or decide by what they are how something is done.
const STEERING: [&str; 3] = ["24", "compose-file", "ghcr.io/acme/shop"];

/// A path and the document under it.
type Document = (String, Value);

/// The texts of the YAML files, by path.
fn files(compilation: &Compilation) -> BTreeMap<&str, &str> {
    let all = compilation.artifacts.iter();
    let files = all.map(|artifact| (artifact.path.as_str(), artifact.body.text()));
    files.filter(|(path, _)| path.ends_with(".yaml") || path.ends_with(".yml")).collect()
}

/// A file, parsed.
fn parse((path, text): (&str, &str)) -> Document {
    match serde_yaml::from_str(text) {
        Ok(value) => (path.to_owned(), value),
        Err(error) => panic!("{path}: {error}\n{text}"),
    }
}

fn shape(value: &Value) -> String {
    match value {
        Value::Mapping(map) => {
            let entries =
                map.iter().map(|(key, value)| format!("{}:{}", shape_of_key(key), shape(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        Value::Sequence(items) => {
            format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(","))
        }
        Value::String(_) => "text".to_owned(),
        Value::Tagged(tagged) => format!("tagged {}", tagged.tag),
        // A value of the stack is text everywhere; what is a number or a bool stays what it is.
        other => format!("{other:?}"),
    }
}

fn shape_of_key(key: &Value) -> String {
    key.as_str().map_or_else(|| format!("{key:?}"), str::to_owned)
}

/// Every text in a document.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Mapping(map) => map.values().for_each(|value| texts(value, found)),
        Value::Sequence(items) => items.iter().for_each(|value| texts(value, found)),
        Value::String(text) => found.push(text),
        _ => {}
    }
}

/// Whether a text of the documents under a path is wanted, as its reader takes it.
fn holds(documents: &[Document], under: &str, wanted: impl Fn(&str) -> bool) -> bool {
    documents.iter().filter(|(path, _)| path.starts_with(under)).any(|(_, value)| {
        let mut found = Vec::new();
        texts(value, &mut found);
        found.into_iter().any(&wanted)
    })
}

/// Compose takes `$$` for a dollar sign, and any other `$` for a variable.
fn compose(text: &str) -> Vec<String> {
    let plain = text.replace("$$", "\0");
    if plain.contains('$') { Vec::new() } else { vec![plain.replace('\0', "$")] }
}

/// Kubernetes takes a text as it is; in words `$$` is a dollar sign, and a literal of kustomize is
/// a key and a value, which may stand in one pair of quotes.
fn kubernetes(text: &str) -> Vec<String> {
    let words = text.replace("$$", "$");
    let value = text.split_once('=').map(|(_, value)| {
        let bare =
            ['"', '\''].iter().find_map(|sign| value.strip_prefix(*sign)?.strip_suffix(*sign));
        bare.unwrap_or(value).to_owned()
    });
    [text.to_owned(), words].into_iter().chain(value).collect()
}

/// Whether other values have changed more than values. Files that are as they were are not asked.
fn restructured(benign: &Compilation, documents: &[Document], paths: usize) -> Option<String> {
    let before = files(benign);
    if before.len() != paths {
        return Some(format!("makes {paths} files instead of {}", before.len()));
    }
    documents.iter().find_map(|(path, value)| {
        let Some(text) = before.get(path.as_str()) else { return Some(format!("makes {path}")) };
        let (was, is) = (shape(&parse((path, text)).1), shape(value));
        (was != is).then(|| format!("changes the structure of {path}:\n  {was}\n  {is}"))
    })
}

/// What is wrong with the outcome of a value in a field.
fn fault(field: &Field, text: &str, benign: &Compilation) -> Option<String> {
    let compilation = compiled(field.stack(&serde_json::to_string(text).unwrap()).as_bytes());
    if compilation.diagnostics.has_errors() {
        return None;
    }
    let (before, after) = (files(benign), files(&compilation));
    let changed = after.iter().filter(|(path, text)| before.get(*path) != Some(*text));
    let documents: Vec<_> = changed.map(|(path, text)| parse((path, text))).collect();
    if !STEERING.contains(&field.value)
        && let Some(fault) = restructured(benign, &documents, after.len())
    {
        return Some(fault);
    }
    let wanted = if field.refers { text.replace("$${", "${") } else { text.to_owned() };
    let read = |read: fn(&str) -> Vec<String>| {
        let wanted = wanted.clone();
        move |text: &str| read(text).contains(&wanted)
    };
    if field.in_compose && !holds(&documents, "compose", read(compose)) {
        return Some("is not in compose".to_owned());
    }
    if field.in_kubernetes && !holds(&documents, "k8s/", read(kubernetes)) {
        return Some("is not in Kubernetes".to_owned());
    }
    let expression = holds(&documents, ".github", |text| text.contains("${{ secrets.EVIL"));
    expression.then(|| "is an expression in a workflow".to_owned())
}

/// Puts values into every field of a part of them: all where the value is looked for, and some
/// where it is only kept from doing harm.
fn try_all(values: &[&str], part: usize) {
    let base = compiled(BASE.as_bytes());
    let errors = base.diagnostics.iter().filter(|found| found.severity() == Severity::Error);
    let errors: Vec<_> = errors.map(|found| &found.message).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let mut faults = Vec::new();
    for (number, field) in FIELDS.iter().enumerate().filter(|(number, _)| number % 2 == part) {
        let step = match (field.in_compose, field.in_kubernetes) {
            (true, true) => 1,
            (false, false) => 10,
            _ => 2,
        };
        let first = number / 2 % step;
        for text in values.iter().skip(first).step_by(step) {
            if let Some(fault) = fault(field, text, &base) {
                faults.push(format!("{text:?} for {:?} {fault}", field.value));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

macro_rules! parts {
    ($($name:ident: $values:expr, $part:literal;)*) => {$(
        #[test]
        fn $name() {
            try_all($values, $part);
        }
    )*};
}

parts! {
    hostile_even: &STRINGS, 0;
    hostile_odd: &STRINGS, 1;
    look_alikes_even: &LOOK_ALIKES, 0;
    look_alikes_odd: &LOOK_ALIKES, 1;
}

#[test]
fn a_line_of_ten_thousand_characters() {
    let line = "long line ".repeat(1_000);
    try_all(&[line.trim_end()], 0);
}
