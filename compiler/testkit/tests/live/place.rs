//! Which environments are run: every golden stack with an edge, and the stacks of this test.

use std::path::{Path, PathBuf};

use stackc_driver::{Compilation, DiskLoader, compile};
use stackc_model::Stack;
use stackc_testkit::{Case, cases, compile_text};

use crate::mutate::Mutation;
use crate::server::File;

/// Stacks that ask for what no golden stack has.
const STACKS: [(&str, &str); 3] = [
    ("everything", include_str!("stacks/everything.yaml")),
    ("guarded", include_str!("stacks/guarded.yaml")),
    ("balanced", include_str!("stacks/balanced.yaml")),
];

/// Where a stack comes from.
#[derive(Debug, Clone)]
enum Origin {
    Golden(Case),
    Text(&'static str),
}

/// An environment with an edge.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The case.
    pub(crate) case: String,
    /// The environment.
    pub(crate) environment: String,
    /// Where the tools are.
    pub(crate) tools: PathBuf,
    /// What is broken in it on purpose.
    pub(crate) mutation: Option<&'static Mutation>,
    origin: Origin,
}

impl Place {
    /// Its name.
    pub(crate) fn name(&self) -> String {
        format!("{}::{}", self.case, self.environment)
    }

    fn compilation(&self) -> Compilation {
        match &self.origin {
            Origin::Golden(case) => {
                compile(&DiskLoader::new(""), &case.stack.to_string_lossy(), stackc_targets::ALL)
            }
            Origin::Text(text) => compile_text(text),
        }
    }

    /// The resolved stack.
    pub(crate) fn stack(&self) -> Result<Stack, String> {
        let compilation = self.compilation();
        compilation.stack.ok_or_else(|| format!("{:?}", compilation.diagnostics))
    }

    /// The generated folder as it lies in the container: of a golden case just as it lies on disk.
    pub(crate) fn files(&self) -> Result<Vec<File>, String> {
        let mut files = match &self.origin {
            Origin::Golden(case) => {
                let folder = case.tree.join("nginx").join(&self.environment);
                let mut files = Vec::new();
                read(&folder, Path::new("/etc/nginx/stack"), &mut files)
                    .map_err(|error| format!("{}: {error}", folder.display()))?;
                files
            }
            Origin::Text(_) => self.rendered()?,
        };
        if let Some(mutation) = self.mutation {
            mutation.apply(&mut files);
        }
        Ok(files)
    }

    fn rendered(&self) -> Result<Vec<File>, String> {
        let compilation = self.compilation();
        let folder = format!("nginx/{}/", self.environment);
        let files: Vec<_> = compilation
            .artifacts
            .iter()
            .filter_map(|artifact| {
                let path = artifact.path.as_str().strip_prefix(&folder)?;
                let bytes = artifact.body.text().as_bytes().to_vec();
                Some((format!("/etc/nginx/stack/{path}"), bytes))
            })
            .collect();
        match files.is_empty() {
            true => Err(format!("{}: {:?}", self.name(), compilation.diagnostics)),
            false => Ok(files),
        }
    }
}

fn read(folder: &Path, into: &Path, out: &mut Vec<File>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = into.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => read(&entry.path(), &path, out)?,
            false => out.push((path.to_string_lossy().into_owned(), std::fs::read(entry.path())?)),
        }
    }
    Ok(())
}

/// Every environment there is to run.
pub(crate) fn places() -> Result<Vec<Place>, String> {
    let tools = stackc_testkit::tools();
    let place = |case: &str, environment: String, origin: Origin| Place {
        case: case.to_owned(),
        environment,
        tools: tools.clone(),
        mutation: None,
        origin,
    };
    let mut out = Vec::new();
    for (name, text) in STACKS {
        let compilation = compile_text(text);
        if compilation.diagnostics.has_errors() {
            return Err(format!("{name}: {:?}", compilation.diagnostics));
        }
        let stack = compilation.stack.ok_or("no stack")?;
        for environment in &stack.environments {
            let file = format!("nginx/{}/nginx.conf", environment.name);
            if compilation.artifacts.iter().any(|artifact| artifact.path.as_str() == file) {
                out.push(place(name, environment.name.to_string(), Origin::Text(text)));
            }
        }
    }
    for case in cases().map_err(|error| error.to_string())? {
        let Ok(entries) = std::fs::read_dir(case.tree.join("nginx")) else { continue };
        let mut environments: Vec<_> = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        environments.sort();
        for environment in environments {
            out.push(place(&case.name, environment, Origin::Golden(case.clone())));
        }
    }
    Ok(out)
}
