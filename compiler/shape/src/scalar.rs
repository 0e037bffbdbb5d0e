//! Single values, and the wrappers around other shapes.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Deref;

use stackc_source::{Diagnostic, Node, NodeKind, Span, codes};
use stackc_unit::{Bytes, EnvName, HeaderName, Label, Meant, Millicores, Percent, Rate, Seconds};

use crate::decode::better_name;
use crate::{Decode, Decoder, JsonType, KeyRule, ScalarShape, Shape};

/// A value and the place it was written at.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The place.
    pub span: Span,
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Decode> Decode for Spanned<T> {
    fn shape() -> Shape {
        T::shape()
    }

    fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
        T::decode(node, decoder).map(|value| Self { value, span: node.span })
    }
}

impl<T: Decode> Decode for Option<T> {
    fn shape() -> Shape {
        T::shape()
    }

    fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
        T::decode(node, decoder).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Decode> Decode for Box<T> {
    fn shape() -> Shape {
        T::shape()
    }

    fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
        T::decode(node, decoder).map(Box::new)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn shape() -> Shape {
        Shape::List(T::shape)
    }

    fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
        decoder.list(node)
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
}

macro_rules! keyed_maps {
    ($($key:ty, $rule:ident, $read:expr;)*) => {$(
        impl<T: Decode> Decode for BTreeMap<$key, T> {
            fn shape() -> Shape {
                Shape::Map(KeyRule::$rule, T::shape)
            }

            fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
                decoder.map(node, KeyRule::$rule, $read)
            }

            fn absent() -> Option<Self> {
                Some(Self::new())
            }
        }
    )*};
}

keyed_maps! {
    Label, Label, |key| Label::new(key).map_err(|fault| fault.to_string());
    EnvName, EnvName, |key| EnvName::new(key).map_err(|fault| fault.to_string());
    HeaderName, HeaderName, |key| HeaderName::new(key).map_err(|fault| fault.to_string());
    String, Text, |key| Ok(key.to_owned());
}

/// A thing that can be turned off with `false`, and on with `true` or `{}`.
#[derive(Debug, Clone, PartialEq)]
pub enum Switch<T> {
    /// `false`.
    Off(Span),
    /// On; `None` where only `true` was written.
    On(Option<T>),
}

impl<T> Switch<T> {
    /// The value, where it is on and says more than `true`.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::On(value) => value.as_ref(),
            Self::Off(_) => None,
        }
    }

    /// Whether it is off.
    pub fn is_off(&self) -> bool {
        matches!(self, Self::Off(_))
    }
}

impl<T: Decode> Decode for Switch<T> {
    fn shape() -> Shape {
        Shape::Switch(T::shape)
    }

    fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
        match node.as_scalar().and_then(stackc_source::Scalar::as_bool) {
            Some(false) => Some(Self::Off(node.span)),
            Some(true) => Some(Self::On(None)),
            None if old_boolean(node).is_some() && T::shape().record().is_some() => {
                no_boolean(node, decoder);
                None
            }
            None => T::decode(node, decoder).map(|value| Self::On(Some(value))),
        }
    }
}

macro_rules! scalars {
    ($($ty:ty: $name:literal, [$($json:ident),*], $pattern:expr, $range:expr, [$($example:literal),*], $read:expr;)*) => {$(
        impl Decode for $ty {
            fn shape() -> Shape {
                static SHAPE: ScalarShape = ScalarShape {
                    name: $name,
                    types: &[$(JsonType::$json),*],
                    pattern: $pattern,
                    range: $range,
                    examples: &[$($example),*],
                };
                Shape::Scalar(&SHAPE)
            }

            fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
                let read: fn(&Node, &mut Decoder<'_>) -> Option<Self> = $read;
                read(node, decoder)
            }
        }
    )*};
}

/// The text of a scalar that is a string: a plain number or boolean is a slip.
fn string<'a>(node: &'a Node, decoder: &mut Decoder<'_>, expected: &str) -> Option<&'a str> {
    match node.as_scalar() {
        Some(scalar) if scalar.describe() == "a string" => Some(&scalar.text),
        // Whoever writes `true` wants a default; the text `"true"` is hardly ever one that helps.
        Some(scalar) if scalar.as_bool().is_none() => {
            let message =
                format!("`{}` takes {expected}, not {}", decoder.path(), scalar.describe());
            let quoted = format!("\"{}\"", scalar.text);
            decoder.push(
                Diagnostic::new(codes::WRONG_TYPE, node.span, message)
                    .help(format!("quote it: `{quoted}`"))
                    .fix("quote it", node.span, quoted),
            );
            None
        }
        _ => {
            decoder.wrong_type(node, expected);
            None
        }
    }
}

