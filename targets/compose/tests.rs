//! What the whole file says about a small stack.

use serde_json::{Value, json};
use stackc_model::{
    Delivery, EnvName, Job, Kind, Moment, Mount, Need, NeedTarget, Role, SecretId, ServiceId,
    Start, Tier,
};

use super::fixture::{self, label, set, usual};
use super::*;

/// The document of the first environment and the codes of what was said about it.
fn lowered(stack: &Stack) -> (Value, Vec<&'static str>) {
    let mut diagnostics = Diagnostics::default();
    let mut scope = Scope::new(stack, &stack.environments[0], Platform::Compose, &mut diagnostics);
    let document = document(&mut scope, &Options::default());
    let codes = diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect();
    (serde_json::to_value(document).unwrap(), codes)
}

fn files(stack: &Stack) -> Vec<(String, String)> {
    let (mut out, mut diagnostics) = (Artifacts::default(), Diagnostics::default());
    Compose.render(stack, &mut out, &mut diagnostics);
    assert!(!diagnostics.has_errors());
    let file = |artifact: &Artifact| (artifact.path.to_string(), artifact.body.text().to_owned());
    out.iter().map(file).collect()
}

#[test]
fn every_container_is_hardened_bounded_and_watched() {
    for tier in [Tier::Development, Tier::Production] {
        let (document, _) = lowered(&fixture::stack(tier));
        for (name, service) in document["services"].as_object().unwrap() {
            assert_eq!(service["read_only"], true, "{name}");
            assert_eq!(service["init"], true, "{name}");
            assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
            assert_eq!(service["security_opt"], json!(["no-new-privileges:true"]), "{name}");
            let user = service["user"].as_str().unwrap();
            assert!(user.split(':').all(|id| id.parse::<u32>().unwrap() > 0), "{name}: {user}");
            let limits = &service["deploy"]["resources"]["limits"];
            assert!(limits["pids"].is_u64() && limits["memory"].is_string(), "{name}");
            assert!(service["logging"]["options"]["max-size"].is_string(), "{name}");
            assert!(service["healthcheck"].is_object(), "{name}");
            assert!(service["stop_grace_period"].as_str().is_some_and(|it| !it.is_empty()));
        }
    }
}

#[test]
fn stores_are_cut_off_except_on_a_developers_loopback() {
    let (production, _) = lowered(&fixture::stack(Tier::Production));
    assert_eq!(production["networks"]["data"]["internal"], true);
    assert_eq!(production["services"]["postgres"]["networks"], json!(["data"]));
    let published = |document: &Value| -> Vec<String> {
        let services = document["services"].as_object().unwrap();
        services.iter().filter(|(_, it)| it["ports"].is_array()).map(|it| it.0.clone()).collect()
    };
    assert_eq!(published(&production), ["nginx"]);
    let (development, _) = lowered(&fixture::stack(Tier::Development));
    assert_eq!(development["networks"]["data"]["internal"], Value::Null);
    assert_eq!(published(&development), ["nginx", "postgres", "redis"]);
    for name in published(&development) {
        assert_eq!(development["services"][&name]["ports"][0]["host_ip"], "127.0.0.1");
    }
    let mut stack = fixture::stack(Tier::Development);
    stack.environments[0].stores[0].port = edge::LOCAL;
    let ports = &lowered(&stack).0["services"]["postgres"]["ports"][0];
    assert_eq!((&ports["published"], &ports["target"]), (&json!("8081"), &json!(8080)));
}

#[test]
fn whoever_shares_a_database_waits_for_its_migrations() {
    let (document, _) = lowered(&fixture::stack(Tier::Production));
    let services = &document["services"];
    let done = json!({"condition": "service_completed_successfully"});
    assert_eq!(services["web"]["depends_on"]["web-migrate"], done);
    assert_eq!(services["worker"]["depends_on"]["web-migrate"], done);
    assert_eq!(services["web-migrate"]["depends_on"].as_object().unwrap().len(), 2);
    assert_eq!(services["web-migrate"]["image"], services["web"]["image"]);
    assert_eq!(services["web-migrate"]["networks"], json!(["data"]));
}

