//! What the stack files say about a small stack.

use serde_json::{Value, json};
use stackc_model::{
    Copies, Delivery, Job, Kind, Moment, Mount, Platform, SecretId, SecretSource, Segment, Text,
    Tier, TlsProvider, Update, Volume,
};

use super::*;
use crate::compose::fixture::{self, label, set, usual};

/// The small stack, on a swarm.
fn stack() -> Stack {
    let mut stack = fixture::stack(Tier::Production);
    let env = &mut stack.environments[0];
    env.platforms = vec![Platform::Swarm];
    for service in &mut env.services {
        service.platforms = vec![Platform::Swarm];
    }
    stack
}

/// The files by path, as values, and the codes of what was said.
fn rendered(stack: &Stack, options: &Options) -> (BTreeMap<String, Value>, Vec<&'static str>) {
    let (mut diagnostics, env) = (Diagnostics::default(), &stack.environments[0]);
    options.check(stack, env, &mut diagnostics);
    let mut scope = Scope::new(stack, env, Platform::Swarm, &mut diagnostics);
    let plan = plan(&mut scope, options);
    let runs = plan.runs.into_iter().map(|run| (run.name, run.document));
    let found = std::iter::once(("main".to_owned(), plan.main)).chain(runs);
    let found: Vec<_> = found.collect();
    for (_, document) in &found {
        objects::names(&mut scope, options, document);
    }
    let values = found.into_iter();
    let values = values.map(|(name, it)| (name, serde_json::to_value(it).unwrap())).collect();
    (values, diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect())
}

fn main(stack: &Stack) -> Value {
    rendered(stack, &Options::default()).0["main"].clone()
}

fn options(text: &str) -> Options {
    let mut diagnostics = Diagnostics::default();
    let mut env = stack().environments.remove(0);
    let text = stackc_source::decode(
        stackc_source::FileId(0),
        text.as_bytes(),
        stackc_source::Limits::default(),
    );
    let (node, _) = stackc_source::read(
        stackc_source::FileId(0),
        &text.unwrap(),
        stackc_source::Limits::default(),
    );
    env.options.insert(ID.to_owned(), node);
    let options = Options::of(&env, &mut diagnostics).unwrap();
    assert!(!diagnostics.has_errors());
    options
}

#[test]
fn nothing_is_written_that_docker_ignores_or_refuses() {
    let (files, _) = rendered(&stack(), &Options::default());
    for (file, document) in files {
        let known = ["services", "networks", "volumes", "secrets", "configs"];
        assert!(document.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())));
        for (name, service) in document["services"].as_object().unwrap() {
            for key in [
                "build",
                "cpu_shares",
                "depends_on",
                "develop",
                "labels",
                "network_mode",
                "profiles",
                "pull_policy",
                "restart",
                "security_opt",
                "shm_size",
                "tmpfs",
            ] {
                assert!(service.get(key).is_none(), "{key} of {name} in {file}");
            }
            assert_eq!(service["read_only"], true, "{name}");
            assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
            assert!(!service["networks"].as_array().unwrap().is_empty(), "{name}");
        }
    }
}

#[test]
fn new_copies_go_first_unless_two_must_not_meet() {
    let mut stack = stack();
    let document = main(&stack);
    let update = |document: &Value, name: &str| document["services"][name]["deploy"].clone();
    let web = update(&document, "web");
    assert_eq!(web["update_config"]["order"], "start-first");
    assert_eq!(web["update_config"]["failure_action"], "rollback");
    assert_eq!(web["rollback_config"]["failure_action"], "pause");
    assert_eq!(web["endpoint_mode"], "dnsrr");
    for name in ["postgres", "redis", "nginx"] {
        assert_eq!(update(&document, name)["update_config"]["order"], "stop-first", "{name}");
    }
    stack.environments[0].services[0].singleton = set(true);
    let document = main(&stack);
    assert_eq!(update(&document, "web")["update_config"]["order"], "stop-first");
    assert_eq!(update(&document, "web")["replicas"], 1);
}

