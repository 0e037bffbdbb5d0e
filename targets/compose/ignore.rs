//! What lies beside the compose files on a host and must never be committed.

use stackc_target::{Artifact, Artifacts, Body, Mode, RelPath};

/// Private keys, certificates and secrets, as the compose files mount them.
const PRIVATE: &str = "/acme/\n/certs/\n/secrets/\n";

/// Adds the block to `.gitignore`.
pub(super) fn add(out: &mut Artifacts) {
    if let Ok(path) = RelPath::new(".gitignore") {
        out.add(Artifact {
            path,
            body: Body::Block(PRIVATE.to_owned()),
            mode: Mode::Plain,
            target: "compose",
            environment: None,
        });
    }
}
