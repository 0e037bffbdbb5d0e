//! The shape of configuration data.
//!
//! A Rust type that derives [`Decode`] *is* the grammar of what a user may write there. From that
//! one definition come the decoder with its diagnostics, the expansion of short forms, and the JSON
//! Schema; they cannot disagree. The language and each target's options are described this way.

mod decode;
mod describe;
mod expand;
mod merge;
mod scalar;
mod schema;
mod shape;
mod slip;

pub use decode::{Decode, Decoder, Fields, Segment};
pub use expand::expand;
pub use merge::overlay;
pub use scalar::{AnyValue, RawText, Spanned, Switch, Version, Words, proposed};
pub use schema::{Schema, json_schema};
pub use shape::{
    Field, Foreign, JsonType, KeyRule, Move, Record, ScalarShape, Shape, Short, Variant, WordList,
};
pub use stackc_shape_derive::Decode;