#[test]
fn a_rollout_is_as_wide_as_it_was_asked_to_be() {
    let change = |surge, unavailable, update| {
        let mut stack = stack();
        let web = &mut stack.environments[0].services[0];
        (web.scale.min, web.update) = (usual(8), set(update));
        (web.rollout.surge, web.rollout.unavailable) = (set(surge), set(unavailable));
        let change = main(&stack)["services"]["web"]["deploy"]["update_config"].clone();
        (change["order"].as_str().unwrap().to_owned(), change["parallelism"].as_u64().unwrap())
    };
    let (none, three) = (Copies::Count(0), Copies::Count(3));
    let quarter = Copies::Share(25);
    assert_eq!(change(quarter, none, Update::Rolling), ("start-first".to_owned(), 2));
    assert_eq!(change(three, none, Update::Rolling), ("start-first".to_owned(), 3));
    assert_eq!(change(none, three, Update::Rolling), ("stop-first".to_owned(), 3));
    assert_eq!(change(none, quarter, Update::Rolling), ("stop-first".to_owned(), 2));
    assert_eq!(change(quarter, none, Update::BlueGreen), ("start-first".to_owned(), 8));
    assert_eq!(change(quarter, none, Update::Recreate), ("stop-first".to_owned(), 8));
}

#[test]
fn what_has_a_volume_stays_on_its_node() {
    let mut stack = stack();
    let web = &mut stack.environments[0].services[0];
    let (path, size) = (usual("/data".to_owned()), usual(stackc_model::Bytes::mib(64)));
    web.volumes.insert(label("kept"), Volume { path, size, shared: false, backup: None });
    let document = main(&stack);
    let where_of = |name: &str| document["services"][name]["deploy"]["placement"].clone();
    let at = |owner| json!([format!("node.labels.shop-production.{owner} == true")]);
    assert_eq!(where_of("web")["constraints"], at("web"));
    assert_eq!(where_of("postgres")["constraints"], at("postgres"));
    assert_eq!(where_of("nginx")["constraints"], at("nginx"));
    assert_eq!(where_of("worker")["constraints"], Value::Null);
    assert_eq!(document["services"]["web"]["deploy"]["update_config"]["order"], "stop-first");
}

#[test]
fn memory_is_a_mount_of_its_own_with_its_size_in_bytes() {
    let document = main(&stack());
    let mounts = document["services"]["postgres"]["volumes"].as_array().unwrap();
    let of = |target: &str| mounts.iter().find(|mount| mount["target"] == target).unwrap();
    assert_eq!(of("/dev/shm")["type"], "tmpfs");
    assert!(of("/dev/shm")["tmpfs"]["size"][1].as_u64().unwrap() >= 64 << 20);
    assert!(of("/tmp")["tmpfs"]["size"][1].is_u64());
}

#[test]
fn a_run_has_a_file_of_its_own_and_no_rollout() {
    let mut stack = stack();
    stack.environments[0].services[1].job =
        Some(Job { moment: set(Moment::Manual), deadline: usual(stackc_model::Seconds::new(60)) });
    stack.environments[0].services[1].role = usual(stackc_model::Role::Job);
    let (files, _) = rendered(&stack, &Options::default());
    let names: Vec<_> = files["main"]["services"].as_object().unwrap().keys().collect();
    assert!(!names.iter().any(|name| ["web-migrate", "worker"].contains(&name.as_str())));
    let deploy = |name: &str| files[name]["services"][name]["deploy"].clone();
    assert_eq!(deploy("web-migrate")["mode"], "replicated-job");
    assert_eq!(deploy("web-migrate")["update_config"], Value::Null);
    assert_eq!(deploy("web-migrate")["restart_policy"]["condition"], "on-failure");
    assert_eq!(deploy("worker")["restart_policy"], json!({"condition": "none"}));
    // Only what it uses.
    assert_eq!(files["web-migrate"]["configs"], Value::Null);
    assert_eq!(files["web-migrate"]["networks"].as_object().unwrap().len(), 1);
}

