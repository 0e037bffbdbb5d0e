//! The `kubernetes` target.

use stackc_model::Stack;
use stackc_shape::Shape;
use stackc_source::Diagnostics;
use stackc_target::{Artifacts, Target};

/// The `kubernetes` target.
pub(crate) struct Kubernetes;

impl Target for Kubernetes {
    fn id(&self) -> &'static str {
        "kubernetes"
    }

    fn about(&self) -> &'static str {
        ""
    }

    fn options(&self) -> Shape {
        Shape::Any
    }

    fn render(&self, _stack: &Stack, _out: &mut Artifacts, _diagnostics: &mut Diagnostics) {}
}
