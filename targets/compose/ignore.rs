//! What lies beside the compose files on a host and must never be committed, nor be built into an
//! image.

use stackc_target::{Artifact, Artifacts, Body, Mode, RelPath};

/// Private keys, certificates and secrets, as the compose files mount them and as compose reads them.
const PRIVATE: &str = "/.env\n/.env.*\n!/.env.example\n/acme/\n/backups/\n/certs/\n/secrets/\n";

/// The same, as patterns of what is not watched: a new secret is no new source.
pub(super) const UNWATCHED: [&str; 6] =
    [".env", ".env.*", "acme/", "backups/", "certs/", "secrets/"];

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
