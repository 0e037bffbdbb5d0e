//! Whether what is built from is there: a folder that does not exist is the most common first mistake.
//!
//! Only warnings come of it. What is written follows from the stack alone, so that it is the same on
//! a machine without the sources.

use super::tree::{Folder, Found, Tree};
use super::{OutputRoot, tidy};
use stackc_model::{Build, Service, Sourced, Stack};
use stackc_source::{Diagnostic, codes};
use stackc_target::Artifacts;

/// Warns of folders, Dockerfiles and files of the stack that are not below the root, each once. What
/// cannot be looked at counts as there.
#[must_use]
pub fn sources(root: &OutputRoot, stack: &Stack, artifacts: &Artifacts) -> Vec<Diagnostic> {
    let Ok(tree) = root.tree() else { return Vec::new() };
    let mut search = Search { tree, artifacts, missing: Vec::new() };
    let environments = stack.environments.iter();
    for service in environments.flat_map(|environment| &environment.services) {
        search.service(service);
    }
    search.missing
}

struct Search<'a> {
    tree: Tree,
    artifacts: &'a Artifacts,
    missing: Vec<Diagnostic>,
}

impl Search<'_> {
    fn service(&mut self, service: &Service) {
        if let Some(build) = &service.build {
            self.context(build);
            self.dockerfile(build);
        }
        for from in service.files.values().filter_map(|mount| mount.from.as_ref()) {
            if self.is_missing(&from.value) {
                let message = format!("there is no file `{}`", from.value);
                self.warn(
                    from,
                    message,
                    "put it there; paths are seen from the folder of the stack",
                );
            }
        }
    }

    fn context(&mut self, build: &Build) {
        let path = tidy(&build.context.value);
        if path.is_empty() {
            return;
        }
        let help = "put the sources there, or name their folder under `build`, as seen from the \
                    folder of the stack";
        match self.tree.folder(path) {
            Ok(Folder::Missing | Folder::Blocked(_)) => {
                self.warn(
                    &build.context,
                    format!("there is no folder `{path}` to build from"),
                    help,
                );
            }
            Ok(Folder::Open(_)) if self.holds_ours_alone(path) => {
                let message = format!("`{path}` holds nothing to build but generated files");
                self.warn(&build.context, message, help);
            }
            _ => {}
        }
    }

    fn dockerfile(&mut self, build: &Build) {
        let Some(own) = &build.dockerfile else { return };
        if self.is_missing(&build.file) {
            let message = format!("there is no Dockerfile `{}`", build.file);
            self.warn(own, message, "write it; without its name under `build` one is generated");
        }
    }

    fn is_missing(&mut self, path: &str) -> bool {
        matches!(self.tree.look(tidy(path)), Ok(Found::Missing | Found::Blocked(_)))
    }

    /// Whether every entry of a folder is a generated file or leads to one.
    fn holds_ours_alone(&mut self, path: &str) -> bool {
        let Ok(names) = self.tree.names(path) else { return false };
        names.iter().all(|name| {
            let Some(name) = name.to_str() else { return false };
            let entry = format!("{path}/{name}");
            let ours = |made: &str| {
                made.strip_prefix(&entry)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            self.artifacts.iter().any(|artifact| ours(artifact.path.as_str()))
        })
    }

    fn warn(&mut self, at: &Sourced<String>, message: String, help: &str) {
        let found = match at.origin.span() {
            Some(span) => Diagnostic::new(codes::NO_SOURCES, span, message),
            None => Diagnostic::global(codes::NO_SOURCES, message),
        };
        let found = found.help(help);
        if !self.missing.contains(&found) {
            self.missing.push(found);
        }
    }
}
