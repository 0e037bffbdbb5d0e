//! A number of copies, or a share of them.

use stackc_shape::{Decode, Decoder, JsonType, ScalarShape, Shape};
use stackc_source::{Node, codes};

use crate::values::refuse;

/// Some copies of a service: a number, or a share of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// `2`
    Count(u32),
    /// `25%`
    Share(u32),
}

impl Decode for Copies {
    fn shape() -> Shape {
        static SHAPE: ScalarShape = ScalarShape {
            name: "a number of copies or a share of them, such as `1` or `25%`",
            types: &[JsonType::Integer, JsonType::String],
            pattern: Some("[0-9]{1,3}%?"),
            range: Some((0, 999)),
            examples: &["1", "50%"],
        };
        Shape::Scalar(&SHAPE)
    }

    fn decode<'a>(node: &'a Node, decoder: &mut Decoder<'a>) -> Option<Self> {
        const FORM: &str = "a number of copies or a share of them, such as `1` or `25%`";
        let Some(scalar) = node.as_scalar().filter(|scalar| scalar.as_bool().is_none()) else {
            decoder.wrong_type(node, FORM);
            return None;
        };
        let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true if text.len() <= 3 => text.parse::<u32>().ok(),
            _ => None,
        };
        let found = match scalar.text.strip_suffix('%') {
            Some(share) => number(share).filter(|share| *share <= 100).map(Self::Share),
            None => number(&scalar.text).map(Self::Count),
        };
        if found.is_none() {
            refuse(node, decoder, codes::BAD_FORMAT, format!("is not {FORM}"));
        }
        found
    }
}
