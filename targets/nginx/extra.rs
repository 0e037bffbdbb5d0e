//! Text in nginx's own syntax, which stands in files of its own.
//!
//! It is the one place where a text from a stack is syntax, so it is read as nginx would read it: what
//! is never closed would swallow lines that are ours.

use stackc_model::Sourced;
use stackc_source::Diagnostics;
use stackc_target::conventions;

use super::conf::Fault;
use super::scope::{Scope, refuse};

/// The files with their text.
pub(super) fn files(
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<(&'static str, String)> {
    let extra = &scope.environment.edge.extra;
    let slots = [(HTTP, "http", &extra.http), (SERVER, "server", &extra.server)];
    let mut out = Vec::new();
    for (file, name, text) in slots {
        let Some(text) = text else { continue };
        match check(text) {
            Ok(()) => out.push((file, written(text))),
            Err(fault) => {
                refuse(
                    text.origin.span(),
                    &format!("`edge.extra.{name}`"),
                    text,
                    fault,
                    diagnostics,
                );
            }
        }
    }
    out
}

/// The file for all sites.
pub(super) const HTTP: &str = "extra.http.conf";

/// The file for each site.
pub(super) const SERVER: &str = "extra.server.conf";

fn written(text: &Sourced<String>) -> String {
    format!("{}\n{}\n", conventions::hash_header(), text.trim_end())
}

/// Reads a text as nginx does: words, quotes, comments, blocks.
fn check(text: &str) -> Result<(), Fault> {
    let mut depth = 0_u32;
    let mut ended = true;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' | '\t' | ' ' => {}
            c if c.is_control() => return Err(Fault("it holds a control character")),
            '#' => while chars.next_if(|c| *c != '\n').is_some() {},
            ';' if ended => return Err(Fault("a `;` ends nothing")),
            ';' => ended = true,
            '{' if ended => return Err(Fault("a block has no name")),
            '{' => (depth, ended) = (depth + 1, true),
            '}' if !ended => return Err(Fault("a directive before `}` has no `;`")),
            '}' => depth = depth.checked_sub(1).ok_or(Fault("a `}` closes nothing"))?,
            mark @ ('"' | '\'') => {
                quoted(mark, &mut chars)?;
                ended = false;
            }
            c => {
                word(c, &mut chars);
                ended = false;
            }
        }
    }
    match (depth, ended) {
        (0, true) => Ok(()),
        (0, false) => Err(Fault("its last directive has no `;`")),
        _ => Err(Fault("a `{` is never closed")),
    }
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn quoted(mark: char, chars: &mut Chars<'_>) -> Result<(), Fault> {
    loop {
        match chars.next() {
            None => return Err(Fault("a quote is never closed")),
            Some('\\') => drop(chars.next()),
            Some(c) if c == mark => return Ok(()),
            Some(_) => {}
        }
    }
}

/// The rest of a bare word; `${` in it opens no block.
fn word(first: char, chars: &mut Chars<'_>) {
    let mut last = first;
    if first == '\\' {
        chars.next();
    }
    while let Some(c) =
        chars.next_if(|c| !matches!(c, ' ' | '\t' | '\n' | ';') && (*c != '{' || last == '$'))
    {
        if c == '\\' {
            chars.next();
        }
        last = c;
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn takes_what_nginx_would_read_to_its_end() {
        for good in [
            "",
            "# a comment with { and ' in it\n",
            "location = /x { return 204; }",
            "set $a \"}\";\nset $b '${a}{';",
            "map $uri $x { default ${uri}y; \"~^/a{2}$\" 1; }",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "location / {",
            "}",
            "} server {",
            "set $a \"x;",
            "set $a 'x;",
            "return 204",
            "location / { return 204 }",
            "{ return 204; }",
            ";",
            "set $a \u{1};",
            "set $a \\",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
