//! The JSON Schema (2020-12) of a shape.
//!
//! A field with several forms is one schema with several types, never an `anyOf`: editors can
//! complete it and validators can say what is wrong. Each record has a second definition for
//! environments, in which nothing is required and null is allowed.
//!
//! What editors show is written for yaml-language-server, which most of them run: it hovers
//! `markdownDescription` but never `default`, completes values from `properties` and
//! `additionalProperties` but never from `patternProperties`, and puts the nearest `title` above
//! every hover, so there is none.

mod parts;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use parts::{
    add_type, close, describe, keyed, markdown, object, scalar_schema, snippets, word_list,
};

use crate::{Field, KeyRule, Record, Shape, Short};

/// A JSON Schema document.
pub type Schema = Value;

/// The schema of a document.
///
/// `options` holds what the map under the key `targets` may contain: the language leaves that to the
/// targets.
#[must_use]
pub fn json_schema(id: &str, root: Shape, options: &[(&str, Shape)]) -> Schema {
    let mut writer = Writer { definitions: Map::new(), done: BTreeSet::new(), options };
    let mut schema = Map::new();
    schema.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("$id".into(), json!(id));
    schema.extend(writer.shape(root, Side::Base));
    schema.insert("$defs".into(), Value::Object(writer.definitions));
    Value::Object(schema)
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// In the stack itself.
    Base,
    /// In an environment.
    Overlay,
}

struct Writer<'a> {
    definitions: Map<String, Value>,
    done: BTreeSet<String>,
    options: &'a [(&'a str, Shape)],
}

