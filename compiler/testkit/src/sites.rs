//! Every field of the language as a place where a value can be set, with values to try there.
//!
//! The tests of the language walk this list, so a new field is tested the day it is added.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use stackc_shape::{Decode, Shape, expand};
use stackc_source::{Diagnostics, FileId, Limits, Node, NodeKind, read};
use stackc_spec::StackSpec;

use crate::repository;

/// A field of the language: its path with `*` for names of the user's choosing, and its shape.
#[derive(Debug, Clone)]
pub struct Site {
    /// The keys from the top.
    pub path: Vec<String>,
    /// What may be written there.
    pub shape: Shape,
    /// Whether no target renders it yet.
    pub planned: bool,
}

/// The stacks that fields are set in.
#[must_use]
pub fn bases() -> Vec<Value> {
    let case = |path: &str| long_form(&std::fs::read_to_string(repository().join(path)).unwrap());
    let mut compose_only = case("golden/workshop/stack.yaml");
    compose_only["deploy"] = json!(["compose"]);
    // What they change and take note of is on Kubernetes.
    for key in ["patches", "accept"] {
        compose_only.as_object_mut().unwrap().remove(key);
    }
    // Kubernetes takes no file from outside its manifests.
    compose_only["services"]["search"]["files"]["rules"] =
        json!({ "path": "/etc/rules", "from": "ops/rules" });
    // Nor does it guard or close a site, or read text for nginx.
    compose_only["edge"]["access"] = json!({ "staff": { "basic": "STAFF" } });
    compose_only["services"]["api"]["routes"]["console"]["access"] = json!("staff");
    compose_only["edge"]["maintenance"] = json!({});
    compose_only["edge"]["cors"] = json!({ "origins": ["https://app.partner.example"] });
    compose_only["edge"]["tls"] = json!({});
    vec![
        case("golden/workshop/stack.yaml"),
        case("stack.yaml"),
        compose_only,
        case("golden/stores/stack.yaml"),
    ]
}

/// A stack as JSON with its short forms expanded by the compiler itself, so that paths are long.
fn long_form(text: &str) -> Value {
    let (node, _) = read(FileId(0), text, Limits::default());
    json_of(&expand(node.unwrap(), StackSpec::shape(), &mut Diagnostics::default()))
}

fn json_of(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Null => Value::Null,
        NodeKind::Scalar(scalar) => match (scalar.as_bool(), scalar.as_integer()) {
            (Some(flag), _) => json!(flag),
            (_, Some(number)) => json!(number),
            _ => json!(&*scalar.text),
        },
        NodeKind::List(items) => items.iter().map(json_of).collect(),
        NodeKind::Map(entries) => entries
            .iter()
            .map(|entry| (entry.key.to_string(), json_of(&entry.value)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

/// Every field below the root, environments' sections left to the sections themselves.
#[must_use]
pub fn sites() -> Vec<Site> {
    let mut sites = Vec::new();
    collect(StackSpec::shape(), &mut Vec::new(), &mut sites);
    sites
}

fn collect(shape: Shape, path: &mut Vec<String>, sites: &mut Vec<Site>) {
    match shape {
        Shape::Record(record) => {
            let sections: BTreeSet<_> =
                StackSpec::shape().record().unwrap().fields.iter().map(|field| field.key).collect();
            for field in record.fields {
                if path.first().is_some_and(|first| first == "environments")
                    && sections.contains(field.key)
                {
                    continue;
                }
                path.push(field.key.to_owned());
                let shape = (field.shape)();
                if !field.planned {
                    collect(shape, path, sites);
                }
                if field.planned || !matches!(shape, Shape::Record(_) | Shape::Map(..)) {
                    sites.push(Site { path: path.clone(), shape, planned: field.planned });
                }
                path.pop();
            }
        }
        Shape::Map(_, value) => {
            path.push("*".to_owned());
            collect(value(), path, sites);
            path.pop();
        }
        Shape::Switch(inner) | Shape::Nullable(inner) => collect(inner(), path, sites),
        Shape::List(_) | Shape::Scalar(_) | Shape::Words(_) | Shape::Any => {}
    }
}

/// The concrete paths of a site in a stack; where the map has no entry of the kind, one is made up.
#[must_use]
pub fn places(base: &Value, path: &[String]) -> Vec<Vec<String>> {
    let mut places = vec![(Vec::new(), Some(base))];
    for segment in path {
        let mut next = Vec::new();
        for (place, value) in places {
            if segment != "*" {
                let place: Vec<String> = place.iter().cloned().chain([segment.clone()]).collect();
                next.push((place, value.and_then(|value: &Value| value.get(segment))));
                continue;
            }
            let names: Vec<String> = value
                .and_then(Value::as_object)
                .map_or_else(Vec::new, |map| map.keys().cloned().collect());
            for name in names {
                let place: Vec<String> = place.iter().cloned().chain([name.clone()]).collect();
                next.push((place, value.and_then(|value| value.get(&name))));
            }
        }
        places = next;
    }
    places.into_iter().map(|(place, _)| place).collect()
}

/// A stack with a value set at a place.
#[must_use]
pub fn placed(base: &Value, place: &[String], value: Value) -> Value {
    let mut stack = base.clone();
    let mut at = &mut stack;
    for segment in place {
        if !at.is_object() {
            *at = json!({});
        }
        at = at.as_object_mut().unwrap().entry(segment.clone()).or_insert(json!({}));
    }
    *at = value;
    stack
}

/// A stack without what stands at a place.
#[must_use]
pub fn removed(base: &Value, place: &[String]) -> Value {
    let mut stack = base.clone();
    let (last, above) = place.split_last().unwrap();
    let mut at = Some(&mut stack);
    for segment in above {
        at = at.and_then(|value| value.get_mut(segment));
    }
    if let Some(map) = at.and_then(Value::as_object_mut) {
        map.remove(last);
    }
    stack
}
