//! What lies beside the stack and must never be committed.

use stackc_target::conventions::{PRIVATE, TEMPLATES};
use stackc_target::{Artifact, Artifacts, Body, Mode, RelPath};

/// Adds the block to `.gitignore`.
pub(super) fn add(out: &mut Artifacts) {
    let private = PRIVATE.iter().map(|pattern| format!("/{pattern}\n"));
    let templates = TEMPLATES.iter().map(|pattern| format!("!/{pattern}\n"));
    if let Ok(path) = RelPath::new(".gitignore") {
        out.add(Artifact {
            path,
            body: Body::Block(private.chain(templates).collect()),
            mode: Mode::Plain,
            target: "env",
            environment: None,
        });
    }
}