#[test]
fn ports_are_the_nodes_own_and_say_nothing_of_an_address() {
    let ports = main(&stack())["services"]["nginx"]["ports"].clone();
    for port in ports.as_array().unwrap() {
        assert_eq!(port["mode"], "host");
        assert!(port["published"].is_u64());
        assert_eq!(port.get("host_ip"), None);
    }
}

#[test]
fn secrets_are_named_by_version_and_belong_to_the_user() {
    let stack = stack();
    let (files, codes) = rendered(&stack, &options("versions: {TOKEN: 3}\n"));
    let main = &files["main"];
    let token = json!({"external": true, "name": "shop-production_TOKEN_v3"});
    assert_eq!(main["secrets"]["TOKEN"], token);
    let mount = main["services"]["web"]["secrets"].as_array().unwrap();
    let token = mount.iter().find(|mount| mount["source"] == "TOKEN").unwrap();
    assert_eq!((&token["uid"], &token["mode"][1]), (&json!("10001"), &json!(0o400)));
    assert!(!codes.contains(&codes::UNDEFINED.id));
    let wrong = rendered(&stack, &options("versions: {TOKEM: 2}\n")).1;
    assert!(wrong.contains(&codes::UNDEFINED.id));
    let zero = rendered(&stack, &options("versions: {TOKEN: 0}\n")).1;
    assert!(zero.contains(&codes::OUT_OF_RANGE.id));
}

#[test]
fn what_is_made_of_others_changes_with_each_of_them() {
    let mut stack = stack();
    let env = &mut stack.environments[0];
    let part = env.secrets[1].name.to_string();
    let segments = vec![Segment::Secret(SecretId::at(1)), Segment::Secret(SecretId::at(1))];
    env.secrets[0].source = SecretSource::Derived(Text { segments });
    let whole = env.secrets[0].name.to_string();
    let env = &stack.environments[0];
    let name = |text: &str| options(text).secret("s", env, &whole);
    assert_eq!(name("{}\n"), format!("s_{whole}_v1"));
    assert_eq!(name(&format!("versions: {{{part}: 2}}\n")), format!("s_{whole}_v2"));
    assert_eq!(name(&format!("versions: {{{part}: 2, {whole}: 2}}\n")), format!("s_{whole}_v3"));
}

#[test]
fn a_content_is_named_by_its_sum_and_a_file_by_whoever_deploys() {
    let named = |from: Option<&str>, content: Option<&str>| {
        let mut stack = stack();
        let path = usual("/etc/motd".to_owned());
        let [from, content] = [from, content].map(|it| it.map(|it| set(it.to_owned())));
        let mount = Mount { path, from, content, secret: None };
        stack.environments[0].services[0].files.insert(label("motd"), mount);
        let (files, codes) = rendered(&stack, &Options::default());
        (files["main"]["configs"]["web-motd"].clone(), codes.contains(&codes::CANNOT_CARRY.id))
    };
    let (one, fault) = named(None, Some("one"));
    assert!(!fault && one["file"] == "./swarm/production/web-motd");
    assert_ne!(one["name"], named(None, Some("two")).0["name"]);
    let file = named(Some("ops/motd"), None).0;
    assert!(file["name"].as_str().unwrap().starts_with("shop-production_web-motd_${FILES_SUM:?"));
    assert_eq!(file["file"], "./ops/motd");
    assert!(named(None, Some("")).1, "an empty config is refused by docker");
}

#[test]
fn names_that_docker_would_not_take_are_refused() {
    let long = "a".repeat(50);
    let codes = rendered(&stack(), &options(&format!("stack: {long}\n"))).1;
    assert!(codes.contains(&codes::CANNOT_CARRY.id));
    let codes = rendered(&stack(), &options("stack: Shop_1\n")).1;
    assert!(codes.contains(&codes::BAD_FORMAT.id));
}

#[test]
fn braces_in_a_value_are_no_template() {
    let mut stack = stack();
    let name = stackc_model::EnvName::new("GREETING").unwrap();
    stack.environments[0].services[0].env.insert(name, usual("{{ .Node.ID }} $5".to_owned()));
    let value = &main(&stack)["services"]["web"]["environment"]["GREETING"];
    assert_eq!(value, "{{\"{{\"}} .Node.ID }} $$5");
}

