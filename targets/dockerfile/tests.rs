#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use stackc_model::{Base, Delivery, Kind, PackageManager, Stack, StaticFiles, Tier};
use stackc_source::Diagnostics;
use stackc_target::{Artifacts, Target};

use super::Dockerfile;
use crate::compose::fixture::{self, usual};

fn files(stack: &Stack) -> (Vec<(String, String)>, Vec<String>) {
    let (mut out, mut diagnostics) = (Artifacts::default(), Diagnostics::default());
    Dockerfile.render(stack, &mut out, &mut diagnostics);
    assert_eq!(out.conflicts().len(), 0);
    let files = out.iter().map(|file| (file.path.to_string(), file.body.text().to_owned()));
    let said = diagnostics.iter().map(|said| format!("{} {}", said.code.id, said.message));
    (files.collect(), said.collect())
}

/// A stack of one service that is changed.
fn one(change: impl Fn(&mut stackc_model::Service)) -> Stack {
    let mut stack = fixture::stack(Tier::Production);
    stack.environments[0].services.truncate(1);
    change(&mut stack.environments[0].services[0]);
    stack
}

fn dockerfile(change: impl Fn(&mut stackc_model::Service)) -> String {
    let (files, said) = files(&one(change));
    assert_eq!(said, [""; 0]);
    files.into_iter().find(|(path, _)| path == "backend/Dockerfile").unwrap().1
}

#[test]
fn the_last_stage_is_what_is_shipped() {
    let kinds =
        [Kind::Nextjs, Kind::Node, Kind::Vite, Kind::Static, Kind::Python, Kind::Go, Kind::Rust];
    for kind in kinds {
        let text = dockerfile(|service| {
            service.kind = usual(kind);
            service.runtime = None;
            service.files_served =
                Some(StaticFiles { spa: usual(false), not_found: None, clean_urls: usual(true) });
        });
        let last = text.lines().rfind(|line| line.starts_with("FROM ")).unwrap();
        assert!(last.ends_with(" AS runtime"), "{kind:?}: {last}");
        assert!(text.contains("\nUSER 10001:10001\n") || text.contains("\nUSER 1"), "{kind:?}");
        assert!(!text.contains("\n\n\n") && !text.contains(" \n"), "{kind:?}: {text}");
    }
}