impl Writer<'_> {
    /// The schema of a shape; records go into the definitions.
    fn shape(&mut self, shape: Shape, side: Side) -> Map<String, Value> {
        let mut schema = self.plain(shape, side);
        if side == Side::Overlay {
            add_type(&mut schema, "null");
        }
        schema
    }

    fn plain(&mut self, shape: Shape, side: Side) -> Map<String, Value> {
        match shape {
            Shape::Record(record) => self.record(record, side),
            Shape::Map(rule, value) => self.map(rule, value(), side),
            Shape::List(item) => {
                let mut schema = object(json!({ "type": "array" }));
                schema.insert("items".into(), Value::Object(self.shape(item(), Side::Base)));
                schema
            }
            Shape::Scalar(scalar) => scalar_schema(scalar),
            Shape::Words(list) => word_list(list),
            Shape::Switch(inner) => {
                let mut schema = self.inline(inner(), side);
                add_type(&mut schema, "boolean");
                schema.remove("errorMessage");
                if let Some(Value::Array(words)) = schema.get_mut("enum") {
                    words.extend([json!(false), json!(true)]);
                }
                schema
            }
            Shape::Nullable(inner) => {
                let mut schema = self.inline(inner(), side);
                add_type(&mut schema, "null");
                schema
            }
            Shape::Any => Map::new(),
        }
    }

    /// A record by reference, any other shape in place.
    fn record(&mut self, record: &'static Record, side: Side) -> Map<String, Value> {
        let name = match side {
            Side::Base => record.name.to_owned(),
            Side::Overlay => format!("{}Overlay", record.name),
        };
        let reference = object(json!({ "$ref": format!("#/$defs/{name}") }));
        if self.done.insert(name.clone()) {
            let definition = self.record_body(record, side);
            self.definitions.insert(name, Value::Object(definition));
        }
        reference
    }

    /// The schema in place, also of a record, so that more types can be added to it.
    fn inline(&mut self, shape: Shape, side: Side) -> Map<String, Value> {
        match shape {
            Shape::Record(record) => self.record_body(record, side),
            other => self.plain(other, side),
        }
    }

    fn record_body(&mut self, record: &'static Record, side: Side) -> Map<String, Value> {
        let mut properties = Map::new();
        for field in record.fields.iter().filter(|field| side == Side::Base || field.overridable) {
            properties.insert(field.key.into(), self.field(field, side));
        }
        for moved in record.moves {
            let inner = record.field(moved.to).and_then(|field| (field.shape)().child(moved.key));
            let Some(inner) = inner else { continue };
            let mut schema = self.inline(inner, side);
            if side == Side::Overlay {
                add_type(&mut schema, "null");
            }
            describe(&mut schema, moved.doc, &markdown(moved.doc, None, inner, false));
            properties.insert(moved.from.into(), Value::Object(schema));
        }
        let mut schema = object(json!({
            "type": "object",
            "description": record.doc,
            "markdownDescription": record.doc,
        }));
        close(&mut schema, properties);
        let required: Vec<_> =
            record.fields.iter().filter(|field| field.required).map(|field| field.key).collect();
        if side == Side::Base && !required.is_empty() {
            schema.insert("required".into(), json!(required));
        }
        if let Some(short) = record.short {
            self.short(&mut schema, record, short, side);
        }
        if side == Side::Overlay {
            add_type(&mut schema, "null");
        }
        schema
    }

    fn field(&mut self, field: &Field, side: Side) -> Value {
        let mut schema = match field.key {
            "targets" => self.targets(side),
            "environments" => self.environments((field.shape)(), side),
            _ => self.shape((field.shape)(), side),
        };
        let (about, default) = field.about();
        let text = markdown(&about, default, (field.shape)(), field.planned);
        describe(&mut schema, field.doc, &text);
        Value::Object(schema)
    }

    /// The options of each target.
    fn targets(&mut self, side: Side) -> Map<String, Value> {
        let mut properties = Map::new();
        for (id, shape) in self.options {
            let mut schema = match shape {
                Shape::Any => object(json!({
                    "type": "object",
                    "description": "Options of a format that is not rendered yet; they are kept.",
                })),
                shape => self.inline(*shape, side),
            };
            add_type(&mut schema, "boolean");
            properties.insert((*id).to_owned(), Value::Object(schema));
        }
        let mut schema = object(json!({
            "type": if side == Side::Overlay { json!(["object", "null"]) } else { json!("object") },
        }));
        close(&mut schema, properties);
        schema
    }

    /// The map of environments: its values are overlays.
    fn environments(&mut self, shape: Shape, side: Side) -> Map<String, Value> {
        match shape {
            Shape::Map(rule, value) => {
                let inner = self.plain(value(), Side::Overlay);
                keyed(rule, inner)
            }
            // The names of environments, as a secret lists them.
            other => self.shape(other, side),
        }
    }

    fn map(&mut self, rule: KeyRule, value: Shape, side: Side) -> Map<String, Value> {
        let inner = self.shape(value, side);
        let mut schema = keyed(rule, inner);
        let item = rule.pattern().map(|pattern| json!({ "type": "string", "pattern": pattern }));
        match rule {
            KeyRule::LabelOrList | KeyRule::EnvNameOrList => {
                add_type(&mut schema, "array");
                schema.insert("items".into(), item.unwrap_or(json!({ "type": "string" })));
            }
            KeyRule::LabelOrPaths => {
                add_type(&mut schema, "array");
                add_type(&mut schema, "string");
                schema.insert("pattern".into(), json!("^/"));
                schema.insert("items".into(), json!({ "type": "string", "pattern": "^/" }));
            }
            _ => {}
        }
        schema
    }

    /// Adds what may stand instead of the mapping.
    fn short(
        &mut self,
        schema: &mut Map<String, Value>,
        record: &'static Record,
        short: Short,
        side: Side,
    ) {
        let (key, separator) = match short {
            Short::Key(key) => (key, None),
            Short::Range(key, _) => (key, Some("\\.\\.")),
            Short::Levels(_, key) => (key, Some("/")),
            Short::Build(key, _) => (key, None),
        };
        let Some(field) = record.field(key) else { return };
        let inner = self.inline((field.shape)(), side);
        for (name, value) in inner {
            match name.as_str() {
                "type" => {
                    let types = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                    types.iter().filter_map(Value::as_str).for_each(|name| add_type(schema, name));
                }
                "pattern" => {
                    let one =
                        value.as_str().unwrap_or("").trim_start_matches('^').trim_end_matches('$');
                    let pattern = match separator {
                        Some(separator) => format!("^({one})({separator}({one}))?$"),
                        None => format!("^{one}$"),
                    };
                    schema.insert(name, json!(pattern));
                }
                "minimum" | "maximum" | "items" => {
                    schema.insert(name, value);
                }
                // A closed list would also forbid the mapping; it becomes a pattern.
                "enum" => {
                    let words: Vec<_> =
                        value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                    schema.insert("pattern".into(), json!(format!("^({})$", words.join("|"))));
                    schema.insert("defaultSnippets".into(), snippets((field.shape)()));
                }
                _ => {}
            }
        }
        if separator.is_some() {
            add_type(schema, "string");
            if !schema.contains_key("pattern") {
                schema.insert("pattern".into(), json!("^[0-9]+(\\.\\.[0-9]+)?$"));
            }
        }
        if schema.contains_key("pattern") {
            let message = format!("takes {}", Shape::Record(record).takes());
            schema.insert("patternErrorMessage".into(), json!(message));
        }
    }
}
