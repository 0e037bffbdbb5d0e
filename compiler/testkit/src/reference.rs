//! The reference of the language, as Markdown: one table for each mapping that a stack may hold.

use stackc_shape::{Decode, Field, Record, Shape};
use stackc_spec::StackSpec;

const HEAD: &str = "# Reference

Every key of `stack.yaml`: what it takes, what holds where nothing is written, and what it says. This page
is generated from the types the compiler reads a stack with, which `stackc schema` and `stackc explain PATH`
show as well; [the language](language.md) teaches it. `<name>` stands for a name of your choosing, *planned*
is what the compiler understands and no target renders yet. Keys that start with `x-` are yours everywhere.
";

/// A mapping of the language.
struct Section {
    /// Where it stands: `services.<name>.scale`; empty for the stack itself.
    path: String,
    record: &'static Record,
    /// Where else it stands.
    also: Vec<String>,
}

/// The whole page.
#[must_use]
pub fn reference() -> String {
    let mut sections = Vec::new();
    collect(StackSpec::shape(), String::new(), &mut sections);
    for target in stackc_targets::ALL {
        collect(target.options(), format!("targets.{}", target.id()), &mut sections);
    }
    let mut page = format!("{HEAD}\n{}", contents(&sections));
    for section in &sections {
        page += &body(section, &sections);
    }
    page
}

/// Every mapping below a shape, each once, in the order of its first path.
fn collect(shape: Shape, path: String, sections: &mut Vec<Section>) {
    match shape {
        Shape::Record(record) => {
            if let Some(known) = sections.iter_mut().find(|it| std::ptr::eq(it.record, record)) {
                // An environment holds the sections of the stack in part: said once, there.
                if !path.starts_with("environments.") {
                    known.also.push(path);
                }
                return;
            }
            sections.push(Section { path: path.clone(), record, also: Vec::new() });
            // Environments repeat the sections of the stack, so they come last.
            let later = |field: &&Field| path.is_empty() && field.key == "environments";
            let (last, first): (Vec<_>, Vec<_>) = record.fields.iter().partition(later);
            for field in first.into_iter().chain(last) {
                let below = match path.as_str() {
                    "" => field.key.to_owned(),
                    _ => format!("{path}.{}", field.key),
                };
                collect((field.shape)(), below, sections);
            }
        }
        Shape::Map(_, value) => collect(value(), format!("{path}.<name>"), sections),
        Shape::List(item) => collect(item(), format!("{path}[]"), sections),
        Shape::Switch(inner) | Shape::Nullable(inner) => collect(inner(), path, sections),
        Shape::Scalar(_) | Shape::Words(_) | Shape::Any => {}
    }
}

/// Links to all sections, a line for each key at the top.
fn contents(sections: &[Section]) -> String {
    let mut lines: Vec<(&Section, Vec<String>)> = Vec::new();
    for section in sections {
        match lines.last_mut() {
            Some((first, links)) if top(first) == top(section) => {
                let short = section.path.strip_prefix(&format!("{}.", first.path));
                links.push(link(section, short.unwrap_or(&section.path)));
            }
            _ => lines.push((section, vec![link(section, title(section))])),
        }
    }
    lines.iter().map(|(_, links)| format!("- {}\n", links.join(" · "))).collect()
}

fn top(section: &Section) -> &str {
    section.path.split('.').next().unwrap_or("")
}

fn title(section: &Section) -> &str {
    if section.path.is_empty() { "stack.yaml" } else { &section.path }
}

/// A link to a section, by the anchor its heading has on code hosts.
fn link(section: &Section, text: &str) -> String {
    let kept = title(section).chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c));
    format!("[`{text}`](#{})", kept.collect::<String>().to_lowercase())
}

fn body(section: &Section, sections: &[Section]) -> String {
    let record = section.record;
    let mut text = format!("\n## `{}`\n\n{}\n", title(section), one_line(record.doc));
    if record.short.is_some() {
        text += &format!("Takes {}.\n", Shape::Record(record).takes());
    }
    if !section.also.is_empty() {
        let also: Vec<_> = section.also.iter().map(|path| format!("`{path}`")).collect();
        text += &format!("The same at {}.\n", also.join(", "));
    }
    text += "\n| key | takes | default | says |\n|---|---|---|---|\n";
    for moved in record.moves {
        let shape = record.field(moved.to).and_then(|field| (field.shape)().child(moved.key));
        let takes = shape.map_or_else(String::new, |shape| takes(shape, sections));
        text += &format!("| `{}` | {takes} | | {} |\n", moved.from, cell(moved.doc));
    }
    for field in record.fields {
        text += &row(field, sections);
    }
    let lists: String = record.fields.iter().filter_map(words).collect();
    if lists.is_empty() { text } else { format!("{text}\n{lists}") }
}

fn row(field: &Field, sections: &[Section]) -> String {
    let takes = match field.key {
        "targets" => {
            let options = sections.iter().filter(|section| top(section) == "targets");
            options.map(|section| link(section, title(section))).collect::<Vec<_>>().join(", ")
        }
        _ => takes((field.shape)(), sections),
    };
    let (about, default) = field.about();
    let default = match (field.required, default) {
        (true, _) => "**required**".to_owned(),
        (false, default) => cell(&default.unwrap_or_default()),
    };
    let mut says = cell(&about);
    if !field.overridable {
        says += " The same in every environment.";
    }
    if field.planned {
        says += " *Planned.*";
    }
    format!("| `{}` | {takes} | {default} | {says} |\n", field.key)
}

/// What may be written, with a link to the keys of a mapping.
fn takes(shape: Shape, sections: &[Section]) -> String {
    let text = cell(&shape.takes());
    let found = inner(shape)
        .and_then(|inner| sections.iter().find(|section| std::ptr::eq(section.record, inner)));
    let Some(found) = found else { return text };
    let short = match shape {
        // Each of what, the linked section says.
        Shape::Map(_, value) | Shape::List(value) => {
            text.replacen(&format!(", each {}", cell(&value().takes())), "", 1)
        }
        _ => text,
    };
    format!("{short} → {}", link(found, title(found)))
}

/// The mapping a shape leads to, through maps and lists.
fn inner(shape: Shape) -> Option<&'static Record> {
    match shape {
        Shape::Map(_, value) | Shape::List(value) => inner(value()),
        other => other.record(),
    }
}

/// What the words of a field mean.
fn words(field: &Field) -> Option<String> {
    let list = match (field.shape)() {
        Shape::List(item) => item().words(),
        Shape::Record(_) => None,
        other => other.words(),
    }?;
    let words: Vec<_> = list
        .words
        .iter()
        .map(|word| match one_line(word.doc).trim_end_matches('.') {
            doc if doc == word.word => format!("`{}`", word.word),
            doc => format!("`{}`: {doc}", word.word),
        })
        .collect();
    Some(format!("- **`{}`** — {}.\n", field.key, words.join("; ")))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text for a cell of a table.
fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}
