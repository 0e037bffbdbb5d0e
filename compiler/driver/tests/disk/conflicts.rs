//! Files of others, edits, other stacks, damaged records.

use crate::world::{STACK, Set, World, adopt, force};
use stackc_driver::disk::{OutputRoot, Policy, Selection, build, plan, status};
use std::fs;

#[test]
fn an_edited_file_is_kept_until_the_user_gives_it_up() {
    let world = World::new();
    let set = |text| Set::new().file("k8s/a", text).file("k8s/b", text).file("c", text);
    world.build(&set("1"));
    world.write("k8s/a", "mine").write("k8s/b", "mine");
    assert_eq!(
        world.refused(&set("2")),
        [
            "E0601 `k8s/a` was edited by hand since it was generated",
            "E0601 `k8s/b` was edited by hand since it was generated",
        ]
    );
    let help =
        world.build_with(&set("2"), &Policy::default()).unwrap_err()[0].help.clone().unwrap();
    assert!(help.contains("`stackc build --adopt k8s/a`") && help.contains("--force"), "{help}");
    assert_eq!(world.refused(&set("1")).len(), 2, "also when the stack says what it said");

    assert_eq!(world.refused_with(&set("2"), &adopt("k8s/a")).len(), 1);
    assert_eq!(world.refused_with(&set("2"), &adopt("k8")).len(), 3, "no folder of that name");
    world.build_with(&set("2"), &adopt("./k8s/")).unwrap();
    assert_eq!((world.read("k8s/a"), world.read("k8s/b")), ("2".into(), "2".into()));

    world.write("c", "mine");
    world.build_with(&set("3"), &force()).unwrap();
    assert_eq!(world.read("c"), "3");
}

#[test]
fn an_edited_file_that_is_no_longer_wanted_is_kept_too() {
    let world = World::new();
    world.build(&Set::new().file("a", "1").file("b", "1"));
    world.write("a", "mine");
    assert_eq!(
        world.refused(&Set::new()),
        ["E0601 `a` is no longer generated, but was edited by hand"]
    );
    assert!(world.exists("b"));
    world.build_with(&Set::new(), &adopt("a")).unwrap();
    assert!(!world.exists("a") && !world.exists("b"));
}

#[test]
fn a_file_of_others_is_kept_until_the_user_gives_it_up() {
    let world = World::new();
    world.write("a", "theirs").write("b", "theirs").write("same", "1\r\n");
    let set = Set::new().file("a", "1").file("b", "1").file("same", "1\n");
    let refused = world.refused(&set);
    assert_eq!(refused[0], "E0602 `a` was not generated, and would be overwritten");
    assert_eq!(refused.len(), 2);
    world.build_with(&set, &Policy { adopt: vec!["a".into(), "b".into()], force: false }).unwrap();
    assert_eq!((world.read("a"), world.read("same")), ("1".into(), "1\r\n".into()));
}

#[test]
fn an_adopted_path_that_is_nothing_is_a_slip() {
    let world = World::new();
    world.write("compose.yaml", "theirs");
    let set = Set::new().file("compose.yaml", "1");
    let faults = world.build_with(&set, &adopt("compose.yml")).unwrap_err();
    assert_eq!(
        faults[1].message,
        "`--adopt compose.yml` names nothing that would be generated or deleted"
    );
    assert_eq!(faults[1].help.as_deref(), Some("did you mean `compose.yaml`?"));
    world.build_with(&set, &adopt(".")).unwrap();
}

#[test]
fn a_path_is_quoted_for_the_shell() {
    let world = World::new();
    world.write("it's $(x)", "theirs");
    let faults =
        world.build_with(&Set::new().file("it's $(x)", "1"), &Policy::default()).unwrap_err();
    let help = faults[0].help.clone().unwrap();
    assert!(help.contains(r"`stackc build --adopt='it'\''s $(x)'`"), "{help}");
}

#[test]
fn what_is_no_file_is_never_replaced() {
    let world = World::new();
    world.write("folder/keep", "theirs").write("file", "theirs").write("odd/.stackc/x", "");
    let set = Set::new().file("folder", "1").file("file/x", "1").file("good", "1");
    assert_eq!(
        world.refused_with(&set, &force()),
        [
            "E0606 `file/x` cannot be written: `file` is a file, not a folder",
            "E0606 `folder` cannot be written: it is a folder with files in it",
        ]
    );
    world.remove("folder/keep");
    world.build(&Set::new().file("folder", "1"));
    assert_eq!(world.read("folder"), "1", "an empty folder is nothing to keep");
}