#[test]
fn a_value_is_never_syntax() {
    let evil = "x'; $(touch /tmp/y) \" && `id`".to_owned();
    let text = dockerfile(|service| {
        let build = service.build.as_mut().unwrap();
        build.command = Some(usual(vec!["make".to_owned(), evil.clone()]));
        service.command = Some(usual(vec!["node".to_owned(), evil.clone()]));
    });
    assert!(text.contains(r#"make 'x'\''; $(touch /tmp/y) " && `id`'"#), "{text}");
    assert!(text.contains(r#"CMD ["node", "x'; $(touch /tmp/y) \" && `id`"]"#), "{text}");
    for (package, output, argument) in
        [("a b", "dist", "A"), ("app", "x\nRUN id", "A"), ("app", "dist", "A=1")]
    {
        let (files, said) = files(&one(|service| {
            let build = service.build.as_mut().unwrap();
            build.package = Some(usual(package.to_owned()));
            build.output = Some(usual(output.to_owned()));
            build.args = [(argument.to_owned(), usual("1".to_owned()))].into();
        }));
        assert!(files.is_empty(), "{files:?}");
        assert!(said.len() == 1 && said[0].starts_with("E0502"), "{said:?}");
    }
}

#[test]
fn a_command_with_a_line_break_is_refused() {
    let (files, said) = files(&one(|service| {
        service.command = Some(usual(vec!["node".to_owned(), "a\nRUN id".to_owned()]));
    }));
    assert!(files.is_empty() && said[0].starts_with("E0502"), "{said:?}");
}

#[test]
fn an_own_dockerfile_is_left_alone() {
    let (files, said) = files(&one(|service| {
        service.build.as_mut().unwrap().dockerfile = Some(usual("backend/Dockerfile".to_owned()));
    }));
    assert!(files.is_empty() && said.is_empty());
}

#[test]
fn one_file_cannot_say_two_things() {
    let mut stack = one(|_| ());
    let mut second = stack.environments[0].clone();
    second.services[0].runtime = Some(usual("22".to_owned()));
    stack.environments.push(second);
    let (_, said) = files(&stack);
    assert!(
        said.len() == 1 && said[0].starts_with("E0501") && said[0].contains("runtime"),
        "{said:?}"
    );
}

#[test]
fn each_package_manager_installs_its_lock_file() {
    for (manager, install) in [
        (PackageManager::Npm, "npm ci"),
        (PackageManager::Pnpm, "pnpm install --frozen-lockfile"),
        (PackageManager::Yarn, "yarn install --immutable"),
    ] {
        for package in [None, Some(usual("apps/api".to_owned()))] {
            let text = dockerfile(|service| {
                let build = service.build.as_mut().unwrap();
                (build.package_manager, build.package) = (manager, package.clone());
            });
            assert!(text.contains(install), "{text}");
            // Without what was fetched before, whoever takes packages out fetches the others again.
            let pruned = text.split("AS production").nth(1).unwrap();
            assert!(pruned.contains("--mount=type=cache,id="), "{text}");
            assert_eq!(text.contains("WORKDIR /app/apps/api"), package.is_some());
        }
    }
}

#[test]
fn distroless_holds_no_entrypoint() {
    for (base, there) in [(Base::Distroless, false), (Base::Debian, true), (Base::Alpine, true)] {
        let text = dockerfile(|service| {
            (service.kind, service.runtime) = (usual(Kind::Go), None);
            service.build.as_mut().unwrap().base = usual(base);
            service.delivery = usual(Delivery::FileEnv);
        });
        assert_eq!(text.contains("docker-entrypoint.sh"), there, "{text}");
        let asked = r#"CMD ["/docker-healthcheck", "3000", "3000", "/ready"]"#;
        assert!(text.contains(asked), "{text}");
    }
}

#[test]
fn a_native_program_is_asked_by_one_built_along() {
    for (kind, compiler) in [(Kind::Go, "go build"), (Kind::Rust, "rustc")] {
        let native = |change: &dyn Fn(&mut stackc_model::Service)| {
            dockerfile(|service| {
                (service.kind, service.runtime) = (usual(kind), None);
                change(service);
            })
        };
        let text = native(&|_| ());
        let built = text.split("FROM base AS healthcheck").nth(1).unwrap();
        assert!(built.contains(compiler) && built.contains("\nEOF\n\nRUN "), "{text}");
        assert!(built.contains("COPY --link --from=healthcheck "), "{text}");
        let text = native(&|service| {
            service.health.as_mut().unwrap().command = Some(usual(vec!["/ask".to_owned()]));
        });
        assert!(text.contains(r#"CMD ["/ask"]"#) && !text.contains("healthcheck"), "{text}");
    }
}

#[test]
fn prisma_finds_its_schema_and_what_its_tools_want() {
    let migrated = |base: Base, tool: &str| {
        dockerfile(|service| {
            service.build.as_mut().unwrap().base = usual(base);
            let words = vec![tool.to_owned(), "migrate".to_owned()];
            service.migrate.as_mut().unwrap().command = usual(words);
        })
    };
    let text = migrated(Base::Debian, "prisma");
    let (install, rest) = text.split_once("npm ci").unwrap();
    assert!(install.contains("ARG BUILD_IMAGE=node:") && install.contains("./**/*.prisma"));
    assert!(install.ends_with("DATABASE_URL=postgresql://localhost/build "), "{install}");
    assert!(install.contains("FROM ${BUILD_IMAGE} AS deps\nWORKDIR /app\n"), "{install}");
    assert!(rest.contains("FROM base AS runtime"), "{rest}");
    assert!(!migrated(Base::Alpine, "prisma").contains("BUILD_IMAGE"));
    assert!(!migrated(Base::Debian, "drizzle-kit").contains("BUILD_IMAGE"));
}

/// Runs the entrypoint with some secrets.
fn enter(name: &str, secrets: &[(&str, &str)], prepare: impl Fn(&mut Command)) -> Output {
    let folder =
        std::env::temp_dir().join(format!("stackc-entrypoint-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("secrets/FOLDER")).unwrap();
    for (name, value) in secrets {
        fs::write(folder.join("secrets").join(name), value).unwrap();
    }
    let (files, _) = files(&one(|_| ()));
    let script = &files.iter().find(|(path, _)| path.ends_with("docker-entrypoint.sh")).unwrap().1;
    let script = script.replace("/run/secrets", folder.join("secrets").to_str().unwrap());
    let path = folder.join("docker-entrypoint.sh");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o555)).unwrap();
    let mut command = Command::new("/bin/sh");
    command.arg(&path).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
    prepare(&mut command);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let _ = fs::remove_dir_all(&folder);
    output
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_entrypoint_hands_over_what_the_files_hold() {
    let value = "a b\n\"q\" $HOME `id` \\n 'x' *";
    let output = enter("values", &[("KEY_1", &format!("{value}\n"))], |command| {
        command.args(["sh", "-c", "printf '%s|' \"$KEY_1\" \"${FOLDER-unset}\""]);
    });
    assert_eq!(printed(&output), format!("{value}|unset|"));
    assert_eq!(output.stderr, b"");
}

#[test]
fn the_entrypoint_replaces_nothing_and_takes_no_odd_name() {
    let secrets = [
        ("GIVEN", "file"),
        ("BY_FILE", "file"),
        ("EMPTY", "file"),
        ("a-b", "x"),
        ("1X", "x"),
        ("PATH", "x"),
    ];
    let output = enter("names", &secrets, |command| {
        command.env("GIVEN", "env").env("EMPTY", "").env("BY_FILE_FILE", "/path").arg("env");
    });
    let printed = printed(&output);
    let lines: Vec<_> = printed.lines().filter(|line| !line.starts_with("PWD=")).collect();
    let named =
        |name: &str| lines.iter().find(|line| line.starts_with(&format!("{name}="))).copied();
    assert_eq!(named("GIVEN"), Some("GIVEN=env"));
    assert_eq!(named("EMPTY"), Some("EMPTY="));
    assert_eq!((named("BY_FILE"), named("a-b"), named("1X")), (None, None, None));
    assert_ne!(named("PATH"), Some("PATH=x"));
}

#[test]
fn the_entrypoint_becomes_the_program() {
    // The shell of the entrypoint is gone: its process is the program, which dies of its own signal.
    let output = enter("process", &[], |command| {
        command.args(["sh", "-c", "tr '\\0' ' ' </proc/$$/cmdline; kill -TERM $$"]);
    });
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&output.status), Some(15));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("docker-entrypoint"), "{output:?}");
    assert_eq!(enter("nothing", &[], |_| ()).status.code(), Some(64));
}

#[test]
fn a_missing_file_is_missing() {
    let served = |spa| {
        let stack = one(|service| {
            service.kind = usual(Kind::Vite);
            service.runtime = None;
            service.files_served =
                Some(StaticFiles { spa: usual(spa), not_found: None, clean_urls: usual(false) });
        });
        let (files, said) = files(&stack);
        assert_eq!(said, [""; 0]);
        files.into_iter().find(|(path, _)| path.ends_with("docker-nginx.conf")).unwrap().1
    };
    let (application, pages) = (served(true), served(false));
    let of_files = application.find("location ~* \"[.](?:avif|").unwrap();
    // The first that fits is taken: what is hidden stays hidden, whatever its name ends with.
    assert!(application.find("location ~ \"/").unwrap() < of_files);
    assert!(!pages.contains("location ~*"));
    // No query, and the path that was asked for: `/index.html` would say nothing.
    for text in [application, pages] {
        assert!(text.contains("$request_method $asked $server_protocol"), "{text}");
        assert!(text.contains("set $decided $asked;"));
        assert!(!text.contains("combined") && !text.contains("referer"));
    }
}

#[test]
fn a_package_is_shipped_with_its_workspace() {
    let package = |output: Option<&str>| {
        let stack = one(|service| {
            let build = service.build.as_mut().unwrap();
            build.package = Some(usual("apps/api".to_owned()));
            build.output = output.map(|folder| usual(folder.to_owned()));
        });
        files(&stack)
    };
    let (files, said) = package(None);
    assert_eq!(said, [""; 0]);
    let runtime = files.iter().find_map(|(_, text)| text.split("AS runtime").nth(1)).unwrap();
    assert!(runtime.contains(" /app ./\nWORKDIR /app/apps/api\n"), "{runtime}");
    let (_, said) = package(Some("apps/api/dist"));
    assert!(said.len() == 1 && said[0].starts_with("E0501"), "{said:?}");
}

#[test]
fn what_is_not_named_is_not_sent() {
    let (sent, _) = files(&one(|_| ()));
    let text = &sent.iter().find(|(path, _)| path.ends_with(".dockerignore")).unwrap().1;
    let lines: Vec<_> =
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert_eq!(lines[..3], ["*", "!*/**", ".*/**"]);
    let last = lines.iter().rposition(|line| line.starts_with('!')).unwrap();
    assert!(lines[last..].contains(&"**/.env") && lines[last..].contains(&"**/*.key"), "{text}");
    // A site shows what it is sent.
    let (files, _) = files(&one(|service| {
        service.kind = usual(Kind::Static);
        service.runtime = None;
        service.build.as_mut().unwrap().context = usual(".".to_owned());
    }));
    let site = &files.iter().find(|(path, _)| path.ends_with(".dockerignore")).unwrap().1;
    for hidden in ["\n.*\n!.well-known\n", "\nstack.yaml\n", "\ncompose*.yaml\n", "\nsecrets/**\n"]
    {
        assert!(site.contains(hidden), "{hidden}: {site}");
    }
    for folder in ["acme", "backups", "certs", "secrets", "swarm"] {
        assert!(site.contains(&format!("\n{folder}/**\n")), "{folder}: {site}");
    }
    // Nor does what only the image needs come among the sources.
    let dockerfile = &sent.iter().find(|(path, _)| path.ends_with("/Dockerfile")).unwrap().1;
    assert!(dockerfile.contains(" --exclude=docker-entrypoint.sh . .\n"), "{dockerfile}");
}
