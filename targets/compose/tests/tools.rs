//! Backups and shells.

use serde_json::json;
use stackc_model::{Backup, Dump, Engine, Server, Sourced, Tier};

use super::{Stack, codes, files, fixture, lowered, set, usual};

/// A stack that is backed up at a time.
fn saved(tier: Tier, schedule: Sourced<String>) -> Stack {
    let mut stack = fixture::stack(tier);
    stack.environments[0].backup = Some(Backup { schedule, ..fixture::backup() });
    stack
}

fn nightly() -> Sourced<String> {
    usual("0 2 * * *".to_owned())
}

#[test]
fn a_database_is_saved_as_its_superuser_by_one_script() {
    let stack = saved(Tier::Production, nightly());
    let (document, _) = lowered(&stack);
    let run = &document["services"]["postgres-backup"];
    assert_eq!(run["profiles"], json!(["backup"]));
    assert_eq!(run["secrets"], json!(["POSTGRES_SUPERUSER_PASSWORD"]));
    assert_eq!(run["networks"], json!(["data"]));
    assert_eq!(run["user"], document["services"]["postgres"]["user"]);
    let variable = |name: &str| run["environment"][name].as_str().unwrap().to_owned();
    let wanted = [("FORMATS", "custom sql"), ("KEEP_DAYS", "9"), ("PGUSER", "postgres")];
    for (name, value) in wanted {
        assert_eq!(variable(name), value);
    }
    // Docker makes the folder for root, so it is handed over before the first run, and only then.
    assert_eq!(run["volumes"][0]["source"], "./backups/production/postgres");
    let handed = &document["services"]["postgres-backup-volumes"];
    assert_eq!(handed["volumes"][0]["source"], run["volumes"][0]["source"]);
    assert_eq!((&handed["profiles"], &handed["command"][4]), (&json!(["backup"]), &json!("999")));
    // Without a node exporter of ours nobody reads when it succeeded.
    assert_eq!(run["environment"]["METRICS_DIR"], json!(null));
    let files = files(&stack);
    let script = files.iter().find(|(path, _)| path == "config/production/backup.sh").unwrap();
    assert!(script.1.starts_with("#!/bin/sh\n") && script.1.contains("pg_restore --list"));
    assert!(run["entrypoint"][1] == run["configs"][0]["target"]);
}

#[test]
fn another_server_is_saved_by_its_own_command() {
    let mut stack = saved(Tier::Production, nightly());
    let dump = Dump { save: vec!["save".to_owned()], restore: vec!["restore".to_owned()] };
    let server = Server { dump: Some(dump), ..fixture::server("custom") };
    stack.environments[0].stores[1].engine = Engine::Server(Box::new(server));
    let (document, codes) = lowered(&stack);
    let run = &document["services"]["redis-backup"];
    assert_eq!((&run["command"], &run["user"]), (&json!(["save"]), &json!("1000:1000")));
    let data = run["volumes"].as_array().unwrap().last().unwrap();
    assert_eq!((&data["source"], &data["read_only"]), (&json!("redis-data"), &json!(true)));
    assert!(document["services"]["redis-shell"].is_null());
    assert!(codes.is_empty(), "{codes:?}");
}

#[test]
fn what_is_not_saved_is_said_and_so_is_who_keeps_the_time() {
    let said = |tier, schedule| lowered(&saved(tier, schedule)).1;
    let written = || set("0 2 * * *".to_owned());
    assert_eq!(said(Tier::Production, nightly()), [codes::PLANNED.id]);
    assert!(said(Tier::Staging, nightly()).is_empty());
    let both = [codes::PLANNED.id, codes::APPROXIMATED.id];
    assert_eq!(said(Tier::Staging, written()), both);
    assert!(said(Tier::Development, written()).is_empty());
}

#[test]
fn a_shell_has_the_rights_of_the_services_and_no_password_on_its_command_line() {
    let (document, _) = lowered(&fixture::stack(Tier::Production));
    let shell = &document["services"]["postgres-shell"];
    assert_eq!(shell["environment"]["PGUSER"], "shop");
    assert_eq!(shell["secrets"], json!(["POSTGRES_PASSWORD"]));
    let line = "PGPASSWORD=\"$$(cat \"$$1\")\" exec psql";
    assert_eq!(
        shell["command"],
        json!(["sh", "-c", line, "shell", "/run/secrets/POSTGRES_PASSWORD"])
    );
    let shell = &document["services"]["redis-shell"]["command"];
    assert_eq!((&shell[5], &shell[6]), (&json!("redis"), &json!("6379")));
    let (document, _) = lowered(&fixture::stack(Tier::Development));
    assert!(document["services"]["postgres-shell"].is_null());
}