#[test]
fn secrets_arrive_as_asked_and_never_as_values() {
    let mut stack = fixture::stack(Tier::Production);
    let worker = &mut stack.environments[0].services[1];
    worker.secrets.insert(EnvName::new("API_TOKEN").unwrap(), SecretId::at(2));
    for (delivery, mounts, variable, value) in [
        (Delivery::File, 3, "API_TOKEN_FILE", Value::Null),
        (Delivery::FileEnv, 3, "API_TOKEN_FILE", json!("/run/secrets/API_TOKEN")),
        (Delivery::Env, 0, "API_TOKEN", json!("${TOKEN:?see .env.example}")),
    ] {
        stack.environments[0].services[1].delivery = usual(delivery);
        let (document, _) = lowered(&stack);
        let worker = &document["services"]["worker"];
        assert_eq!(worker["secrets"].as_array().map_or(0, Vec::len), mounts, "{delivery:?}");
        assert_eq!(worker["environment"][variable], value, "{delivery:?}");
        if mounts > 0 {
            assert_eq!(worker["secrets"][0], json!({"source": "TOKEN", "target": "API_TOKEN"}));
        }
        assert_eq!(document["secrets"]["TOKEN"]["file"], "./secrets/production/TOKEN");
    }
}

#[test]
fn health_is_asked_with_what_the_image_holds() {
    let mut stack = fixture::stack(Tier::Production);
    let (document, _) = lowered(&stack);
    let test = &document["services"]["web"]["healthcheck"]["test"];
    assert_eq!((&test[1], &test[4]), (&json!("node"), &json!("http://127.0.0.1:3000/ready")));
    assert_eq!(document["services"]["worker"]["healthcheck"]["disable"][1], true);

    let env = &mut stack.environments[0];
    env.services[0].kind = usual(Kind::Image);
    let need = Need { target: NeedTarget::Service(ServiceId::at(0)), start: usual(Start::Healthy) };
    env.services[1].needs.insert(label("web"), need);
    let (document, codes) = lowered(&stack);
    let started = json!({"condition": "service_started"});
    assert_eq!(document["services"]["worker"]["depends_on"]["web"], started);
    assert_eq!(document["services"]["nginx"]["depends_on"]["web"], started);
    assert!(document["services"]["web"]["healthcheck"].is_null());
    assert_eq!(codes, [codes::APPROXIMATED.id; 2]);
}

#[test]
fn data_stays_data() {
    let (document, _) = lowered(&fixture::stack(Tier::Production));
    assert_eq!(document["services"]["web"]["environment"]["GREETING"], "costs $$5");
    let image = document["services"]["web"]["image"].as_str().unwrap();
    assert!(image.starts_with("ghcr.io/acme/shop/web:${IMAGE_TAG:?"), "{image}");
}

#[test]
fn what_compose_cannot_do_is_said_where_it_was_written() {
    let written = |change: fn(&mut stackc_model::Service)| {
        let mut stack = fixture::stack(Tier::Production);
        change(&mut stack.environments[0].services[1]);
        lowered(&stack).1
    };
    assert!(written(|worker| worker.scale.max = usual(9)).is_empty());
    assert_eq!(written(|worker| worker.scale.max = set(9)), [codes::APPROXIMATED.id]);
    assert_eq!(
        written(|worker| worker.resources.disk = set(stackc_model::Bytes::gib(9))),
        [codes::APPROXIMATED.id]
    );
    assert_eq!(
        written(|worker| worker.writable = vec![set("/a:b".to_owned())]),
        [codes::CANNOT_CARRY.id]
    );
    assert_eq!(written(|worker| worker.name = label("nginx")), [codes::COLLISION.id]);
    assert_eq!(
        written(|worker| worker.stop.drain.origin = set(()).origin),
        [codes::APPROXIMATED.id]
    );
    assert_eq!(
        written(|worker| {
            worker.role = usual(Role::Cron);
            worker.cron = Some(stackc_model::Cron {
                schedule: set("5 * * * *".to_owned()),
                concurrency: stackc_model::Concurrency::Forbid,
                deadline: None,
            });
        }),
        [codes::APPROXIMATED.id]
    );
}

