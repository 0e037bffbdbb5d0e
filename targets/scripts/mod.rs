//! The `scripts` target: what is run by hand, or by a timer, on the host of an environment.
//!
//! So far the one that makes the secrets: a program that never changes, with a table that does.

mod secrets;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Serialize;
use stackc_model::{Environment, Stack};
use stackc_shape::{Decode, Shape};
use stackc_source::{Diagnostic, Diagnostics, codes};
use stackc_target::conventions::HEADER;
use stackc_target::{
    Artifact, Artifacts, Body, Format, Mode, RelPath, Target, Template, is_off, options,
};

use secrets::Row;
pub(crate) use secrets::{Hosts, about, days, one_line};

/// The `scripts` target.
pub(crate) struct Scripts;

/// Where the script lies that makes the secrets.
pub(crate) const GENERATE: &str = "scripts/generate-secrets.sh";

const TEMPLATE: Template = Template {
    name: "generate-secrets.sh",
    format: Format::Shell,
    source: include_str!("generate-secrets.sh"),
};

/// What may be set under `targets.scripts`: nothing yet, but that it is off.
#[derive(Debug, Default, Decode)]
struct Options {}

/// What the template is filled with.
#[derive(Debug, Serialize)]
struct Script {
    header: &'static str,
    /// The names of the environments, with blanks between.
    names: String,
    environments: Vec<Table>,
}

#[derive(Debug, Serialize)]
struct Table {
    name: String,
    /// The compose file, and the name of the swarm's stack; empty where there is none.
    file: String,
    swarm: String,
    secrets: Vec<Row>,
}

impl Target for Scripts {
    fn id(&self) -> &'static str {
        "scripts"
    }

    fn about(&self) -> &'static str {
        "the script that makes the secrets of compose and of a swarm"
    }

    fn options(&self) -> Shape {
        Options::shape()
    }

    fn support(&self) -> &'static str {
        include_str!("support.json")
    }

    fn render(&self, stack: &Stack, out: &mut Artifacts, diagnostics: &mut Diagnostics) {
        let mut environments = Vec::new();
        for env in &stack.environments {
            let Options {} = options(env, "scripts", diagnostics);
            if is_off(env, "scripts") {
                continue;
            }
            let Some(hosts) = Hosts::of(stack, env) else { continue };
            let secrets = secrets::rows(env, &hosts);
            refuse(env, &secrets, diagnostics);
            let file = hosts.compose.map(|wiring| wiring.file).unwrap_or_default();
            let swarm = hosts.swarm.map(|kept| kept.stack).unwrap_or_default();
            environments.push(Table { name: env.name.to_string(), file, swarm, secrets });
        }
        if environments.iter().all(|table| table.secrets.is_empty()) || diagnostics.has_errors() {
            return;
        }
        let names: Vec<_> = environments.iter().map(|table| table.name.as_str()).collect();
        let script = Script { header: HEADER, names: names.join(" "), environments };
        match (TEMPLATE.render(&script), RelPath::new(GENERATE)) {
            (Ok(text), Ok(path)) => out.add(Artifact {
                path,
                body: Body::Whole(text),
                mode: Mode::Executable,
                target: "scripts",
                environment: None,
            }),
            (text, _) => {
                let fault = text.err().map_or_else(String::new, |fault| fault.to_string());
                let message = format!("`{GENERATE}` cannot be written: {fault}");
                diagnostics.push(Diagnostic::global(codes::CANNOT_CARRY, message));
            }
        }
    }
}

/// Reports secrets that the script could not put together.
fn refuse(env: &Environment, rows: &[Row], diagnostics: &mut Diagnostics) {
    for secret in secrets::unfit(env, rows) {
        let message = format!("`{}` is put together with a control character", secret.name);
        let fault = match secret.span {
            Some(span) => Diagnostic::new(codes::CANNOT_CARRY, span, message),
            None => Diagnostic::global(codes::CANNOT_CARRY, message),
        };
        let help = "a script cannot carry it: take it out, or turn `targets.scripts` off";
        diagnostics.push(fault.help(help).in_environment(Some(env.name.as_str())));
    }
}

/// The path of the script, where it takes care of something in an environment.
pub(crate) fn script(stack: &Stack, env: &Environment) -> Option<String> {
    let covered = covers(env, &Hosts::of(stack, env)?);
    (!covered.is_empty()).then(|| GENERATE.to_owned())
}

/// What the script takes care of in an environment, by name.
pub(crate) fn covers(env: &Environment, hosts: &Hosts) -> BTreeSet<String> {
    let rows = (!is_off(env, "scripts")).then(|| secrets::rows(env, hosts));
    rows.into_iter().flatten().map(|row| row.name).collect()
}
