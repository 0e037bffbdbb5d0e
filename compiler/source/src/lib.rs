//! Text, spans, the spanned YAML tree, and diagnostics as plain data.
//!
//! This is the bottom of the house: it knows nothing about stacks. Reading never fails; it returns
//! a tree (perhaps empty) and the diagnostics found on the way.

mod code;
mod diagnostic;
mod node;
mod path;
mod read;
mod redact;
mod source_map;
mod suggest;

pub use code::{ALL as ALL_CODES, Code, Severity, codes, page};
pub use diagnostic::{Diagnostic, Diagnostics, Edit, Fix, Label};
pub use node::{Entry, Node, NodeKind, Scalar};
pub use path::NodePath;
pub use read::{Limits, decode, read};
pub use source_map::{FileId, Position, SourceFile, SourceMap, Span};
pub use suggest::{closest, slip};
