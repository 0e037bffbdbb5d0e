//! What can be wrong with the disk, in plain words and with the command that helps.

use super::manifest::Unusable;
use stackc_source::{Code, Diagnostic, codes};
use std::io::{self, ErrorKind};
use std::path::Path;

/// A diagnostic on its way up; boxed, because every small step can fail.
pub(super) type Fault = Box<Diagnostic>;

fn fault(code: Code, message: impl Into<String>, help: impl Into<String>) -> Fault {
    Box::new(Diagnostic::global(code, message).help(help))
}

/// The file system refused; `verb` is what we wanted to do.
pub(super) fn io(verb: &str, path: &str, error: &io::Error) -> Fault {
    let message = format!("cannot {verb} `{path}`: {error}");
    fault(codes::IO, message, remedy(error))
}

/// What the user can do about an error.
fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::PermissionDenied => "give yourself the right to write there, then build again",
        ErrorKind::ReadOnlyFilesystem => "the file system is mounted read-only",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free some space on the disk, then build again"
        }
        ErrorKind::InvalidFilename => "the file system does not take a name this long",
        ErrorKind::FileTooLarge => "nothing we generate is this large: move it out of the way",
        _ => "mend it, then build again",
    }
}

/// The output root itself cannot be used.
pub(super) fn root(path: &Path, error: &io::Error) -> Fault {
    let message = format!("cannot open the output root `{}`: {error}", path.display());
    fault(codes::IO, message, "choose a folder you can write to with `out`")
}

/// A write failed after the first change.
pub(super) fn halfway(mut failed: Fault, done: usize, all: usize) -> Fault {
    let help = failed.help.clone().unwrap_or_default();
    let state = format!("{done} of {all} changes were made before; the next build makes the rest");
    failed.help = Some(format!("{help}; {state}"));
    failed
}

/// A write failed before the first change.
pub(super) fn untouched(mut failed: Fault) -> Fault {
    let help = failed.help.clone().unwrap_or_default();
    failed.help = Some(format!("{help}; no file was changed"));
    failed
}

/// A symbolic link stands at `link`, on the way to `path`.
pub(super) fn link(path: &str, link: &str) -> Fault {
    let message = if path == link {
        format!("`{path}` is a symbolic link, and would be written through")
    } else {
        format!("`{path}` cannot be written: `{link}` is a symbolic link")
    };
    fault(
        codes::ESCAPES_ROOT,
        message,
        format!(
            "links may lead out of the output root, so none is followed: remove `{link}` or put a real \
         file or folder there"
        ),
    )
}

/// A path into a folder that is not for artifacts.
pub(super) fn private(path: &str) -> Fault {
    let message = format!("`{path}` lies in a folder that no artifact may enter");
    fault(
        codes::BAD_PATH,
        message,
        "`.git` belongs to git, `.stackc` holds our own records: choose another path",
    )
}

/// Two artifacts of which one would have to be a folder.
pub(super) fn nested(path: &str, inside: &str) -> Fault {
    let message = format!("`{path}` would be a file and also the folder of `{inside}`");
    fault(codes::PATH_CONFLICT, message, "rename one of them in stack.yaml")
}

/// A file stands at `at` where `path` needs a folder.
pub(super) fn not_a_folder(path: &str, at: &str) -> Fault {
    let message = format!("`{path}` cannot be written: `{at}` is a file, not a folder");
    fault(codes::IO, message, format!("move `{at}` away, then build again"))
}

/// A folder or device stands where a file is wanted.
pub(super) fn not_a_file(path: &str, what: &str) -> Fault {
    let message = format!("`{path}` cannot be written: it is {what}");
    fault(
        codes::IO,
        message,
        format!("move `{path}` away, then build again; `--force` does not delete it"),
    )
}

/// A file of ours was edited and would be overwritten.
pub(super) fn edited(path: &str) -> Fault {
    let message = format!("`{path}` was edited by hand since it was generated");
    fault(
        codes::EDITED,
        message,
        format!(
            "say the change in stack.yaml instead; to throw the edit away run {} (`--force` for all)",
            adopt(path)
        ),
    )
}

/// A file of ours was edited and would be deleted.
pub(super) fn edited_obsolete(path: &str) -> Fault {
    let message = format!("`{path}` is no longer generated, but was edited by hand");
    fault(
        codes::EDITED,
        message,
        format!(
            "move it to where you want to keep it; to delete it run {} (`--force` for all)",
            adopt(path)
        ),
    )
}

