//! Hostile strings in every string of the language, which the shape of the language lists.
//!
//! Where a plain string is accepted, the files it changes say where it belongs. A hostile one must
//! stand in the same places and leave everything else as it is, or be refused.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stackc_driver::Compilation;
use stackc_shape::{Decode, Decoder, JsonType, Shape, expand};
use stackc_source::{Diagnostics, FileId, Limits, NodeKind, Severity, codes, read};
use stackc_spec::StackSpec;
use stackc_testkit::sites::{bases, placed, places};

use crate::compiled;
use crate::reading::differ;
use crate::strings::{LOOK_ALIKES, STRINGS};

/// What a string of the language is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Value,
    /// The only item of a list.
    Item,
    /// A name of the user's choosing.
    Key,
}

/// A string of the language, its path with `*` for names of the user's choosing.
#[derive(Debug, Clone)]
struct Site {
    path: Vec<String>,
    place: Place,
}

/// Every string of the language and of the options of the targets.
fn sites() -> Vec<Site> {
    let mut sites = Vec::new();
    collect(StackSpec::shape(), &mut Vec::new(), &mut sites);
    for target in stackc_targets::ALL {
        let mut path = vec!["targets".to_owned(), target.id().to_owned()];
        collect(target.options(), &mut path, &mut sites);
    }
    sites
}

fn collect(shape: Shape, path: &mut Vec<String>, sites: &mut Vec<Site>) {
    let mut push = |path: &[String], place| sites.push(Site { path: path.to_owned(), place });
    match shape {
        Shape::Scalar(scalar) if scalar.types.contains(&JsonType::String) => {
            // A command as a text is split into words; each word is a string.
            let words = scalar.name == "a command";
            push(path, if words { Place::Item } else { Place::Value });
        }
        Shape::Scalar(_) | Shape::Words(_) | Shape::Any => {}
        Shape::Switch(inner) | Shape::Nullable(inner) => collect(inner(), path, sites),
        Shape::List(item) => match item() {
            Shape::Scalar(_) => push(path, Place::Item),
            Shape::Words(_) | Shape::Any => {}
            inner => {
                path.push("0".to_owned());
                collect(inner, path, sites);
                path.pop();
            }
        },
        Shape::Map(_, value) => {
            push(path, Place::Key);
            path.push("*".to_owned());
            collect(value(), path, sites);
            path.pop();
        }
        Shape::Record(record) => {
            if record.short.is_some() {
                push(path, Place::Value);
            }
            // The sections of an environment are those of the stack, and are tried there.
            let sections = StackSpec::shape();
            let section = |key| {
                path.first().is_some_and(|it| it == "environments") && sections.child(key).is_some()
            };
            for field in record.fields.iter().filter(|field| !section(field.key)) {
                let mut path = path.clone();
                path.push(field.key.to_owned());
                collect((field.shape)(), &mut path, sites);
            }
        }
    }
}

/// Plain strings of the forms that fields ask for.
const PLAIN: [&str; 9] = [
    "plainvalue",
    "PLAINVALUE",
    "/plainvalue",
    "plainvalue.example",
    "https://plainvalue.example",
    "plainvalue/plainvalue:1.2.3",
    "text/plainvalue",
    "plainvalue@plainvalue.example",
    "plainvalue/*",
];

/// A stack with a string in a field.
struct Field<'a> {
    base: &'a Value,
    path: Vec<String>,
    place: Place,
}

