//! Bad input and a disk that refuses leave everything as it was.
//!
//! Mounting a small file system needs rights that tests do not have; a limit on the size of files
//! makes writes fail in the middle just the same, for root too, and so does a folder that is a file.

use std::fs::File;
use std::io::Write as _;
use std::process::Command;

use crate::support::{Run, SHOP, World, same};

#[test]
fn a_byte_order_mark_and_crlf_are_accepted() {
    let wanted = World::built().generated();
    for text in [format!("\u{feff}{SHOP}"), SHOP.replace('\n', "\r\n")] {
        let world = World::new(text);
        world.run(&["build", "-q"]).ends(0).in_peace();
        world.run(&["check"]).ends(0).in_peace();
        same(&world.generated(), &wanted);
    }
}

#[test]
fn what_is_no_stack_is_refused_and_touches_nothing() {
    let world = World::built();
    let mut wanted = world.state();
    wanted.remove("stack.yaml");
    let cases: [(&[u8], &str); 7] = [
        (b"", "E0104"),
        (b"stack: 1\nname: caf\xe9\n", "E0103"),
        (b"\xff\xfes\0t\0a\0c\0k\0", "E0103"),
        (b"stack: 1\nname: a\0b\n", "E0114"),
        (b"stack: 1\nname: \x1b[31mred\n", "E0114"),
        (b"- 1\n- 2\n", "E0202"),
        (b"stack: 1\nname: [shop\n", "E0105"),
    ];
    for (bytes, code) in cases {
        world.write("stack.yaml", bytes);
        for args in [&["build"][..], &["build", "--force"], &["check"], &["diff"]] {
            let run = world.run(args).ends(1).without_result().complains(code);
            assert!(!run.err.contains('\u{1b}') && !run.err.contains('\0'), "{code}");
        }
    }
    let mut found = world.state();
    found.remove("stack.yaml");
    same(&found, &wanted);
}

#[test]
fn a_hundred_megabytes_are_refused() {
    let world = World::empty();
    let mut file = File::create(world.path("stack.yaml")).unwrap();
    file.write_all(b"stack: 1\n").unwrap();
    file.set_len(100 << 20).unwrap();
    world.run(&["build"]).ends(1).without_result().complains("E0102");
}

#[test]
#[cfg(unix)]
fn an_endless_file_is_refused() {
    World::empty().run(&["check", "-f", "/dev/zero"]).ends(1).complains("E0102");
}

#[test]
fn an_output_folder_that_is_a_file() {
    let world = World::new(SHOP);
    world.write("file", "mine\n");
    for out in ["file", "file/below"] {
        for command in ["build", "check", "diff"] {
            world.run(&[command, "--out", out]).ends(4).without_result().complains("E0606");
        }
    }
    assert_eq!(world.read("file"), "mine\n");
    assert_eq!(world.tree().len(), 2);
}

#[test]
fn a_file_where_a_folder_is_needed() {
    let world = World::new(SHOP);
    world.write("nginx", "mine\n");
    world.run(&["build"]).ends(4).without_result().complains("E0606").complains("`nginx`");
    assert_eq!(world.read("nginx"), "mine\n");
    assert_eq!(world.tree().len(), 2);
}

#[test]
#[cfg(unix)]
fn a_disk_that_is_full_in_the_middle() {
    let world = World::built();
    world.write("stack.yaml", SHOP.replace("shop.example", "store.example"));
    world.remove(".stackc/schema.json");
    let before = world.tree();
    // 16 KiB: enough for all files but the schema, so that the failure comes among the writes.
    let script = "trap '' XFSZ; ulimit -f 32; exec \"$0\" build";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_stackc")]);
    let run = Run::of(command.current_dir(world.path(""))).ends(4).without_result();
    run.complains("E0606").complains("no file was changed");
    same(&world.tree(), &before);
    world.run(&["build"]).ends(0);
    world.run(&["check"]).ends(0);
}

#[test]
#[cfg(unix)]
fn a_read_only_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new(SHOP);
    let mode = |bits| {
        let bits = std::fs::Permissions::from_mode(bits);
        std::fs::set_permissions(world.path(""), bits).unwrap();
    };
    mode(0o555);
    // Root may write all the same, and then nothing is tested.
    let bound = File::create(world.path("probe")).is_err();
    if bound {
        world.run(&["build"]).ends(4).without_result().complains("E0606");
        assert_eq!(world.tree().len(), 1);
    }
    mode(0o755);
}
