//! What an output format is, and what all of them share.
//!
//! A target turns the resolved [`Stack`] into artifacts and diagnostics. It is pure: it reads no
//! file, no clock and no environment, and the same stack gives the same bytes anywhere.

mod artifact;
pub mod conventions;
mod emit;

use stackc_model::Stack;
use stackc_shape::Shape;
use stackc_source::Diagnostics;

pub use artifact::{Artifact, Artifacts, Body, Mode, PathFault, RelPath};
pub use emit::{Commented, EmitError, yaml};

/// One output format.
pub trait Target: Sync {
    /// Its name in `stack.yaml`, on the command line and in the documentation; also its folder.
    fn id(&self) -> &'static str;

    /// What it emits, in one line.
    fn about(&self) -> &'static str;

    /// The shape of `targets.<id>` in `stack.yaml`.
    fn options(&self) -> Shape;

    /// Renders every environment this format is on for.
    fn render(&self, stack: &Stack, out: &mut Artifacts, diagnostics: &mut Diagnostics);
}
