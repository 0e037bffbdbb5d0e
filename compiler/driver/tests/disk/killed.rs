//! A run that is killed between any two steps is completed by the next plain build.

use crate::world::{STACK, Set, Tree, World, force};
use stackc_driver::disk::{Policy, Selection, Step, apply_with, plan};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::Command;

/// A bit of everything: whole files, a script, shared blocks, folders.
fn before() -> Set {
    Set::new()
        .file("changed", "1\n")
        .file("same", "1\n")
        .file("old/deep/gone", "1\n")
        .file("gone", "1\n")
        .file("becomes-folder", "1\n")
        .file("becomes/file", "1\n")
        .file("Case", "1\n")
        .file("mode", "1\n")
        .file("lost", "1\n")
        .block(".gitignore", "1\n")
        .block(".dockerignore", "1\n")
        .file("was-whole", "1\n")
}

fn after() -> Set {
    Set::new()
        .file("changed", "2\n")
        .file("same", "1\n")
        .file("new/deep/file", "2\n")
        .file("becomes-folder/file", "2\n")
        .file("becomes", "2\n")
        .file("case", "1\n")
        .script("mode", "1\n")
        .script("run", "2\n")
        .file("lost", "1\n")
        .block(".gitignore", "2\n")
        .block(".npmignore", "2\n")
        .block("was-whole", "2\n")
}

/// Neither the one nor the other.
fn third() -> Set {
    Set::new()
        .file("changed", "3\n")
        .file("new/deep/file", "3\n")
        .file("gone", "3\n")
        .file("mode", "3\n")
        .block(".npmignore", "3\n")
        .file("run/it", "3\n")
}

/// The tree as `before` leaves it, with what the user did since.
fn start() -> World {
    let world = World::new();
    world.write(".gitignore", "theirs").write("old/notes", "theirs\n");
    world.build(&before());
    world.remove("lost");
    world
}

/// Runs a build and kills it before step `n`; whether it got that far.
fn kill(world: &World, set: &Set, policy: &Policy, n: usize) -> bool {
    let mut step = 0;
    let mut watcher = |_: Step<'_>| {
        step += 1;
        if step > n {
            resume_unwind(Box::new("killed"));
        }
        Ok(())
    };
    let run = catch_unwind(AssertUnwindSafe(|| world.watch(set, policy, &mut watcher)));
    // The lock file of a process that is really killed stays behind.
    if run.is_err() {
        world.write(".stackc/lock", "");
    }
    run.is_err()
}

/// How many steps a run has.
fn steps(world: &World, set: &Set, policy: &Policy) -> usize {
    let mut steps = 0;
    let mut count = |_: Step<'_>| {
        steps += 1;
        Ok(())
    };
    world.watch(set, policy, &mut count).unwrap();
    steps
}

fn clean(sets: &[&Set]) -> Tree {
    let world = start();
    for set in sets {
        world.build(set);
    }
    world.tree()
}

#[test]
fn the_next_build_completes_whatever_it_wants() {
    let all = steps(&start(), &after(), &Policy::default());
    assert!(all > 50, "only {all} steps");
    for next in [after(), before(), third(), Set::new()] {
        let wanted = clean(&[&next]);
        for n in 0..all {
            let world = start();
            assert!(kill(&world, &after(), &Policy::default(), n));
            world.build(&next);
            assert_eq!(world.tree(), wanted, "killed before step {n}");
        }
    }
    assert!(!kill(&start(), &after(), &Policy::default(), all));
}

#[test]
fn killed_again_and_again() {
    let (first, second) = (steps(&start(), &after(), &Policy::default()), 40);
    let wanted = clean(&[&before()]);
    for n in (0..first).step_by(3) {
        for m in (0..second).step_by(3) {
            let world = start();
            kill(&world, &after(), &Policy::default(), n);
            kill(&world, &third(), &Policy::default(), m);
            kill(&world, &before(), &Policy::default(), m / 2);
            world.build(&before());
            assert_eq!(world.tree(), wanted, "killed before steps {n}, {m} and {}", m / 2);
        }
    }
}

