//! One stack gives one tree, whoever builds it, from wherever.

use crate::support::{Run, SHOP, World, same};

/// Arguments, a working directory and an environment.
type Place<'a> = (&'a [&'a str], &'a str, &'a [(&'a str, &'a str)]);

#[test]
fn the_same_bytes_from_anywhere() {
    let wanted = World::built().tree();
    let absolute = "<the stack>";
    let runs: [Place<'_>; 6] = [
        (&["-f", absolute], "/", &[]),
        (&["-f", "../../stack.yaml"], "deep/er", &[]),
        (&["-f", "./stack.yaml"], "", &[("HOME", "/nowhere"), ("USER", "somebody")]),
        (&[], "deep", &[("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8")]),
        (&[], "", &[("TZ", "Pacific/Kiritimati"), ("SOURCE_DATE_EPOCH", "1")]),
        (&["--color", "always"], "", &[("CI", "true"), ("GITHUB_ACTIONS", "true")]),
    ];
    for (args, folder, environment) in runs {
        let world = World::new(SHOP);
        std::fs::create_dir_all(world.path("deep/er")).unwrap();
        let stack = world.path("stack.yaml");
        let place = |arg: &&str| match *arg == absolute {
            true => stack.to_str().unwrap().to_owned(),
            false => (*arg).to_owned(),
        };
        let mut command = world.command(&["build", "-q"]);
        command.args(args.iter().map(place)).current_dir(world.path(folder));
        Run::of(command.envs(environment.iter().copied())).ends(0).without_result();
        same(&world.tree(), &wanted);
    }
}

#[test]
fn the_order_of_keys_does_not_matter() {
    let wanted = World::built().generated();
    let lines: Vec<_> = SHOP.lines().collect();
    let data = lines.iter().position(|line| *line == "data:").unwrap();
    let turned = [&lines[..3], &lines[data..], &lines[3..data]].concat().join("\n");
    let world = World::new(turned);
    world.run(&["build", "-q"]).ends(0);
    same(&world.generated(), &wanted);
}

#[test]
fn a_checkout_with_crlf_is_up_to_date() {
    let world = World::built();
    for (path, bytes) in world.tree() {
        let text = String::from_utf8(bytes).unwrap();
        world.write(&path, text.replace('\n', "\r\n"));
    }
    let before = world.state();
    world.run(&["check"]).ends(0);
    world.run(&["diff"]).ends(0).without_result();
    world.run(&["build"]).ends(0).says("0 created, 0 changed, 0 deleted");
    same(&world.state(), &before);
}

#[test]
fn a_folder_may_have_any_name() {
    let world = World::named("my repo (1) – žluťoučký 'kůň' $HOME \"q\" 日本");
    world.write("stack.yaml", SHOP);
    world.run(&["build", "-q"]).ends(0).in_peace();
    world.run(&["check"]).ends(0).in_peace();
    same(&world.tree(), &World::built().tree());
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
