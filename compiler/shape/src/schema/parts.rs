//! The small pieces of a schema.

use serde_json::{Map, Value, json};

use crate::{JsonType, KeyRule, ScalarShape, Shape, WordList};

/// A mapping with keys of the user's choosing.
pub(super) fn keyed(rule: KeyRule, value: Map<String, Value>) -> Map<String, Value> {
    let mut schema = object(json!({ "type": "object" }));
    schema.insert("additionalProperties".into(), Value::Object(value));
    if let (KeyRule::HeaderName, Some(pattern)) = (rule, rule.pattern()) {
        schema.insert(
            "propertyNames".into(),
            json!({ "title": "X-Name", "pattern": pattern,
            "patternErrorMessage": "a name consists of letters, digits, dashes and `_`" }),
        );
        return schema;
    }
    schema.insert("patternProperties".into(), json!({ "^x-": true }));
    let (example, letters) = match rule {
        KeyRule::Label | KeyRule::LabelOrList | KeyRule::LabelOrPaths => {
            ("name", "small letters, digits and dashes")
        }
        KeyRule::EnvName | KeyRule::EnvNameOrList => ("NAME", "capital letters, digits and `_`"),
        KeyRule::HeaderName | KeyRule::Text => return schema,
    };
    if let Some(pattern) = rule.pattern() {
        let names = json!({ "title": example, "pattern": format!("^x-|{pattern}"),
            "patternErrorMessage": format!("a name consists of {letters}") });
        schema.insert("propertyNames".into(), names);
    }
    schema
}

/// Lets a mapping have these keys, and no others but extensions.
pub(super) fn close(schema: &mut Map<String, Value>, properties: Map<String, Value>) {
    schema.insert("properties".into(), Value::Object(properties));
    schema.insert("patternProperties".into(), json!({ "^x-": true }));
    schema.insert("additionalProperties".into(), json!(false));
}

pub(super) fn scalar_schema(scalar: &ScalarShape) -> Map<String, Value> {
    let mut schema = Map::new();
    let mut types: Vec<_> = scalar.types.iter().map(|kind| kind.name()).collect();
    if scalar.name == "a command" {
        types.push("array");
        schema.insert("items".into(), json!({ "type": ["string", "number", "boolean"] }));
        schema.insert("minItems".into(), json!(1));
        schema.insert("minLength".into(), json!(1));
    }
    let types = match types.as_slice() {
        [one] => json!(one),
        several => json!(several),
    };
    schema.insert("type".into(), types);
    if let Some(pattern) = scalar.pattern {
        schema.insert("pattern".into(), json!(format!("^{pattern}$")));
    }
    if let (Some((low, high)), true) = (scalar.range, scalar.types.contains(&JsonType::Integer)) {
        schema.insert("minimum".into(), json!(low));
        schema.insert("maximum".into(), json!(high));
    }
    schema.insert("errorMessage".into(), json!(format!("takes {}", scalar.name)));
    schema
}

pub(super) fn word_list(list: &WordList) -> Map<String, Value> {
    let words: Vec<_> = list.words.iter().map(|variant| variant.word).collect();
    let docs: Vec<_> = list.words.iter().map(|variant| variant.doc).collect();
    object(json!({ "type": "string", "enum": words, "enumDescriptions": docs,
        "markdownEnumDescriptions": docs }))
}

/// The words of a short form. They also stand for a mapping, so they cannot be an `enum`; as snippets
/// they are completed with their meaning, below the keys.
pub(super) fn snippets(shape: Shape) -> Value {
    let words = shape.words().map_or(&[][..], |list| list.words);
    words
        .iter()
        .map(|word| {
            json!({ "label": word.word, "body": word.word, "markdownDescription": word.doc,
                "sortText": format!("~{}", word.word) })
        })
        .collect()
}

pub(super) fn describe(schema: &mut Map<String, Value>, doc: &str, markdown: &str) {
    if !doc.is_empty() {
        schema.insert("description".into(), json!(doc));
        schema.insert("markdownDescription".into(), json!(markdown));
    }
}

/// What an editor shows of a field.
pub(super) fn markdown(
    about: &str,
    default: Option<String>,
    shape: Shape,
    planned: bool,
) -> String {
    let mut text = about.to_owned();
    if let Some(default) = default {
        text += &format!("\n\nDefault: {default}");
    }
    text += &format!("\n\nTakes {}.", shape.takes());
    if let (Some(list), false) = (shape.words(), matches!(shape, Shape::Words(_))) {
        let words = list.words.iter().map(|word| format!("\n* `{}`: {}", word.word, word.doc));
        text += &format!("\n{}", words.collect::<String>());
    }
    if planned {
        text += "\n\nPlanned: understood and checked, but no target renders it yet.";
    }
    text
}

/// Adds a type to `type`, which may be absent (a reference), one word or a list.
pub(super) fn add_type(schema: &mut Map<String, Value>, name: &str) {
    match schema.get_mut("type") {
        None => {}
        Some(Value::Array(types)) if types.contains(&json!(name)) => {}
        Some(Value::Array(types)) => types.push(json!(name)),
        Some(one) if one == name => {}
        Some(one) => *one = json!([one.clone(), name]),
    }
    // Of a list of words null has to be one, too.
    if name == "null" {
        let there = schema.get("enum").and_then(Value::as_array);
        if there.is_some_and(|words| !words.contains(&Value::Null)) {
            let meaning = json!("As if it had never been written.");
            for (key, value) in [
                ("enum", Value::Null),
                ("enumDescriptions", meaning.clone()),
                ("markdownEnumDescriptions", meaning),
            ] {
                if let Some(Value::Array(items)) = schema.get_mut(key) {
                    items.push(value);
                }
            }
        }
    }
}

pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
