//! What an output format is, and what all of them share.
//!
//! A target turns the resolved [`Stack`] into artifacts and diagnostics. It is pure: it reads no
//! file, no clock and no environment, and the same stack gives the same bytes anywhere.

mod artifact;
pub mod ask;
pub mod backup;
pub mod conventions;
pub mod derived;
mod emit;
pub mod image;
pub mod init;
mod support;
mod template;
pub mod tuning;

use stackc_model::{Environment, Stack};
use stackc_shape::{Decode, Decoder, Segment, Shape};
use stackc_source::{Diagnostics, Node};

pub use artifact::{Artifact, Artifacts, Body, Mode, PathFault, RelPath};
pub use emit::{Commented, EmitError, plain_yaml, yaml};
pub use support::{Claims, Level};
pub use template::{Format, Template, TemplateFault};

/// One output format.
pub trait Target: Sync {
    /// Its name in `stack.yaml`, on the command line and in the documentation; also its folder.
    fn id(&self) -> &'static str;

    /// What it emits, in one line.
    fn about(&self) -> &'static str;

    /// The shape of `targets.<id>` in `stack.yaml`.
    fn options(&self) -> Shape;

    /// What it makes of the fields of the language: [`Claims`] as JSON.
    fn support(&self) -> &'static str;

    /// Renders every environment this format is on for.
    fn render(&self, stack: &Stack, out: &mut Artifacts, diagnostics: &mut Diagnostics);
}

/// The options of a target in an environment; its defaults where nothing is written.
///
/// Faults go into `diagnostics`; a fault seen in several environments is said once in the end.
pub fn options<T: Decode + Default>(
    environment: &Environment,
    id: &str,
    diagnostics: &mut Diagnostics,
) -> T {
    decode_options(environment.options.get(id), id, diagnostics)
}

/// The options of a target that serves all environments.
pub fn stack_options<T: Decode + Default>(
    stack: &Stack,
    id: &str,
    diagnostics: &mut Diagnostics,
) -> T {
    decode_options(stack.options.get(id), id, diagnostics)
}

fn decode_options<T: Decode + Default>(
    node: Option<&Option<Node>>,
    id: &str,
    diagnostics: &mut Diagnostics,
) -> T {
    let Some(Some(node)) = node else { return T::default() };
    let mut decoder = Decoder::default();
    let options = decoder.within(Segment::Key("targets"), |decoder| {
        decoder.within(Segment::Key(id), |decoder| T::decode(node, decoder))
    });
    diagnostics.extend(decoder.finish());
    options.unwrap_or_default()
}

/// Whether a target is switched off in an environment (`targets: {<id>: false}`).
#[must_use]
pub fn is_off(environment: &Environment, id: &str) -> bool {
    matches!(environment.options.get(id), Some(None))
}
