//! The `nginx` target.

use stackc_model::Stack;
use stackc_shape::Shape;
use stackc_source::Diagnostics;
use stackc_target::{Artifacts, Target};

/// The `nginx` target.
pub(crate) struct Nginx;

impl Target for Nginx {
    fn id(&self) -> &'static str {
        "nginx"
    }

    fn about(&self) -> &'static str {
        ""
    }

    fn options(&self) -> Shape {
        Shape::Any
    }

    fn render(&self, _stack: &Stack, _out: &mut Artifacts, _diagnostics: &mut Diagnostics) {}
}
