//! `stackc explain`

use stackc_driver::{Explanation, Here};
use stackc_source::{ALL_CODES, FileId, SourceMap, closest};

use crate::args::Args;
use crate::exit::Exit;
use crate::project::{self, Project};
use crate::render;
use crate::report;

/// Explains a path of the language or a code.
pub(crate) fn run(args: &Args, subject: &str) -> Exit {
    let is_code = subject.len() == 5
        && subject.starts_with(['E', 'W', 'e', 'w'])
        && subject[1..].bytes().all(|b| b.is_ascii_digit());
    if is_code {
        return code(&subject.to_ascii_uppercase());
    }
    let compilation = Project::look(args).map(|project| project.compile());
    let stack = compilation.as_ref().and_then(|compilation| compilation.stack.as_ref());
    match stackc_driver::explain(subject, stack, project::targets()) {
        Some(explanation) => {
            let sources = compilation.as_ref().map(|compilation| &compilation.sources);
            report::result(&describe(&explanation, sources))
        }
        None => {
            report::remark(&format!(
                "the language has no `{subject}`; `stackc explain services` lists the keys of services"
            ));
            Exit::Usage
        }
    }
}

fn code(id: &str) -> Exit {
    match ALL_CODES.iter().find(|code| code.id == id) {
        Some(code) => report::result(stackc_source::page(*code)),
        None => {
            let near = closest(id, ALL_CODES.iter().map(|code| code.id));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            report::remark(&format!("there is no code {id}{hint}"));
            Exit::Usage
        }
    }
}

fn describe(explanation: &Explanation, sources: Option<&SourceMap>) -> String {
    let mut text =
        format!("{}\n\n{}\n\nTakes {}.\n", explanation.path, explanation.doc, explanation.takes);
    if !explanation.keys.is_empty() {
        text += "\nKeys:\n";
        let width = explanation.keys.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
        for (key, doc) in &explanation.keys {
            text += &format!("  {key:<width$}  {doc}\n");
        }
    }
    if !explanation.here.is_empty() {
        text += "\nHere:\n";
        for here in &explanation.here {
            text += &format!("  {}: {}\n", here.environment, value(here, sources));
        }
    }
    text
}

fn value(here: &Here, sources: Option<&SourceMap>) -> String {
    let shown = render::value(&here.value);
    let shown = if shown.chars().count() > 200 {
        format!("{}…", shown.chars().take(200).collect::<String>())
    } else {
        shown
    };
    let place = here.span.and_then(|(file, start, _)| {
        let file = sources?.file(FileId(file))?;
        let position = file.position(start);
        Some(format!("{}:{}:{}", file.name, position.line, position.column))
    });
    let reason = here.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    match (here.origin.as_deref(), place) {
        (Some("written"), Some(place)) => format!("{shown}  (written at {place})"),
        (Some("derived"), Some(place)) => format!("{shown}  (follows from {place}{reason})"),
        (Some(_), _) => format!("{shown}  (default{reason})"),
        (None, _) => shown,
    }
}
