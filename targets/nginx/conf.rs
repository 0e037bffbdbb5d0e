//! nginx's syntax as a tree, and its one writer.
//!
//! An argument that comes from `stack.yaml` can be made in two ways only, [`Arg::literal`] and
//! [`Arg::evaluated`]; both refuse what nginx cannot carry, and the writer quotes the rest. So a
//! text from a spec is always one argument, never a directive, a block or a variable.

use std::borrow::Cow;
use std::fmt::Write as _;

use stackc_target::conventions;

/// The variable that holds a dollar sign: nginx has no escape for one where it evaluates variables.
pub(crate) const DOLLAR: &str = "dollar";

/// nginx reads its files through a buffer of 4096 bytes (`NGX_CONF_BUFFER`), and an argument has to
/// fit in as it is written.
const LONGEST: usize = 4095;

/// Lines longer than this are broken between arguments.
const WIDTH: usize = 100;

/// Why a text cannot stand in nginx's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault(pub(crate) &'static str);

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arg {
    text: String,
    uses_dollar: bool,
}

impl Arg {
    /// Text of our own, in which variables are meant.
    pub(crate) fn ours(text: impl Into<String>) -> Self {
        Self { text: text.into(), uses_dollar: false }
    }

    /// Data, for a place where nginx evaluates no variables.
    pub(crate) fn literal(text: &str) -> Result<Self, Fault> {
        if text.chars().any(char::is_control) {
            return Err(Fault("it holds a control character"));
        }
        if quote(text).len() > LONGEST {
            return Err(Fault("it is longer than 4095 bytes, the most nginx reads"));
        }
        Ok(Self::ours(text))
    }

    /// Data, for a place where nginx evaluates variables.
    pub(crate) fn evaluated(text: &str) -> Result<Self, Fault> {
        let escaped = text.replace('$', &format!("${{{DOLLAR}}}"));
        Ok(Self { uses_dollar: text.contains('$'), ..Self::literal(&escaped)? })
    }
}

impl From<&'static str> for Arg {
    fn from(text: &'static str) -> Self {
        Self::ours(text)
    }
}

/// One directive, with a block or without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Directive {
    name: Arg,
    args: Vec<Arg>,
    block: Option<Vec<Directive>>,
    comment: Option<String>,
    stacked: bool,
}

/// A directive whose arguments are words of our own, separated by blanks.
pub(crate) fn plain(name: &'static str, words: &'static str) -> Directive {
    line(name, words.split(' ').map(Arg::from))
}

/// A directive with its arguments.
pub(crate) fn line(name: &'static str, args: impl IntoIterator<Item = Arg>) -> Directive {
    entry(Arg::from(name), args)
}

/// A directive with one argument of our own.
pub(crate) fn one(name: &'static str, arg: impl Into<String>) -> Directive {
    line(name, [Arg::ours(arg)])
}

/// An entry of a `map` or `geo` block: the key is data.
pub(crate) fn entry(key: Arg, values: impl IntoIterator<Item = Arg>) -> Directive {
    let args = values.into_iter().collect();
    Directive { name: key, args, block: None, comment: None, stacked: false }
}

/// A directive with a block.
pub(crate) fn block(
    name: &'static str,
    args: impl IntoIterator<Item = Arg>,
    items: Vec<Directive>,
) -> Directive {
    Directive { block: Some(items), ..line(name, args) }
}

impl Directive {
    /// Puts a comment above it, which also begins a new group of lines.
    pub(crate) fn comment(mut self, text: impl Into<String>) -> Self {
        self.comment = Some(text.into());
        self
    }

    /// Writes each argument behind the first two on a line of its own.
    pub(crate) fn stacked(mut self) -> Self {
        self.stacked = true;
        self
    }

    /// Adds an argument.
    pub(crate) fn and(mut self, arg: Arg) -> Self {
        self.args.push(arg);
        self
    }

    /// Whether an argument of it, or of its block, needs [`DOLLAR`].
    pub(crate) fn uses_dollar(&self) -> bool {
        self.args.iter().any(|arg| arg.uses_dollar)
            || self.block.iter().flatten().any(Self::uses_dollar)
    }

    fn write(&self, depth: usize, out: &mut String) {
        let indent = "    ".repeat(depth);
        for text in self.comment.iter().flat_map(|comment| comment.lines()) {
            let _ = writeln!(out, "{indent}# {text}");
        }
        let mut current = format!("{indent}{}", quote(&self.name.text));
        for (at, arg) in self.args.iter().map(|arg| quote(&arg.text)).enumerate() {
            let full = current.len() + arg.len() >= WIDTH && self.args.len() > 2;
            if full || (self.stacked && at > 1) {
                let _ = writeln!(out, "{current}");
                current = format!("{indent}    {arg}");
            } else {
                let _ = write!(current, " {arg}");
            }
        }
        match &self.block {
            None => {
                let _ = writeln!(out, "{current};");
            }
            Some(items) => {
                let _ = writeln!(out, "{current} {{");
                write_all(items, depth + 1, out);
                let _ = writeln!(out, "{indent}}}");
            }
        }
    }
}

/// Writes a file: the header, then its directives.
pub(crate) fn write(items: &[Directive]) -> String {
    let mut out = conventions::hash_header();
    out.push('\n');
    write_all(items, 0, &mut out);
    out
}

fn write_all(items: &[Directive], depth: usize, out: &mut String) {
    for (at, item) in items.iter().enumerate() {
        let after_block = at > 0 && items[at - 1].block.is_some();
        if at > 0 && (after_block || item.block.is_some() || item.comment.is_some()) {
            out.push('\n');
        }
        item.write(depth, out);
    }
}

/// Quotes where nginx's reader would take a character for more than itself. A backslash is doubled
/// because nginx takes `\"`, `\'`, `\\`, `\t`, `\r` and `\n` for escapes, in quotes or not.
fn quote(text: &str) -> Cow<'_, str> {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@$*+,~^?%[]()".contains(&byte);
    if !text.is_empty() && text.bytes().all(bare) {
        return Cow::Borrowed(text);
    }
    let mark = if text.contains('"') && !text.contains('\'') { '\'' } else { '"' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(mark);
    for c in text.chars() {
        if c == '\\' || c == mark {
            out.push('\\');
        }
        out.push(c);
    }
    out.push(mark);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