/// Reads a text with a parser of its own; where it fails, `meant` may know what was meant.
fn parsed<T, E: Display>(
    node: &Node,
    decoder: &mut Decoder<'_>,
    name: &str,
    parse: impl Fn(&str) -> Result<T, E>,
    meant: impl Fn(&str) -> Option<Meant>,
) -> Option<T> {
    let Some(scalar) = node.as_scalar().filter(|scalar| scalar.as_bool().is_none()) else {
        decoder.wrong_type(node, name);
        return None;
    };
    parse(&scalar.text)
        .map_err(|fault| {
            let message = format!("the value of `{}` {fault}", decoder.path());
            let diagnostic = Diagnostic::new(codes::BAD_FORMAT, node.span, message);
            decoder.push(proposed(diagnostic, node.span, meant(&scalar.text)));
        })
        .ok()
}

/// Adds the right spelling as help and as a fix.
#[must_use]
pub fn proposed(diagnostic: Diagnostic, span: Span, meant: Option<Meant>) -> Diagnostic {
    let Some(meant) = meant else { return diagnostic };
    let remark = meant.remark.map_or_else(String::new, |remark| format!(" ({remark})"));
    let help = format!("write `{}`{remark}", meant.text);
    let diagnostic = diagnostic.help(&help).fix(help, span, meant.text);
    if meant.certain { diagnostic } else { diagnostic.perhaps() }
}

/// The name in the other case and with the other dash.
fn label_meant(text: &str) -> Option<Meant> {
    let text = better_name(text, &Label::new)?;
    Some(Meant { text, certain: false, remark: None })
}

fn integer(node: &Node, decoder: &mut Decoder<'_>, low: i64, high: i64) -> Option<i64> {
    let Some(number) = node.as_scalar().and_then(stackc_source::Scalar::as_integer) else {
        no_integer(node, decoder);
        return None;
    };
    if (low..=high).contains(&number) {
        return Some(number);
    }
    let message = format!("`{}` is {number}, outside {low} to {high}", decoder.path());
    decoder.push(Diagnostic::new(codes::OUT_OF_RANGE, node.span, message));
    None
}

fn no_integer(node: &Node, decoder: &mut Decoder<'_>) {
    let quoted = node.as_scalar().filter(|scalar| scalar.quoted);
    match quoted.filter(|scalar| scalar.text.parse::<i64>().is_ok()) {
        Some(scalar) => {
            let message = format!("`{}` takes an integer, not a string", decoder.path());
            decoder.push(
                Diagnostic::new(codes::WRONG_TYPE, node.span, message)
                    .help("take the quotes off")
                    .fix("take the quotes off", node.span, &*scalar.text),
            );
        }
        None => decoder.wrong_type(node, "an integer"),
    }
}

fn port(node: &Node, decoder: &mut Decoder<'_>) -> Option<u16> {
    let Some(port) = node.as_scalar().and_then(|scalar| listening(&scalar.text)) else {
        return integer(node, decoder, 1, 65_535).and_then(|number| u16::try_from(number).ok());
    };
    let message = format!("`{}` takes one port, not two", decoder.path());
    decoder.push(Diagnostic::new(codes::WRONG_TYPE, node.span, message).help(format!(
        "write `{port}`, the one it listens on; what is public is said by `routes`"
    )));
    None
}

/// The port that listens in the `8080:80` of other tools.
fn listening(text: &str) -> Option<u16> {
    let (host, port) = text.rsplit_once(':')?;
    let plain = host.bytes().all(|byte| byte.is_ascii_digit() || b".:".contains(&byte));
    port.parse().ok().filter(|_| plain)
}

