//! Runs about one environment or target.

use crate::world::{STACK, Set, World};
use stackc_driver::disk::{Change, Policy, Selection, State, build, plan, status};

fn selection(environment: &str, target: &str) -> Selection {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Selection { environment: some(environment), target: some(target) }
}

fn all(text: &str) -> Set {
    Set::new()
        .of("compose", "staging", "compose.staging.yaml", text)
        .of("compose", "production", "compose.production.yaml", text)
        .of("kubernetes", "production", "k8s/production/a.yaml", text)
        .of("github", "", "ci.yaml", text)
}

fn paths(world: &World, set: &Set, selection: &Selection) -> Vec<(String, Change)> {
    let plan = plan(&world.root(), &set.0, selection, &Policy::default(), STACK).unwrap();
    plan.files.into_iter().map(|file| (file.path, file.change)).collect()
}

#[test]
fn what_lies_outside_is_neither_written_nor_deleted_nor_reported() {
    let world = World::new();
    world.build(&all("1"));
    world.write("compose.production.yaml", "edited");
    let staging = selection("staging", "");
    let wanted = [("ci.yaml", Change::Changed), ("compose.staging.yaml", Change::Changed)];
    let wanted = wanted.map(|(path, change)| (path.to_owned(), change));
    assert_eq!(paths(&world, &all("2"), &staging), wanted);

    // Nothing wanted at all: only what is staging's alone goes.
    let nothing = Set::new();
    let found = paths(&world, &nothing, &staging);
    assert_eq!(found, [("compose.staging.yaml".to_owned(), Change::Deleted)]);
    let found = status(&world.root(), &nothing.0, &staging, STACK).unwrap();
    assert_eq!((found.len(), found[0].state), (1, State::Obsolete));

    build(&world.root(), &nothing.0, &staging, &Policy::default(), STACK).unwrap();
    assert!(!world.exists("compose.staging.yaml"));
    assert!(world.exists("ci.yaml") && world.exists("k8s/production/a.yaml"));
    let manifest = world.read(".stackc/manifest.json");
    assert_eq!(manifest.lines().filter(|line| line.contains("sha256")).count(), 3);
    let production = selection("production", "");
    let faults = plan(&world.root(), &nothing.0, &production, &Policy::default(), STACK);
    assert_eq!(faults.unwrap_err()[0].code.id, "E0601", "still owned, still edited");
}

#[test]
fn a_target_and_an_environment_narrow_together() {
    let world = World::new();
    world.build(&all("1"));
    let both = selection("production", "kubernetes");
    let found = paths(&world, &all("2"), &both);
    assert_eq!(found, [("k8s/production/a.yaml".to_owned(), Change::Changed)]);
    let found = paths(&world, &Set::new(), &selection("", "compose"));
    assert_eq!(found.len(), 2);
    let found = paths(&world, &Set::new(), &selection("", "github"));
    assert_eq!(found, [("ci.yaml".to_owned(), Change::Deleted)]);
}

#[test]
fn a_file_that_moved_to_another_environment_is_not_deleted() {
    let world = World::new();
    world.build(&Set::new().of("compose", "staging", "x", "1"));
    let moved = Set::new().of("compose", "production", "x", "1");
    assert_eq!(paths(&world, &moved, &selection("staging", "")), []);
}
