//! The language against itself: each field matters, and schema and decoder agree.
//!
//! Both walk the shape of the language, so a new field is tested the day it is added.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use stackc_shape::{Decode, Decoder, Shape, expand};
use stackc_source::{Code, Diagnostics, FileId, Limits, codes, read};
use stackc_spec::StackSpec;
use stackc_testkit::effect::{Base, Effect, effect};
use stackc_testkit::sites::{Site, bases, placed, sites};
use stackc_testkit::values::values;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let bases: Arc<[Base]> = bases().into_iter().map(Base::new).collect();
    let mut trials = vec![
        Trial::test("schema::accepts_the_cases", accepts_the_cases),
        Trial::test("schema::describes_everything", describes_everything),
        Trial::test("schema::has_no_any_of", has_no_any_of),
        Trial::test("shape::has_no_word_of_yaml_1_1", has_no_old_boolean),
    ];
    trials.push(Trial::test("support::speaks_of_fields", support::speaks_of_fields));
    for site in sites() {
        let (name, bases) = (site.path.join("."), Arc::clone(&bases));
        let wrong = site.clone();
        trials.push(Trial::test(format!("matters::{name}"), move || matters(&site, &bases)));
        trials.push(Trial::test(format!("agrees::{name}"), move || agrees(&wrong)));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if stackc_testkit::updating() {
        support::write();
    }
    conclusion.exit_code()
}

/// Fields that show in no artifact, or of which every other value is an error, with the reason.
const EXCUSED: [(&str, &str); 10] = [
    (
        "secrets.*.environments",
        "it renders nothing: what it leaves out is an error where it is used",
    ),
    ("data.*.instances", "one container holds the data, until an operator does"),
    ("data.*.read_replicas", "as `instances`"),
    ("accept.*.why", "a reason for people, which `stackc support` prints"),
    ("accept.*.until", "it warns with `--today`; the command line's tests show it"),
    ("patches.*.until", "it warns with `--today`; the command line's tests show it"),
    ("backup.rpo", "a promise: it is checked against the schedule and renders nothing"),
    ("stack", "there is one version of the language"),
    ("out", "it moves the tree as a whole and is in no file of it; the driver's tests show it"),
    ("environments.*.manual", "manual is what an environment without a trigger is"),
];

/// A field does something, and each target does with it what it claims.
fn matters(site: &Site, bases: &[Base]) -> Result<(), Failed> {
    let joined = site.path.join(".");
    let excused = EXCUSED.iter().any(|(path, _)| *path == joined);
    let claims = support::claims();
    let enough = |effect: &Effect| effect.matters && support::proven(&claims, &joined, effect);
    let found = match stackc_testkit::updating() {
        true => effect(site, bases, |_| false),
        false => effect(site, bases, enough),
    };
    match (found.matters || excused, found.errs) {
        (true, _) if stackc_testkit::updating() => support::note(joined, &found),
        (true, _) => support::hold(&claims, &joined, &found)?,
        (false, true) => {
            let fault = format!("every value of `{joined}` is an error: list it, with the reason");
            return Err(fault.into());
        }
        (false, false) => {
            return Err(format!("`{joined}` changes neither an artifact nor a diagnostic").into());
        }
    }
    Ok(())
}

/// The codes the decoder gives for a stack, nothing else of the compiler involved.
fn decoder_codes(stack: &Value) -> Vec<Code> {
    let text = stack.to_string();
    let (node, _) = read(FileId(0), &text, Limits::default());
    let mut found = Diagnostics::default();
    let node = expand(node.unwrap(), StackSpec::shape(), &mut found);
    let mut decoder = Decoder::default();
    let _ = StackSpec::decode(&node, &mut decoder);
    decoder.finish().iter().map(|found| found.code).collect()
}

fn schema() -> Value {
    serde_json::from_str(&stackc_driver::schema(stackc_targets::ALL)).unwrap()
}

fn valid(stack: &Value) -> bool {
    static VALIDATOR: std::sync::OnceLock<jsonschema::Validator> = std::sync::OnceLock::new();
    VALIDATOR.get_or_init(|| jsonschema::validator_for(&schema()).unwrap()).is_valid(stack)
}