/// What a word that is a boolean in YAML 1.1 means, and so does a quoted or capital one.
fn old_boolean(node: &Node) -> Option<&'static str> {
    match &*node.as_scalar()?.text.to_ascii_lowercase() {
        "yes" | "on" | "y" | "true" => Some("true"),
        "no" | "off" | "n" | "false" => Some("false"),
        _ => None,
    }
}

/// What is neither `true` nor `false`; the words of YAML 1.1 are known, but not taken.
fn no_boolean(node: &Node, decoder: &mut Decoder<'_>) {
    let Some(meant) = old_boolean(node) else {
        return decoder.wrong_type(node, "true or false");
    };
    let message = format!("`{}` takes true or false", decoder.path());
    decoder.push(
        Diagnostic::new(codes::WRONG_TYPE, node.span, message).did_you_mean(Some(meant)).surely(),
    );
}

scalars! {
    bool: "true or false", [Boolean], None, None, ["true", "false"], |node, decoder| {
        let found = node.as_scalar().and_then(stackc_source::Scalar::as_bool);
        if found.is_none() {
            no_boolean(node, decoder);
        }
        found
    };
    u16: "a port", [Integer], None, Some((1, 65_535)), ["3000", "8081"], |node, decoder| {
        port(node, decoder)
    };
    u32: "an integer", [Integer], None, Some((0, 1_000_000)), ["2", "5"], |node, decoder| {
        integer(node, decoder, 0, 1_000_000).and_then(|number| u32::try_from(number).ok())
    };
    String: "a string", [String], None, None, ["one", "two"], |node, decoder| {
        string(node, decoder, "a string").map(str::to_owned)
    };
    Seconds: "a duration such as `30s`", [String], Some("[0-9]+(ms|s|m|h|d)"), None, ["30s", "5m"], |node, decoder| {
        parsed(node, decoder, "a duration", Seconds::parse, Seconds::meant)
    };
    Bytes: "a size such as `256Mi`", [String], Some("[0-9]+(Ki|Mi|Gi|Ti|kB|MB|GB|TB)"), None, ["256Mi", "2Gi"], |node, decoder| {
        parsed(node, decoder, "a size", Bytes::parse, Bytes::meant)
    };
    Millicores: "a number of cores", [Number, String], Some("[0-9]+(\\.[0-9]{1,3})?"), None, ["0.25", "2"], |node, decoder| {
        parsed(node, decoder, "a number of cores", Millicores::parse, Millicores::meant)
    };
    Percent: "a percentage such as `5%`", [String], Some("[0-9]+(\\.[0-9]{1,2})?%"), None, ["5%", "70%"], |node, decoder| {
        parsed(node, decoder, "a percentage", Percent::parse, Percent::meant)
    };
    Rate: "a rate such as `100/15m`", [String], Some("[0-9]+/[0-9]+(ms|s|m|h|d)"), None, ["100/15m", "10/1m"], |node, decoder| {
        parsed(node, decoder, "a rate", Rate::parse, Rate::meant)
    };
    Label: "a name", [String], Some("[a-z]([-a-z0-9]{0,38}[a-z0-9])?"), None, ["main", "second"], |node, decoder| {
        parsed(node, decoder, "a name", Label::new, label_meant)
    };
    HeaderName: "the name of a header", [String], Some("[A-Za-z0-9][A-Za-z0-9_-]{0,127}"), None, ["X-Api-Key", "X-Client"], |node, decoder| {
        parsed(node, decoder, "the name of a header", HeaderName::new, |_| None)
    };
    EnvName: "the name of a variable or secret", [String], Some("[A-Z][A-Z0-9_]{0,127}"), None, ["API_KEY", "TOKEN"], |node, decoder| {
        secret_name(node, decoder)
    };
    RawText: "a value", [Boolean, Number, String], None, None, ["one", "\"2\""], |node, decoder| {
        let text = node.as_scalar().map(|scalar| Self(scalar.text.to_string()));
        if text.is_none() {
            no_single_value(node, decoder);
        }
        text
    };
    Version: "a version", [Integer, String], Some("[0-9A-Za-z][0-9A-Za-z.+_-]*"), None, ["16", "\"7.2\""], |node, decoder| {
        version(node, decoder)
    };
}

