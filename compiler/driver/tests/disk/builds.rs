//! Building, building again, and building something else.

use crate::world::{STACK, Set, World};
use stackc_driver::disk::{OutputRoot, Policy, Selection, State, Summary, apply, build, status};
use std::fs;
use std::time::{Duration, Instant};

#[test]
fn writes_files_and_records_them() {
    let world = World::new();
    let set = Set::new().file("compose.yaml", "a\n").script("scripts/deploy", "#!/bin/sh\n");
    let summary = world.build(&set);
    assert_eq!(summary, Summary { created: 2, ..Summary::default() });
    assert_eq!(world.read("compose.yaml"), "a\n");
    let manifest = world.read(".stackc/manifest.json");
    assert!(manifest.contains("\"format\": 1") && manifest.contains("\"stack\": \"stack.yaml\""));
    assert_eq!(manifest.lines().filter(|line| line.contains("sha256")).count(), 2);
    let names: Vec<_> = world.tree().into_keys().collect();
    let wanted =
        [".stackc/", ".stackc/manifest.json", "compose.yaml", "scripts/", "scripts/deploy"];
    assert_eq!(names, wanted);
}

#[test]
fn makes_the_output_root() {
    let world = World::new();
    let root = OutputRoot::open(world.at("deep/er")).unwrap();
    let set = Set::new().file("a/b", "x");
    let all = Selection::default();
    assert_eq!(status(&root, &set.0, &all, STACK).unwrap()[0].state, State::Missing);
    assert!(!world.exists("deep"), "looking made a folder");
    build(&root, &set.0, &all, &Policy::default(), STACK).unwrap();
    assert_eq!(world.read("deep/er/a/b"), "x");
}

#[cfg(unix)]
#[test]
fn unchanged_files_are_not_touched() {
    use std::os::unix::fs::MetadataExt as _;
    let world = World::new();
    let set = |text| Set::new().file("a", "a\n").file("d/b", text).block(".gitignore", "x\n");
    world.build(&set("1\n"));
    let look = |path| {
        let found = fs::metadata(world.at(path)).unwrap();
        (found.ino(), found.mtime(), found.mtime_nsec(), found.ctime_nsec())
    };
    let (a, shared, manifest) = (look("a"), look(".gitignore"), look(".stackc/manifest.json"));
    let (b, folder) = (look("d/b"), look(".stackc"));
    assert_eq!(world.build(&set("1\n")), Summary { unchanged: 3, ..Summary::default() });
    assert_eq!(
        (look("d/b"), look(".stackc"), look(".stackc/manifest.json")),
        (b, folder, manifest)
    );
    world.build(&set("2\n"));
    assert_eq!((look("a"), look(".gitignore")), (a, shared));
    assert_ne!(look("d/b"), b);
}

#[test]
fn deletes_what_is_no_longer_wanted_and_the_folders_it_made() {
    let world = World::new();
    world.write("theirs/keep", "");
    world.remove("theirs/keep");
    let set = Set::new().file("a/b/c", "1").file("a/d", "2").file("theirs/x", "3").file("z", "4");
    world.build(&set);
    let summary = world.build(&Set::new().file("z", "4"));
    assert_eq!(summary, Summary { deleted: 3, unchanged: 1, ..Summary::default() });
    let names: Vec<_> = world.tree().into_keys().collect();
    assert_eq!(names, [".stackc/", ".stackc/manifest.json", "theirs/", "z"]);
}

#[test]
fn keeps_a_folder_with_files_of_others() {
    let world = World::new();
    world.build(&Set::new().file("a/b/c", "1"));
    world.write("a/notes", "mine");
    world.build(&Set::new());
    let names: Vec<_> = world.tree().into_keys().collect();
    assert_eq!(names, ["a/", "a/notes"], "with nothing owned, no record stays");
}

#[test]
fn a_file_becomes_a_folder_and_back() {
    let world = World::new();
    let file = Set::new().file("a", "1");
    let folder = Set::new().file("a/b/c", "2").file("a/d", "3");
    for set in [&file, &folder, &file, &folder] {
        world.build(set);
        assert_eq!(world.status(set), []);
    }
    assert_eq!(world.read("a/b/c"), "2");
}

#[test]
fn a_name_changes_only_its_case() {
    let world = World::new();
    world.build(&Set::new().file("docs/Readme.md", "1").file("K8s/x", "2"));
    world.build(&Set::new().file("docs/README.md", "3").file("k8s/x", "2"));
    assert_eq!(world.read("docs/README.md"), "3");
    let names: Vec<_> =
        fs::read_dir(world.at("docs")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["README.md"]);
}

#[test]
fn a_crlf_checkout_is_neither_edited_nor_changed() {
    let world = World::new();
    let set = |text: &str| Set::new().file("a", text).file("gone", "x\ny\n");
    world.build(&set("1\n2\n"));
    world.write("a", "1\r\n2\r\n").write("gone", "x\r\ny\r\n");
    assert_eq!(world.status(&set("1\n2\n")), []);
    assert_eq!(world.build(&set("1\n2\n")).unchanged, 2);
    assert_eq!(world.read("a"), "1\r\n2\r\n");
    world.build(&Set::new().file("a", "3\n"));
    assert_eq!((world.read("a").as_str(), world.exists("gone")), ("3\n", false));
}

