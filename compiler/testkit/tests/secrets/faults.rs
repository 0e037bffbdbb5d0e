//! What may go wrong: values that are more than values, runs that are killed, wrong use.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use libtest_mimic::Trial;
use stackc_driver::Compilation;
use stackc_testkit::compile_text;

use crate::host::Host;

const STACK: &str = r#"
stack: 1
name: shop
services:
  api:
    kind: image
    image: acme/api:1.2.3
    port: 80
    needs: [postgres, redis]
    secrets: [KEY, GIVEN, PUSH_KEY, SIGN_KEY, TOKEN]
    secret_delivery: env
    env: {BEARER: "Bearer ${secrets.GIVEN}", DOC: '{"key": "${secrets.GIVEN}"}'}
    security: {user: 1000}
  other: {kind: image, image: acme/other:1.2.3, secrets: [KEY, TOKEN], secret_delivery: file, security: {user: 2000}}
data: {postgres: 16, redis: 7}
env:
  PUSH_PUBLIC: {provided: true}
  SIGN_PUBLIC: {provided: true}
secrets:
  KEY: {generate: "base64:48", description: "'; touch /tmp/DESCRIPTION; echo '\n$(touch DESCRIPTION)`touch DESCRIPTION`"}
  TOKEN: {generate: "password:40", rotate: 2d}
  PUSH_KEY: {generate: vapid, public: PUSH_PUBLIC}
  SIGN_KEY: {generate: "keypair:ed25519", public: SIGN_PUBLIC}
"#;

pub(crate) fn compiled() -> Compilation {
    let compilation = compile_text(STACK);
    let errors: Vec<_> = compilation.diagnostics.iter().map(|it| &it.message).collect();
    assert!(!compilation.diagnostics.has_errors(), "{errors:?}");
    compilation
}

/// A host of [`STACK`] on which nothing was done yet.
pub(crate) fn host() -> Host {
    Host::new(&compiled(), "production")
}

/// All trials, by name.
pub(crate) fn trials() -> Vec<Trial> {
    let all: [(&str, fn()); 12] = [
        ("a_link_leads_nowhere", a_link_leads_nowhere),
        ("descriptions_are_no_code", descriptions_are_no_code),
        ("values_are_no_code", values_are_no_code),
        ("what_is_made_looks_as_asked", what_is_made_looks_as_asked),
        ("pairs_fit", pairs_fit),
        ("a_killed_run_leaves_nothing_half_done", a_killed_run_leaves_nothing_half_done),
        ("two_runs_do_not_meet", two_runs_do_not_meet),
        ("wrong_use_is_said", wrong_use_is_said),
        ("the_env_file_of_another_environment_stays", the_env_file_of_another_environment_stays),
        ("other_lines_of_the_env_file_stay", other_lines_of_the_env_file_stay),
        ("without_root_files_stay_yours", without_root_files_stay_yours),
        ("what_is_old_is_due", what_is_old_is_due),
    ];
    let trial = |(name, test): (&str, fn())| {
        Trial::test(format!("faults::{name}"), move || {
            test();
            Ok(())
        })
    };
    all.into_iter().map(trial).collect()
}

fn descriptions_are_no_code() {
    let mut host = host();
    for arguments in [&["--list"][..], &["--dry-run"], &[], &["--rotate", "KEY"]] {
        host.run(arguments);
    }
    for place in [host.path("DESCRIPTION"), "/tmp/DESCRIPTION".into(), "/DESCRIPTION".into()] {
        assert!(!place.exists(), "{} was made", place.display());
    }
    let list = host.run(&["--list"]).text;
    assert!(list.contains("$(touch DESCRIPTION)`touch DESCRIPTION`"), "{list}");
}

/// Values go through files, a URL and the env file as they are.
fn values_are_no_code() {
    let mut host = host();
    host.run(&[]);
    let refused = host.give("GIVEN", "a\0b");
    assert_eq!(refused.status, 2);
    assert!(refused.text.contains("zero byte"), "{}", refused.text);
    for value in ["$(id) `id` \"x\" '\\n' $x", "two\nlines\n", "\u{1F511} %2F+ü", "-n", "''", "\\"]
    {
        assert_eq!(host.give("POSTGRES_PASSWORD", value).status, 0, "{value:?}");
        let kept = value.strip_suffix('\n').filter(|it| !it.contains('\n')).unwrap_or(value);
        assert_eq!(host.value("POSTGRES_PASSWORD"), kept);
        let url = host.value("POSTGRES_URL");
        let password = url.strip_prefix("postgresql://app:").unwrap().split('@').next().unwrap();
        assert_eq!(decoded(password), kept, "{url}");
    }
    // A value that would be more than a value is refused, and says by what.
    let refused = host.give("GIVEN", "two words");
    assert_eq!(refused.status, 1);
    assert!(refused.text.contains("API_BEARER takes GIVEN as it is"), "{}", refused.text);
    assert_eq!(host.give("GIVEN", "'$HOME`id`\\\"#").status, 0);
    assert_eq!(host.value("API_BEARER"), "Bearer '$HOME`id`\\\"#");
    assert_eq!(host.value("API_DOC"), r##"{"key": "'$HOME`id`\\\"#"}"##);
    let env = fs::read_to_string(host.path(".env")).unwrap();
    assert!(env.contains("API_BEARER=\"Bearer '\\$HOME`id`\\\\\\\"#\"\n"), "{env}");
    host.keeps_quiet();
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || char::from(rest.next().unwrap()).to_digit(16).unwrap();
        bytes.push(if byte == b'%' { u8::try_from(digit() * 16 + digit()).unwrap() } else { byte });
    }
    String::from_utf8(bytes).unwrap()
}

