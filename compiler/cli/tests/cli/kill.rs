//! A build that is killed: the next one completes.

use std::fmt::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::{World, end};

/// A stack of some hundred files, of which each round changes, adds and deletes many.
pub(crate) fn large(round: usize) -> String {
    let mut text = format!(
        "stack: 1\nname: large\ndomain: r{round}.example\ndeploy: [compose, kubernetes]\n\
         ci: false\ndata: {{postgres: 16}}\nenvironments: {{staging: {{domain: s{round}.example}}}}\n\
         services:\n"
    );
    for number in round..round + 30 {
        let _ = writeln!(
            text,
            "  s{number}: {{kind: go, port: 8080, needs: [postgres], routes: /s{number}, \
             env: {{ROUND: \"{round}\"}}}}"
        );
    }
    text
}

fn start(world: &World) -> Child {
    let mut command = world.command(&["build", "-q"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits until a build has begun to write, or has ended.
fn begun(world: &World, build: &mut Child) {
    while !world.has(".stackc/journal.json") && build.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_micros(100));
    }
}

/// The tree is whole again after a plain build.
fn mends(world: &World) {
    world.run(&["build"]).ends(0);
    world.run(&["check"]).ends(0);
    assert!(!world.has(".stackc/journal.json") && !world.has(".stackc/lock"));
    let left: Vec<_> =
        world.tree().into_keys().filter(|path| path.contains("stackc-tmp")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn killed_at_any_moment_the_next_build_completes() {
    let world = World::empty();
    let mut halfway = 0;
    for round in 0..20 {
        world.write("stack.yaml", large(round));
        let mut build = start(&world);
        // The first rounds aim at the time before the first write, the others at all moments after.
        if round > 2 {
            begun(&world, &mut build);
        }
        std::thread::sleep(Duration::from_millis(2) * u32::try_from(round % 12).unwrap());
        // It may have ended by now.
        let _ = build.kill();
        end(&mut build);
        halfway += usize::from(world.has(".stackc/journal.json"));
        // Every other round the stack has changed again before the next build.
        if round % 2 == 1 {
            world.write("stack.yaml", large(round + 7));
        }
        mends(&world);
    }
    assert!(halfway > 0, "no build was killed while it wrote");
}

#[test]
#[cfg(unix)]
fn interrupted_the_next_build_completes() {
    let world = World::new(large(0));
    let mut build = start(&world);
    begun(&world, &mut build);
    let kill = format!("kill -INT {}", build.id());
    let _ = Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status().unwrap();
    let code = end(&mut build);
    assert!(code.is_none() || code == Some(0), "{code:?}");
    mends(&world);
}
