//! The `stackc` command as its users meet it: a process, a working directory, two streams, an exit
//! code, and what it leaves on the disk.

// A test's helpers fail by panicking too; clippy knows only the functions marked as tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod beginner;
mod command;
mod compare;
mod fix;
mod flags;
mod input;
mod kill;
mod race;
mod same;
mod support;
mod tree;
