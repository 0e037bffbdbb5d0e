//! The output root on a real disk.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper fails its test"
)]

#[path = "disk/world.rs"]
mod world;

#[path = "disk/blocks.rs"]
mod blocks;
#[path = "disk/builds.rs"]
mod builds;
#[path = "disk/confined.rs"]
mod confined;
#[path = "disk/conflicts.rs"]
mod conflicts;
#[path = "disk/diffs.rs"]
mod diffs;
#[path = "disk/failing.rs"]
mod failing;
#[path = "disk/killed.rs"]
mod killed;
#[path = "disk/locks.rs"]
mod locks;
#[path = "disk/selected.rs"]
mod selected;
