//! `docs/support.md`: what each target makes of each field, from the targets' own claims.

use std::collections::BTreeMap;
use std::fmt::Write;

use stackc_target::{Claims, Level};

use crate::sites::sites;

const HEAD: &str = "# What each target renders

This page is generated from the claims of the targets (`targets/*/support.json`), and a test proves each claim: it
sets the field, compiles, and looks at what changes. `stackc support` shows the same for one stack, with the
bounds as they are there.

- **exact**: the output depends on the field and does what it says
- **≈**: the target comes close; the note gives the bound, and W0702 says so where it is met
- **planned**: not rendered yet; W0701 says so
- **no**: the format cannot do it; E0501 says so, unless `accept` names the field with a reason

An empty cell means that the field does not concern the target.
";

/// The page.
#[must_use]
pub fn matrix() -> String {
    let claims: Vec<(&str, Claims)> = stackc_targets::ALL
        .iter()
        .map(|target| (target.id(), stackc_driver::claims(*target)))
        .collect();
    let mut sections: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for site in sites().into_iter().filter(|site| !LEFT_OUT.contains(&site.path[0].as_str())) {
        let section =
            if site.path.len() > 1 { site.path[0].clone() } else { "the stack".to_owned() };
        sections.entry(section).or_default().push((site.path.join("."), site.planned));
    }
    let mut out = HEAD.to_owned();
    for (section, fields) in sections {
        write_section(&mut out, &section, &fields, &claims);
    }
    out
}

/// What is about the tree and not about the system.
const LEFT_OUT: [&str; 5] = ["stack", "targets", "patches", "accept", "docs"];

fn write_section(
    out: &mut String,
    section: &str,
    fields: &[(String, bool)],
    claims: &[(&str, Claims)],
) {
    let names: Vec<_> = claims.iter().map(|(id, _)| *id).collect();
    let _ = write!(
        out,
        "\n## {section}\n\n| field | {} |\n|---|{}\n",
        names.join(" | "),
        "---|".repeat(names.len())
    );
    let (mut notes, mut planned): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for (path, is_planned) in fields {
        if *is_planned {
            planned.push(format!("`{path}`"));
            continue;
        }
        let cells: Vec<_> =
            claims.iter().map(|(id, claims)| cell(id, claims.level(path), &mut notes)).collect();
        let _ = writeln!(out, "| `{path}` | {} |", cells.join(" | "));
    }
    for (at, note) in notes.iter().enumerate() {
        let _ = writeln!(out, "{}{}. {note}", if at == 0 { "\n" } else { "" }, at + 1);
    }
    if !planned.is_empty() {
        let _ = write!(out, "\nNo target renders these yet: {}.\n", planned.join(", "));
    }
}

fn cell(target: &str, level: Option<Level<'_>>, notes: &mut Vec<String>) -> String {
    let Some(level) = level else { return String::new() };
    let word = match level {
        Level::Exact => "exact",
        Level::Approximated(_) => "≈",
        Level::Planned(_) => "planned",
        Level::Unsupported(_) => "no",
    };
    let Some(note) = level.note() else { return word.to_owned() };
    let note = format!("{target}: {note}");
    let at = notes.iter().position(|known| *known == note).unwrap_or_else(|| {
        notes.push(note);
        notes.len() - 1
    });
    format!("{word} ({})", at + 1)
}
