//! The shape of configuration data.

/// Placeholder until the shape lands.
#[derive(Debug, Clone)]
pub struct Shape;
