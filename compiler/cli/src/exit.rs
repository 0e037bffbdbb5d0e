//! How a run ends.

use std::process::ExitCode;

use stackc_source::{Code, Diagnostic, Severity, codes};

/// The exit codes, which scripts may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// All is well.
    Fine = 0,
    /// The stack has errors.
    Spec = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The compiler is at fault.
    Internal = 3,
    /// The file system or a lock refused.
    Io = 4,
    /// The tree is not what the stack says.
    Differs = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

impl Exit {
    /// What diagnostics mean for the run.
    pub(crate) fn of<'a>(
        diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
        deny_warnings: bool,
    ) -> Self {
        diagnostics
            .into_iter()
            .filter(|diagnostic| deny_warnings || diagnostic.severity() == Severity::Error)
            .map(|diagnostic| Self::of_code(diagnostic.code))
            .max_by_key(|exit| match exit {
                Self::Fine => 0,
                Self::Differs => 1,
                Self::Spec => 2,
                Self::Io => 3,
                Self::Usage | Self::Internal => 4,
            })
            .unwrap_or(Self::Fine)
    }

    fn of_code(code: Code) -> Self {
        match code {
            codes::NOT_READABLE | codes::IO | codes::LOCKED | codes::ESCAPES_ROOT => Self::Io,
            codes::EDITED
            | codes::FOREIGN
            | codes::MANIFEST_CONFLICT
            | codes::MANIFEST_NEWER
            | codes::OWNED_ELSEWHERE
            | codes::OUT_OF_DATE
            | codes::BLOCK_DAMAGED => Self::Differs,
            codes::NO_STACK => Self::Usage,
            _ => Self::Spec,
        }
    }
}
