//! The file that watches.

use serde_json::{Value, json};
use stackc_model::{
    DataAccess, DatabaseUser, Engine, Metrics, ObserveLevel, SecretId, Sourced, Tier,
};

use super::{Diagnostics, Options, Platform, Scope};
use super::{Part, Stack, codes, documents, files, fixture, label, lowered, set, usual};

/// The stack of the fixture, watched in full.
pub(super) fn watched() -> Stack {
    let mut stack = fixture::stack(Tier::Production);
    let env = &mut stack.environments[0];
    env.url = Some("https://shop.example".to_owned());
    env.observe.level = set(ObserveLevel::Full);
    (env.observe.host, env.observe.containers, env.observe.blackbox) = (true, true, true);
    env.services[0].metrics = Some(Metrics {
        path: usual("/metrics".to_owned()),
        port: label("http"),
        token: None,
        http: usual("http_request_duration_seconds".to_owned()),
        db_pool_waiting: None,
        db_latency: None,
    });
    for store in &mut env.stores {
        match &mut store.engine {
            Engine::Postgres { users, .. } => users.push(DatabaseUser {
                name: label("monitoring"),
                access: DataAccess::Monitor,
                password: SecretId::at(2),
            }),
            Engine::Redis { monitor, .. } => *monitor = Some(SecretId::at(3)),
            Engine::Server(_) => {}
        }
    }
    stack
}

#[test]
fn the_exporters_are_those_that_prometheus_asks() {
    let stack = watched();
    let files = files(&stack);
    assert!(files.iter().any(|(path, _)| path == "compose.production.monitoring.yaml"));
    let monitoring = crate::prometheus::monitoring(&stack, &stack.environments[0]).unwrap();
    let (document, _) = lowered(&stack);
    let services = document["services"].as_object().unwrap();
    for job in &monitoring.jobs {
        let own = ["localhost", "nginx"].contains(&job.host.as_str());
        assert!(own || services.contains_key(&job.host), "{}", job.host);
    }
    assert_eq!(services["nginx-exporter"]["network_mode"], "service:nginx");
    assert_eq!(services["nginx-exporter"]["networks"], Value::Null);
    for name in ["prometheus", "alertmanager", "node-exporter", "web", "nginx"] {
        let networks = services[name]["networks"].as_array().unwrap();
        assert!(networks.contains(&json!("observe")), "{name}");
    }
    assert_eq!(services["worker"]["networks"], json!(["app", "data"]));
}

#[test]
fn exporters_have_credentials_of_their_own_in_files() {
    let (document, _) = lowered(&watched());
    let postgres = &document["services"]["postgres-exporter"];
    assert_eq!(postgres["environment"]["DATA_SOURCE_USER"], "monitoring");
    assert_eq!(postgres["environment"]["DATA_SOURCE_PASS_FILE"], "/run/secrets/TOKEN");
    assert_eq!(postgres["secrets"], json!(["TOKEN"]));
    let redis = &document["services"]["redis-exporter"];
    assert_eq!(redis["environment"]["REDIS_ADDR"], "redis://redis:6379");
    assert_eq!(redis["secrets"], json!(["REDIS_ACL"]));
    for service in [postgres, redis] {
        assert_eq!(service["user"], document["services"]["postgres"]["user"]);
        assert_eq!(service["networks"], json!(["data", "observe"]));
    }
}

#[test]
fn nothing_that_watches_is_reached_from_outside() {
    let (document, said) = lowered(&watched());
    for (name, service) in document["services"].as_object().unwrap() {
        for port in service["ports"].as_array().into_iter().flatten() {
            assert!(name == "nginx" || port["host_ip"] == "127.0.0.1", "{name}");
        }
    }
    assert!(said.contains(&codes::PLANNED.id));
}

#[test]
fn a_file_declares_all_it_mounts_and_joins() {
    let stack = watched();
    let mut diagnostics = Diagnostics::default();
    let env = &stack.environments[0];
    let mut scope = Scope::new(&stack, env, Platform::Compose, &mut diagnostics);
    let documents = documents(&mut scope, &Options::default());
    let wanted = ["compose.production.tls.yaml", "compose.production.monitoring.yaml"];
    assert_eq!(documents[&Part::Main].include, wanted);
    for document in documents.values() {
        let document = serde_json::to_value(document).unwrap();
        for service in document["services"].as_object().unwrap().values() {
            for network in service["networks"].as_array().into_iter().flatten() {
                assert!(document["networks"][network.as_str().unwrap()].is_object());
            }
            for mount in service["volumes"].as_array().into_iter().flatten() {
                let source = mount["source"].as_str().unwrap();
                assert!(mount["type"] == "bind" || document["volumes"][source].is_object());
            }
            for secret in service["secrets"].as_array().into_iter().flatten() {
                let name = secret.as_str().or(secret["source"].as_str()).unwrap();
                assert!(document["secrets"][name].is_object(), "{name}");
            }
        }
    }
}

#[test]
fn backups_report_to_the_node_exporter() {
    let mut stack = watched();
    stack.environments[0].backup = Some(stackc_model::Backup {
        schedule: usual("0 2 * * *".to_owned()),
        keep_days: usual(14),
        formats: vec!["custom".to_owned()],
        rpo: None,
        rto: None,
    });
    let (document, _) = lowered(&stack);
    let services = &document["services"];
    let shared = |name: &str| {
        let mounts = services[name]["volumes"].as_array().unwrap().clone();
        mounts.into_iter().find(|mount| mount["source"] == "postgres-backup-metrics").unwrap()
    };
    assert_eq!(shared("node-exporter")["read_only"], true);
    assert_eq!(shared("postgres-backup")["target"], "/metrics");
    let handed = &services["postgres-backup-volumes"]["volumes"];
    assert_eq!(handed[1]["source"], "postgres-backup-metrics");
}

#[test]
fn basic_watches_nothing_here() {
    let mut stack = watched();
    stack.environments[0].observe.level = Sourced::default(ObserveLevel::Basic, "test");
    let (document, _) = lowered(&stack);
    assert!(document["services"]["prometheus"].is_null());
    assert!(document["networks"]["observe"].is_null());
}
