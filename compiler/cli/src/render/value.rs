//! A value of the model as people read it.

use serde_json::Value;

use super::plain;

/// A value in one line: no quotes where none are needed, and nothing of what is not there.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) if !text.is_empty() && text.chars().all(is_plain) => text.clone(),
        Value::Array(items) => format!("[{}]", joined(items.iter().map(self::value))),
        Value::Object(map) => {
            let there = map.iter().filter(|(_, it)| !it.is_null());
            let entry =
                |(key, it): (&String, &Value)| format!("{}: {}", plain(key), self::value(it));
            format!("{{{}}}", joined(there.map(entry)))
        }
        other => plain(&other.to_string()),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// Text with anything else could be taken for something else, and is quoted.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_./:%@*$+,=?{}".contains(c)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::value;

    #[test]
    fn reads_like_a_stack() {
        let found = json!({ "min": 1, "cpu": "70%", "memory": null, "of": ["a b", "c"], "at": "" });
        assert_eq!(value(&found), "{min: 1, cpu: 70%, of: [\"a b\", c], at: \"\"}");
        assert_eq!(value(&json!(null)), "none");
        assert_eq!(value(&json!("it's\u{1b}[1m")), "\"it's\\u001b[1m\"");
    }
}