impl Field<'_> {
    fn stack(&self, text: &str) -> Value {
        match self.place {
            Place::Value => placed(self.base, &self.path, json!(text)),
            Place::Item => placed(self.base, &self.path, json!([text])),
            Place::Key => {
                let at = self.path.iter().try_fold(self.base, |value, key| value.get(key));
                let first = at.and_then(Value::as_object).and_then(|map| map.values().next());
                let path: Vec<_> = self.path.iter().cloned().chain([text.to_owned()]).collect();
                placed(self.base, &path, first.cloned().unwrap_or(json!({})))
            }
        }
    }

    /// Whether the decoder takes a string here, which is told much faster than what becomes of it.
    fn takes(&self, text: &str) -> bool {
        // The overlay is a stack in part; what it lacks is in the base.
        if self.path[0] == "environments" {
            return true;
        }
        let (node, _) = read(FileId(0), &self.stack(text).to_string(), Limits::default());
        let mut root = expand(node.unwrap(), StackSpec::shape(), &mut Diagnostics::default());
        let NodeKind::Map(entries) = &mut root.kind else { return false };
        entries.retain(|entry| &*entry.key != "environments");
        let mut decoder = Decoder::default();
        let _ = StackSpec::decode(&root, &mut decoder);
        !decoder.finish().has_errors()
    }

    fn compiled(&self, text: &str) -> Compilation {
        compiled(self.stack(text).to_string().as_bytes())
    }
}

/// The stacks that strings are tried in, with one environment, which is enough and quicker.
fn stacks() -> Vec<Value> {
    let mut stacks = bases();
    stacks.truncate(2);
    for stack in &mut stacks {
        let environments = stack.get_mut("environments").and_then(Value::as_object_mut);
        environments.unwrap().retain(|name, _| name == "production");
    }
    stacks
}

/// Where a site is tried: in each stack, first where something stands already; the last time in the
/// overlay of an environment.
fn fields<'a>(site: &Site, bases: &'a [Value]) -> (Vec<Field<'a>>, Vec<Field<'a>>) {
    let own = ["stack", "name", "out", "environments", "ci"];
    let mut below = Vec::new();
    let mut above = Vec::new();
    for base in bases {
        let found =
            |path: &Vec<String>| path.iter().try_fold(base, |value, key| value.get(key)).is_none();
        let mut places = places(base, &site.path);
        places.sort_by_key(found);
        for path in places.into_iter().take(2) {
            if !own.contains(&path[0].as_str()) {
                let overlay = ["environments", "production"].map(str::to_owned);
                let path = overlay.into_iter().chain(path.iter().cloned()).collect();
                above.push(Field { base, path, place: site.place });
            }
            below.push(Field { base, path, place: site.place });
        }
    }
    (below, above)
}

/// The first field that takes one of some plain strings, with that string and what it gives.
fn accepted<'a>(
    fields: Vec<Field<'a>>,
    plain: &[&'static str],
) -> Option<(Field<'a>, &'static str, Compilation)> {
    // The decoder says the same wherever the field stands.
    let first = fields.first()?;
    let plain: Vec<_> = plain.iter().copied().filter(|plain| first.takes(plain)).collect();
    // A stack in which the field is of no use tells less than none.
    for field in fields {
        for plain in plain.iter().copied() {
            let compilation = field.compiled(plain);
            if !compilation.diagnostics.has_errors() {
                return Some((field, plain, compilation));
            }
        }
    }
    None
}

/// What is wrong with the outcome of a hostile string, where a plain one is accepted.
fn fault(field: &Field<'_>, plain: (&str, &Compilation), hostile: &str) -> Option<String> {
    if !field.takes(hostile) {
        return None;
    }
    let compilation = field.compiled(hostile);
    if compilation.diagnostics.has_errors() {
        return unnamed(&compilation);
    }
    differ((plain.0, plain.1), (hostile, &compilation))
}

/// A refusal by a target that does not say which.
fn unnamed(compilation: &Compilation) -> Option<String> {
    let refusals = [codes::CANNOT_CARRY, codes::UNSUPPORTED];
    let found = compilation.diagnostics.iter().find(|found| {
        let text = format!("{} {}", found.message, found.help.as_deref().unwrap_or_default());
        let text = text.to_lowercase();
        let named = stackc_targets::ALL.iter().any(|target| text.contains(target.id()));
        found.severity() == Severity::Error && refusals.contains(&found.code) && !named
    });
    found.map(|found| format!("is refused without the target's name: {}", found.message))
}