fn what_is_made_looks_as_asked() {
    let mut host = host();
    host.run(&[]);
    let is = |name: &str, length: usize, signs: fn(char) -> bool| {
        let value = host.value(name);
        assert_eq!(value.len(), length, "{name}");
        assert!(value.chars().all(signs), "{name}");
    };
    is("KEY", 64, |c| c.is_ascii_alphanumeric() || "+/=".contains(c));
    is("TOKEN", 40, |c| c.is_ascii_alphanumeric());
    is("POSTGRES_PASSWORD", 64, |c| c.is_ascii_hexdigit());
    is("PUSH_KEY", 43, |c| c.is_ascii_alphanumeric() || "-_".contains(c));
    assert!(host.value("SIGN_KEY").starts_with("-----BEGIN PRIVATE KEY-----\n"));
    let acl = host.value("REDIS_ACL");
    assert!(acl.contains(&format!(">{} ", host.value("REDIS_PASSWORD"))), "an ACL file");
    assert!(acl.ends_with('\n'));
}

/// What one half signs, the other knows. The keys are put together here in another way than there.
fn pairs_fit() {
    let mut host = host();
    host.run(&[]);
    let env = fs::read_to_string(host.path(".env")).unwrap();
    let half = |name: &str| {
        let line = env.lines().find_map(|line| line.strip_prefix(&format!("{name}='")));
        line.unwrap().trim_end_matches('\'').to_owned()
    };
    let script = r#"
set -Eeuo pipefail
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
plain() { tr -- '-_' '+/' | sed 's/$/===/' | base64 -d 2>/dev/null || true; }
{ printf '\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00'
  printf %s "$PUSH_PUBLIC" | plain; } >public.der
{ printf '\x30\x41\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x04\x27\x30\x25\x02\x01\x01\x04\x20'
  plain <"$PUSH_KEY"; } >private.der
echo hello >text
openssl dgst -sha256 -keyform DER -sign private.der -out signature text
openssl dgst -sha256 -keyform DER -verify public.der -signature signature text
printf %s "$SIGN_PUBLIC" | base64 -d >sign.der
openssl pkeyutl -sign -rawin -inkey "$SIGN_KEY" -in text -out signature
openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey sign.der -in text -sigfile signature
"#;
    let output = Command::new("bash")
        .args(["-c", script])
        .env("PUSH_PUBLIC", half("PUSH_PUBLIC"))
        .env("SIGN_PUBLIC", half("SIGN_PUBLIC"))
        .env("PUSH_KEY", host.secret("PUSH_KEY"))
        .env("SIGN_KEY", host.secret("SIGN_KEY"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Killed at many moments, the next run finishes what was begun and changes nothing that was done.
fn a_killed_run_leaves_nothing_half_done() {
    let compilation = compiled();
    let mut begun = 0;
    for step in 0..20 {
        let mut host = Host::new(&compilation, "production");
        let mut child = host.start(&[]);
        std::thread::sleep(Duration::from_millis(8 * step));
        child.kill().unwrap();
        child.wait().unwrap();
        let before = host.seen();
        let whole = before.iter().filter(|(name, _)| !name.starts_with('.'));
        for (name, seen) in whole.clone() {
            assert!(!seen.bytes.is_empty(), "{name} is empty after {step}");
        }
        begun += usize::from((1..9).contains(&whole.clone().count()));
        // Killed while it wrote the env file.
        fs::write(host.path(".env.new.Ab12Cd"), "half").unwrap();
        let ended = host.run(&[]);
        assert_eq!(ended.missing(), ["GIVEN"], "{}", ended.text);
        let after = host.seen();
        assert!(!after.keys().any(|name| name.starts_with(".new.")), "{:?}", after.keys());
        let left = fs::read_dir(host.path("")).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains(".new.")).collect();
        assert!(left.is_empty(), "{left:?}");
        for (name, seen) in whole {
            assert_eq!(&after[name], seen, "{name} after {step}");
        }
    }
    assert!(begun > 0, "no run was killed in the middle");
}

fn two_runs_do_not_meet() {
    let mut host = host();
    host.run(&[]);
    let mut holder = Command::new("flock")
        .arg(host.path("secrets/.lock"))
        .args(["sh", "-c", "echo held; cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut held = [0; 5];
    holder.stdout.as_mut().unwrap().read_exact(&mut held).unwrap();
    assert_eq!(host.run(&[]).status, 5);
    // What only looks waits for nobody.
    assert_eq!(host.run(&["--list"]).status, 0);
    drop(holder.stdin.take());
    holder.wait().unwrap();
    assert_eq!(host.run(&[]).status, 3);
}

/// Run by root, a link that somebody laid beforehand would give away what it leads to.
fn a_link_leads_nowhere() {
    for place in ["secrets/production/KEY", "secrets/production", "secrets"] {
        let mut host = host();
        let target = host.path("target");
        if place.ends_with("KEY") {
            fs::write(&target, "mine").unwrap();
        } else {
            fs::create_dir(&target).unwrap();
        }
        fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).unwrap();
        let path = host.path(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        let ended = host.run(&[]);
        assert_eq!(ended.status, 1, "{place}: {}", ended.text);
        assert!(ended.text.contains("symbolic link"), "{place}: {}", ended.text);
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o755, "{place}");
    }
}

fn wrong_use_is_said() {
    let mut host = host();
    for (arguments, status, said) in [
        (&["--nonsense"][..], 2, "no option --nonsense"),
        (&["staging"], 2, "one environment"),
        (&["--set"], 2, "--set wants a value"),
        (&["--rotate", "KEY", "--set", "TOKEN"], 2, "one secret at a time"),
        (&["--rotate", "NOBODY"], 2, "no secret NOBODY"),
        (&["--rotate", "GIVEN"], 2, "comes from somebody else"),
        (&["--rotate", "POSTGRES_URL"], 2, "put together from others"),
        (&["--set", "POSTGRES_URL"], 2, "put together from others"),
        (&["--set", "GIVEN"], 2, "no value of GIVEN"),
        (&["--rotate", "KEY", "--dry-run"], 0, "would be made: KEY"),
        (&["--help"], 0, "exit  0  everything is there"),
    ] {
        let ended = host.run(arguments);
        assert_eq!(ended.status, status, "{arguments:?}: {}", ended.text);
        assert!(ended.text.contains(said), "{arguments:?}: {}", ended.text);
    }
    host.environment = "nowhere".to_owned();
    let ended = host.run(&[]);
    assert_eq!(ended.status, 2, "{}", ended.text);
    assert!(ended.text.contains("there are: development production"), "{}", ended.text);
    assert!(!host.path("secrets/nowhere").exists());
    host.environment = "production".to_owned();
    // What docker makes in place of a file that is missing.
    fs::create_dir_all(host.secret("KEY")).unwrap();
    let ended = host.run(&[]);
    assert_eq!(ended.status, 1, "{}", ended.text);
    assert!(ended.text.contains("KEY is a folder"), "{}", ended.text);
}

fn the_env_file_of_another_environment_stays() {
    let mut host = host();
    host.run(&[]);
    let before = fs::read(host.path(".env")).unwrap();
    host.environment = "development".to_owned();
    let ended = host.run(&[]);
    assert_eq!(ended.status, 1);
    assert!(ended.text.contains("of another environment"), "{}", ended.text);
    assert_eq!(fs::read(host.path(".env")).unwrap(), before);
    assert_eq!(host.run(&["--env-file", "own.env"]).status, 3);
    assert!(host.path("own.env").exists());
}

/// What else stands in the env file, and who may read it, is none of the script's business.
fn other_lines_of_the_env_file_stay() {
    let mut host = host();
    let lines = "# mine\nIMAGE_TAG=7\nexport TOKEN=\nKEYS='a b'\nlast";
    fs::write(host.path(".env"), lines).unwrap();
    fs::set_permissions(host.path(".env"), fs::Permissions::from_mode(0o640)).unwrap();
    host.run(&[]);
    let text = fs::read_to_string(host.path(".env")).unwrap();
    let token = format!("TOKEN='{}'", host.value("TOKEN"));
    let start =
        format!("# environment: production\n# mine\nIMAGE_TAG=7\n{token}\nKEYS='a b'\nlast\n");
    assert!(text.starts_with(&start), "{text}");
    assert_eq!(text.matches("TOKEN=").count(), 1, "{text}");
    let mode = fs::metadata(host.path(".env")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

/// As somebody who is not root: nothing can be given away, and nothing fails.
fn without_root_files_stay_yours() {
    let mut host = host();
    let command = host.by_stranger(&[]);
    let ended = host.finish(command, b"");
    assert_eq!(ended.status, 3, "{}", ended.text);
    for (name, seen) in host.seen() {
        // What no container mounts is for nobody else's eyes.
        let mounted = !["GIVEN", "PUSH_KEY", "SIGN_KEY", ".env"].contains(&name.as_str());
        let derived = name.ends_with("_URL") || name == "API_BEARER";
        let mode = match (name.as_str(), mounted && !derived) {
            (".env", _) => 0o600,
            (_, true) => 0o444,
            (_, false) => 0o400,
        };
        assert_eq!(seen.mode, mode, "{name}");
    }
}

fn what_is_old_is_due() {
    let mut host = host();
    assert!(!host.run(&[]).text.contains("due"));
    let old = Command::new("touch").args(["-d", "3 days ago"]).arg(host.secret("TOKEN")).status();
    assert!(old.unwrap().success());
    let ended = host.run(&[]);
    assert!(ended.text.contains("due for a change: TOKEN (every 2 days)"), "{}", ended.text);
}
