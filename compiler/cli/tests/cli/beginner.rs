//! What somebody meets in the first minutes.

use crate::support::{SHOP, World};

/// A stack whose sources are in a folder.
const FOLDER: &str = "\
stack: 1
name: shop
services:
  worker:
    kind: go
    build: ./worker/
    files: {conf: {path: /etc/worker.conf, from: ops/worker.conf}}
ci: false
";

#[test]
fn the_first_build_says_what_comes_next() {
    let next = "next: commit these files";
    let world = World::new(SHOP);
    let run = world.run(&["build"]).ends(0).complains(next);
    run.complains("scripts/generate-secrets.sh development");
    for args in [&["build"][..], &["build", "--force"]] {
        assert!(!world.run(args).ends(0).err.contains(next), "{args:?}");
    }
    for args in [&["build", "--quiet"][..], &["build", "--message-format", "json"]] {
        World::new(SHOP).run(args).ends(0).in_peace();
    }
}

#[test]
fn sources_that_are_not_there_are_told_at_their_line() {
    let world = World::new(FOLDER);
    let run = world.run(&["build"]).ends(0).complains("there is no folder `worker` to build from");
    let run = run.complains("stack.yaml:6:12").complains("there is no file `ops/worker.conf`");
    assert_eq!(run.err.matches("W0723").count(), 4, "each once, with its page:\n{}", run.err);
    let built = "`worker` holds nothing to build but generated files";
    world.run(&["check"]).ends(0).complains(built);
    world.run(&["check", "--deny-warnings"]).ends(1).complains(built);
    world.write("worker/go.mod", "module worker\n");
    world.write("ops/worker.conf", "");
    world.run(&["check"]).ends(0).in_peace();
}

#[test]
fn a_dockerfile_that_is_not_there_is_told() {
    let world = World::new(SHOP);
    std::fs::remove_file(world.path("Dockerfile")).unwrap();
    let before = world.run(&["build"]).ends(0).complains("there is no Dockerfile `Dockerfile`");
    before.complains("stack.yaml:5:");
    let state = world.state();
    world.write("Dockerfile", "FROM scratch\n");
    world.run(&["build", "-q"]).ends(0).in_peace();
    world.run(&["check"]).ends(0).in_peace();
    std::fs::remove_file(world.path("Dockerfile")).unwrap();
    crate::support::same(&world.state(), &state);
}

#[test]
fn nothing_is_looked_for_where_the_tree_lies_elsewhere() {
    let world = World::new(format!("{FOLDER}out: made\n"));
    assert!(!world.run(&["build"]).ends(0).err.contains("W0723"));
    let world = World::new(FOLDER);
    assert!(!world.run(&["build", "--out", "made"]).ends(0).err.contains("W0723"));
}

#[test]
fn a_program_reads_one_document_of_warnings_and_errors() {
    let world = World::new(FOLDER);
    let run = world.run(&["check", "--message-format", "sarif"]).ends(5);
    let log: serde_json::Value = serde_json::from_str(&run.err).expect("one document");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].to_string();
    assert!(rules.contains("W0723") && rules.contains("E0611"), "{rules}");
}

#[test]
fn the_tree_is_not_sent_into_folders_of_others() {
    for out in [".git", ".git/hooks", "a/.git", ".stackc", "made/.stackc/x"] {
        let world = World::new(format!("{SHOP}out: {out}\n"));
        let state = world.state();
        world.run(&["build"]).ends(1).without_result().complains("E0504").complains("stack.yaml:9");
        crate::support::same(&world.state(), &state);
    }
}

#[test]
#[cfg(unix)]
fn the_tree_is_not_sent_through_a_link() {
    for (out, link) in [("made", "made"), ("made/deep", "made"), ("a/made", "a/made")] {
        let world = World::new(format!("{SHOP}out: {out}\n"));
        let outside = tempfile::tempdir().unwrap();
        world.write("a/note", "");
        std::os::unix::fs::symlink(outside.path(), world.path(link)).unwrap();
        world.run(&["build"]).ends(4).without_result().complains("E0607").complains(link);
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}
