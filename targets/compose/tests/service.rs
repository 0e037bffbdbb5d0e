//! Services: what they run, wait for and are given.

use serde_json::{Value, json};
use stackc_model::{
    Delivery, EnvName, Job, Kind, Moment, Mount, Need, NeedTarget, Role, SecretId, ServiceId,
    Start, Tier,
};

use super::{Stack, codes, files, fixture, label, lowered, set, usual};

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
    let text = |path: &str| &files.iter().find(|file| file.0 == path).unwrap().1;
    assert_eq!(text("config/production/worker-conf"), "a = $b\n");
    let compose = text("compose.production.yaml");
    assert!(compose.contains("file: ./config/production/worker-conf"), "{compose}");
    assert!(compose.contains("target: /etc/worker.conf"), "{compose}");
}

#[test]
fn a_copy_of_another_service_is_built_from_its_sources_and_watched_with_it() {
    let (document, _) = lowered(&fixture::stack(Tier::Development));
    for name in ["web", "worker", "web-migrate"] {
        let service = &document["services"][name];
        assert_eq!(service["build"], json!({"context": "./backend", "target": "dev"}), "{name}");
        assert_eq!(service["image"], Value::Null, "{name}");
        let watched = service["develop"]["watch"][0]["path"].as_str();
        assert_eq!(watched, (name != "web-migrate").then_some("./backend"), "{name}");
    }
}

#[test]
fn a_server_that_follows_the_sources_gets_them_copied() {
    let mut stack = fixture::stack(Tier::Development);
    stack.environments[0].services[0].kind = usual(Kind::Nextjs);
    let web = lowered(&stack).0["services"]["web"].clone();
    let [lock, sources] = web["develop"]["watch"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!(
        (&lock["action"], &lock["path"]),
        (&json!("rebuild"), &json!("./backend/package-lock.json"))
    );
    assert_eq!((&sources["action"], &sources["target"]), (&json!("sync"), &json!("/app/")));
    assert_eq!(web["read_only"][1], json!(false));
    stack.environments[0].services[0].build.as_mut().unwrap().dockerfile =
        Some(usual("backend/Dockerfile".to_owned()));
    let own = lowered(&stack).0["services"]["web"].clone();
    assert_eq!((&own["read_only"], &own["build"]["target"]), (&json!(true), &Value::Null));
    assert_eq!(own["develop"]["watch"][0]["action"], "rebuild");
}

#[test]
fn a_program_is_built_again_unless_it_runs_its_sources() {
    let actions = |command: &str, change: fn(&mut stackc_model::Build)| {
        let mut stack = fixture::stack(Tier::Development);
        let web = &mut stack.environments[0].services[0];
        (web.kind, web.command) = (usual(Kind::Node), Some(usual(vec![command.to_owned()])));
        change(web.build.as_mut().unwrap());
        let web = lowered(&stack).0["services"]["web"].clone();
        let watch = web["develop"]["watch"].as_array().unwrap().clone();
        watch.iter().map(|it| it["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(actions("src/server.ts", |_| ()), ["rebuild", "sync+restart"]);
    assert_eq!(actions("./dist/server.js", |_| ()), ["rebuild"]);
    let made = |build: &mut stackc_model::Build| build.output = Some(usual("lib".to_owned()));
    assert_eq!(actions("lib/server.js", made), ["rebuild"]);
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
