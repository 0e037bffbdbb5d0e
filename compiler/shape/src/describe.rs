//! A shape in words: what a place takes, what is there by default, which words there are.

use crate::{Field, KeyRule, Record, Shape, Short, WordList};

/// What introduces a default in a doc comment.
const BY_DEFAULT: [&str; 4] = ["; by default ", ", by default ", " By default ", " by default "];

impl Shape {
    /// What may be written there, in Markdown: "a duration such as `30s`".
    #[must_use]
    pub fn takes(self) -> String {
        match self {
            Self::Record(record) => record.takes(),
            Self::Map(rule, value) => rule.takes(value()),
            Self::List(item) => format!("a list, each {}", item().takes()),
            Self::Scalar(scalar) => scalar.name.to_owned(),
            Self::Words(list) => format!("one of {}", list.names()),
            Self::Switch(inner) => format!("`false`, `true`, or {}", inner().takes()),
            Self::Nullable(inner) => format!("null, or {}", inner().takes()),
            Self::Any => "anything".to_owned(),
        }
    }

    /// The words that may stand there as they are: those of a list, or of a record's short form.
    #[must_use]
    pub fn words(self) -> Option<&'static WordList> {
        match self {
            Self::Words(list) => Some(list),
            Self::Record(record) => match record.short? {
                Short::Key(key) => (record.field(key)?.shape)().words(),
                _ => None,
            },
            Self::Switch(inner) | Self::Nullable(inner) => inner().words(),
            _ => None,
        }
    }
}

impl Record {
    fn takes(&self) -> String {
        let inner = |key: &str| {
            self.field(key).map_or_else(|| "a value".to_owned(), |field| (field.shape)().takes())
        };
        match self.short {
            None => "a mapping".to_owned(),
            Some(Short::Key(key)) => format!("a mapping, or for `{key}` alone {}", inner(key)),
            Some(Short::Range(low, high)) => {
                format!("a mapping, `{low}..{high}`, or for both alike {}", inner(low))
            }
            Some(Short::Levels(low, high)) => {
                format!("a mapping, `{low}/{high}`, or for `{high}` alone {}", inner(high))
            }
            Some(Short::Build(..)) => "a mapping, a folder, or the path of a Dockerfile".to_owned(),
        }
    }
}

impl KeyRule {
    fn takes(self, value: Shape) -> String {
        let short = match self {
            Self::Label | Self::EnvName | Self::HeaderName | Self::Text => "",
            Self::LabelOrList | Self::EnvNameOrList => ", or a list of names",
            Self::LabelOrPaths => ", a path, or a list of paths",
        };
        format!("a mapping by name, each {}{short}", value.takes())
    }
}

impl WordList {
    /// The words, as Markdown.
    #[must_use]
    pub fn names(&self) -> String {
        let words: Vec<_> = self.words.iter().map(|word| format!("`{}`", word.word)).collect();
        words.join(", ")
    }
}

impl Field {
    /// What it says, in one paragraph, and what holds where nothing is written, where the
    /// documentation says it.
    #[must_use]
    pub fn about(&self) -> (String, Option<String>) {
        split(self.doc)
    }
}

/// A documentation without its default, and the default: "A size; by default `10Gi`." is
/// "A size." and "`10Gi`".
fn split(doc: &str) -> (String, Option<String>) {
    let doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    for mark in BY_DEFAULT {
        if let Some((before, after)) = doc.split_once(mark) {
            let end = after.find(". ").unwrap_or(after.trim_end_matches('.').len());
            let (default, rest) = after.split_at(end);
            // A default in a sentence of its own leaves no second full stop.
            let before = before.trim_end_matches('.');
            return (format!("{before}{rest}"), Some(default.to_owned()));
        }
    }
    (doc, None)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn takes_the_default_out_of_the_documentation() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(split("A size; by default `10Gi`."), ("A size.".to_owned(), some("`10Gi`")));
        assert_eq!(
            split("A port, by default\n`http`. It is\nnamed."),
            ("A port. It is named.".to_owned(), some("`http`"))
        );
        assert_eq!(split("A. By default on."), ("A.".to_owned(), some("on")));
        assert_eq!(split("A name."), ("A name.".to_owned(), None));
    }
}
