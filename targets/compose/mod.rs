//! The `compose` target.

use stackc_model::Stack;
use stackc_shape::Shape;
use stackc_source::Diagnostics;
use stackc_target::{Artifacts, Target};

/// The `compose` target.
pub(crate) struct Compose;

impl Target for Compose {
    fn id(&self) -> &'static str {
        "compose"
    }

    fn about(&self) -> &'static str {
        ""
    }

    fn options(&self) -> Shape {
        Shape::Any
    }

    fn render(&self, _stack: &Stack, _out: &mut Artifacts, _diagnostics: &mut Diagnostics) {}
}
