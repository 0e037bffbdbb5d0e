//! The edge and its certificates.

use serde_json::{Value, json};
use stackc_model::Tier;

use super::{Stack, codes, fixture, lowered, set, usual};

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
fn folders_of_the_edge_are_made_and_handed_over_before_anyone_mounts_them() {
    let mut stack = fixture::stack(Tier::Production);
    let services = lowered(&stack).0["services"].clone();
    let run = &services["nginx-volumes"];
    let sources = |run: &Value| {
        let mounts = run["volumes"].as_array().unwrap().clone();
        assert!(mounts.iter().all(|mount| mount["bind"]["create_host_path"] == json!(true)));
        mounts.iter().map(|mount| mount["source"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(sources(run), ["./acme/state", "./acme/webroot", "./certs"]);
    assert_eq!((&run["command"][4], &run["network_mode"]), (&json!("101"), &json!("none")));
    let done = json!({"condition": "service_completed_successfully"});
    let configuration = json!({"create_host_path": false});
    assert_eq!(services["nginx"]["volumes"][0]["bind"], configuration);
    for name in ["nginx", "nginx-certificates", "certbot"] {
        assert_eq!(services[name]["depends_on"]["nginx-volumes"], done, "{name}");
        // Docker looks for all folders when it creates the containers, before any of them runs.
        let bind = &services[name]["volumes"].as_array().unwrap().last().unwrap()["bind"];
        assert_eq!(bind["create_host_path"], true, "{name}");
    }
    let tls = stack.environments[0].edge.tls.as_mut().unwrap();
    tls.provider = usual(stackc_model::TlsProvider::Nginx);
    assert_eq!(sources(&lowered(&stack).0["services"]["nginx-volumes"]), ["./acme/state"]);
    // What somebody brings along is his to give away.
    let tls = stack.environments[0].edge.tls.as_mut().unwrap();
    tls.provider = usual(stackc_model::TlsProvider::Files);
    assert!(lowered(&stack).0["services"]["nginx-volumes"].is_null());
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
fn large_uploads_get_room_at_the_edge() {
    let mut stack = fixture::stack(Tier::Production);
    stack.environments[0].routes[0].body_limit = usual(stackc_model::Bytes::mib(100));
    let nginx = &lowered(&stack).0["services"]["nginx"];
    assert_eq!(nginx["tmpfs"], json!(["/tmp:mode=1777,size=400m"]));
    assert_eq!(nginx["deploy"]["resources"]["limits"]["memory"], "948m");
    // Each limit has a memory of its own.
    let span = stack.environments[0].services[0].span;
    stack.environments[0].limits = vec![limit("login", span), limit("search", span)];
    let nginx = &lowered(&stack).0["services"]["nginx"];
    assert_eq!(nginx["deploy"]["resources"]["limits"]["memory"], "968m");
    stack.environments[0].routes[0].body_limit = usual(stackc_model::Bytes(50_000_000));
    let nginx = &lowered(&stack).0["services"]["nginx"];
    assert_eq!(nginx["tmpfs"], json!(["/tmp:mode=1777,size=191m"]));
}

#[test]
fn the_edge_is_never_closed_for_long() {
    let grace = |seconds| {
        let mut stack = fixture::stack(Tier::Production);
        stack.environments[0].services[0].stop.grace = usual(stackc_model::Seconds::new(seconds));
        lowered(&stack).0["services"]["nginx"]["stop_grace_period"].clone()
    };
    assert_eq!((grace(10), grace(600)), (json!("15s"), json!("35s")));
}

fn limit(name: &str, span: stackc_source::Span) -> stackc_model::Limit {
    stackc_model::Limit {
        name: fixture::label(name),
        span,
        rate: usual(stackc_model::Rate { count: 9, window: stackc_model::Seconds::new(60) }),
        paths: Vec::new(),
        methods: Vec::new(),
        mode: usual(stackc_model::LimitMode::Average),
        key: usual(stackc_model::LimitKey::Address),
        enforce: usual(stackc_model::Enforce::Edge),
        exempt: Vec::new(),
    }
}
