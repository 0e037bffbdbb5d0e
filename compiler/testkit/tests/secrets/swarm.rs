//! An environment on a swarm: what the swarm gets, and what it never gets. The swarm is a folder, behind
//! a `docker` that takes what the real one takes and keeps what it was called with.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use libtest_mimic::Trial;
use stackc_driver::Compilation;
use stackc_testkit::compile_text;

use crate::host::{Ended, Host, SCRIPT};

const DOCKER: &str = r#"#!/usr/bin/env bash
set -eu
swarm=${0%/*}/swarm
printf '%s\n' "$*" >>"${swarm}.calls"
case "$1 $2" in
"secret ls") [ -d "${swarm}" ] && ls "${swarm}" ;;
"secret create") [ ! -e "${swarm}/$3" ] && cat -- "$4" >"${swarm}/$3" ;;
*) exit 9 ;;
esac
"#;

/// A stack on a swarm alone, with the versions of its secrets.
fn compiled(versions: &str) -> Compilation {
    let text = format!(
        r#"
stack: 1
name: shop
registry: registry.example/shop
deploy: [swarm]
services:
  api:
    kind: image
    image: acme/api:1.2.3
    port: 80
    needs: [postgres]
    secrets: [KEY, GIVEN, PUSH_KEY]
    secret_delivery: file
    env: {{REGION: "${{env.REGION}}", PUSH: "${{env.PUSH_PUBLIC}}"}}
  old:
    kind: image
    image: acme/old:1.2.3
    secrets: [PLAIN]
    secret_delivery: env
data: {{postgres: 16}}
env:
  PUSH_PUBLIC: {{provided: true}}
  REGION: {{provided: true}}
secrets:
  KEY: {{generate: "base64:48"}}
  PLAIN: {{generate: "hex:32"}}
  PUSH_KEY: {{generate: vapid, public: PUSH_PUBLIC}}
environments: {{production: {{targets: {{swarm: {{versions: {versions}}}}}}}}}
"#
    );
    let compilation = compile_text(&text);
    let errors: Vec<_> = compilation.diagnostics.iter().map(|it| &it.message).collect();
    assert!(!compilation.diagnostics.has_errors(), "{errors:?}");
    compilation
}

/// A manager with an empty swarm.
pub(crate) fn manager() -> Host {
    let host = Host::new(&compiled("{}"), "production");
    fs::create_dir_all(host.path("bin/swarm")).unwrap();
    fs::write(host.path("bin/docker"), DOCKER).unwrap();
    fs::set_permissions(host.path("bin/docker"), fs::Permissions::from_mode(0o755)).unwrap();
    host
}

/// All trials, by name.
pub(crate) fn trials() -> Vec<Trial> {
    let all: [(&str, fn()); 4] = [
        ("it_gets_what_its_stack_file_names", it_gets_what_its_stack_file_names),
        ("a_rotation_is_the_next_version", a_rotation_is_the_next_version),
        ("an_old_value_gets_no_new_version", an_old_value_gets_no_new_version),
        ("what_it_has_is_not_made_anew", what_it_has_is_not_made_anew),
    ];
    let trial = |(name, test): (&str, fn())| {
        Trial::test(format!("swarm::{name}"), move || {
            test();
            Ok(())
        })
    };
    all.into_iter().map(trial).collect()
}

/// A run that ends well, or with names that somebody must provide.
fn run(host: &mut Host, arguments: &[&str], status: i32) -> Ended {
    let mut command = Command::new("bash");
    command.args(["-c", r#"PATH=$1:$PATH; shift; exec bash "$@""#, "sh"]).arg(host.path("bin"));
    command.arg(host.path(SCRIPT)).arg("production").args(arguments).current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ended = host.finish(command, b"a value\n");
    assert_eq!(ended.status, status, "{arguments:?}: {}", ended.text);
    ended
}

/// What the swarm holds under a name.
fn kept(host: &Host, name: &str) -> Option<String> {
    fs::read_to_string(host.path(format!("bin/swarm/shop-production_{name}"))).ok()
}

/// The names that the generated stack files ask of the swarm.
fn asked(compilation: &Compilation) -> Vec<String> {
    let files = compilation.artifacts.iter().filter(|file| file.target == "swarm");
    let lines = files.flat_map(|file| file.body.text().lines());
    let names = lines.filter_map(|line| line.trim().strip_prefix("name: shop-production_"));
    let mut names: Vec<_> = names.filter(|it| it.contains("_v")).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

fn it_gets_what_its_stack_file_names() {
    let mut host = manager();
    run(&mut host, &["--swarm", "--dry-run"], 3);
    assert!(!host.path("secrets").exists() && kept(&host, "KEY_v1").is_none());
    assert_eq!(run(&mut host, &["--swarm"], 3).missing(), ["GIVEN", "REGION"]);
    run(&mut host, &["--set", "GIVEN", "--swarm"], 0);
    run(&mut host, &["--set", "REGION"], 0);
    assert_eq!(run(&mut host, &["--swarm"], 0).text, "", "nothing was to be done");
    let names = asked(&compiled("{}"));
    assert!(names.len() > 4, "{names:?}");
    for name in &names {
        let file = host.value(name.strip_suffix("_v1").unwrap());
        assert_eq!(kept(&host, name).as_ref(), Some(&file), "{name}");
    }
    assert_eq!(fs::read_dir(host.path("bin/swarm")).unwrap().count(), names.len());
    // What whoever deploys needs in variables lies beside them, as nobody reads `.env` for a swarm.
    for name in ["PLAIN", "PUSH_PUBLIC", "REGION"] {
        assert!(host.value(name).len() >= 7, "{name}");
    }
    host.keeps_quiet();
    let calls = fs::read_to_string(host.path("bin/swarm.calls")).unwrap();
    for name in &names {
        assert!(!calls.contains(&kept(&host, name).unwrap()), "{name} is on a command line");
    }
}

fn a_rotation_is_the_next_version() {
    let mut host = manager();
    run(&mut host, &["--swarm"], 3);
    let refused = run(&mut host, &["--rotate", "KEY", "--swarm"], 1);
    assert!(refused.text.contains("give KEY the next version in the stack first"));
    let first = host.value("KEY");
    assert_eq!(kept(&host, "KEY_v1").as_ref(), Some(&first), "nothing was changed");
    host.install(&compiled("{KEY: 2, POSTGRES_PASSWORD: 2}"));
    run(&mut host, &["--rotate", "KEY"], 0);
    let next = run(&mut host, &["--rotate", "POSTGRES_PASSWORD", "--swarm"], 0).text;
    assert!(
        next.contains("label=com.docker.swarm.service.name=shop-production_postgres"),
        "{next}"
    );
    assert_eq!(kept(&host, "KEY_v1"), Some(first), "what runs keeps what it has");
    for name in ["KEY", "POSTGRES_PASSWORD", "POSTGRES_URL"] {
        assert_eq!(kept(&host, &format!("{name}_v2")), Some(host.value(name)), "{name}");
        assert!(!host.secret(&format!("{name}.v1")).exists(), "{name}");
    }
    host.keeps_quiet();
}

fn an_old_value_gets_no_new_version() {
    let mut host = manager();
    run(&mut host, &["--swarm"], 3);
    host.install(&compiled("{KEY: 2}"));
    let refused = run(&mut host, &["--swarm"], 1).text;
    assert!(refused.contains("KEY_v2 would get the value of v1"), "{refused}");
    assert_eq!(kept(&host, "KEY_v2"), None);
    host.install(&compiled("{}"));
    run(&mut host, &["--rotate", "PUSH_KEY"], 0);
    let refused = run(&mut host, &["--swarm"], 1).text;
    assert!(refused.contains("PUSH_KEY_v1 has an older value"), "{refused}");
}

fn what_it_has_is_not_made_anew() {
    let mut host = manager();
    run(&mut host, &["--swarm"], 3);
    fs::remove_file(host.secret("KEY")).unwrap();
    let refused = run(&mut host, &["--swarm"], 1).text;
    assert!(refused.contains("the swarm has shop-production_KEY_v1"), "{refused}");
    assert!(!host.secret("KEY").exists());
    // Killed between the swarm and the note of it, or made by the workflow: it is as it was made.
    fs::rename(host.secret("KEY.v1"), host.secret("KEY")).unwrap();
    run(&mut host, &["--swarm"], 3);
    assert_eq!(fs::read(host.secret("KEY.v1")).unwrap(), fs::read(host.secret("KEY")).unwrap());
    fs::remove_dir_all(host.path("bin/swarm")).unwrap();
    assert!(run(&mut host, &["--swarm"], 1).text.contains("run this on a manager"));
}
