//! Load, compile, plan and write: the only room that touches the file system.
//!
//! [`compile`] is pure but for its [`Loader`]; [`disk`] compares artifacts with an output root and
//! writes them. Targets come in from outside, so this room knows none of them.
//!
//! ```
//! use stackc_driver::{MemoryLoader, compile};
//!
//! let text = "stack: 1\nname: shop\nservices:\n  web: {kind: go, port: 8080}\n";
//! let loader = MemoryLoader::new([("stack.yaml", text)]);
//! let compilation = compile(&loader, "stack.yaml", &[]);
//! assert!(!compilation.diagnostics.has_errors());
//! assert_eq!(compilation.stack.map(|stack| stack.name.to_string()).as_deref(), Some("shop"));
//! ```

mod accept;
mod compare;
mod compile;
pub mod disk;
mod expiry;
mod explain;
mod loader;
mod mend;
mod patch;
mod plain;
mod rewrite;
mod support;

pub use accept::Accepted;
pub use compare::{Difference, compare};
pub use compile::{Compilation, Timings, compile, schema};
pub use expiry::{check_day, expired};
pub use explain::{Explanation, Here, explain};
pub use loader::{DiskLoader, LoadError, Loader, MemoryLoader};
pub use mend::{Correction, mend};
pub use plain::model;
pub use rewrite::rewrite;
pub use support::{Cell, Report, Row, claims, support, tally};
