//! `stackc check --fix`: what it changes, what it leaves, and how it ends.

use std::fs;

use crate::support::{SHOP, World, same};

const FAULTY: &str = "\
# The shop.
stack: 1
name: shop   # not \"Shop\"
domain: shop.example
services:
  web: {kidn: nextjs, build: Dockerfile, needs: [redis], secret_delivery: env, env: {SITE: ${url}}}   # žluť 日本
data:
    redis: {version: 7.2, purpose: cache}   # kept: 'as is'


ci: no
";

const MENDED: &str = "\
# The shop.
stack: 1
name: shop   # not \"Shop\"
domain: shop.example
services:
  web: {kind: nextjs, build: Dockerfile, needs: [redis], secret_delivery: env, env: {SITE: \"${url}\"}}   # žluť 日本
data:
    redis: {version: \"7.2\", purpose: cache}   # kept: 'as is'


ci: false
";

#[test]
fn all_certain_fixes_at_once_and_nothing_else() {
    let world = World::new(FAULTY);
    // What is right is then checked against the tree, which is not there yet.
    let run = world.run(&["check", "--fix"]).ends(5).complains("E0611");
    for line in [
        "stack.yaml:6:92: ${url} → \"${url}\" (E0212)\n",
        "stack.yaml:6:9: kidn → kind (E0201)\n",
        "stack.yaml:8:22: 7.2 → \"7.2\" (E0207)\n",
        "stack.yaml:11:5: no → false (E0202)\n",
        "4 fixes applied\n",
    ] {
        assert!(run.out.contains(line), "{line}\n{}", run.out);
    }
    assert_eq!(world.read("stack.yaml"), MENDED);
    assert_eq!(world.tree().len(), 1, "nothing else was written");
    world.run(&["build", "-q"]).ends(0);
    let state = world.state();
    world.run(&["check", "--fix"]).ends(0).in_peace().says("up to date");
    same(&world.state(), &state);
}

#[test]
fn line_ends_and_a_mark_stay() {
    let bytes = format!("\u{feff}{}", FAULTY.replace('\n', "\r\n"));
    let world = World::new(&bytes);
    world.run(&["check", "--fix"]).ends(5).says("4 fixes applied");
    assert_eq!(world.read("stack.yaml"), format!("\u{feff}{}", MENDED.replace('\n', "\r\n")));
}

#[test]
fn what_cannot_be_fixed_is_reported_and_the_rest_is_fixed() {
    let world = World::new(FAULTY.replace("[redis]", "[rediss]"));
    let run = world.run(&["check", "--fix"]).ends(1).says("4 fixes applied").complains("E0301");
    assert!(!run.err.contains("E0207"), "{}", run.err);
    assert_eq!(world.read("stack.yaml"), MENDED.replace("[redis]", "[rediss]"));
}

#[test]
fn where_nothing_is_certain_nothing_is_written() {
    for stack in [SHOP.replace("kind: nextjs", "kind: next"), "services: [\n".to_owned()] {
        let world = World::new(&stack);
        let state = world.state();
        world.run(&["check", "--fix"]).ends(1).without_result();
        same(&world.state(), &state);
    }
    World::empty().run(&["check", "--fix"]).ends(2).complains("E0609");
}

#[test]
fn a_read_only_file_stays_as_it_is() {
    let world = World::new(FAULTY);
    let path = world.path("stack.yaml");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let state = world.state();
    let run = world.run(&["check", "--fix"]).ends(4).without_result();
    run.complains("E0606").complains("read-only");
    same(&world.state(), &state);
}

#[test]
fn a_secret_is_neither_shown_nor_touched() {
    let value = "ghp_Hu5hHu5hHu5hHu5hHu5hHu5hHu5hHu5hHu5h";
    let world = World::new(FAULTY.replace("SITE: ${url}", &format!("TOKEN: {value}, A:1")));
    let run = world.run(&["check", "--fix"]).ends(1).complains("E0401").says("fix");
    assert!(world.read("stack.yaml").contains(value));
    assert!(!run.out.contains("Hu5h") && !run.err.contains("Hu5h"), "{}{}", run.out, run.err);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::empty();
    world.write("ops/real.yaml", FAULTY);
    fs::set_permissions(world.path("ops/real.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("ops/real.yaml", world.path("stack.yaml")).unwrap();
    world.run(&["check", "--fix"]).ends(5);
    assert!(world.path("stack.yaml").is_symlink());
    assert_eq!(world.read("ops/real.yaml"), MENDED);
    let mode = fs::metadata(world.path("ops/real.yaml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(world.tree().len(), 2, "no temporary file is left");
}
