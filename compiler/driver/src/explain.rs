//! What a path of the language means, and what it is here.

use serde_json::{Map, Value};
use stackc_model::{Environment, Stack};
use stackc_shape::{Decode, Shape};
use stackc_spec::StackSpec;
use stackc_target::Target;

use crate::plain::{Names, data, plain};

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
pub fn explain(path: &str, stack: Option<&Stack>, targets: &[&dyn Target]) -> Option<Explanation> {
    let asked: Vec<&str> = path.split('.').filter(|segment| !segment.is_empty()).collect();
    let (shape, doc, segments) = match asked.as_slice() {
        ["targets", _, ..] => walk_options(&asked, 2, targets)?,
        ["environments", _, "targets", _, ..] => walk_options(&asked, 4, targets)?,
        _ => walk(&asked)?,
    };
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (takes, keys) = match segments.as_slice() {
        ["targets"] | ["environments", _, "targets"] => {
            let about = |target: &&dyn Target| (target.id().to_owned(), target.about().to_owned());
            ("a mapping by format".to_owned(), targets.iter().map(about).collect())
        }
        _ => (shape.takes(), keys(shape)),
    };
    let here = stack.map_or_else(Vec::new, |stack| values(stack, &segments));
    Some(Explanation { path: path.to_owned(), doc: one_line(&doc), takes, keys, here })
}

/// The keys of a mapping, shorthands first, with what they say.
fn keys(shape: Shape) -> Vec<(String, String)> {
    let Some(record) = shape.record() else { return Vec::new() };
    let moves = record.moves.iter().map(|moved| (moved.from, moved.doc));
    let fields = record.fields.iter().map(|field| (field.key, field.doc));
    moves.chain(fields).map(|(key, doc)| (key.to_owned(), one_line(doc))).collect()
}

fn one_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Follows a path through the language; shorthand keys lead to their long place.
fn walk(asked: &[&str]) -> Option<(Shape, String, Vec<String>)> {
    let shape = StackSpec::shape();
    let doc = shape.record().map_or("", |record| record.doc);
    follow_shape(shape, doc, asked)
}

/// Follows a path through the options of the target that is named at the end of its first `depth`
/// segments; the language leaves them to the targets.
fn walk_options(
    asked: &[&str],
    depth: usize,
    targets: &[&dyn Target],
) -> Option<(Shape, String, Vec<String>)> {
    let (before, rest) = asked.split_at_checked(depth)?;
    let target = targets.iter().find(|target| before.last() == Some(&target.id()))?;
    let (shape, doc, path) = follow_shape(target.options(), target.about(), rest)?;
    let before = before.iter().map(|segment| (*segment).to_owned());
    Some((shape, doc, before.chain(path).collect()))
}

fn follow_shape(
    mut shape: Shape,
    doc: &str,
    asked: &[&str],
) -> Option<(Shape, String, Vec<String>)> {
    let (mut doc, mut path) = (doc.to_owned(), Vec::new());
    for segment in asked {
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

/// The path with shorthand keys replaced; `None` where the language has none such.
pub(crate) fn long_path(path: &str) -> Option<Vec<String>> {
    walk(&path.split('.').collect::<Vec<_>>()).map(|(_, _, path)| path)
}

/// The values of a path in the environments it speaks of.
fn values(stack: &Stack, path: &[&str]) -> Vec<Here> {
    let (only, path) = match path {
        ["environments", name, rest @ ..] if !rest.is_empty() => (Some(*name), rest),
        ["environments", ..] | [] => return Vec::new(),
        path => (None, path),
    };
    let top = serde_json::to_value(stack).unwrap_or(Value::Null);
    let meant = |environment: &&Environment| only.is_none_or(|it| environment.name.as_str() == it);
    let value = |environment: &Environment| {
        if let ["targets", id, rest @ ..] = path {
            return option(environment, id, rest);
        }
        let tree = serde_json::to_value(environment).ok()?;
        let names = Names::of(&tree);
        let found = match path {
            ["services", service, "routes", name, rest @ ..] => {
                follow(names.item(&tree, "routes", &format!("{service}.{name}"))?, rest)?
            }
            _ => follow(&tree, path).or_else(|| follow(&top, path))?,
        };
        Some(here(environment.name.as_str(), &found, &names))
    };
    stack.environments.iter().filter(meant).filter_map(value).collect()
}

/// A written option of a target. Its defaults are known to the target alone.
fn option(environment: &Environment, id: &str, path: &[&str]) -> Option<Here> {
    let root = environment.options.get(id)?.as_ref()?;
    let node = path.iter().try_fold(root, |node, key| node.get(key))?;
    let span = node.span;
    Some(Here {
        environment: environment.name.to_string(),
        value: data(node),
        origin: Some("written".to_owned()),
        reason: None,
        span: Some((span.file.0, span.start, span.end)),
    })
}

/// Follows a path through the model: lists of named things are entered by name, `a.b` also finds
/// `a_b`, and `a` alone all that begin with `a_`.
fn follow(value: &Value, path: &[&str]) -> Option<Value> {
    let value = value.get("$value").filter(|_| !path.is_empty()).unwrap_or(value);
    let [first, rest @ ..] = path else { return Some(value.clone()) };
    match value {
        Value::Object(map) => {
            let direct = map.get(*first).and_then(|inner| follow(inner, rest));
            direct.or_else(|| match rest {
                [second, rest @ ..] => follow(map.get(&format!("{first}_{second}"))?, rest),
                [] => parts(map, first),
            })
        }
        Value::Array(items) => {
            let named = |item: &&Value| item.get("name").and_then(Value::as_str) == Some(*first);
            follow(items.iter().find(named)?, rest)
        }
        _ => None,
    }
}

/// What a map says of a thing in several keys: `memory_request` and `memory_limit` of `memory`.
fn parts(map: &Map<String, Value>, name: &str) -> Option<Value> {
    let part = |(key, value): (&String, &Value)| {
        let key = key.strip_prefix(name)?.strip_prefix('_')?;
        Some((key.to_owned(), value.clone()))
    };
    let found: Map<_, _> = map.iter().filter_map(part).collect();
    (!found.is_empty()).then_some(Value::Object(found))
}

fn here(environment: &str, found: &Value, names: &Names) -> Here {
    let origin = found.get("$origin");
    let text = |key: &str| origin.and_then(|origin| origin.get(key)?.as_str().map(str::to_owned));
    let number = |at: usize| origin?.get("span")?.get(at)?.as_u64();
    let span = || {
        let (file, start, end) = (number(0)?, number(1)?, number(2)?);
        Some((u16::try_from(file).ok()?, u32::try_from(start).ok()?, u32::try_from(end).ok()?))
    };
    Here {
        environment: environment.to_owned(),
        value: plain(found, names),
        origin: text("kind"),
        reason: text("reason"),
        span: span(),
    }
}