/// Hostile strings for a field, a part of all that starts elsewhere for each: alone, and inside the
/// plain one, which has the form that the field asks for.
fn hostile(number: usize, plain: &str, count: usize) -> Vec<String> {
    let long = "long line ".repeat(1_000);
    let all: Vec<&str> =
        STRINGS.iter().chain(&LOOK_ALIKES).copied().chain([long.trim_end()]).collect();
    let (start, end) = plain.split_at(plain.len() / 2 + 1);
    (0..count)
        .map(|turn| {
            // 7 has no factor in common with the number of strings, so all have their turn.
            let text = all[(number * 5 + turn * 7) % all.len()];
            if (number + turn).is_multiple_of(3) {
                format!("{start}{text}{end}")
            } else {
                text.to_owned()
            }
        })
        .filter(|text| text != plain)
        .collect()
}

/// Tries a part of the sites; the faults, by site.
fn try_part(part: usize, of: usize) {
    let stacks = stacks();
    let mut faults = BTreeMap::new();
    let mut tried = 0;
    for (number, site) in sites().iter().enumerate().filter(|(number, _)| number % of == part) {
        let (below, above) = fields(site, &stacks);
        let mut known = PLAIN.to_vec();
        for (fields, count) in [(below, 5), (above, 1)] {
            // What the stack does not take, its environments do not take.
            let Some((field, plain, benign)) = accepted(fields, &known) else { break };
            known.sort_by_key(|other| *other != plain);
            tried += 1;
            for text in hostile(number, plain, count) {
                if let Some(fault) = fault(&field, (plain, &benign), &text) {
                    let place = format!("{} ({:?})", field.path.join("."), site.place);
                    let short: String = text.chars().take(60).collect();
                    faults.entry(place).or_insert(format!("{short:?} {fault}"));
                }
            }
        }
    }
    assert!(tried > 3, "hardly a field takes a plain string");
    let list: Vec<_> = faults.iter().map(|(place, fault)| format!("{place}: {fault}")).collect();
    assert!(list.is_empty(), "{}", list.join("\n"));
}

macro_rules! parts {
    ($($name:ident $part:literal)*) => {$(
        #[test]
        fn $name() {
            try_part($part, 6);
        }
    )*};
}

parts! {
    every_string_1 0 every_string_2 1 every_string_3 2
    every_string_4 3 every_string_5 4 every_string_6 5
}

/// Where no plain string is accepted, a hostile one is refused too, and without a panic.
#[test]
fn strings_of_no_field_are_refused() {
    let stacks = stacks();
    for (number, site) in sites().iter().enumerate() {
        let (below, _) = fields(site, &stacks[..1]);
        let Some(field) = below.first() else { continue };
        for text in hostile(number, "plain", 1).iter().filter(|text| field.takes(text)) {
            field.compiled(text);
        }
    }
}

/// A reader of YAML 1.1 sees what a reader of 1.2 sees, in every file that a hostile string changes.
#[cfg(feature = "tools")]
#[test]
fn a_reader_of_yaml_1_1_reads_the_same() {
    let stacks = stacks();
    let mut samples = BTreeMap::new();
    for (number, site) in sites().iter().enumerate() {
        let (below, _) = fields(site, &stacks[..1]);
        let Some((field, plain, benign)) = accepted(below, &PLAIN) else { continue };
        for text in
            hostile(number, plain, 3).into_iter().chain([LOOK_ALIKES[number % 24].to_owned()])
        {
            if field.takes(&text) {
                samples.extend(crate::reading::changed(&benign, &field.compiled(&text)));
            }
        }
    }
    assert!(samples.len() > 300, "only {} files", samples.len());
    crate::reading::judge_1_1(&samples);
}
