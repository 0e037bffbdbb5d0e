//! The `github` target.

use stackc_model::Stack;
use stackc_shape::Shape;
use stackc_source::Diagnostics;
use stackc_target::{Artifacts, Target};

/// The `github` target.
pub(crate) struct Github;

impl Target for Github {
    fn id(&self) -> &'static str {
        "github"
    }

    fn about(&self) -> &'static str {
        ""
    }

    fn options(&self) -> Shape {
        Shape::Any
    }

    fn render(&self, _stack: &Stack, _out: &mut Artifacts, _diagnostics: &mut Diagnostics) {}
}