#[test]
fn an_artifact_is_no_folder_of_another() {
    let world = World::new();
    let set = Set::new().file("a", "1").file("a/b", "2");
    assert_eq!(world.refused(&set), ["E0503 `a` would be a file and also the folder of `a/b`"]);
}

#[test]
fn a_manifest_that_cannot_be_used_stops_everything() {
    let world = World::new();
    let set = Set::new().file("a", "1");
    world.build(&set);
    let good = world.read(".stackc/manifest.json");

    world.write(".stackc/manifest.json", format!("<<<<<<< HEAD\n{good}=======\n{good}>>>>>>> x\n"));
    assert_eq!(
        world.refused_with(&set, &force()),
        ["E0603 `.stackc/manifest.json` holds merge markers"]
    );
    world.write(".stackc/manifest.json", &good[..good.len() / 2]);
    assert!(
        world.refused_with(&set, &force())[0]
            .starts_with("E0603 `.stackc/manifest.json` is damaged")
    );
    world.write(".stackc/manifest.json", good.replace("\"format\": 1", "\"format\": 7"));
    assert!(world.refused_with(&set, &force())[0].starts_with("E0604"));
    world.write(".stackc/manifest.json", good.replace("\"a\"", "\"../a\""));
    assert!(world.refused(&set)[0].starts_with("E0603"));

    // The way out: either side of the merge.
    world.write(".stackc/manifest.json", &good);
    world.write(".stackc/journal.json", "{");
    assert!(world.refused(&set)[0].starts_with("E0603 `.stackc/journal.json` is damaged"));
    world.write(".stackc/journal.json", "");
    world.build(&set);
    assert!(!world.exists(".stackc/journal.json"), "a power loss leaves an empty journal");
}

#[test]
fn another_stack_in_the_same_root_is_refused() {
    let world = World::new();
    world.build(&Set::new().file("a", "1"));
    let set = Set::new().file("b", "1");
    let run = |policy| build(&world.root(), &set.0, &Selection::default(), &policy, "other.yaml");
    let faults = run(Policy::default()).unwrap_err();
    assert_eq!(faults[0].code.id, "E0608");
    assert!(status(&world.root(), &set.0, &Selection::default(), "other.yaml").is_err());
    assert!(world.exists("a"));
    run(adopt(".")).unwrap();
    assert!(!world.exists("a") && world.exists("b"));
}

#[test]
fn two_stacks_with_nested_roots_do_not_share_a_path() {
    let world = World::new();
    fs::create_dir(world.at(".git")).unwrap();
    let run = |out: &str, path: &str, stack: &str, policy: &Policy| {
        let root = OutputRoot::open(world.at(out)).unwrap();
        let set = Set::new().file(path, stack);
        build(&root, &set.0, &Selection::default(), policy, stack)
    };
    let code = |result: Result<_, Vec<stackc_source::Diagnostic>>| {
        let faults = result.map(|_| ()).unwrap_err();
        assert_eq!(faults[0].code.id, "E0608", "{faults:#?}");
        faults[0].help.clone().unwrap()
    };
    run("golden/x", "deep/a", "inner", &Policy::default()).unwrap();
    let help = code(run(".", "golden/x/deep/a", "outer", &force()));
    assert!(help.contains("`golden/x`"), "{help}");
    run(".", "golden/x/b", "outer", &Policy::default()).unwrap();
    let help = code(run("golden/x", "b", "inner", &force()));
    assert!(help.contains("`../..`"), "{help}");
    assert_eq!(world.read("golden/x/b"), "outer");

    // Above the repository nobody looks.
    fs::create_dir(world.at("golden/x/.git")).unwrap();
    let set = Set::new().file("b", "inner");
    let root = OutputRoot::open(world.at("golden/x")).unwrap();
    let faults =
        plan(&root, &set.0, &Selection::default(), &Policy::default(), "inner").unwrap_err();
    assert_eq!(faults[0].code.id, "E0602");
}

#[test]
fn nobody_looks_above_a_root_outside_any_repository() {
    let world = World::new();
    world.build(&Set::new().file("sub/a", "1"));
    world.remove("sub/a");
    let root = OutputRoot::open(world.at("sub")).unwrap();
    let set = Set::new().file("a", "2");
    build(&root, &set.0, &Selection::default(), &Policy::default(), STACK).unwrap();
}
