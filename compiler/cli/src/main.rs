//! The `stackc` command.
#[cfg(test)]
mod render;

fn main() {}
