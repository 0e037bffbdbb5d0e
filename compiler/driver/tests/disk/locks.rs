//! One writer at a time.

use crate::world::{STACK, Set, World};
use stackc_driver::disk::{OutputRoot, Policy, Selection, Step, build};
use std::fs::{self, File};
use std::thread;
use std::time::{Duration, Instant};

fn run(root: &OutputRoot, set: &Set) -> Result<(), Vec<stackc_source::Diagnostic>> {
    build(root, &set.0, &Selection::default(), &Policy::default(), STACK).map(|_| ())
}

#[test]
fn a_second_build_waits_a_little_and_says_why_it_gives_up() {
    let world = World::new();
    fs::create_dir(world.at(".stackc")).unwrap();
    let held = File::create(world.at(".stackc/lock")).unwrap();
    held.lock().unwrap();
    let before = world.tree();
    let clock = Instant::now();
    let root = world.root().with_patience(Duration::from_millis(200));
    let faults = run(&root, &Set::new().file("a", "1")).unwrap_err();
    assert!(clock.elapsed() >= Duration::from_millis(200));
    assert_eq!(faults[0].code.id, "E0605");
    assert_eq!(world.tree(), before);
    assert_eq!(world.status(&Set::new().file("a", "1")).len(), 1, "looking needs no lock");
    assert_eq!(world.tree(), before);

    let waiting = thread::spawn(move || {
        thread::sleep(Duration::from_millis(150));
        drop(held);
    });
    run(&world.root(), &Set::new().file("a", "1")).unwrap();
    waiting.join().unwrap();
    assert_eq!(world.read("a"), "1");
}

#[test]
fn a_lock_file_nobody_holds_is_no_obstacle() {
    let world = World::new();
    world.write(".stackc/lock", "4711");
    world.build(&Set::new().file("a", "1"));
    if cfg!(unix) {
        assert!(!world.exists(".stackc/lock"), "a run leaves none behind");
    }
}

#[test]
fn no_lock_is_held_while_nothing_changes() {
    let world = World::new();
    let set = Set::new().file("a", "1");
    world.build(&set);
    let mut steps = 0;
    world
        .watch(&set, &Policy::default(), &mut |_: Step<'_>| {
            steps += 1;
            Ok(())
        })
        .unwrap();
    assert_eq!(steps, 0);
}

#[test]
fn builds_at_once_do_not_mix() {
    let world = World::new();
    let set = |text: &str| {
        (0..60).fold(Set::new(), |set, n| set.file(&format!("d{}/{n}", n % 7), &text.repeat(n + 1)))
    };
    let sets: Vec<Set> = ["a\n", "b\n", "c\n", "d\n"].iter().map(|text| set(text)).collect();
    for _ in 0..5 {
        thread::scope(|scope| {
            for set in &sets {
                let path = world.path.clone();
                scope.spawn(move || {
                    let root =
                        OutputRoot::open(path).unwrap().with_patience(Duration::from_secs(60));
                    run(&root, set).unwrap_or_else(|faults| panic!("{faults:#?}"));
                });
            }
        });
        let letter = &world.read("d0/0")[..1];
        for n in 0..60 {
            assert_eq!(world.read(&format!("d{}/{n}", n % 7)), format!("{letter}\n").repeat(n + 1));
        }
        let set = &sets["abcd".find(letter).unwrap()];
        assert_eq!(world.status(set), []);
        assert_eq!(world.build(set).unchanged, 60, "the manifest is theirs too");
        assert!(!world.exists(".stackc/journal.json"));
    }
}
