//! Two builds at once.

use std::process::Stdio;

use crate::kill::large;
use crate::support::{World, end, same};

#[test]
fn two_builds_at_once_end_well() {
    let world = World::empty();
    for round in 0..10 {
        world.write("stack.yaml", large(round));
        let mut builds = [(); 2].map(|()| {
            let err = tempfile::NamedTempFile::new().unwrap();
            let mut command = world.command(&["build", "-q"]);
            command.stdout(Stdio::null()).stderr(err.reopen().unwrap());
            (command.spawn().unwrap(), err)
        });
        let mut well = 0;
        for (child, err) in &mut builds {
            let code = end(child);
            let err = std::fs::read_to_string(err.path()).unwrap();
            let locked = code == Some(4) && err.contains("E0605");
            assert!(code == Some(0) || locked, "round {round}: {code:?}\n{err}");
            well += usize::from(code == Some(0));
        }
        assert!(well > 0, "round {round}");
        world.run(&["check"]).ends(0);
        assert!(!world.has(".stackc/journal.json"), "round {round}");
    }
}

#[test]
fn a_lock_that_nobody_holds_is_no_obstacle() {
    let world = World::built();
    world.remove("compose.yaml");
    world.write(".stackc/lock", "4711\n");
    world.run(&["build"]).ends(0).says("1 created");
    world.run(&["check"]).ends(0);
}

#[test]
fn a_lock_that_is_held_ends_the_build_but_not_the_check() {
    let world = World::built();
    world.write(".stackc/lock", "");
    let lock = std::fs::File::open(world.path(".stackc/lock")).unwrap();
    lock.lock().unwrap();
    world.run(&["check"]).ends(0);
    world.remove("compose.yaml");
    let before = world.tree();
    world.run(&["build"]).ends(4).without_result().complains("E0605");
    world.run(&["check"]).ends(5);
    same(&world.tree(), &before);
    lock.unlock().unwrap();
    world.run(&["build"]).ends(0);
}
