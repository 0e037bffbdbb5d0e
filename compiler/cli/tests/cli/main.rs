//! The `stackc` command as its users meet it: a process, a working directory, two streams, an exit
//! code, and what it leaves on the disk.

mod command;
mod flags;
mod input;
mod kill;
mod race;
mod same;
mod support;
mod tree;