#[test]
fn what_the_user_gave_up_stays_given_up() {
    let start = || {
        let world = start();
        world.write("changed", "edited").write("gone", "edited").write("run", "foreign");
        world
    };
    let all = steps(&start(), &after(), &force());
    for n in 0..all {
        let world = start();
        assert!(kill(&world, &after(), &force(), n));
        if !world.exists(".stackc/journal.json") {
            continue; // Killed before it began: nothing was given up yet.
        }
        world.build(&after());
        assert_eq!(world.tree(), clean(&[&after()]), "killed before step {n}");

        // A foreign file that was given up for a new one is not deleted when nobody wants the new.
        let world = start();
        kill(&world, &after(), &force(), n);
        let untouched = world.read("run") == "foreign";
        world.build(&before());
        assert_eq!(world.exists("run"), untouched, "killed before step {n}");
    }
}

#[test]
fn looking_at_a_half_done_tree_changes_nothing() {
    for n in 0..steps(&start(), &after(), &Policy::default()) {
        let world = start();
        kill(&world, &after(), &Policy::default(), n);
        let tree = world.tree();
        let open = world.status(&after()).len();
        assert_eq!(world.tree(), tree);
        let plan = world.plan(&after());
        let changes =
            plan.files.iter().filter(|file| file.change != stackc_driver::disk::Change::Unchanged);
        assert_eq!(changes.count(), open);
    }
}

#[test]
fn a_selected_build_in_between_forgets_nothing() {
    let set = |text: &str| {
        Set::new()
            .of("compose", "staging", "staging", text)
            .of("compose", "production", "production", text)
            .of("compose", "production", text, text)
    };
    let staging = Selection { environment: Some("staging".into()), target: None };
    let three = set("3");
    let select =
        |world: &World| plan(&world.root(), &three.0, &staging, &Policy::default(), STACK).unwrap();
    for (n, m) in (0..).map(|n| (n / 5, n % 5 * 4)) {
        let world = World::new();
        world.build(&set("1"));
        if !kill(&world, &set("2"), &Policy::default(), n) {
            break;
        }
        // The selected run is killed as well, or, in the last round, completes.
        let (root, planned) = (world.root(), select(&world));
        let mut left = if m == 16 { usize::MAX } else { m };
        let mut watcher = |_: Step<'_>| {
            left = left.checked_sub(1).unwrap_or_else(|| resume_unwind(Box::new("killed")));
            Ok(())
        };
        let run = catch_unwind(AssertUnwindSafe(|| apply_with(&root, &planned, &mut watcher)));
        let completed = run.is_ok_and(|run| run.is_ok());
        assert!(m < 16 || (completed && !world.exists(".stackc/journal.json")));
        world.build(&set("3"));
        let names: Vec<_> = world.tree().into_keys().collect();
        let wanted = [".stackc/", ".stackc/manifest.json", "3", "production", "staging"];
        assert_eq!(names, wanted, "killed before steps {n} and {m}");
    }
}

const CHILD: &str = "STACKC_TEST_ABORT";

/// Run as a process of its own by the test below, and aborted half way.
#[test]
#[ignore = "only as the child of `a_process_that_dies_is_survived`"]
#[allow(clippy::disallowed_methods, reason = "a test may talk to its own child")]
fn child() {
    let told = std::env::var(CHILD).unwrap();
    let (path, n) = told.rsplit_once('|').unwrap();
    let (root, set) = (stackc_driver::disk::OutputRoot::open(path).unwrap(), after());
    let (all, policy) = (Default::default(), Policy::default());
    let plan = plan(&root, &set.0, &all, &policy, STACK).unwrap();
    let mut left: usize = n.parse().unwrap();
    let watcher = &mut |_: Step<'_>| -> io::Result<()> {
        left = left.checked_sub(1).unwrap_or_else(|| std::process::abort());
        Ok(())
    };
    apply_with(&root, &plan, watcher).unwrap();
}

#[test]
fn a_process_that_dies_is_survived() {
    let wanted = clean(&[&third()]);
    let program = std::env::current_exe().unwrap();
    for n in (0..steps(&start(), &after(), &Policy::default())).step_by(7) {
        let world = start();
        let child = Command::new(&program)
            .args(["--exact", "killed::child", "--ignored"])
            .env(CHILD, format!("{}|{n}", world.path.display()))
            .output()
            .unwrap();
        assert!(!child.status.success());
        assert!(world.exists(".stackc/lock"), "{}", String::from_utf8_lossy(&child.stdout));
        world.build(&third());
        assert_eq!(world.tree(), wanted, "aborted before step {n}");
    }
}
