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

mod compile;
pub mod disk;
mod explain;
mod loader;
mod mend;
mod rewrite;

pub use compile::{Compilation, Timings, compile, schema};
pub use explain::{Explanation, Here, explain, plain};
pub use loader::{DiskLoader, LoadError, Loader, MemoryLoader};
pub use mend::{Correction, mend};
pub use rewrite::rewrite;
