//! Shared files.

use crate::world::{Set, World, adopt, force};
use stackc_driver::disk::State;

const OPEN: &str = "# >>> stackc >>>";
const CLOSE: &str = "# <<< stackc <<<";

fn block(text: &str) -> String {
    format!("{OPEN}\n{text}{CLOSE}\n")
}

#[test]
fn what_others_wrote_survives_byte_for_byte() {
    for old in ["", "node_modules\n", "no newline", "a\r\nb\r\n", "a\r\nb", "\n\n", "mixed\r\nx\n"]
    {
        let world = World::new();
        world.write(".gitignore", old);
        for text in ["x\n", "y\nz\n", ""] {
            world.build(&Set::new().block(".gitignore", text));
            assert_eq!(world.build(&Set::new().block(".gitignore", text)).unchanged, 1);
        }
        world.build(&Set::new());
        assert_eq!(world.read(".gitignore"), old);
    }
}

#[test]
fn a_file_we_created_goes_with_its_block() {
    let world = World::new();
    let set = Set::new().block("sub/.gitignore", "x");
    world.build(&set);
    assert_eq!(world.read("sub/.gitignore"), block("x\n"));
    world.build(&Set::new());
    assert!(!world.exists("sub"));

    world.build(&set);
    world.write("sub/.gitignore", block("x\n") + "theirs\n");
    assert_eq!(world.status(&set), [], "what stands outside is not ours to judge");
    world.build(&Set::new());
    assert_eq!(world.read("sub/.gitignore"), "theirs\n");
}

#[test]
fn a_lost_manifest_does_not_make_our_file_a_shared_one() {
    let world = World::new();
    let set = Set::new().block(".npmignore", "x");
    world.build(&set);
    world.remove(".stackc/manifest.json");
    world.build(&set);
    world.build(&Set::new());
    assert!(!world.exists(".npmignore"));
}

#[test]
fn only_the_block_is_replaced() {
    let world = World::new();
    world.write(".gitignore", "before\n");
    world.build(&Set::new().block(".gitignore", "1\n"));
    world.write(".gitignore", format!("before!\n{}after", block("1\n")));
    world.build(&Set::new().block(".gitignore", "2\n"));
    assert_eq!(world.read(".gitignore"), format!("before!\n{}after", block("2\n")));
    assert_eq!(world.build(&Set::new()).changed, 1);
    assert_eq!(world.read(".gitignore"), "before!\nafter");
}

#[test]
fn a_block_the_user_took_out_comes_back() {
    let world = World::new();
    world.write(".gitignore", "a\n");
    let set = Set::new().block(".gitignore", "1\n");
    world.build(&set);
    world.write(".gitignore", "a\n");
    assert_eq!(world.status(&set), [(".gitignore".to_owned(), State::Missing)]);
    world.build(&set);
    assert_eq!(world.read(".gitignore"), format!("a\n{}", block("1\n")));
    world.write(".gitignore", "a\n");
    world.build(&Set::new());
    assert_eq!(world.read(".gitignore"), "a\n");
}

#[test]
fn an_edited_block_is_kept() {
    let world = World::new();
    world.write(".gitignore", "a\n");
    world.build(&Set::new().block(".gitignore", "1\n"));
    world.write(".gitignore", format!("a\n{}", block("mine\n")));
    for set in [Set::new().block(".gitignore", "2\n"), Set::new()] {
        assert!(world.refused(&set)[0].starts_with("E0601 `.gitignore`"));
    }
    world.build_with(&Set::new(), &adopt(".gitignore")).unwrap();
    assert_eq!(world.read(".gitignore"), "a\n");
}

#[test]
fn a_block_that_nobody_recorded_is_not_ours() {
    let world = World::new();
    world.write(".gitignore", block("theirs\n"));
    let set = Set::new().block(".gitignore", "1\n");
    let refused = world.refused(&set);
    assert_eq!(
        refused,
        ["E0602 `.gitignore` holds a stackc block that is not ours, and would be overwritten"]
    );
    world.build_with(&set, &force()).unwrap();
    assert_eq!(world.read(".gitignore"), block("1\n"));
}

#[test]
fn damaged_markers_are_not_guessed_at() {
    let world = World::new();
    world.build(&Set::new().block(".gitignore", "1\n"));
    for bad in [
        format!("{OPEN}\n1\n"),
        format!("1\n{CLOSE}\n"),
        format!("{CLOSE}\n1\n{OPEN}\n"),
        block("1\n") + &block("1\n"),
        format!("{OPEN}\n{}", block("1\n")),
    ] {
        world.write(".gitignore", bad);
        for set in [Set::new().block(".gitignore", "2\n"), Set::new()] {
            assert!(world.refused_with(&set, &force())[0].starts_with("E0610"));
        }
    }
    let set = Set::new().block("other", &format!("x\n {CLOSE}\ny\n"));
    world.write(".gitignore", block("1\n"));
    assert!(world.refused(&set)[0].starts_with("E0502"), "a text is no syntax");
}

#[test]
fn a_whole_file_becomes_a_shared_one_and_back() {
    let world = World::new();
    let (whole, shared) = (Set::new().file("x", "1\n"), Set::new().block("x", "2\n"));
    world.build(&whole);
    world.build(&shared);
    assert_eq!(world.read("x"), block("2\n"));
    world.build(&whole);
    assert_eq!(world.read("x"), "1\n");

    world.write("x", "edited\n");
    assert!(world.refused(&shared)[0].starts_with("E0601"));
    world.write("x", "1\n");
    world.build(&shared);
    world.write("x", block("2\n") + "theirs\n");
    assert!(world.refused(&whole)[0].starts_with("E0602"), "it holds lines of others by now");
}
