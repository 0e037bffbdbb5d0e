//! Which stack is meant, and where its tree lies.

use std::path::{Component, Path, PathBuf};

use stackc_driver::disk::{self, OutputRoot, Selection};
use stackc_driver::{Compilation, DiskLoader, LoadError, Loader, compile, rewrite};
use stackc_source::{Diagnostic, SourceMap, closest, codes};
use stackc_target::{RelPath, Target};

use crate::args::{Args, Select};
use crate::exit::Exit;
use crate::report;

/// A stack's file.
#[derive(Debug)]
pub(crate) struct Project {
    folder: PathBuf,
    name: String,
}

impl Project {
    /// Finds the file that was named, or `stack.yaml` here or above.
    pub(crate) fn find(args: &Args) -> Result<Self, Exit> {
        Self::look(args).ok_or_else(|| {
            let fault =
                Diagnostic::global(codes::NO_STACK, "no stack.yaml here or in a folder above")
                    .help("go to the repository, or name the file with `-f`");
            report::diagnostics(args, &[fault], &SourceMap::default())
        })
    }

    /// The same without a word where there is none.
    pub(crate) fn look(args: &Args) -> Option<Self> {
        args.file.as_deref().map(Self::at).or_else(Self::upwards)
    }

    fn at(file: &Path) -> Self {
        let name =
            file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        Self { folder: folder.unwrap_or(Path::new(".")).to_owned(), name }
    }

    fn upwards() -> Option<Self> {
        let mut folder = std::env::current_dir().ok()?;
        let mut shown = PathBuf::from(".");
        while folder.join("stack.yaml").symlink_metadata().is_err() {
            if !folder.pop() {
                return None;
            }
            shown.push("..");
        }
        Some(Self { folder: shown, name: "stack.yaml".to_owned() })
    }

    /// The name that diagnostics show: as seen from here, without `./`.
    pub(crate) fn shown(&self) -> String {
        let path = self.folder.join(&self.name);
        let tidy: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
        tidy.to_string_lossy().replace('\\', "/")
    }

    /// Compiles it.
    pub(crate) fn compile(&self) -> Compilation {
        compile(self, &self.shown(), stackc_targets::ALL)
    }

    /// Puts another text in the place of the one that was read.
    pub(crate) fn rewrite(&self, old: &str, new: &str) -> std::io::Result<()> {
        rewrite(&self.folder.join(&self.name), old.as_bytes(), new.as_bytes())
    }

    /// Compiles it; what there is to say is yet to be reported.
    fn judged(&self, args: &Args) -> (Compilation, Vec<Diagnostic>) {
        let compilation = self.compile();
        let mut said: Vec<_> = compilation.diagnostics.iter().cloned().collect();
        if let (Some(today), Some(stack)) = (&args.today, &compilation.stack) {
            said.extend(stackc_driver::expired(stack, today));
        }
        (compilation, said)
    }

    /// Compiles it and reports; the exit code where that is the end.
    pub(crate) fn compiled(&self, args: &Args) -> Result<Compilation, Exit> {
        let (compilation, said) = self.judged(args);
        match report::diagnostics(args, &said, &compilation.sources) {
            Exit::Fine => Ok(compilation),
            exit => Err(exit),
        }
    }

