//! `build`, `check` and `diff` over the life of a tree.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{SHOP, World, same, tree};

#[test]
fn a_second_build_changes_nothing() {
    let world = World::new(SHOP);
    world.run(&["build"]).ends(0).says("+ compose.yaml").says(" 0 unchanged");
    let before = world.state();
    world.run(&["build"]).ends(0).in_peace().says("0 created, 0 changed, 0 deleted");
    world.run(&["build", "--force"]).ends(0).says("0 created, 0 changed, 0 deleted");
    world.run(&["check"]).ends(0).in_peace().says("up to date");
    world.run(&["diff"]).ends(0).in_peace().without_result();
    same(&world.state(), &before);
    assert!(!world.has(".stackc/journal.json") && !world.has(".stackc/lock"));
}

#[test]
fn check_and_diff_write_nothing() {
    let world = World::new(SHOP);
    world.run(&["check"]).ends(5).without_result().complains("`compose.yaml` is missing");
    world.run(&["diff"]).ends(5).says("+++ b/compose.yaml");
    assert_eq!(world.tree().len(), 1);
    assert!(!world.has(".stackc"));
}

#[test]
fn a_missing_file_comes_back() {
    let world = World::built();
    let before = world.tree();
    world.remove("compose.yaml");
    let run = world.run(&["check"]).ends(5).complains("`compose.yaml` is missing");
    run.complains("`stackc build`").complains("1 error");
    world.run(&["diff", "--stat"]).ends(5).says("compose.yaml");
    world.run(&["build"]).ends(0).says("1 created, 0 changed, 0 deleted");
    same(&world.tree(), &before);
}

#[test]
fn an_edited_file_is_kept_until_it_is_given_up() {
    for give_up in [&["build", "--force"][..], &["build", "--adopt", "compose.yaml"]] {
        let world = World::built();
        let before = world.tree();
        world.write("compose.yaml", "mine\n");
        let run = world.run(&["check"]).ends(5).complains("`compose.yaml` is edited by hand");
        run.complains("stackc build --adopt compose.yaml");
        world.run(&["diff"]).ends(5).says("-mine");
        let edited = world.state();
        let run = world.run(&["build"]).ends(5).without_result().complains("E0601");
        run.complains("stackc build --adopt compose.yaml");
        world.run(&["build", "--adopt", "compose.production.yaml"]).ends(5);
        same(&world.state(), &edited);
        world.run(give_up).ends(0).says("~ compose.yaml");
        same(&world.tree(), &before);
    }
}

#[test]
fn a_strangers_file_is_kept_too() {
    let world = World::new(SHOP);
    world.write("compose.yaml", "somebody's\n");
    world.run(&["check"]).ends(5).complains("`compose.yaml` is not generated, in the way");
    world.run(&["build"]).ends(5).without_result().complains("E0602");
    assert_eq!(world.tree().len(), 2);
    world.run(&["build", "--adopt", "nothing/here"]).ends(1).complains("--adopt nothing/here");
    assert_eq!(world.tree().len(), 2);
    world.run(&["build", "--adopt", "./compose.yaml"]).ends(0);
    world.run(&["check"]).ends(0);
}

#[test]
fn what_is_no_longer_generated_goes() {
    let world = World::built();
    world.write("nginx/mine.conf", "mine\n");
    assert!(world.has("nginx/production"));
    world.write("stack.yaml", "stack: 1\nname: shop\nservices: {job: {kind: go}}\n");
    world.run(&["check"]).ends(5).complains("is no longer generated");
    let stat = world.run(&["diff", "--stat"]).ends(5);
    world.run(&["build"]).ends(0).says("- nginx/production/");
    assert!(stat.out.contains("nginx/production/") && !world.has("nginx/production"));
    assert_eq!(world.read("nginx/mine.conf"), "mine\n");
    world.run(&["check"]).ends(0);
    world.write("stack.yaml", SHOP);
    world.run(&["build"]).ends(0);
    world.remove("nginx/mine.conf");
    same(&world.generated(), &World::built().generated());
}

#[test]
fn shared_files_keep_what_is_not_ours() {
    let world = World::built();
    let Some(shared) = shared(&world) else { return };
    let block = world.read(&shared);
    let mine = format!("mine/\n{block}also-mine/\n");
    world.write(&shared, &mine);
    world.run(&["check"]).ends(0);
    world.run(&["build"]).ends(0);
    assert_eq!(world.read(&shared), mine);
    world.write(&shared, mine.replace("# <<< stackc <<<\n", ""));
    world.run(&["build"]).ends(5).complains("E0610");
}

