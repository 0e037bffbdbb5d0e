//! `stackc diff --env OLD..NEW`: how two environments differ.

use serde_json::Value;

use crate::support::{SHOP, World};

const TWO: &str = "\
environments:
  staging: {branch: develop, domain: staging.shop.example, services: {web: {scale: 1}}}
  production:
    branch: main
    services: {web: {scale: 2..5, env: {MODE: \"it's `a|b`\"}}, job: {kind: go, schedule: 0 3 * * *}}
    targets: {compose: {project: live}}
";

#[test]
fn values_are_grouped_by_what_they_belong_to() {
    let world = World::new(format!("{SHOP}{TWO}"));
    let run = world.run(&["diff", "--env", "staging..production"]).ends(5);
    for part in [
        "staging → production\n",
        "\ndomains.main\n  host: staging.shop.example → shop.example\n",
        "\nservices.job\n  only in production\n",
        "  env.MODE: none → \"it's `a|b`\"\n",
        "  scale.max: 1 → 5\n  scale.min: 1 → 2\n",
        "\ntargets.compose\n  only in production\n",
        "\ntrigger\n  branch: develop → main\n",
    ] {
        assert!(run.out.contains(part), "{part:?}\n{}", run.out);
    }
    assert_eq!(run.out.matches("\nservices.web\n").count(), 1, "{}", run.out);
    let back = world.run(&["diff", "--env", "production..staging"]).ends(5);
    back.says("services.job\n  only in production\n").says("scale.max: 5 → 1");
    assert_eq!(world.tree().len(), 1, "nothing was written");
}

#[test]
fn the_same_environment_does_not_differ() {
    let world = World::new(format!("{SHOP}{TWO}"));
    world.run(&["diff", "--env", "staging..staging"]).ends(0).without_result();
}

#[test]
fn an_unknown_environment_is_wrong_usage_with_a_suggestion() {
    let world = World::new(format!("{SHOP}{TWO}"));
    for range in ["stagign..production", "production..stagign"] {
        let run = world.run(&["diff", "--env", range]).ends(2).without_result();
        run.complains("no environment is called `stagign`").complains("did you mean `staging`?");
    }
    world.run(&["diff", "--env", "staging.."]).ends(2).without_result();
    let both = ["diff", "--env", "staging..production", "--target", "compose"];
    world.run(&both).ends(2).without_result().complains("--target");
}

#[test]
fn a_faulty_stack_is_not_compared() {
    let world = World::new(format!("{SHOP}{TWO}nonsense: 1\n"));
    let run = world.run(&["diff", "--env", "staging..production"]).ends(1).without_result();
    run.complains("E0201");
}

#[test]
fn programs_and_pull_requests_have_their_formats() {
    let world = World::new(format!("{SHOP}{TWO}"));
    let range = ["diff", "--env", "staging..production", "--format"];
    let json = world.run(&[&range[..], &["json"]].concat()).ends(5);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&json["old"], &json["new"]), (&"staging".into(), &"production".into()));
    let changes = json["changes"].as_array().unwrap();
    let of = |path: &str| changes.iter().find(|change| change["path"] == path).unwrap();
    assert_eq!(
        (&of("services.web.scale.max")["old"], &of("services.web.scale.max")["new"]),
        (&1.into(), &5.into())
    );
    assert_eq!(of("services.web.env.MODE").get("old"), None);
    let markdown = world.run(&[&range[..], &["markdown"]].concat()).ends(5);
    markdown
        .says("| path | staging | production |\n|---|---|---|\n")
        .says("| `services.web.scale.max` | `1` | `5` |\n")
        .says("| `services.web.env.MODE` |  | `` \"it's `a\\|b`\" `` |\n");
    let stat = world.run(&["diff", "--env", "staging..production", "--stat"]).ends(5);
    stat.says("  services.job: 1\n").says("  services.web: ");
}