/// Where the decoder may be stricter than the schema: rules that no pattern can say.
const STRICTER: [Code; 5] =
    [codes::BAD_FORMAT, codes::CRON, codes::UNPINNED_IMAGE, codes::OUT_OF_RANGE, codes::BAD_NAME];

/// Schema and decoder agree on good, bad and odd values at every field.
fn agrees(site: &Site) -> Result<(), Failed> {
    if site.path.first().is_some_and(|first| first == "targets" || first == "environments") {
        return Ok(());
    }
    let odd = [
        json!(null),
        json!(true),
        json!(7),
        json!(-1),
        json!(1.5),
        json!("text"),
        json!(""),
        json!([]),
        json!([1]),
        json!({}),
        json!({ "nonsense": 1 }),
        json!("1..2"),
        json!("5%"),
        json!("30s"),
    ];
    let place: Vec<String> = site
        .path
        .iter()
        .map(|segment| if segment == "*" { name_for(&site.path) } else { segment.clone() })
        .collect();
    for value in values(site).into_iter().chain(odd) {
        let stack = placed(&skeleton(), &place, value.clone());
        let (accepted, found) = (valid(&stack), decoder_codes(&stack));
        let errors: Vec<_> = found.into_iter().filter(|code| *code != codes::PLANNED).collect();
        let disagree = match accepted {
            true => errors.iter().any(|code| !STRICTER.contains(code)),
            false => errors.is_empty(),
        };
        if disagree {
            let ids: Vec<_> = errors.iter().map(|code| code.id).collect();
            return Err(format!(
                "at `{}` the schema {} {value}, the decoder says {ids:?}",
                site.path.join("."),
                if accepted { "accepts" } else { "refuses" }
            )
            .into());
        }
    }
    Ok(())
}

fn name_for(path: &[String]) -> String {
    match path.first().map(String::as_str) {
        Some("secrets" | "env") => "PROBE".to_owned(),
        Some("services") if path.iter().any(|segment| segment == "secrets") => "PROBE".to_owned(),
        _ => "probe".to_owned(),
    }
}

fn skeleton() -> Value {
    json!({ "stack": 1, "name": "probe" })
}

fn accepts_the_cases() -> Result<(), Failed> {
    for case in stackc_testkit::cases()? {
        let text = std::fs::read_to_string(&case.stack)?;
        let stack: Value = serde_yaml::from_str(&text).map_err(|error| error.to_string())?;
        if !valid(&stack) {
            let schema = schema();
            let validator = jsonschema::validator_for(&schema).unwrap();
            let errors: Vec<_> = validator
                .iter_errors(&stack)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            return Err(format!("{}: {}", case.name, errors.join("\n")).into());
        }
    }
    Ok(())
}

fn describes_everything() -> Result<(), Failed> {
    fn walk(value: &Value, path: &str, missing: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::Object(properties)) = map.get("properties") {
                    for (key, schema) in properties {
                        if schema
                            .get("description")
                            .and_then(Value::as_str)
                            .is_none_or(str::is_empty)
                        {
                            missing.push(format!("{path}.{key}"));
                        }
                    }
                }
                map.iter().for_each(|(key, inner)| walk(inner, &format!("{path}.{key}"), missing));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, path, missing)),
            _ => {}
        }
    }
    let mut missing = Vec::new();
    walk(&schema(), "", &mut missing);
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\n").into()) }
}

fn has_no_any_of() -> Result<(), Failed> {
    let text = schema().to_string();
    let found: Vec<_> = ["anyOf", "oneOf", "allOf"]
        .into_iter()
        .filter(|word| text.contains(&format!("\"{word}\"")))
        .collect();
    if found.is_empty() { Ok(()) } else { Err(format!("{found:?}").into()) }
}

/// No key and no word of the language is a boolean to a reader of YAML 1.1.
fn has_no_old_boolean() -> Result<(), Failed> {
    const OLD: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "true", "false"];
    let words = sites().into_iter().flat_map(|site| {
        let words = match site.shape {
            Shape::Words(list) => list.words.iter().map(|word| word.word.to_owned()).collect(),
            _ => Vec::new(),
        };
        site.path.into_iter().chain(words)
    });
    match words.into_iter().find(|word| OLD.contains(&word.to_ascii_lowercase().as_str())) {
        Some(word) => Err(format!("`{word}` is a boolean in YAML 1.1").into()),
        None => Ok(()),
    }
}