/// The name of a secret; anything else that stands there may be its value and is masked.
fn secret_name(node: &Node, decoder: &mut Decoder<'_>) -> Option<EnvName> {
    let Some(scalar) = node.as_scalar().filter(|scalar| scalar.as_bool().is_none()) else {
        decoder.wrong_type(node, "the name of a variable or secret");
        return None;
    };
    let name = EnvName::new(&scalar.text);
    if name.is_err() {
        let diagnostic = decoder.bad_secret_name(node.span);
        decoder.push(diagnostic);
    }
    name.ok()
}

/// A value kept exactly as written, whatever YAML would make of it: `1.10`, `NO`, `0755`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawText(pub String);

/// A list or a mapping where the value of a variable belongs.
fn no_single_value(node: &Node, decoder: &mut Decoder<'_>) {
    if node.is_null() {
        let message = format!("`{}` has no value", decoder.path());
        let help = "write one behind the colon: `\"\"` is the empty text";
        return decoder.push(Diagnostic::new(codes::MISPLACED_NULL, node.span, message).help(help));
    }
    let message = format!("`{}` takes a single value, not {}", decoder.path(), node.describe());
    let help = "write `NAME: value`; a list or an object as text, in quotes; what only one \
                environment has belongs under `environments`, at the same path";
    decoder.push(Diagnostic::new(codes::WRONG_TYPE, node.span, message).help(help));
}

/// A version: an integer or a string, never a number with a fraction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(pub String);

fn version(node: &Node, decoder: &mut Decoder<'_>) -> Option<Version> {
    let Some(scalar) = node.as_scalar().filter(|scalar| scalar.as_bool().is_none()) else {
        decoder.wrong_type(node, "a version");
        return None;
    };
    if scalar.is_float() {
        let quoted = format!("\"{}\"", scalar.text);
        let message =
            format!("`{}` is a number, and YAML drops its trailing zeros", decoder.path());
        decoder.push(
            Diagnostic::new(codes::FLOAT_VERSION, node.span, message)
                .help(format!("write `{quoted}`"))
                .fix("quote it", node.span, quoted),
        );
        return None;
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || ".+_-".contains(c);
    let text = &*scalar.text;
    if text.is_empty()
        || text.len() > 64
        || text.starts_with(['.', '+', '_', '-'])
        || !text.chars().all(fits)
    {
        decoder.bad_format(node, "is no version", "write it as `16` or `\"7.2\"`");
        return None;
    }
    Some(Version(text.to_owned()))
}

/// A command: a list of arguments, or a string that is split into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(pub Vec<String>);

impl Decode for Words {
    fn shape() -> Shape {
        static SHAPE: ScalarShape = ScalarShape {
            name: "a command",
            types: &[JsonType::String],
            pattern: None,
            range: None,
            examples: &["serve --fast", "run it"],
        };
        Shape::Scalar(&SHAPE)
    }

    fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
        let words = match &node.kind {
            NodeKind::List(_) => {
                let items: Vec<RawText> = decoder.list(node)?;
                items.into_iter().map(|item| item.0).collect()
            }
            _ => split_words(string(node, decoder, "a command")?),
        };
        if words.is_empty() {
            decoder.bad_format(node, "is an empty command", "name the program to run");
            return None;
        }
        Some(Self(words))
    }
}

/// Splits at blanks; single and double quotes keep words together. No shell is involved, so
/// nothing else is special.
fn split_words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut open) = (Vec::new(), String::new(), None, false);
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => (quote, open) = (Some(c), true),
            (None, c) if c.is_whitespace() => {
                if open || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            (None, c) => word.push(c),
        }
    }
    if open || !word.is_empty() {
        words.push(word);
    }
    words
}

/// Anything, kept as it stands; somebody else decodes it.
#[derive(Debug, Clone, PartialEq)]
pub struct AnyValue(pub Node);

impl Decode for AnyValue {
    fn shape() -> Shape {
        Shape::Any
    }

    fn decode<'a>(node: &'a Node, _: &mut Decoder<'a>) -> Option<Self> {
        Some(Self(node.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::split_words;

    #[test]
    fn splits_words_without_a_shell() {
        assert_eq!(split_words("node  dist/x.js"), ["node", "dist/x.js"]);
        assert_eq!(split_words("sh -c 'a $b; c' \"\""), ["sh", "-c", "a $b; c", ""]);
        assert!(split_words("  ").is_empty());
    }
}
