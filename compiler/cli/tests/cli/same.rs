//! One stack gives one tree, whoever builds it, from wherever.

use crate::support::{Run, SHOP, World};

#[test]
fn the_same_bytes_from_anywhere() {
    let wanted = World::built().tree();
    let here = World::new(SHOP);
    here.write("deep/er/note", "");
    let absolute = here.path("stack.yaml");
    let absolute = absolute.to_str().unwrap();
    let runs: [(&[&str], &str, &[(&str, &str)]); 6] = [
        (&["-f", absolute], "/", &[]),
        (&["-f", "../../stack.yaml"], "deep/er", &[]),
        (&["-f", "./stack.yaml"], "", &[("HOME", "/nowhere"), ("USER", "somebody")]),
        (&[], "deep", &[("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8")]),
        (&[], "", &[("TZ", "Pacific/Kiritimati"), ("SOURCE_DATE_EPOCH", "1")]),
        (&["--color", "always"], "", &[("CI", "true"), ("GITHUB_ACTIONS", "true")]),
    ];
    for (args, folder, environment) in runs {
        for path in here.generated().keys().filter(|path| *path != "deep/er/note") {
            here.remove(path);
        }
        let _ = std::fs::remove_dir_all(here.path(".stackc"));
        let args: Vec<&str> = ["build", "-q"].iter().chain(args).copied().collect();
        let mut command = here.command(&args);
        command.current_dir(here.path(folder)).envs(environment.iter().copied());
        Run::of(&mut command).ends(0).without_result();
        let mut found = here.tree();
        found.remove("deep/er/note");
        assert_eq!(found, wanted, "{args:?} in {folder:?} with {environment:?}");
    }
}

#[test]
fn the_umask_and_the_order_of_keys_do_not_matter() {
    let wanted = World::built().generated();
    let lines: Vec<_> = SHOP.lines().collect();
    let data = lines.iter().position(|line| *line == "data:").unwrap();
    let turned = [&lines[..3], &lines[data..], &lines[3..data]].concat().join("\n");
    let world = World::new(turned);
    world.run(&["build", "-q"]).ends(0);
    assert_eq!(world.generated(), wanted);
}

#[test]
fn a_checkout_with_crlf_is_up_to_date() {
    let world = World::built();
    for (path, bytes) in world.tree() {
        let text = String::from_utf8(bytes).unwrap();
        world.write(&path, text.replace('\n', "\r\n"));
    }
    let (before, times) = (world.tree(), world.times());
    world.run(&["check"]).ends(0);
    world.run(&["diff"]).ends(0).without_result();
    world.run(&["build"]).ends(0).says("0 created, 0 changed, 0 deleted");
    assert_eq!((world.tree(), world.times()), (before, times));
}

#[test]
fn a_folder_may_have_any_name() {
    let world = World::named("my repo (1) – žluťoučký 'kůň' $HOME \"q\" 日本");
    world.write("stack.yaml", SHOP);
    world.run(&["build", "-q"]).ends(0).in_peace();
    world.run(&["check"]).ends(0).in_peace();
    assert_eq!(world.tree(), World::built().tree());
    let absolute = world.path("stack.yaml");
    let run = world.run(&["check", "-f", absolute.to_str().unwrap()]).ends(0);
    run.in_peace();
    world.write("stack.yaml", "stack: 1\nname: shop\nservises: {}\n");
    for format in ["human", "json", "sarif", "github"] {
        let args = ["check", "-f", absolute.to_str().unwrap(), "--message-format", format];
        world.run(&args).ends(1).complains("E0201");
    }
}

#[test]
#[cfg(unix)]
fn a_folder_need_not_even_be_unicode() {
    use std::os::unix::ffi::OsStrExt as _;
    let world = World::new(SHOP);
    let odd = world.path("x").with_file_name(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    std::fs::create_dir(&odd).unwrap();
    std::fs::write(odd.join("stack.yaml"), SHOP).unwrap();
    let mut command = world.command(&["build", "-q"]);
    Run::of(command.current_dir(&odd)).ends(0);
    Run::of(world.command(&["check"]).current_dir(&odd)).ends(0);
    let mut named = world.command(&["check", "-f"]);
    Run::of(named.arg(odd.join("stack.yaml"))).ends(0);
}
