//! Load, compile, plan and write: the only room that touches the file system.

pub mod disk;