#[cfg(unix)]
#[test]
fn repairs_the_executable_bit_and_ignores_the_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    let set = |text| Set::new().script("run", text).file("plain", text);
    let bits = |path| fs::metadata(world.at(path)).unwrap().permissions().mode() & 0o777;
    let chmod = |path, mode| {
        fs::set_permissions(world.at(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    world.build(&set("1"));
    assert_eq!((bits("run") & 0o700, bits("plain") & 0o700), (0o700, 0o600));

    chmod("run", 0o640);
    chmod("plain", 0o775);
    let wanted = [("plain".to_owned(), State::Mode), ("run".to_owned(), State::Mode)];
    assert_eq!(world.status(&set("1")), wanted);
    assert_eq!(world.build(&set("1")), Summary { mode_changed: 2, ..Summary::default() });
    assert_eq!((bits("run"), bits("plain")), (0o750, 0o664));

    chmod("plain", 0o600);
    assert_eq!(world.build(&set("1")).unchanged, 2, "only the executable bit counts");
    world.build(&set("2"));
    assert_eq!((bits("run"), bits("plain")), (0o750, 0o600), "other bits survive a rewrite");
}

#[test]
fn a_lost_manifest_costs_nothing() {
    let world = World::new();
    let set = Set::new().file("a/b", "1\n").block(".gitignore", "x\n");
    world.build(&set);
    let manifest = world.read(".stackc/manifest.json");
    world.remove(".stackc/manifest.json");
    assert_eq!(world.status(&set), []);
    assert_eq!(world.build(&set).unchanged, 2);
    let again = world.read(".stackc/manifest.json");
    assert_eq!(again.lines().count() + 2, manifest.lines().count(), "only the folder is forgotten");
    world.build(&Set::new());
    assert!(!world.exists("a/b"), "what was taken over is ours");
}

#[test]
fn a_merged_tree_that_equals_what_is_generated_is_taken_over() {
    let world = World::new();
    world.build(&Set::new().file("a", "1\n"));
    world.write("a", "2\n").write("b", "3\n");
    let set = Set::new().file("a", "2\n").file("b", "3\n");
    assert_eq!(world.build(&set).unchanged, 2);
    world.build(&Set::new().file("a", "4\n"));
    assert_eq!((world.read("a").as_str(), world.exists("b")), ("4\n", false));
}

#[test]
fn a_deleted_file_comes_back_and_a_deleted_obsolete_one_is_forgotten() {
    let world = World::new();
    world.build(&Set::new().file("a", "1").file("b", "2"));
    world.remove("a");
    world.remove("b");
    let summary = world.build(&Set::new().file("a", "1"));
    assert_eq!(summary, Summary { created: 1, ..Summary::default() });
    assert!(!world.read(".stackc/manifest.json").contains("\"b\""));
}

#[test]
fn says_what_a_build_would_do() {
    let world = World::new();
    world.build(
        &Set::new().file("stale", "1").file("edited", "1").file("old", "1").file("same", "1"),
    );
    world.write("edited", "mine").write("foreign", "theirs");
    let set = ["stale", "edited", "foreign", "new"]
        .iter()
        .fold(Set::new(), |set, path| set.file(path, "2"));
    let set = set.file("same", "1");
    let before = world.tree();
    let wanted = [
        ("edited", State::Edited),
        ("foreign", State::Foreign),
        ("new", State::Missing),
        ("old", State::Obsolete),
        ("stale", State::Stale),
    ];
    assert_eq!(world.status(&set), wanted.map(|(path, state)| (path.to_owned(), state)));
    assert_eq!(world.tree(), before);
    world.write("old", "mine too");
    assert!(world.status(&set).contains(&("old".to_owned(), State::Edited)));
}

#[test]
fn a_plan_that_was_overtaken_is_not_carried_out() {
    let world = World::new();
    let set = Set::new().file("a", "2").file("b", "2");
    world.build(&Set::new().file("a", "1"));

    let plan = world.plan(&set);
    world.write("a", "edited in between");
    let before = world.tree();
    assert_eq!(apply(&world.root(), &plan).unwrap_err()[0].code.id, "E0601");
    assert_eq!(world.tree(), before);

    world.write("a", "1");
    let plan = world.plan(&set);
    world.write("b", "created in between");
    assert_eq!(apply(&world.root(), &plan).unwrap_err()[0].code.id, "E0601");
    world.remove("b");

    let plan = world.plan(&set);
    world.build(&Set::new().file("a", "1").file("c", "1"));
    assert_eq!(apply(&world.root(), &plan).unwrap_err()[0].code.id, "E0605");
    assert_eq!(world.read("a"), "1");
}

#[test]
fn ten_thousand_files_are_quick() {
    let world = World::new();
    let text = "key: value\n".repeat(150);
    let set = |last: &str| {
        (0..10_000).fold(Set::new(), |set, n| {
            let text = if n % 100 == 0 { format!("{text}{last}") } else { text.clone() };
            set.file(&format!("k8s/{}/{n}.yaml", n % 40), &text)
        })
    };
    let (first, second) = (set("a"), set("b"));
    let clock = Instant::now();
    world.build(&first);
    let written = clock.elapsed();
    assert_eq!(world.build(&first).unchanged, 10_000);
    assert_eq!(world.build(&second).changed, 100);
    let all = clock.elapsed();
    println!("10,000 files: written in {written:?}, read twice in {:?}", all - written);
    assert!(all < Duration::from_secs(60), "took {all:?}");
}