/// A file changed between the plan and its execution.
pub(super) fn moving(path: &str) -> Fault {
    fault(
        codes::EDITED,
        format!("`{path}` was changed while the build was running"),
        "no file was changed; run `stackc build` again",
    )
}

/// Another build ended between the plan and its execution.
pub(super) fn overtaken() -> Fault {
    fault(
        codes::LOCKED,
        "another stackc wrote to the output root meanwhile",
        "no file was changed; run `stackc build` again",
    )
}

/// A file in the way that nobody told us about.
pub(super) fn foreign(path: &str, block: bool) -> Fault {
    let what = if block { "holds a stackc block that is not ours" } else { "was not generated" };
    let message = format!("`{path}` {what}, and would be overwritten");
    fault(
        codes::FOREIGN,
        message,
        format!("move it away, or let it be overwritten with {} (`--force` for all)", adopt(path)),
    )
}

/// The markers of a shared file cannot be understood.
pub(super) fn block(path: &str, why: &str) -> Fault {
    let message = format!("the stackc block in `{path}` is damaged: {why}");
    fault(
        codes::BLOCK_DAMAGED,
        message,
        "delete the lines of the block with all its markers, then run `stackc build`",
    )
}

/// A block's text would end the block.
pub(super) fn marker_inside(path: &str) -> Fault {
    let message = format!("the text for `{path}` holds a line that reads as a block marker");
    fault(
        codes::CANNOT_CARRY,
        message,
        "`# >>> stackc >>>` and `# <<< stackc <<<` stand for themselves only",
    )
}

/// Another stack of the repository owns the path.
pub(super) fn owned_elsewhere(path: &str, stack: &str, root: &str) -> Fault {
    let message = format!("`{path}` is generated by another stack, `{stack}`");
    fault(
        codes::OWNED_ELSEWHERE,
        message,
        format!(
            "its output root is `{root}`, as seen from here; give one of the two another `out`, or \
         build the other one first if it no longer generates the file"
        ),
    )
}

/// The whole output root is another stack's.
pub(super) fn other_stack(theirs: &str, ours: &str) -> Fault {
    let message = format!("this output root belongs to the stack `{theirs}`, not to `{ours}`");
    fault(
        codes::OWNED_ELSEWHERE,
        message,
        "give one of the two another `out`; if the stack only changed its place or name, take its \
         files over with `stackc build --adopt .`",
    )
}

/// `--adopt` with a path that is no part of the plan.
pub(super) fn adopts_nothing(adopted: &str, suggestion: Option<&str>) -> Fault {
    let message = format!("`--adopt {adopted}` names nothing that would be generated or deleted");
    let help = match suggestion {
        Some(path) => format!("did you mean `{path}`?"),
        None => "paths are as seen from the output root; `stackc diff` lists them".to_owned(),
    };
    fault(codes::UNDEFINED, message, help)
}

/// Another process holds the lock.
pub(super) fn locked() -> Fault {
    fault(
        codes::LOCKED,
        "another stackc is writing to this output root",
        "wait until it ends, then run `stackc build` again; the lock goes when its process ends, \
         there is no file to delete",
    )
}

/// One of our records cannot be used.
pub(super) fn record(path: &str, why: &Unusable) -> Fault {
    match why {
        Unusable::Conflict => fault(
            codes::MANIFEST_CONFLICT,
            format!("`{path}` holds merge markers"),
            format!(
                "take either side, for example `git checkout --ours {path}`, then run `stackc \
                     build`: files that equal what is generated are taken over"
            ),
        ),
        Unusable::Damaged(why) => fault(
            codes::MANIFEST_CONFLICT,
            format!("`{path}` is damaged: {why}"),
            format!(
                "restore it from git, or delete `{path}` and run `stackc build`: files that \
                     equal what is generated are taken over"
            ),
        ),
        Unusable::Newer(format) => {
            let message = format!("`{path}` was written by a newer stackc (format {format})");
            fault(codes::MANIFEST_NEWER, message, "update stackc to the version that wrote it")
        }
    }
}

/// The command that settles a conflict, ready for a shell.
fn adopt(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
    if path.chars().all(plain) && !path.starts_with('-') {
        format!("`stackc build --adopt {path}`")
    } else {
        format!("`stackc build --adopt='{}'`", path.replace('\'', "'\\''"))
    }
}
