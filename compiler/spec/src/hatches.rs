//! The escape hatches: changes to generated files, and fields accepted as unsupported.

use stackc_shape::{AnyValue, Decode, Spanned};

use crate::Day;

/// A change to generated files, made after everything else: the last word is the user's.
#[derive(Debug, Clone, Decode)]
pub struct PatchSpec {
    /// The generated file by its path, as seen from the folder the tree lies in; `*` stands for any
    /// part of a name, `**` for any folders.
    #[shape(key = "in")]
    pub file: Spanned<String>,
    /// Why the file has to differ; it stands in the file as a comment.
    pub why: Spanned<String>,
    /// The day the reason ends; from then on a run with `--today` warns.
    pub until: Option<Spanned<Day>>,
    /// What is laid over the document: mappings merge by key, lists whose items have a `name` merge by
    /// name, everything else replaces, and `null` takes a key out.
    pub merge: Spanned<AnyValue>,
}

/// A field that a target cannot honour, accepted for a reason.
#[derive(Debug, Clone, Decode)]
pub struct AcceptSpec {
    /// The target, such as `kubernetes`.
    pub target: Spanned<String>,
    /// The path of the field, such as `services.web.volumes.uploads`; what lies below it is accepted,
    /// too.
    pub path: Spanned<String>,
    /// Why the system does well without it.
    pub why: Spanned<String>,
    /// The day the reason ends; from then on a run with `--today` warns.
    pub until: Option<Spanned<Day>>,
}