#[test]
fn folders_of_a_host_are_volumes_at_the_edge() {
    let mut stack = stack();
    let tls = stack.environments[0].edge.tls.as_mut().unwrap();
    tls.provider = set(TlsProvider::Certbot);
    let (files, _) = rendered(&stack, &Options::default());
    let nginx = &files["main"]["services"]["nginx"];
    let sources = nginx["volumes"].as_array().unwrap().iter().filter_map(|it| it.get("source"));
    assert_eq!(sources.collect::<Vec<_>>(), ["nginx-certs", "nginx-acme-webroot"]);
    assert!(
        nginx["configs"]
            .as_array()
            .unwrap()
            .iter()
            .any(|config| { config["target"] == "/etc/nginx/stack/nginx.conf" })
    );
    let run = &files["nginx-volumes"]["services"]["nginx-volumes"];
    assert_eq!(
        run["volumes"].as_array().unwrap().iter().filter(|it| it["type"] == "volume").count(),
        3
    );
    assert_eq!(run["networks"], json!(["data"]));
    let release = Release::of(&stack, &stack.environments[0]).unwrap();
    assert_eq!(release.first, ["nginx-volumes", "nginx-certificates"]);
    assert_eq!(release.before, ["web-migrate"]);
}

#[test]
fn copies_of_a_store_lie_on_its_node() {
    let mut stack = stack();
    stack.environments[0].backup = Some(fixture::backup());
    let (files, _) = rendered(&stack, &Options::default());
    let run = &files["postgres-backup"]["services"]["postgres-backup"];
    let constraint = json!(["node.labels.shop-production.postgres == true"]);
    assert_eq!(run["deploy"]["placement"]["constraints"], constraint);
    assert_eq!(run["deploy"]["restart_policy"], json!({"condition": "none"}));
    assert_eq!(run["volumes"][0]["source"], "postgres-backups");
    assert_eq!(run["entrypoint"], json!(["sh", "/usr/local/bin/backup.sh"]));
    let config = files["postgres-backup"]["configs"]["backup"]["file"].clone();
    assert_eq!(config, "./swarm/production/backup.sh");
    assert!(!files.contains_key("postgres-shell"), "nobody talks to a run");
    // The volume is made ready by each release, the copies are a timer's.
    let release = Release::of(&stack, &stack.environments[0]).unwrap();
    assert!(release.first.contains(&"postgres-backup-volumes".to_owned()), "{:?}", release.first);
    assert!(!release.before.contains(&"postgres-backup".to_owned()), "{:?}", release.before);
    assert!(release.labels.contains("shop-production.postgres"));
}

#[test]
fn what_a_swarm_cannot_do_is_said_where_it_was_asked_for() {
    let said = |change: fn(&mut Stack)| {
        let mut stack = stack();
        let before = rendered(&stack, &Options::default()).1;
        change(&mut stack);
        let mut after = rendered(&stack, &Options::default()).1;
        for code in before {
            let at = after.iter().position(|known| *known == code);
            after.remove(at.unwrap());
        }
        after
    };
    let approximated = [codes::APPROXIMATED.id];
    assert_eq!(said(|it| it.registry = None), [codes::CANNOT_CARRY.id, codes::CANNOT_CARRY.id]);
    assert_eq!(
        said(|it| it.environments[0].services[1].delivery = set(Delivery::Env)),
        approximated
    );
    assert_eq!(
        said(|it| it.environments[0].services[1].writable.push(set("/var/cache".to_owned()))),
        approximated
    );
    assert_eq!(
        said(|it| it.environments[0].services[1].update = set(Update::BlueGreen)),
        approximated
    );
    assert_eq!(
        said(|it| {
            let needs = &mut it.environments[0].services[1].needs;
            needs.get_mut(&label("postgres")).unwrap().start = set(stackc_model::Start::Healthy);
        }),
        approximated
    );
    assert_eq!(said(|it| it.environments[0].services[1].kind = usual(Kind::Image)), [""; 0]);
}
