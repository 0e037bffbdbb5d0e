//! How two environments of a stack differ.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use stackc_model::{Environment, Stack};

use crate::plain::{data, model};

/// A value that is not the same in two environments.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The path in the model; named things are entered by their names.
    pub path: Vec<String>,
    /// The value in the one; `None` where it has none.
    pub old: Option<Value>,
    /// The value in the other.
    pub new: Option<Value>,
}

/// Everything in which two environments differ, by path; `None` where there is no such environment.
#[must_use]
pub fn compare(stack: &Stack, old: &str, new: &str) -> Option<Vec<Difference>> {
    let named = |name| stack.environments.iter().find(|it| it.name.as_str() == name).map(whole);
    let (old, new) = (named(old)?, named(new)?);
    let mut found = Vec::new();
    walk(&mut Vec::new(), Some(&old), Some(&new), &mut found);
    Some(found)
}

/// The model of an environment with the options of its targets. The name says nothing.
fn whole(environment: &Environment) -> Value {
    let mut tree = keyed(&model(environment));
    let options = environment.options.iter();
    let targets = options.map(|(id, node)| (id.clone(), node.as_ref().map_or(false.into(), data)));
    if let Some(map) = tree.as_object_mut() {
        map.remove("name");
        map.insert("targets".to_owned(), targets.collect());
    }
    tree
}

/// Lists of things that have a name, as maps: their positions mean nothing.
fn keyed(value: &Value) -> Value {
    match value {
        Value::Object(map) => map.iter().map(|(key, it)| (key.clone(), keyed(it))).collect(),
        Value::Array(items) => {
            let entries: Option<Vec<(String, Value)>> = items.iter().map(entry).collect();
            let unique = |entries: &Vec<(String, Value)>| {
                let keys: BTreeSet<_> = entries.iter().map(|(key, _)| key).collect();
                keys.len() == entries.len()
            };
            match entries.filter(unique) {
                Some(entries) if !entries.is_empty() => {
                    entries.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect()
                }
                _ => value.clone(),
            }
        }
        other => other.clone(),
    }
}

/// A list item as a named thing: an object with a name, or a pair that begins with one.
fn entry(item: &Value) -> Option<(String, Value)> {
    match item {
        Value::Object(map) => {
            let name = ["name", "kind"].iter().find_map(|key| map.get(*key)?.as_str())?;
            // A route's name is unique in its service.
            let owner = map.get("service").and_then(Value::as_str);
            let name = owner.map_or(name.to_owned(), |owner| format!("{owner}.{name}"));
            let mut inner = map.clone();
            inner.remove("name");
            Some((name, keyed(&Value::Object(inner))))
        }
        Value::Array(pair) => match &pair[..] {
            [Value::String(name), value] => Some((name.clone(), keyed(value))),
            _ => None,
        },
        _ => None,
    }
}

fn walk(
    path: &mut Vec<String>,
    old: Option<&Value>,
    new: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    if old == new {
        return;
    }
    let empty = Value::Object(serde_json::Map::new());
    let (old, new) = match (old, new) {
        // A list of named things that holds none.
        (Some(Value::Array(none)), Some(Value::Object(_))) if none.is_empty() => {
            (Some(&empty), new)
        }
        (Some(Value::Object(_)), Some(Value::Array(none))) if none.is_empty() => {
            (old, Some(&empty))
        }
        both => both,
    };
    let (Some(Value::Object(before)), Some(Value::Object(after))) = (old, new) else {
        let value = |side: Option<&Value>| side.filter(|value| !value.is_null()).cloned();
        found.push(Difference { path: path.clone(), old: value(old), new: value(new) });
        return;
    };
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for key in keys {
        path.push(key.clone());
        walk(path, before.get(key), after.get(key), found);
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::{Difference, compare};
    use crate::{MemoryLoader, compile};

    /// The differences between staging and production of a stack.
    fn differences(overlay: &str) -> Vec<String> {
        let text = format!(
            "stack: 1\nname: shop\ndomain: shop.example\nservices:\n  web: {{kind: go, port: 80, \
             needs: [db], routes: {{web: /, docs: /docs}}}}\ndata:\n  db: {{engine: postgres, \
             version: 16}}\nenvironments:\n  staging: {{manual: true, domain: s.shop.example, \
             services: {{web: {{scale: 2}}}}}}\n  production: {overlay}\n"
        );
        let compilation = compile(&MemoryLoader::new([("s", text)]), "s", &[]);
        let errors: Vec<_> = compilation.diagnostics.iter().map(|item| &item.message).collect();
        let stack = compilation.stack.as_ref().unwrap_or_else(|| panic!("{errors:?}"));
        let show = |found: &Difference| {
            let value = |side: &Option<_>| side.as_ref().map_or("-".into(), ToString::to_string);
            format!("{}: {} → {}", found.path.join("."), value(&found.old), value(&found.new))
        };
        compare(stack, "staging", "production").unwrap().iter().map(show).collect()
    }

    #[test]
    fn what_one_says_and_the_other_does_not() {
        let found = differences(
            "{services: {web: {scale: 2..5, env: {A: b}, routes: {docs: {path: /help}}}}, \
             targets: {kubernetes: {namespace: x}}, limits: {default: 5/1s}}",
        );
        for wanted in [
            "domains.main.host: \"s.shop.example\" → \"shop.example\"",
            "services.web.scale.max: 2 → 5",
            "services.web.env.A: - → \"b\"",
            "routes.web.docs.path: \"/docs\" → \"/help\"",
            "targets.kubernetes: - → {\"namespace\":\"x\"}",
            "tier: \"staging\" → \"production\"",
        ] {
            assert!(found.iter().any(|line| line == wanted), "{wanted}\n{found:#?}");
        }
        assert!(found.iter().any(|line| line.starts_with("limits.default: - → {")), "{found:#?}");
        assert!(found.is_sorted(), "{found:#?}");
    }

    #[test]
    fn ids_that_shift_are_no_difference() {
        // Another service and store before the old ones move every position.
        let found = differences(
            "{services: {aaa: {kind: go, port: 81}}, data: {aab: {engine: redis, version: 7}}}",
        );
        let shifted = |line: &&String| {
            line.starts_with("services.web.needs") || line.starts_with("routes.web.")
        };
        assert_eq!(found.iter().find(shifted), None);
        assert!(found.iter().any(|line| line.starts_with("services.aaa: - → {")), "{found:#?}");
    }
}
