//! Flags that hold for every subcommand, and what diagnostics look like.

use serde_json::Value;

use crate::support::{Run, SHOP, World, same};

const WRONG: &str = "stack: 1\nname: shop\nservises: {}\n";

/// A stack with a warning and no error: nothing renders `title` yet.
fn warns() -> String {
    format!("{SHOP}title: The Shop\n")
}

#[test]
fn errors_of_the_stack_go_to_standard_error_and_touch_nothing() {
    let world = World::built();
    world.write("stack.yaml", WRONG);
    let before = world.state();
    for args in [&["build"][..], &["build", "--force"], &["check"], &["diff"], &["resolve"]] {
        let run = world.run(args).ends(1).without_result();
        run.complains("E0201").complains("servises").complains("stack.yaml:3:1");
    }
    same(&world.state(), &before);
}

#[test]
fn every_message_format_can_be_parsed() {
    let world = World::new(WRONG);
    let format = |name| world.run(&["check", "--message-format", name]).ends(1).without_result();
    for line in format("json").err.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&line["code"], &line["line"]), (&"E0201".into(), &3.into()));
        assert_eq!(line["file"], "stack.yaml");
    }
    let sarif: Value = serde_json::from_str(&format("sarif").err).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "E0201");
    let github = format("github").err;
    assert!(github.starts_with("::error file=stack.yaml,line=3,"), "{github}");
    assert_eq!(format("human").err, world.run(&["check"]).err);
}

#[test]
fn warnings_are_errors_only_on_demand() {
    let world = World::new(warns());
    let strict = ["build", "--deny-warnings"];
    world.run(&strict).ends(1).without_result().complains("W0701");
    assert_eq!(world.tree().len(), 1, "nothing was written");
    world.run(&["build"]).ends(0).complains("W0701").says("created");
    world.run(&["check"]).ends(0);
    world.run(&["check", "--deny-warnings"]).ends(1);
}

#[test]
fn colours_only_where_they_are_wanted() {
    let world = World::new(WRONG);
    let plain = world.run(&["check"]).ends(1);
    assert!(!plain.err.contains('\u{1b}'));
    let painted = world.run(&["check", "--color", "always"]).ends(1);
    assert!(painted.err.contains('\u{1b}'));
    world.write("stack.yaml", SHOP);
    assert!(!world.run(&["diff"]).ends(5).out.contains('\u{1b}'));
    assert!(world.run(&["diff", "--color=always"]).ends(5).out.contains("\u{1b}[32m"));
    let mut command = world.command(&["diff"]);
    assert!(
        !Run::of(command.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")).out.contains('\u{1b}')
    );
}

#[test]
fn the_stack_is_found_upwards() {
    let world = World::new(SHOP);
    world.write("a/b/note", "");
    let mut command = world.command(&["build", "-q"]);
    Run::of(command.current_dir(world.path("a/b"))).ends(0).without_result().in_peace();
    assert!(world.has("compose.yaml") && !world.has("a/b/compose.yaml"));
    Run::of(world.command(&["check"]).current_dir(world.path("a"))).ends(0);
    world.write("stack.yaml", WRONG);
    let run = Run::of(world.command(&["check"]).current_dir(world.path("a/b"))).ends(1);
    run.complains("../../stack.yaml:3:1");
}

#[test]
fn without_a_stack_there_is_help() {
    let world = World::empty();
    for command in ["build", "check", "diff", "resolve"] {
        world.run(&[command]).ends(2).without_result().complains("E0609").complains("`-f`");
    }
    let named = world.run(&["build", "-f", "other.yaml"]).ends(4).without_result();
    named.complains("E0101").complains("other.yaml");
    world.run(&["build", "-f", "."]).ends(4).without_result().complains("E0101");
}

#[test]
fn a_named_file_wins() {
    let world = World::new(WRONG);
    world.write("ops/other.yaml", SHOP);
    world.run(&["build", "-f", "ops/other.yaml"]).ends(0);
    world.run(&["-f", "ops/other.yaml", "check"]).ends(0);
    assert!(world.has("ops/compose.yaml") && !world.has("compose.yaml"));
}

#[test]
fn quiet_says_nothing_and_timings_say_more() {
    let world = World::new(SHOP);
    world.run(&["build", "--quiet"]).ends(0).without_result().in_peace();
    let run = world.run(&["build", "--timings"]).ends(0).says("0 created, 0 changed, 0 deleted");
    for stage in ["read", "resolve", "render", "write"] {
        assert!(run.err.lines().any(|line| line.starts_with(stage)), "{stage}: {}", run.err);
    }
}
