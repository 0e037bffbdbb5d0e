//! A file system that refuses.

use crate::world::{Set, World};
use stackc_driver::disk::{Policy, Step};
use std::io::{self, ErrorKind};
use std::process::Command;

fn before() -> Set {
    Set::new().file("a", "1\n").file("old/b", "1\n").file("c", "1\n")
}

fn after() -> Set {
    Set::new().file("a", "2\n").file("new/deep/d", "2\n").script("c", "1\n").block("e", "2\n")
}

/// Fails from a step on, as a full disk does: deleting always works.
fn full_from(n: usize) -> impl FnMut(Step<'_>) -> io::Result<()> {
    let mut step = 0;
    move |what| {
        step += 1;
        let frees = matches!(what, Step::Remove(_) | Step::Sweep(_) | Step::RemoveFolder(_));
        if step > n && !frees { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

#[test]
fn a_disk_that_fills_up_leaves_all_or_what_the_next_build_completes() {
    let reference = World::new();
    reference.build(&before());
    reference.build(&after());
    let mut taken_back = 0;
    for n in 0.. {
        let world = World::new();
        world.build(&before());
        let tree = world.tree();
        let Err(faults) = world.watch(&after(), &Policy::default(), &mut full_from(n)) else {
            break;
        };
        assert_eq!(faults[0].code.id, "E0606");
        let help = faults[0].help.clone().unwrap();
        assert!(help.starts_with("free some space on the disk"), "{help}");
        if help.contains("no file was changed") {
            assert_eq!(world.tree(), tree, "failed at step {n}");
            taken_back += 1;
        } else {
            assert!(help.contains("the next build makes the rest"), "{help}");
            let left = world.tree().into_keys().find(|path| path.contains(".stackc-tmp-"));
            assert_eq!(left, None, "failed at step {n}");
        }
        world.build(&after());
        assert_eq!(world.tree(), reference.tree(), "failed at step {n}");
    }
    assert!(taken_back > 8, "{taken_back}");
}

#[test]
fn names_the_file_and_counts_what_was_done() {
    let world = World::new();
    world.build(&before());
    let mut renames = 0;
    let faults = world
        .watch(&after(), &Policy::default(), &mut |step| {
            renames += usize::from(matches!(step, Step::Rename("e" | "new/deep/d" | "a")));
            if renames == 3 { Err(ErrorKind::PermissionDenied.into()) } else { Ok(()) }
        })
        .unwrap_err();
    assert_eq!(faults[0].message, "cannot replace `new/deep/d`: permission denied");
    let help = faults[0].help.clone().unwrap();
    assert!(
        help.ends_with("; 2 of 5 changes were made before; the next build makes the rest"),
        "{help}"
    );
}

/// Says that a test needs what this user may not do; the injected faults above cover the same paths.
#[allow(clippy::print_stderr, reason = "a test that does not run must say so")]
fn not_run() {
    eprintln!("not run: this user may not mount a file system");
}

/// A small file system of its own; `None` where this user may not mount one.
struct Mounted(std::path::PathBuf);

impl Mounted {
    fn new(world: &World, options: &str) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&world.path);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then(|| Self(world.path.clone()))
    }

    fn remount(&self, options: &str) {
        let done = Command::new("mount").args(["-o", options]).arg(&self.0).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_really_full_disk_loses_nothing() {
    let world = World::new();
    let Some(_mounted) = Mounted::new(&world, "size=128k") else {
        return not_run();
    };
    let set = |text: &str| Set::new().file("a", text).file("b", text).file("sub/c", text);
    world.build(&set("small\n"));
    let tree = world.tree();
    let faults = world.build_with(&set(&"x".repeat(60_000)), &Policy::default()).unwrap_err();
    assert_eq!(faults[0].code.id, "E0606");
    assert!(faults[0].message.starts_with("cannot write `b`: "), "{}", faults[0].message);
    assert_eq!(world.tree(), tree);
    world.build(&set("other\n"));
}

#[test]
fn a_read_only_file_system_is_named() {
    let world = World::new();
    let Some(mounted) = Mounted::new(&world, "size=128k") else {
        return not_run();
    };
    let set = |text: &str| Set::new().file("sub/a", text);
    world.build(&set("1"));
    mounted.remount("remount,ro");
    assert_eq!(world.build(&set("1")).unchanged, 1, "nothing to do needs no right to write");
    assert_eq!(world.status(&set("2")).len(), 1);
    let faults = world.build_with(&set("2"), &Policy::default()).unwrap_err();
    assert_eq!(faults[0].code.id, "E0606");
    assert_eq!(faults[0].help.as_deref(), Some("the file system is mounted read-only"));
}

#[cfg(unix)]
#[test]
fn a_folder_without_the_right_to_write_is_named() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    world.build(&before());
    fs::set_permissions(world.at("old"), fs::Permissions::from_mode(0o555)).unwrap();
    let free = fs::write(world.at("old/probe"), "").is_ok();
    if free {
        world.remove("old/probe"); // The superuser may always write.
    }
    let run = world.build_with(&Set::new().file("old/new", "1"), &Policy::default());
    fs::set_permissions(world.at("old"), fs::Permissions::from_mode(0o755)).unwrap();
    if free {
        run.unwrap();
        return;
    }
    let faults = run.unwrap_err();
    assert!(faults[0].message.starts_with("cannot write `old/new`"), "{}", faults[0].message);
    assert!(world.exists("a") && world.exists("old/b"));
}
