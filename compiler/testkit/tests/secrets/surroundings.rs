//! What the script cannot choose: the mask, a disk without room, a folder nobody may write to; and what
//! others on the host can see of it while it runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use libtest_mimic::Trial;

use crate::faults::host;
use crate::host::{Ended, Host, SCRIPT};
use crate::swarm::manager;

/// All trials, by name.
pub(crate) fn trials() -> Vec<Trial> {
    let all: [(&str, fn()); 6] = [
        ("no_process_is_given_a_value", no_process_is_given_a_value),
        ("the_mask_of_the_caller_changes_nothing", the_mask_of_the_caller_changes_nothing),
        ("without_room_the_old_values_stay", without_room_the_old_values_stay),
        ("without_room_nothing_half_is_left", without_room_nothing_half_is_left),
        ("an_old_bash_is_told_so", an_old_bash_is_told_so),
        ("where_nothing_can_be_written_it_says_so", where_nothing_can_be_written_it_says_so),
    ];
    let trial = |(name, test): (&str, fn())| {
        Trial::test(format!("surroundings::{name}"), move || {
            test();
            Ok(())
        })
    };
    all.into_iter().map(trial).collect()
}

/// All that the script may start. It finds nothing else, so a command that is not listed is missed.
const COMMANDS: [&str; 19] = [
    "cat", "chmod", "chown", "cmp", "cp", "cut", "dirname", "docker", "find", "flock", "head",
    "ln", "mkdir", "mktemp", "mv", "openssl", "rm", "tail", "tr",
];

/// Stands for each of them: notes what all users of the host can see (`ps`) and what becomes part of a
/// core dump, then is the command.
const WATCHED: &str = r#"#!/bin/sh
PATH=$WATCHED
{ echo "> ${0##*/} $*"; env; } >>"${0%/*}.seen"
exec "${0##*/}" "$@"
"#;

/// Words and environment of every process of every task, on a swarm too: no value is among them.
fn no_process_is_given_a_value() {
    let mut host = manager();
    let folder = host.path("watched");
    fs::create_dir(&folder).unwrap();
    for name in COMMANDS {
        fs::write(folder.join(name), WATCHED).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let watch = "export WATCHED=$BIN:$PATH; PATH=$WATCH; exec \"$BASH\" \"$@\"";
    for arguments in [
        &["--swarm"][..],
        &["--set", "GIVEN", "--swarm"],
        &["--set", "REGION", "--swarm"],
        &["--list"],
        &["--rotate", "PUSH_KEY"],
        &["--rotate", "POSTGRES_PASSWORD"],
    ] {
        let mut command = host.behind(&["bash", "-c", watch, "sh"], arguments);
        command.env("WATCH", &folder).env("BIN", host.path("bin")).stdin(Stdio::piped());
        let ended = host.finish(command, b"k3y'with\"$HOME`id`\\ {}%\n");
        assert!([0, 3].contains(&ended.status), "{arguments:?}: {}", ended.text);
        assert!(!ended.text.contains("not found"), "{arguments:?}: {}", ended.text);
    }
    let seen = fs::read_to_string(host.path("watched.seen")).unwrap();
    for name in ["cmp", "cp", "docker", "ln", "mv", "openssl"] {
        assert!(seen.contains(&format!("> {name} ")), "{name} was never started");
    }
    assert!(host.seen().len() > 10, "{:?}", host.seen().keys());
    host.hides("words or environment of a process", &seen);
    host.keeps_quiet();
}

/// Files, the env file, their folders and the lock are as open as ever.
fn the_mask_of_the_caller_changes_nothing() {
    let modes = |mask: &str| {
        let mut host = host();
        let script = format!("umask {mask}; exec bash \"$@\"");
        let command = host.behind(&["bash", "-c", &script, "sh"], &[]);
        let ended = host.finish(command, b"");
        assert_eq!(ended.status, 3, "{mask}: {}", ended.text);
        let places = ["secrets", "secrets/.lock", "secrets/production"].map(|place| {
            let meta = fs::metadata(host.path(place)).unwrap();
            (place.to_owned(), meta.permissions().mode() & 0o7777)
        });
        let files = host.seen().into_iter().map(|(name, seen)| (name, seen.mode));
        files.chain(places).collect::<Vec<_>>()
    };
    let usual = modes("022");
    assert!(usual.contains(&("secrets/.lock".to_owned(), 0o600)), "{usual:?}");
    assert!(usual.contains(&(".env".to_owned(), 0o600)), "{usual:?}");
    for mask in ["000", "0277", "0777"] {
        assert_eq!(modes(mask), usual, "{mask}");
    }
}

/// A run whose files cannot grow beyond so many kilobytes: to whoever writes, a disk that is full.
fn cramped(host: &mut Host, kilobytes: u32, arguments: &[&str]) {
    let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec bash \"$@\"");
    let mut command = host.behind(&["bash", "-c", &script, "sh"], arguments);
    command.stdin(Stdio::piped());
    let ended = host.finish(command, b"another value");
    assert!(ended.text.contains("File too large"), "{}", ended.text);
    stopped(host, &ended);
}

