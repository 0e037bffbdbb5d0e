//! The `env` target: what somebody must provide, by name, and what must never be committed.

mod entry;
mod ignore;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;
use stackc_model::{Environment, Stack};
use stackc_shape::{Decode, Shape};
use stackc_source::{Diagnostic, Diagnostics, codes};
use stackc_target::conventions::HEADER;
use stackc_target::{
    Artifact, Artifacts, Body, Format, Mode, RelPath, Target, Template, is_off, options,
};

use entry::{Entry, Made, Place};

/// The `env` target.
pub(crate) struct Env;

const ALL: Template =
    Template { name: "all.env", format: Format::Dotenv, source: include_str!("all.env") };
const ONE: Template =
    Template { name: "one.env", format: Format::Dotenv, source: include_str!("one.env") };

/// What may be set under `targets.env`: nothing yet, but that it is off.
#[derive(Debug, Default, Decode)]
struct Options {}

/// What both templates are filled with.
#[derive(Debug, Serialize)]
struct Page<'a> {
    header: &'static str,
    stack: &'a str,
    /// The environment it is about, where it is one.
    environment: &'a str,
    /// Whether docker compose reads it.
    compose: bool,
    /// Whether it runs on a swarm, and not on docker compose.
    swarm: bool,
    /// Whether a script makes what can be made.
    script: bool,
    groups: Vec<Group>,
    derived: Vec<Made>,
}

/// What the same services need.
#[derive(Debug, Serialize)]
struct Group {
    title: String,
    entries: Vec<Entry>,
}

impl Target for Env {
    fn id(&self) -> &'static str {
        "env"
    }

    fn about(&self) -> &'static str {
        "lists of what must be provided, and what git ignores"
    }

    fn options(&self) -> Shape {
        Options::shape()
    }

    fn support(&self) -> &'static str {
        include_str!("support.json")
    }

    fn render(&self, stack: &Stack, out: &mut Artifacts, diagnostics: &mut Diagnostics) {
        for env in &stack.environments {
            let Options {} = options(env, "env", diagnostics);
        }
        let on = stack.environments.iter().filter(|env| !is_off(env, "env"));
        let places: Vec<_> = on.map(|env| Place::of(stack, env)).collect();
        if places.is_empty() {
            return;
        }
        ignore::add(out);
        let mut all = page(stack, "", &places, entry::of_all(&places));
        all.derived = entry::derived(&places);
        add(&ALL, ".env.example", None, &all, out, diagnostics);
        for place in &places {
            let name = place.env.name.as_str();
            let entries = entry::of_one(place);
            if !entries.is_empty() {
                let page = page(stack, name, std::slice::from_ref(place), entries);
                let path = format!(".env.{name}.example");
                add(&ONE, &path, Some(place.env), &page, out, diagnostics);
            }
        }
    }
}

/// A page of entries, those that the same services need together.
fn page<'a>(
    stack: &'a Stack,
    environment: &'a str,
    places: &[Place<'_>],
    entries: Vec<Entry>,
) -> Page<'a> {
    let mut groups: BTreeMap<(bool, String), Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        // What every release needs comes first.
        let key = (entry.used_by != entry::RELEASE, entry.used_by.clone());
        groups.entry(key).or_default().push(entry);
    }
    let group = |((_, title), entries)| Group { title, entries };
    Page {
        header: HEADER,
        stack: stack.name.as_str(),
        environment,
        compose: places.iter().any(Place::composes),
        swarm: places.iter().all(Place::only_swarms),
        script: places.iter().any(Place::scripted),
        groups: groups.into_iter().map(group).collect(),
        derived: Vec::new(),
    }
}

fn add(
    template: &Template,
    path: &str,
    env: Option<&Environment>,
    page: &Page<'_>,
    out: &mut Artifacts,
    diagnostics: &mut Diagnostics,
) {
    match (template.render(page), RelPath::new(path)) {
        (Ok(text), Ok(path)) => out.add(Artifact {
            path,
            body: Body::Whole(text),
            mode: Mode::Plain,
            target: "env",
            environment: env.map(|env| env.name.to_string()),
        }),
        (text, _) => {
            let fault = text.err().map_or_else(String::new, |fault| fault.to_string());
            let message = format!("`{path}` cannot be written: {fault}");
            diagnostics.push(Diagnostic::global(codes::CANNOT_CARRY, message));
        }
    }
}
