//! The `prometheus` target.

use stackc_model::Stack;
use stackc_shape::Shape;
use stackc_source::Diagnostics;
use stackc_target::{Artifacts, Target};

/// The `prometheus` target.
pub(crate) struct Prometheus;

impl Target for Prometheus {
    fn id(&self) -> &'static str {
        "prometheus"
    }

    fn about(&self) -> &'static str {
        ""
    }

    fn options(&self) -> Shape {
        Shape::Any
    }

    fn render(&self, _stack: &Stack, _out: &mut Artifacts, _diagnostics: &mut Diagnostics) {}
}