    /// The output root, and the name by which its manifest knows this stack.
    pub(crate) fn output(
        &self,
        compilation: &Compilation,
        select: &Select,
    ) -> Result<(OutputRoot, String), Vec<Diagnostic>> {
        if let Some(out) = &select.out {
            return Ok((OutputRoot::open(out)?, self.name.clone()));
        }
        let out = compilation.stack.as_ref().and_then(|stack| stack.out.as_ref());
        let Some(out) = out.filter(|out| out.value.trim_end_matches('/') != ".") else {
            return Ok((OutputRoot::open(&self.folder)?, self.name.clone()));
        };
        let refused = |fault: String| {
            let message = format!("`out` {fault}");
            vec![match out.origin.span() {
                Some(span) => Diagnostic::new(codes::BAD_PATH, span, message),
                None => Diagnostic::global(codes::BAD_PATH, message),
            }]
        };
        let path = RelPath::new(out.value.trim_end_matches('/').to_owned())
            .map_err(|fault| refused(fault.to_string()))?;
        if path.as_str().split('/').any(|part| [".git", ".stackc"].contains(&part)) {
            return Err(refused("lies in a folder that belongs to git or to stackc".to_owned()));
        }
        let up = "../".repeat(path.as_str().split('/').count());
        Ok((OutputRoot::below(&self.folder, &path)?, format!("{up}{}", self.name)))
    }
}

/// Its one file, whose shown name need not be its path: a path may be no Unicode.
impl Loader for Project {
    fn load(&self, _: &str, cap: usize) -> Result<Vec<u8>, LoadError> {
        DiskLoader::new(&self.folder).load(&self.name, cap)
    }
}

/// Everything a command about the tree needs.
pub(crate) struct Tree {
    /// What was compiled.
    pub(crate) compilation: Compilation,
    /// Where it lies.
    pub(crate) root: OutputRoot,
    /// The name of the stack in the manifest.
    pub(crate) stack_id: String,
    /// The part that is meant.
    pub(crate) selection: Selection,
    /// What was found so far, and is yet to be reported.
    said: Vec<Diagnostic>,
}

impl Tree {
    /// Compiles the stack and opens its tree; the exit code where that is the end.
    pub(crate) fn open(args: &Args, select: &Select) -> Result<Self, Exit> {
        let project = Project::find(args)?;
        let (compilation, mut said) = project.judged(args);
        let sources = &compilation.sources;
        let end = |said: &[Diagnostic]| report::diagnostics(args, said, sources);
        if Exit::of(&said, args.deny_warnings) != Exit::Fine {
            return Err(end(&said));
        }
        known_environment(args, select.env.as_deref(), &compilation)?;
        let (root, stack_id) = match project.output(&compilation, select) {
            Ok(output) => output,
            Err(faults) => {
                said.extend(faults);
                return Err(end(&said));
            }
        };
        // Where the tree lies elsewhere, so may the sources.
        if let Some(stack) = &compilation.stack
            && stack_id == project.name
            && select.out.is_none()
        {
            said.extend(disk::sources(&root, stack, &compilation.artifacts));
            if Exit::of(&said, args.deny_warnings) != Exit::Fine {
                return Err(end(&said));
            }
        }
        let selection =
            Selection { environment: select.env.clone(), target: select.target.clone() };
        Ok(Self { compilation, root, stack_id, selection, said })
    }

    /// Reports all that was found, in one piece: a program reads one document.
    pub(crate) fn report(&self, args: &Args, faults: &[Diagnostic]) -> Exit {
        let all = [&self.said, faults].concat();
        report::diagnostics(args, &all, &self.compilation.sources)
    }
}

/// Ends the run where an environment is named that does not exist.
pub(crate) fn known_environment(
    args: &Args,
    name: Option<&str>,
    compilation: &Compilation,
) -> Result<(), Exit> {
    let (Some(name), Some(stack)) = (name, &compilation.stack) else { return Ok(()) };
    let names = || stack.environments.iter().map(|environment| environment.name.as_str());
    if names().any(|known| known == name) {
        return Ok(());
    }
    let list: Vec<_> = names().map(|name| format!("`{name}`")).collect();
    let near =
        closest(name, names()).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    let fault = Diagnostic::global(codes::UNDEFINED, format!("no environment is called `{name}`"))
        .help(format!("{near}there are {}", list.join(", ")));
    report::diagnostics(args, &[fault], &compilation.sources);
    Err(Exit::Usage)
}

/// The targets, for what needs them all.
pub(crate) fn targets() -> &'static [&'static dyn Target] {
    stackc_targets::ALL
}
