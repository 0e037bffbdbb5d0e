//! Nothing leaves the output root.

#![cfg(unix)]

use crate::world::{Set, World, force};
use stackc_driver::disk::{OutputRoot, Policy};
use std::fs;
use std::os::unix::fs::symlink;

/// A world with a folder beside the output root.
fn world() -> (World, std::path::PathBuf) {
    let world = World::new();
    let outside = world.path.parent().unwrap().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("victim"), "safe").unwrap();
    (world, outside)
}

fn is_safe(outside: &std::path::Path) -> bool {
    let names = fs::read_dir(outside).unwrap().count();
    names == 1 && fs::read_to_string(outside.join("victim")).unwrap() == "safe"
}

#[test]
fn no_link_is_written_through() {
    let (world, outside) = world();
    world.write("real/x", "inside");
    symlink(&outside, world.at("absolute")).unwrap();
    symlink("../outside", world.at("relative")).unwrap();
    symlink("real", world.at("inside")).unwrap();
    symlink(outside.join("victim"), world.at("file")).unwrap();
    symlink(outside.join("nothing"), world.at("dangling")).unwrap();
    symlink("loop", world.at("loop")).unwrap();
    let paths =
        ["absolute/victim", "dangling", "file", "inside/x", "loop", "relative/new", "loop/x"];
    for policy in [Policy::default(), force()] {
        for path in paths {
            let set = Set::new().file(path, "evil").file("good", "1");
            let refused = world.refused_with(&set, &policy);
            assert_eq!(refused.len(), 1, "{refused:?}");
            assert!(refused[0].starts_with("E0607"), "{refused:?}");
        }
    }
    assert!(is_safe(&outside));
}

#[test]
fn no_link_is_deleted_through() {
    let (world, outside) = world();
    let set = Set::new().file("k8s/victim", "safe").file("victim", "safe").file("stays", "1");
    world.build(&set);
    fs::remove_dir_all(world.at("k8s")).unwrap();
    symlink(&outside, world.at("k8s")).unwrap();
    world.remove("victim");
    symlink(outside.join("victim"), world.at("victim")).unwrap();
    world.build(&Set::new().file("stays", "1"));
    assert!(is_safe(&outside));
    assert!(world.exists("k8s") && world.exists("victim"), "the links are the user's");
}

#[test]
fn our_own_folder_is_no_link_either() {
    let (world, outside) = world();
    let set = Set::new().file("a", "1");
    symlink(&outside, world.at(".stackc")).unwrap();
    assert!(world.refused_with(&set, &force())[0].starts_with("E0607"));
    world.remove(".stackc");
    for name in ["manifest.json", "journal.json", "lock"] {
        fs::create_dir_all(world.at(".stackc")).unwrap();
        symlink(outside.join("victim"), world.at(".stackc").join(name)).unwrap();
        let refused = world.refused_with(&set, &force());
        assert!(refused[0].starts_with("E0607"), "{refused:?}");
        fs::remove_dir_all(world.at(".stackc")).unwrap();
    }
    assert!(is_safe(&outside));
}

#[test]
fn a_planted_temporary_link_is_not_followed() {
    let (world, outside) = world();
    let set = Set::new().file("a", "1");
    // The temporary name is known in advance: it is a hash of the file's name.
    let mut names = Vec::new();
    world
        .watch(&set, &Policy::default(), &mut |_| {
            let found = fs::read_dir(&world.path).unwrap().map(|entry| entry.unwrap().file_name());
            names.extend(found.filter(|name| name.to_str().unwrap().starts_with(".stackc-tmp-")));
            Ok(())
        })
        .unwrap();
    assert!(!names.is_empty());
    world.build(&Set::new());
    symlink(outside.join("victim"), world.at(names[0].to_str().unwrap())).unwrap();
    world.build(&set);
    assert!(is_safe(&outside));
    assert_eq!(world.read("a"), "1");
}

#[test]
fn the_folders_of_git_and_of_our_records_are_closed() {
    let world = World::new();
    for path in [".git/hooks/pre-commit", "sub/.GIT/config", ".stackc/manifest.json", "x/.stackc/y"]
    {
        let refused = world.refused_with(&Set::new().file(path, "evil"), &force());
        assert!(refused[0].starts_with("E0504"), "{refused:?}");
    }
}

#[test]
fn special_files_are_not_opened() {
    let world = World::new();
    let made = std::process::Command::new("mkfifo").arg(world.at("pipe")).status().unwrap();
    assert!(made.success());
    let refused = world.refused_with(&Set::new().file("pipe", "1"), &force());
    assert_eq!(refused, ["E0606 `pipe` cannot be written: it is a device, pipe or socket"]);
}

#[test]
fn the_root_itself_may_be_reached_over_a_link() {
    let world = World::new();
    let link = world.path.parent().unwrap().join("link");
    symlink(&world.path, &link).unwrap();
    assert_eq!(OutputRoot::open(&link).unwrap().path(), world.path);
    fs::write(world.at("file"), "").unwrap();
    let faults = OutputRoot::open(world.at("file")).unwrap_err();
    assert_eq!(faults[0].code.id, "E0606");
}