#[test]
fn a_job_runs_first_or_waits_behind_a_profile() {
    let mut stack = fixture::stack(Tier::Production);
    let worker = &mut stack.environments[0].services[1];
    worker.role = usual(Role::Job);
    for (moment, profiles, waits) in [
        (Moment::BeforeDeploy, Value::Null, json!({"condition": "service_completed_successfully"})),
        (Moment::AfterDeploy, json!(["after-deploy"]), Value::Null),
        (Moment::Manual, json!(["manual"]), Value::Null),
    ] {
        let deadline = usual(stackc_model::Seconds::new(600));
        stack.environments[0].services[1].job = Some(Job { moment: usual(moment), deadline });
        let (document, _) = lowered(&stack);
        let job = &document["services"]["worker"];
        assert_eq!(job["profiles"], profiles);
        assert_eq!(job["restart"], "no");
        assert_eq!(job["deploy"]["replicas"], Value::Null);
        assert_eq!(document["services"]["web"]["depends_on"]["worker"], waits);
    }
}

#[test]
fn nobody_waits_for_a_job_that_waits_for_him() {
    let mut stack = fixture::stack(Tier::Production);
    let deadline = usual(stackc_model::Seconds::new(600));
    let worker = &mut stack.environments[0].services[1];
    worker.role = usual(Role::Job);
    worker.job = Some(Job { moment: usual(Moment::BeforeDeploy), deadline });
    let web = Need { target: NeedTarget::Service(ServiceId::at(0)), start: usual(Start::Healthy) };
    worker.needs.insert(label("web"), web);
    let (document, _) = lowered(&stack);
    assert!(document["services"]["worker"]["depends_on"]["web"].is_object());
    assert!(document["services"]["web"]["depends_on"]["worker"].is_null());
}

#[test]
fn a_singleton_runs_once_whatever_its_scale() {
    let mut stack = fixture::stack(Tier::Production);
    let replicas =
        |stack: &Stack| lowered(stack).0["services"]["worker"]["deploy"]["replicas"].clone();
    assert_eq!(replicas(&stack), 2);
    stack.environments[0].services[1].singleton = set(true);
    assert_eq!(replicas(&stack), 1);
}

#[test]
fn another_content_makes_another_service() {
    let label_of = |text: &str| {
        let mut stack = fixture::stack(Tier::Production);
        let path = set("/etc/worker.conf".to_owned());
        let content = Some(set(text.to_owned()));
        let mount = Mount { path, from: None, content, secret: None };
        stack.environments[0].services[1].files.insert(label("conf"), mount);
        lowered(&stack).0["services"]["worker"]["labels"]["stackc.files"].clone()
    };
    assert_eq!(label_of("a"), label_of("a"));
    assert!(label_of("a").is_string());
    assert_ne!(label_of("a"), label_of("b"));
}

#[test]
fn content_becomes_a_file_of_its_own() {
    let mut stack = fixture::stack(Tier::Production);
    let mount = Mount {
        path: set("/etc/worker.conf".to_owned()),
        from: None,
        content: Some(set("a = $b\n".to_owned())),
        secret: None,
    };
    stack.environments[0].services[1].files.insert(label("conf"), mount);
    let files = files(&stack);
    let paths: Vec<_> = files.iter().map(|file| file.0.as_str()).collect();
    let database = "config/production/postgres-init.sql";
    assert_eq!(paths, ["compose.production.yaml", database, "config/production/worker-conf"]);
    assert_eq!(files[2].1, "a = $b\n");
    assert!(files[0].1.contains("file: ./config/production/worker-conf"), "{}", files[0].1);
    assert!(files[0].1.contains("target: /etc/worker.conf"), "{}", files[0].1);
}

