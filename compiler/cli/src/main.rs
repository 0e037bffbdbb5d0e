//! The `stackc` command.
fn main() {}
