//! Plans as diffs.

use crate::world::{Set, World, force};
use stackc_driver::disk::{Plan, Style, to_json, to_markdown, to_stat, to_text};

fn sample() -> (World, Plan) {
    let world = World::new();
    let lines = |last: &str| (1..9).map(|n| format!("line {n}\n")).collect::<String>() + last;
    world.build(&Set::new().file("changed", &lines("old")).file("gone", "1\n").file("mode", "1\n"));
    let set =
        Set::new().file("changed", &lines("new\n")).script("mode", "1\n").script("run", "2\n");
    let plan = world.plan(&set);
    (world, plan)
}

#[test]
fn as_text() {
    let (_world, plan) = sample();
    let mode = |executable: bool| if cfg!(unix) && executable { "100755" } else { "100644" };
    let changed = "\
diff --git a/changed b/changed
--- a/changed
+++ b/changed
@@ -6,4 +6,4 @@
 line 6
 line 7
 line 8
-old
\\ No newline at end of file
+new
diff --git a/gone b/gone
deleted file mode 100644
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-1
";
    let text = to_text(&plan, Style::default());
    assert!(text.starts_with(changed), "{text}");
    let run = format!(
        "diff --git a/run b/run\nnew file mode {}\n--- /dev/null\n+++ b/run\n@@ -0,0 +1 @@\n+2\n",
        mode(true)
    );
    assert!(text.ends_with(&run), "{text}");
    if cfg!(unix) {
        assert!(text.contains("diff --git a/mode b/mode\nold mode 100644\nnew mode 100755\ndiff"));
    }
    let narrow = to_text(&plan, Style { context: 0, ..Style::default() });
    assert!(narrow.contains("@@ -9 +9 @@\n-old\n"), "{narrow}");
    let color = to_text(&plan, Style { color: true, ..Style::default() });
    assert!(
        color.contains("\u{1b}[31m-old\u{1b}[0m\n") && color.contains("\u{1b}[32m+new\u{1b}[0m")
    );
}

#[test]
fn git_can_apply_it() {
    let (world, plan) = sample();
    let text = to_text(&plan, Style::default());
    let patch = world.path.parent().unwrap().join("patch");
    std::fs::write(&patch, text).unwrap();
    let mut git = std::process::Command::new("git");
    let done = git.arg("apply").arg(&patch).current_dir(&world.path).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(!plan_again(&world).has_changes());
}

fn plan_again(world: &World) -> Plan {
    let lines = (1..9).map(|n| format!("line {n}\n")).collect::<String>() + "new\n";
    world.plan(&Set::new().file("changed", &lines).script("mode", "1\n").script("run", "2\n"))
}

#[cfg(unix)]
#[test]
fn as_statistic() {
    let (world, plan) = sample();
    let wanted = " changed     |     2 +-
 gone (gone) |     1 -
 mode (mode) |     0
 run (new)   |     1 +
 1 created, 2 changed, 1 deleted; 2 lines added, 2 removed
";
    assert_eq!(to_stat(&plan), wanted);
    let many = Set::new().file("big", &"x\n".repeat(1000)).file("one", "x\n");
    let other = World::new();
    let bars = to_stat(&other.plan(&many));
    assert!(bars.contains(&format!("1000 {}\n", "+".repeat(40))), "{bars}");
    assert!(bars.contains("one (new) |     1 +\n"), "{bars}");

    let lines: Vec<_> = stackc_driver::disk::stat(&plan)
        .into_iter()
        .map(|stat| (stat.added, stat.removed))
        .collect();
    assert_eq!(lines, [(1, 1), (0, 1), (0, 0), (1, 0)]);
    world.build(&Set::new());
    assert_eq!(to_stat(&world.plan(&Set::new())), "");
    assert_eq!(to_text(&world.plan(&Set::new()), Style::default()), "");
}

#[test]
fn as_json() {
    let (_world, plan) = sample();
    let json: serde_json::Value = serde_json::from_str(&to_json(&plan)).unwrap();
    assert_eq!(json["format"], 1);
    assert_eq!(json["files"][0]["path"], "changed");
    assert_eq!(json["files"][0]["change"], "changed");
    assert_eq!(json["files"][0]["target"], "test");
    assert_eq!(json["files"][0]["environment"], serde_json::Value::Null);
    assert_eq!(json["files"][1]["change"], "deleted");
    assert_eq!(json["files"][1]["diff"], "@@ -1 +0,0 @@\n-1\n");
    assert_eq!((&json["files"][0]["added"], &json["files"][0]["removed"]), (&1.into(), &1.into()));
}

#[test]
fn as_markdown() {
    let world = World::new();
    let fences = "```sh\n<b>\n````\n";
    let text = to_markdown(&world.plan(&Set::new().file("a & b", fences)));
    assert!(
        text.starts_with("**1 created, 0 changed, 0 deleted; 3 lines added, 0 removed**\n"),
        "{text}"
    );
    assert!(text.contains("<code>a &amp; b</code> created, +3 −0</summary>"), "{text}");
    assert!(text.contains("\n`````diff\n@@ -0,0 +1,3 @@\n+```sh\n+<b>\n+````\n`````\n"), "{text}");
    assert_eq!(to_markdown(&world.plan(&Set::new())), "No generated file changes.\n");
}

#[test]
fn what_is_hidden_is_shown() {
    let world = World::new();
    world.write("a", "x\u{1b}]0;owned\u{7}\nsafe\u{202e}\r\n").write("b", [b'x', 0xff, b'\n']);
    let set = Set::new().file("a", "x\n").file("b", "x\u{fffd}\n").file("c\u{202e}d", "a\rb\n");
    let plan = world.plan_with(&set, &force()).unwrap();
    for text in [to_text(&plan, Style::default()), to_markdown(&plan), to_stat(&plan)] {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
    }
    let text = to_text(&plan, Style::default());
    assert!(text.contains("-x\\u{1b}]0;owned\\u{7}\n-safe\\u{202e}\n"), "{text}");
    assert!(text.contains("+a\\u{d}b\n") && text.contains("+++ b/c\\u{202e}d\n"), "{text}");
    assert!(text.contains("differ only in bytes that cannot be shown"), "{text}");
}
