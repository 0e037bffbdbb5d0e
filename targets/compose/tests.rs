//! What the whole file says about a small stack.

use serde_json::{Value, json};
use stackc_model::{Need, NeedTarget, Role, ServiceId, Start, Tier};

use super::fixture::{self, label, set, usual};
use super::*;

mod edge;
mod monitoring;
mod service;
mod tools;

/// The document of the first environment and the codes of what was said about it.
fn lowered(stack: &Stack) -> (Value, Vec<&'static str>) {
    let mut diagnostics = Diagnostics::default();
    let mut scope = Scope::new(stack, &stack.environments[0], Platform::Compose, &mut diagnostics);
    let documents = documents(&mut scope, &Options::default());
    bounds::report(&mut scope);
    let codes = diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect();
    let mut whole = json!({});
    for document in documents.values() {
        merge(&mut whole, &serde_json::to_value(document).unwrap());
    }
    (whole, codes)
}

/// What compose makes of a file and those it includes.
fn merge(into: &mut Value, other: &Value) {
    match (into.as_object_mut(), other.as_object()) {
        (Some(into), Some(other)) => {
            for (key, value) in other {
                merge(into.entry(key.as_str()).or_insert_with(|| json!({})), value);
            }
        }
        _ => *into = other.clone(),
    }
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
    let plain = [Tier::Development, Tier::Production].map(fixture::stack);
    for stack in plain.into_iter().chain([monitoring::watched()]) {
        let (document, _) = lowered(&stack);
        for (name, service) in document["services"].as_object().unwrap() {
            assert_eq!(service["read_only"], true, "{name}");
            assert_eq!(service["init"], true, "{name}");
            assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
            assert_eq!(service["security_opt"], json!(["no-new-privileges:true"]), "{name}");
            // A value with its reason is a pair here.
            let user = service["user"].as_str().or(service["user"][1].as_str()).unwrap();
            let root = ["cadvisor", "nginx-volumes"].contains(&name.as_str());
            assert!(root || user.split(':').all(|id| id.parse::<u32>().unwrap() > 0), "{name}");
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
    stack.environments[0].stores[0].port = crate::compose::edge::LOCAL;
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
    // The tools are not in what is shipped of a Node.js program.
    let tools = services["web"]["image"].as_str().unwrap().replacen("web:", "web-migrate:", 1);
    assert_eq!(services["web-migrate"]["image"], tools);
    assert_eq!(services["web-migrate"]["networks"], json!(["data"]));
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
    assert_eq!(names, ["postgres", "postgres-shell", "redis", "redis-shell", "worker"]);
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

#[test]
fn mail_that_is_caught_gets_a_catcher() {
    let mut stack = fixture::stack(Tier::Development);
    assert_eq!(lowered(&stack).0["services"]["mail-catcher"], Value::Null);
    let external = stackc_model::External { caught: true, ..fixture::external("relay") };
    stack.environments[0].externals.push(external);
    let (document, codes) = lowered(&stack);
    let catcher = &document["services"]["mail-catcher"];
    assert_eq!(catcher["ports"][0]["host_ip"], "127.0.0.1");
    assert_eq!(catcher["networks"], json!(["app"]));
    assert!(codes.is_empty(), "{codes:?}");
    // Whoever is called like it would take its place.
    stack.environments[0].services[0].name = label("mail-catcher");
    assert!(lowered(&stack).1.contains(&codes::COLLISION.id));
}

#[test]
fn over_ipv6_the_edge_alone_is_reached() {
    let ipv6 = Some(stackc_shape::Spanned { value: true, span: fixture::span() });
    let options = Options { ipv6, ..Options::default() };
    let written = |stack: Stack| {
        let mut diagnostics = Diagnostics::default();
        let mut scope =
            Scope::new(&stack, &stack.environments[0], Platform::Compose, &mut diagnostics);
        let main = documents(&mut scope, &options).remove(&Part::Main);
        serde_json::to_value(main.unwrap()).unwrap()
    };
    let document = written(monitoring::watched());
    let addresses = |document: &Value| {
        let ports = document["services"]["nginx"]["ports"].as_array().unwrap().clone();
        let port = |port: &Value| format!("{} {}", port["host_ip"], port["published"]);
        ports.iter().map(port).collect::<Vec<_>>().join(", ")
    };
    let wanted = r#""0.0.0.0" "80", "0.0.0.0" "443", "::" "80", "::" "443""#;
    assert_eq!(addresses(&document), wanted);
    for (name, network) in document["networks"].as_object().unwrap() {
        assert_eq!(network["enable_ipv6"] == true, name == "edge", "{name}");
    }
    assert_eq!(addresses(&written(fixture::stack(Tier::Development))), r#""127.0.0.1" "8080""#);
}
