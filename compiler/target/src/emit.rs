//! The one writer of YAML.

use std::fmt;

use serde::Serialize;

/// A value with a comment on its line, where a reviewer needs one.
pub use serde_saphyr::Commented;

/// A document that could not be written; it names the fault, never a value.
#[derive(Debug)]
pub struct EmitError(String);

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EmitError {}

/// Writes a typed document as YAML below the generated-file header.
///
/// Strings that any YAML 1.1 or 1.2 reader could take for something else are quoted; long lines are
/// never folded.
///
/// # Errors
/// When the document holds something YAML cannot say, such as a map as a key.
pub fn yaml<T: Serialize>(document: &T) -> Result<String, EmitError> {
    write(crate::conventions::hash_header(), document)
}

/// The same without a header, for what is no generated file.
///
/// # Errors
/// As [`yaml`].
pub fn plain_yaml<T: Serialize>(document: &T) -> Result<String, EmitError> {
    write(String::new(), document)
}

fn write<T: Serialize>(mut out: String, document: &T) -> Result<String, EmitError> {
    let options = serde_saphyr::ser_options! {
        compact_list_indent: false,
        folded_wrap_chars: usize::MAX / 2,
    };
    serde_saphyr::to_fmt_writer_with_options(&mut out, document, options)
        .map_err(|error| EmitError(error.to_string()))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::yaml;
    use std::collections::BTreeMap;

    #[test]
    fn quotes_what_a_reader_would_misread_and_folds_nothing() {
        let long = "word ".repeat(60);
        let text =
            yaml(&BTreeMap::from([("a", "no"), ("b", "12:30"), ("c", long.trim_end())])).unwrap();
        assert!(text.contains("a: 'no'") || text.contains("a: \"no\""), "{text}");
        assert!(!text.contains("b: 12:30"), "{text}");
        assert_eq!(text.lines().count(), 4, "{text}");
    }
}