/// A fault is said, and nothing is left behind that is half done.
fn stopped(host: &Host, ended: &Ended) {
    assert_eq!(ended.status, 1, "{}", ended.text);
    assert!(ended.text.contains("error: stopped at line"), "{}", ended.text);
    let folders = [host.path(""), host.secret("")].map(fs::read_dir);
    for entry in folders.into_iter().flatten().flatten() {
        let name = entry.unwrap().file_name();
        assert!(!name.to_string_lossy().contains(".new."), "{} is left", name.display());
    }
    let seen = host.seen();
    assert!(seen.values().all(|seen| !seen.bytes.is_empty()), "{seen:?}");
}

fn without_room_the_old_values_stay() {
    let mut host = host();
    assert_eq!(host.run(&[]).status, 3);
    let before = host.seen();
    for task in ["--rotate", "--set"] {
        cramped(&mut host, 0, &[task, "TOKEN"]);
        assert_eq!(host.seen(), before, "{task}");
    }
    host.keeps_quiet();
}

/// First no byte can be written, then secrets can, but not the env file, which is larger.
fn without_room_nothing_half_is_left() {
    let mut host = host();
    fs::write(host.path(".env"), "# a line\n".repeat(200)).unwrap();
    let before = host.seen();
    cramped(&mut host, 0, &[]);
    assert_eq!(host.seen(), before, "nothing was made");
    cramped(&mut host, 1, &[]);
    let made = host.seen();
    assert!(made.len() > before.len(), "{:?}", made.keys());
    assert_eq!(made[".env"], before[".env"]);
    // With room again, what is whole stays as it is.
    assert_eq!(host.run(&[]).missing(), ["GIVEN"]);
    let after = host.seen();
    for (name, seen) in made.iter().filter(|(name, _)| *name != ".env") {
        assert_eq!(&after[name], seen, "{name}");
    }
    host.keeps_quiet();
}

/// As somebody who is not root, to whom the mode of a folder means something.
fn where_nothing_can_be_written_it_says_so() {
    let mut host = host();
    let closed = |host: &mut Host, arguments: &[&str]| {
        let command = host.by_stranger(arguments);
        let mode = |mode| fs::set_permissions(host.path(""), fs::Permissions::from_mode(mode));
        mode(0o555).unwrap();
        let ended = host.finish(command, b"");
        fs::set_permissions(host.path(""), fs::Permissions::from_mode(0o755)).unwrap();
        assert!(ended.text.contains("Permission denied"), "{}", ended.text);
        stopped(host, &ended);
    };
    let run = |host: &mut Host| {
        let command = host.by_stranger(&[]);
        let ended = host.finish(command, b"");
        assert_eq!(ended.missing(), ["GIVEN"], "{}", ended.text);
    };
    closed(&mut host, &[]);
    assert!(!host.path("secrets").exists());
    run(&mut host);
    // The folder of the secrets is open, and the env file beside it cannot be replaced.
    let before = host.seen();
    closed(&mut host, &["--rotate", "TOKEN"]);
    assert_eq!(host.seen()[".env"], before[".env"]);
    run(&mut host);
    let text = fs::read_to_string(host.path(".env")).unwrap();
    assert!(text.contains(&format!("TOKEN='{}'", host.value("TOKEN"))), "{text}");
    assert_eq!(host.value("TOKEN.previous").as_bytes(), before["TOKEN"].bytes);
}

/// Before the first line that an old one does not know: here it would stumble over what follows.
fn an_old_bash_is_told_so() {
    let mut host = host();
    let script = fs::read_to_string(host.path(SCRIPT)).unwrap();
    let (start, _) = script.split_once("\nshopt ").unwrap();
    assert!(start.contains("< 404))"), "{start}");
    let start = start.replace("< 404))", "< 99900))");
    fs::write(host.path(SCRIPT), start + "\nfi ((\n").unwrap();
    let ended = host.run(&["--help"]);
    assert_eq!(ended.status, 4, "{}", ended.text);
    assert!(ended.text.contains("bash 4.4 or newer is needed, this is "), "{}", ended.text);
}