#[test]
fn nothing_is_written_where_the_target_is_off_or_the_platform_is_another() {
    let mut stack = fixture::stack(Tier::Production);
    stack.environments[0].options.insert("compose".to_owned(), None);
    assert!(files(&stack).is_empty());
    let mut stack = fixture::stack(Tier::Production);
    stack.environments[0].platforms = vec![stackc_model::Platform::Kubernetes];
    assert!(files(&stack).is_empty());
}

#[test]
fn services_of_other_platforms_are_left_out() {
    let mut stack = fixture::stack(Tier::Production);
    stack.environments[0].services[0].platforms = vec![stackc_model::Platform::Vercel];
    let need = Need { target: NeedTarget::Service(ServiceId::at(0)), start: usual(Start::Healthy) };
    stack.environments[0].services[1].needs.insert(label("web"), need);
    let (document, codes) = lowered(&stack);
    assert_eq!(codes, [codes::UNSUPPORTED.id]);
    let names: Vec<_> = document["services"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["postgres", "redis", "worker"]);
}

#[test]
fn the_edge_publishes_what_it_speaks_and_is_left_out_where_nginx_is_off() {
    let mut stack = fixture::stack(Tier::Production);
    let ports = |stack: &Stack| -> Vec<String> {
        let ports = lowered(stack).0["services"]["nginx"]["ports"].clone();
        let ports = ports.as_array().unwrap().iter();
        ports.map(|port| port["published"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ports(&stack), ["80", "443"]);
    let tls = stack.environments[0].edge.tls.as_mut().unwrap();
    tls.provider = usual(stackc_model::TlsProvider::None);
    assert_eq!(ports(&stack), ["80"]);
    assert!(lowered(&stack).0["services"]["certbot"].is_null());
    stack.environments[0].options.insert("nginx".to_owned(), None);
    assert!(lowered(&stack).0["services"]["nginx"].is_null());
}

#[test]
fn nginx_can_start_before_certbot_has_been() {
    let mut stack = fixture::stack(Tier::Production);
    let services = lowered(&stack).0["services"].clone();
    let done = json!({"condition": "service_completed_successfully"});
    assert_eq!(services["nginx"]["depends_on"]["nginx-certificates"], done);
    let placeholders = &services["nginx-certificates"];
    assert_eq!(placeholders["image"], services["nginx"]["image"]);
    assert_eq!(placeholders["user"], services["nginx"]["user"]);
    assert_eq!(placeholders["volumes"][0]["source"], "./certs");
    assert_eq!(placeholders["volumes"][0]["read_only"], Value::Null);
    assert_eq!(placeholders["command"][4], "shop.example");
    // Whoever brings certificates along has them before the first start.
    let tls = stack.environments[0].edge.tls.as_mut().unwrap();
    tls.provider = usual(stackc_model::TlsProvider::Files);
    let services = lowered(&stack).0["services"].clone();
    assert!(services["nginx-certificates"].is_null());
    assert!(services["nginx"]["depends_on"]["nginx-certificates"].is_null());
}

#[test]
fn nginx_keeps_its_own_certificates_and_speaks_http3_over_udp() {
    let mut stack = fixture::stack(Tier::Production);
    let edge = &mut stack.environments[0].edge;
    edge.tls.as_mut().unwrap().provider = usual(stackc_model::TlsProvider::Nginx);
    edge.http3 = usual(true);
    let services = lowered(&stack).0["services"].clone();
    assert!(services["certbot"].is_null() && services["nginx-certificates"].is_null());
    let volumes = services["nginx"]["volumes"].as_array().unwrap().clone();
    let state = volumes.iter().find(|volume| volume["target"] == "/var/lib/nginx/acme").unwrap();
    assert_eq!((&state["source"], &state["read_only"]), (&json!("./acme/state"), &Value::Null));
    assert!(!volumes.iter().any(|volume| volume["target"] == "/etc/nginx/certs"));
    let ports = services["nginx"]["ports"].as_array().unwrap().clone();
    assert!(ports.iter().any(|port| port["protocol"] == "udp" && port["published"] == "443"));
}

#[test]
fn a_wildcard_is_not_left_to_certbot() {
    let mut stack = fixture::stack(Tier::Production);
    let domain = stack.environments[0].domains.get_mut("main").unwrap();
    domain.aliases.push(set("*.shop.example".to_owned()));
    assert_eq!(lowered(&stack).1, [codes::CANNOT_CARRY.id]);
    let tls = stack.environments[0].edge.tls.as_mut().unwrap();
    tls.provider = usual(stackc_model::TlsProvider::Files);
    assert!(lowered(&stack).1.is_empty());
}

#[test]
fn backups_that_nobody_makes_are_said() {
    let backup = |schedule| stackc_model::Backup {
        schedule,
        keep_days: usual(14),
        formats: Vec::new(),
        rpo: None,
        rto: None,
    };
    let said = |tier, schedule| {
        let mut stack = fixture::stack(tier);
        stack.environments[0].backup = Some(backup(schedule));
        lowered(&stack).1
    };
    let (nightly, written) = (usual("0 2 * * *".to_owned()), set("0 2 * * *".to_owned()));
    assert_eq!(said(Tier::Production, nightly.clone()), [codes::PLANNED.id]);
    assert!(said(Tier::Staging, nightly).is_empty());
    assert_eq!(said(Tier::Staging, written.clone()), [codes::PLANNED.id]);
    assert!(said(Tier::Development, written).is_empty());
}

#[test]
fn large_uploads_get_room_at_the_edge() {
    let mut stack = fixture::stack(Tier::Production);
    stack.environments[0].routes[0].body_limit = usual(stackc_model::Bytes::mib(100));
    let nginx = &lowered(&stack).0["services"]["nginx"];
    assert_eq!(nginx["tmpfs"], json!(["/tmp:mode=1777,size=400m"]));
    assert_eq!(nginx["deploy"]["resources"]["limits"]["memory"], "928m");
    stack.environments[0].routes[0].body_limit = usual(stackc_model::Bytes(50_000_000));
    let nginx = &lowered(&stack).0["services"]["nginx"];
    assert_eq!(nginx["tmpfs"], json!(["/tmp:mode=1777,size=191m"]));
}

#[test]
fn a_copy_of_another_service_is_built_from_its_sources_and_watched_with_it() {
    let (document, _) = lowered(&fixture::stack(Tier::Development));
    for name in ["web", "worker", "web-migrate"] {
        let service = &document["services"][name];
        assert_eq!(service["build"], json!({"context": "./backend"}), "{name}");
        assert_eq!(service["image"], Value::Null, "{name}");
        let watched = service["develop"]["watch"][0]["path"].as_str();
        assert_eq!(watched, (name != "web-migrate").then_some("./backend"), "{name}");
    }
}

#[test]
fn without_a_registry_no_strangers_image_is_pulled() {
    let mut stack = fixture::stack(Tier::Production);
    stack.registry = None;
    let services = &lowered(&stack).0["services"];
    for (name, policy) in [("web", "never"), ("web-migrate", "never"), ("redis", "missing")] {
        assert_eq!(services[name]["pull_policy"], policy, "{name}");
    }
    let (document, _) = lowered(&fixture::stack(Tier::Production));
    assert_eq!(document["services"]["web"]["pull_policy"], "missing");
}

#[test]
fn the_edge_is_never_closed_for_long() {
    let grace = |seconds| {
        let mut stack = fixture::stack(Tier::Production);
        stack.environments[0].services[0].stop.grace = usual(stackc_model::Seconds::new(seconds));
        lowered(&stack).0["services"]["nginx"]["stop_grace_period"].clone()
    };
    assert_eq!((grace(10), grace(600)), (json!("10s"), json!("30s")));
}

#[test]
fn what_holds_secrets_is_not_watched() {
    let mut stack = fixture::stack(Tier::Development);
    stack.environments[0].services[0].build.as_mut().unwrap().context = usual(".".to_owned());
    let watch = &lowered(&stack).0["services"]["web"]["develop"]["watch"][0]["ignore"];
    for folder in [".env", "certs/", "acme/", "secrets/"] {
        assert!(watch.as_array().unwrap().contains(&json!(folder)), "{folder}: {watch}");
    }
}
