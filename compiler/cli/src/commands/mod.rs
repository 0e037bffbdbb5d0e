//! One file per subcommand.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod resolve;
pub(crate) mod schema;
pub(crate) mod support;
