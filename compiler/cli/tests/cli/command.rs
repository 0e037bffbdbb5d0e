//! What the subcommands besides `build`, `check` and `diff` print, and where.

use serde_json::Value;

use crate::support::{Run, SHOP, World};

#[test]
fn help_and_version_are_results() {
    let world = World::empty();
    let help = world.run(&["--help"]).ends(0).in_peace();
    for word in ["build", "check", "diff", "schema", "explain", "resolve", "completions"] {
        assert!(help.out.contains(word), "{word}");
    }
    world.run(&["--version"]).ends(0).in_peace().says("stackc ");
    for sub in ["build", "check", "diff", "schema", "explain", "resolve", "completions"] {
        world.run(&[sub, "--help"]).ends(0).in_peace().says("Usage: stackc");
    }
}

#[test]
fn wrong_usage_is_told_on_standard_error() {
    let world = World::new(SHOP);
    let cases: [&[&str]; 12] = [
        &[],
        &["bulid"],
        &["build", "--nope"],
        &["build", "--env"],
        &["build", "--target", "nope"],
        &["build", "extra"],
        &["build", "--message-format", "xml"],
        &["diff", "--format", "xml"],
        &["resolve", "--format", "toml"],
        &["completions", "tcsh"],
        &["explain"],
        &["check", "--force"],
    ];
    for args in cases {
        let run = world.run(args).ends(2).without_result();
        assert!(!run.err.is_empty(), "{args:?}");
    }
    assert_eq!(world.tree().len(), 1, "nothing was written");
}

#[test]
fn an_unknown_environment_is_wrong_usage() {
    let world = World::new(SHOP);
    for command in ["build", "check", "diff", "resolve"] {
        let run = world.run(&[command, "--env", "prod"]).ends(2).without_result();
        run.complains("no environment is called `prod`").complains("`production`");
    }
    assert_eq!(world.tree().len(), 1, "nothing was written");
}

#[test]
fn the_schema_is_json_and_needs_no_stack() {
    let run = World::empty().run(&["schema"]).ends(0).in_peace();
    let schema: Value = serde_json::from_str(&run.out).unwrap();
    let stack = &schema["$defs"]["Stack"]["properties"];
    assert!(stack["services"].is_object() && stack["targets"].is_object());
    assert!(run.out.contains("kubernetes"));
}

#[test]
fn the_model_comes_as_yaml_or_json() {
    let world = World::new(SHOP);
    let yaml = world.run(&["resolve"]).ends(0).in_peace();
    let json = world.run(&["resolve", "--env", "production", "--format", "json"]).ends(0);
    let json = json.in_peace();
    let from_yaml: Value = serde_yaml::from_str(&yaml.out).unwrap();
    let from_json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(from_yaml, from_json);
    assert_eq!(from_json["name"], "production");
    assert!(from_json.to_string().contains("shop.example"));
    let other = world.run(&["resolve", "--env", "development", "--format=json"]).ends(0);
    let other: Value = serde_json::from_str(&other.out).unwrap();
    assert_eq!(other["name"], "development");
    assert_eq!(world.tree().len(), 1, "nothing was written");
}

#[test]
fn paths_are_explained_with_their_values_here() {
    let world = World::new(SHOP);
    let run = world.run(&["explain", "services.web.kind"]).ends(0).in_peace();
    run.says("one of ").says("Here:").says("production: ").says("stack.yaml:");
    world.run(&["explain", "services"]).ends(0).says("services");
    let stop = world.run(&["explain", "services.web.stop"]).ends(0);
    stop.says("production: {grace: 30s, drain: 10s}");
    world.run(&["explain", "services.web.needs"]).ends(0).says("redis: {target: {store: redis}");
    let memory = world.run(&["explain", "services.web.resources.memory"]).ends(0);
    memory.says("limit: 512Mi");
    world.run(&["explain", "services.web.routes.root.path"]).ends(0).says("production: /");
    world.run(&["explain", "no.such.path"]).ends(2).without_result().complains("no.such.path");
}

#[test]
fn options_of_targets_are_explained() {
    let targets =
        "targets: {compose: {project: mart}}\nenvironments: {staging: {domain: s.shop.example}}\n";
    let world = World::new(format!("{SHOP}{targets}"));
    world.run(&["explain", "targets"]).ends(0).says("kubernetes  Kubernetes manifests");
    let run = world.run(&["explain", "targets.compose"]).ends(0);
    run.says("docker compose files").says("project ").says("production: {project: mart}");
    let run = world.run(&["explain", "targets.compose.project"]).ends(0);
    run.says("by default the stack's name").says("staging: mart  (written at stack.yaml:9:30)");
    let run = world.run(&["explain", "environments.staging.targets.compose.project"]).ends(0);
    let run = run.says("staging: mart");
    assert!(!run.out.contains("production:"), "{}", run.out);
    world.run(&["explain", "targets.nonsense"]).ends(2).without_result();
    world.run(&["explain", "targets.compose.nonsense"]).ends(2).without_result();
}

#[test]
fn explaining_needs_no_stack_and_no_right_one() {
    let world = World::empty();
    world.run(&["explain", "services.web.kind"]).ends(0).in_peace().says("What it is made of");
    world.write("stack.yaml", "stack: 1\nname: [\n");
    world.run(&["explain", "services.web.kind"]).ends(0).in_peace().says("What it is made of");
}

#[test]
fn codes_are_explained() {
    let world = World::empty();
    for code in ["E0107", "e0107"] {
        world.run(&["explain", code]).ends(0).in_peace().says("# E0107: ");
    }
    world.run(&["explain", "E9999"]).ends(2).without_result().complains("there is no code E9999");
    world.run(&["explain", "E01é"]).ends(2).without_result();
}

#[test]
fn completions_exist_for_each_shell() {
    let world = World::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        world.run(&["completions", shell]).ends(0).in_peace().says("message-format");
    }
}

#[test]
fn a_closed_standard_output_ends_the_run_quietly() {
    let world = World::built();
    for args in [&["schema"][..], &["resolve"], &["explain", "E0107"], &["check"], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Run::into(&mut world.command(args), writer).ends(0).in_peace();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_result_that_cannot_be_written_is_told() {
    let world = World::empty();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = Run::into(&mut world.command(&["schema"]), full).ends(4);
    run.complains("standard output");
}

#[test]
fn the_day_is_given_from_outside_and_ends_exceptions() {
    let stack = format!(
        "{SHOP}patches:\n  pool:\n    in: compose.production.yaml\n    why: a test\n    until: 2027-03-31\n    merge: {{x-pool: a}}\n"
    );
    let world = World::new(&stack);
    let late = world.run(&["build", "--today", "2027-04-01"]).ends(0);
    late.complains("W0720").complains("`pool` was meant to last until 2027-03-31");
    for args in [&["check", "--today", "2027-03-31"][..], &["check"]] {
        let run = world.run(args).ends(0);
        assert!(!run.err.contains("W0720"), "{args:?}: {}", run.err);
    }
    world.run(&["check", "--today", "2027-02-30"]).ends(2).without_result();
}
