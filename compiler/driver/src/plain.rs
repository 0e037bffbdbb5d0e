//! The model as plain data, for people and programs: names instead of ids, and without origins.

use std::collections::BTreeMap;

use serde_json::Value;
use stackc_model::Environment;
use stackc_source::{Node, NodeKind};

/// What the ids of an environment stand for.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<&'static str, Vec<String>>);

impl Names {
    /// Those of a serialized environment.
    pub(crate) fn of(tree: &Value) -> Self {
        let mut names = Self::default();
        for list in ["services", "data", "external", "secrets", "routes"] {
            let items = tree.get(list).and_then(Value::as_array).into_iter().flatten();
            let found = items.map(|item| names.name(item)).collect();
            names.0.insert(list, found);
        }
        names
    }

    /// The item of a list of the environment by its name.
    pub(crate) fn item<'a>(&self, tree: &'a Value, list: &str, name: &str) -> Option<&'a Value> {
        tree.get(list)?.as_array()?.iter().find(|item| self.name(item) == name)
    }

    /// The name of an item. Each service names its routes on its own.
    fn name(&self, item: &Value) -> String {
        let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
        match item.get("service").and_then(|id| self.get(id)) {
            Some(service) => format!("{service}.{name}"),
            None => name.to_owned(),
        }
    }

    fn get(&self, id: &Value) -> Option<&String> {
        let list = self.0.get(id.get("$list")?.as_str()?)?;
        list.get(usize::try_from(id.get("$at")?.as_u64()?).ok()?)
    }
}

/// An environment as plain data.
#[must_use]
pub fn model(environment: &Environment) -> Value {
    let tree = serde_json::to_value(environment).unwrap_or(Value::Null);
    plain(&tree, &Names::of(&tree))
}

/// A part of a serialized model as plain data.
pub(crate) fn plain(value: &Value, names: &Names) -> Value {
    match value {
        Value::Object(map) => match (map.get("$value"), names.get(value)) {
            (Some(inner), _) => plain(inner, names),
            (None, Some(name)) => Value::from(name.as_str()),
            (None, None) => map.iter().map(|(key, it)| (key.clone(), plain(it, names))).collect(),
        },
        Value::Array(items) => match text(items, names) {
            Some(text) => Value::from(text),
            None => items.iter().map(|item| plain(item, names)).collect(),
        },
        other => other.clone(),
    }
}

/// A part of a stack as it was written, as data.
pub(crate) fn data(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Null => Value::Null,
        NodeKind::Scalar(scalar) => match (scalar.as_bool(), scalar.as_integer()) {
            (Some(flag), _) => flag.into(),
            (_, Some(number)) => number.into(),
            _ => Value::from(&*scalar.text),
        },
        NodeKind::List(items) => items.iter().map(data).collect(),
        NodeKind::Map(entries) => {
            entries.iter().map(|entry| (entry.key.to_string(), data(&entry.value))).collect()
        }
    }
}

/// A text with secrets in it, as the language writes one.
fn text(segments: &[Value], names: &Names) -> Option<String> {
    let part = |segment: &Value| {
        let literal = segment.get("literal").and_then(Value::as_str).map(str::to_owned);
        let secret = || Some(format!("${{secrets.{}}}", names.get(segment.get("secret")?)?));
        literal.or_else(secret)
    };
    let whole: Option<String> = segments.iter().map(part).collect();
    whole.filter(|_| !segments.is_empty())
}
