//! What a path of the language means, and what it is here.

use serde_json::Value;
use stackc_model::Stack;
use stackc_shape::{Decode, Shape};
use stackc_spec::StackSpec;

/// What is known of a path.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The path as asked.
    pub path: String,
    /// What it says, in Markdown.
    pub doc: String,
    /// What may be written there.
    pub takes: String,
    /// The keys one step further.
    pub keys: Vec<(String, String)>,
    /// Its value in each environment.
    pub here: Vec<Here>,
}

/// A value in one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Here {
    /// The environment.
    pub environment: String,
    /// The value.
    pub value: Value,
    /// `written`, `default` or `derived`; `None` for a part with several origins.
    pub origin: Option<String>,
    /// Why it is so.
    pub reason: Option<String>,
    /// File, start and end of the place it comes from.
    pub span: Option<(u16, u32, u32)>,
}

/// Explains a path such as `services.web.scale.min`; `None` where the language has none such.
///
/// The values are those of `stack`, where there is one.
#[must_use]
pub fn explain(path: &str, stack: Option<&Stack>) -> Option<Explanation> {
    let asked: Vec<&str> = path.split('.').collect();
    let (shape, doc, segments) = walk(&asked)?;
    let keys = shape.record().map_or_else(Vec::new, |record| {
        record.fields.iter().map(|field| (field.key.to_owned(), first_line(field.doc))).collect()
    });
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let here = stack.map_or_else(Vec::new, |stack| values(stack, &segments));
    Some(Explanation { path: path.to_owned(), doc, takes: shape.takes(), keys, here })
}

/// Follows a path through the shapes; shorthand keys lead to their long place.
fn walk(asked: &[&str]) -> Option<(Shape, String, Vec<String>)> {
    let mut shape = StackSpec::shape();
    let mut doc = shape.record().map_or("", |record| record.doc).to_owned();
    let mut path = Vec::new();
    for segment in asked.iter().filter(|segment| !segment.is_empty()) {
        let moved = shape
            .record()
            .and_then(|record| record.moves.iter().find(|moved| moved.from == *segment));
        if let Some(moved) = moved {
            doc = moved.doc.to_owned();
            shape = shape.child(moved.to)?.child(moved.key)?;
            path.extend([moved.to.to_owned(), moved.key.to_owned()]);
            continue;
        }
        if let Some(field) = shape.record().and_then(|record| record.field(segment)) {
            doc = field.doc.to_owned();
        }
        shape = shape.child(segment)?;
        path.push((*segment).to_owned());
    }
    Some((shape, doc, path))
}

fn first_line(doc: &str) -> String {
    doc.lines().next().unwrap_or("").to_owned()
}

fn values(stack: &Stack, path: &[&str]) -> Vec<Here> {
    let top = serde_json::to_value(stack).unwrap_or(Value::Null);
    stack
        .environments
        .iter()
        .filter_map(|environment| {
            let tree = serde_json::to_value(environment).ok()?;
            let found = follow(&tree, path).or_else(|| follow(&top, path))?;
            Some(here(environment.name.as_str(), &found))
        })
        .collect()
}

/// Follows a path through the model: lists of named things are entered by name, and `a.b` also finds
/// `a_b`.
fn follow(value: &Value, path: &[&str]) -> Option<Value> {
    let value = value.get("$value").filter(|_| !path.is_empty()).unwrap_or(value);
    let [first, rest @ ..] = path else { return Some(value.clone()) };
    match value {
        Value::Object(map) => {
            let direct = map.get(*first).and_then(|inner| follow(inner, rest));
            direct.or_else(|| {
                let (second, rest) = rest.split_first()?;
                follow(map.get(&format!("{first}_{second}"))?, rest)
            })
        }
        Value::Array(items) => {
            let named = |item: &&Value| item.get("name").and_then(Value::as_str) == Some(*first);
            follow(items.iter().find(named)?, rest)
        }
        _ => None,
    }
}

fn here(environment: &str, found: &Value) -> Here {
    let origin = found.get("$origin");
    let text = |key: &str| origin.and_then(|origin| origin.get(key)?.as_str().map(str::to_owned));
    let number = |at: usize| origin?.get("span")?.get(at)?.as_u64();
    let span = || {
        let (file, start, end) = (number(0)?, number(1)?, number(2)?);
        Some((u16::try_from(file).ok()?, u32::try_from(start).ok()?, u32::try_from(end).ok()?))
    };
    Here {
        environment: environment.to_owned(),
        value: plain(found),
        origin: text("kind"),
        reason: text("reason"),
        span: span(),
    }
}

/// A serialized model without its origins.
#[must_use]
pub fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => match map.get("$value") {
            Some(inner) => plain(inner),
            None => {
                Value::Object(map.iter().map(|(key, inner)| (key.clone(), plain(inner))).collect())
            }
        },
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        other => other.clone(),
    }
}