/// A file that holds a marked block, where a target makes one.
fn shared(world: &World) -> Option<String> {
    let marked = |bytes: &[u8]| bytes.starts_with(b"# >>> stackc >>>");
    world.generated().into_iter().find(|(_, bytes)| marked(bytes)).map(|(path, _)| path)
}

#[test]
fn diffs_come_in_three_forms() {
    let world = World::built();
    world.write("stack.yaml", SHOP.replace("shop.example", "store.example"));
    world.run(&["diff"]).ends(5).in_peace().says("--- a/").says("+++ b/").says("store.example");
    let json = world.run(&["diff", "--format", "json"]).ends(5).in_peace();
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let files = json["files"].as_array().unwrap();
    assert!(files.iter().all(|file| file["change"].is_string() && file["diff"].is_string()));
    let stat = world.run(&["diff", "--stat"]).ends(5).in_peace();
    assert_eq!(stat.out.lines().count(), files.len() + 1);
    let markdown = world.run(&["diff", "--format", "markdown"]).ends(5).in_peace();
    markdown.says("**").says("```diff");
}

#[test]
fn an_environment_or_target_is_all_that_is_looked_at() {
    let world = World::new(SHOP);
    world.run(&["build", "--env", "development"]).ends(0);
    assert!(world.has("compose.yaml") && !world.has("compose.production.yaml"));
    world.run(&["check", "--env", "development"]).ends(0);
    world.run(&["check"]).ends(5).complains("`compose.production.yaml` is missing");
    world.run(&["build", "--target", "nginx"]).ends(0);
    assert!(world.has("nginx") && !world.has("compose.production.yaml"));
    world.run(&["build"]).ends(0);
    world.write("compose.production.yaml", "mine\n");
    world.run(&["check", "--env", "development"]).ends(0);
    world.run(&["check", "--target", "nginx"]).ends(0);
    world.run(&["build", "--target", "nginx", "--force"]).ends(0);
    world.run(&["build", "--env", "development", "--force"]).ends(0);
    assert_eq!(world.read("compose.production.yaml"), "mine\n");
    world.run(&["check", "--target", "compose"]).ends(5).complains("edited by hand");
}

#[test]
fn a_selection_deletes_nothing_outside_it() {
    let world = World::built();
    world.write("stack.yaml", "stack: 1\nname: shop\nservices: {job: {kind: go}}\n");
    let nginx = tree(&world.path("nginx"));
    world.run(&["build", "--target", "compose"]).ends(0);
    same(&tree(&world.path("nginx")), &nginx);
    world.run(&["build"]).ends(0);
    assert!(!world.has("nginx"));
}

#[test]
fn the_tree_lies_where_it_is_sent() {
    let world = World::built();
    let beside = world.generated();
    for command in ["build", "check"] {
        world.run(&[command, "--out", "elsewhere/deep"]).ends(0);
    }
    let mut there = tree(&world.path("elsewhere/deep"));
    there.retain(|path, _| !path.starts_with(".stackc/"));
    assert_eq!(there.keys().collect::<Vec<_>>(), beside.keys().collect::<Vec<_>>());
    let world = World::new(format!("{SHOP}out: ops\n"));
    world.run(&["build"]).ends(0);
    let tops: BTreeSet<_> =
        world.tree().keys().map(|path| path.split('/').next().unwrap().to_owned()).collect();
    assert_eq!(tops.iter().collect::<Vec<_>>(), ["ops", "stack.yaml"]);
    world.run(&["check"]).ends(0);
}

#[test]
fn no_output_leaves_the_repository() {
    for out in ["../out", "/tmp/out", "a/../../b", "a//b", "con"] {
        let world = World::new(format!("{SHOP}out: {out}\n"));
        world.run(&["build"]).ends(1).without_result().complains("E0504");
        assert_eq!(world.tree().len(), 1, "{out}");
    }
}

#[test]
#[cfg(unix)]
fn no_link_is_written_through() {
    let (world, outside) = (World::new(SHOP), World::empty());
    std::os::unix::fs::symlink(outside.path(""), world.path("nginx")).unwrap();
    world.run(&["build", "--force"]).ends(4).without_result().complains("E0607");
    assert!(outside.tree().is_empty());
    assert_eq!(world.generated().len(), 0);
}

#[test]
fn two_stacks_cannot_own_one_path() {
    let world = World::built();
    world.write("other.yaml", SHOP.replace("name: shop", "name: other"));
    let before = world.tree();
    for args in [&["build", "-f", "other.yaml"][..], &["check", "-f", "other.yaml"]] {
        world.run(args).ends(5).without_result().complains("E0608");
    }
    same(&world.tree(), &before);
}
