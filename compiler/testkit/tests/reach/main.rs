//! What the files of one environment say to each other, over every golden case: a route leads to
//! somebody who listens, and a secret that is asked for is given.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod secrets;

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_yaml::Value;
use stackc_driver::{Compilation, DiskLoader, compile};
use stackc_model::{Environment, Platform};
use stackc_testkit::cases;

/// One environment of a golden case with its files.
struct Place<'a> {
    /// The case and the environment, for messages.
    name: String,
    environment: &'a Environment,
    compilation: &'a Compilation,
}

impl Place<'_> {
    /// The documents of a target in this environment.
    fn documents(&self, target: &str) -> Vec<Value> {
        let name = self.environment.name.as_str();
        let here = self.compilation.artifacts.iter().filter(|artifact| {
            artifact.target == target
                && artifact.environment.as_deref() == Some(name)
                && artifact.path.as_str().ends_with(".yaml")
        });
        here.flat_map(|artifact| serde_yaml::Deserializer::from_str(artifact.body.text()))
            .map(|document| Value::deserialize(document).unwrap())
            .collect()
    }

    /// The compose file with all that it includes, where there is one.
    fn compose(&self) -> Option<Value> {
        let files = self.documents("compose").into_iter();
        let files = files.filter(|document| document.get("services").is_some());
        files.reduce(|mut whole, part| {
            for (section, part) in part.as_mapping().into_iter().flatten() {
                match (whole.get_mut(section).and_then(Value::as_mapping_mut), part.as_mapping()) {
                    (Some(whole), Some(part)) => whole.extend(part.clone()),
                    _ => whole[section] = part.clone(),
                }
            }
            whole
        })
    }

    /// The manifests of a kind.
    fn manifests(&self, kinds: &[&str]) -> Vec<Value> {
        let mut found = self.documents("kubernetes");
        found.retain(|document| kinds.contains(&text(&document["kind"])));
        found
    }

    /// Which service and port each route leads to, for services that run on a platform.
    fn routes(&self, platform: Platform) -> BTreeSet<(String, u64)> {
        let environment = self.environment;
        let here = environment.routes.iter().filter(|route| {
            environment.runs_on(platform)
                && environment[route.service].platforms.contains(&platform)
        });
        here.map(|route| {
            let service = &environment[route.service];
            (service.name.to_string(), u64::from(*service.ports[&route.port].number))
        })
        .collect()
    }
}

/// Looks at every environment of every case; how many had something to look at.
fn everywhere(mut look: impl FnMut(&Place<'_>) -> usize) -> usize {
    let mut seen = 0;
    for case in cases().unwrap() {
        let file = case.stack.to_string_lossy();
        let compilation = compile(&DiskLoader::new(""), &file, stackc_targets::ALL);
        for environment in &compilation.stack.as_ref().unwrap().environments {
            let name = format!("{}, {}", case.name, environment.name);
            seen += look(&Place { name, environment, compilation: &compilation });
        }
    }
    seen
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_sequence().map_or(&[], Vec::as_slice)
}

/// The upstreams of an `nginx.conf`.
fn upstreams(conf: &str) -> BTreeSet<(String, u64)> {
    let servers = conf.lines().filter_map(|line| line.trim().strip_prefix("server "));
    let addresses = servers.filter_map(|rest| rest.split([' ', ';']).next()?.split_once(':'));
    addresses.map(|(host, port)| (host.to_owned(), port.parse().unwrap())).collect()
}

#[test]
fn nginx_passes_on_to_containers_that_it_meets_in_a_network() {
    let seen = everywhere(|place| {
        let Some(compose) = place.compose() else { return 0 };
        let path = format!("nginx/{}/nginx.conf", place.environment.name);
        let conf =
            place.compilation.artifacts.iter().find(|artifact| artifact.path.as_str() == path);
        let found = conf.map_or_else(BTreeSet::new, |conf| upstreams(conf.body.text()));
        assert_eq!(found, place.routes(Platform::Compose), "{}", place.name);
        for (service, _) in &found {
            let services = &compose["services"];
            let networks = |name: &str| list(&services[name]["networks"]).to_vec();
            let shared = networks(service).iter().any(|name| networks("nginx").contains(name));
            assert!(shared, "{}: nginx never meets {service}", place.name);
        }
        found.len()
    });
    assert!(seen > 10, "{seen}");
}

#[test]
fn routes_of_kubernetes_lead_to_containers_that_listen() {
    let seen = everywhere(|place| {
        let mut found = BTreeSet::new();
        for route in place.manifests(&["HTTPRoute", "GRPCRoute"]) {
            for rule in list(&route["spec"]["rules"]) {
                let backends = list(&rule["backendRefs"]).iter();
                found.extend(
                    backends.map(|to| (text(&to["name"]).to_owned(), to["port"].as_u64().unwrap())),
                );
            }
        }
        assert_eq!(found, place.routes(Platform::Kubernetes), "{}", place.name);
        for (service, port) in &found {
            listens(place, service, *port);
        }
        found.len()
    });
    assert!(seen > 5, "{seen}");
}

/// A Service leads to a container's port, and a policy lets the public in there.
fn listens(place: &Place<'_>, name: &str, port: u64) {
    let at = format!("{}, {name}:{port}", place.name);
    let named = |manifest: &&Value| text(&manifest["metadata"]["name"]) == name;
    let services = place.manifests(&["Service"]);
    let service = services.iter().find(named).unwrap_or_else(|| panic!("{at}: no Service"));
    let entry = list(&service["spec"]["ports"]).iter().find(|entry| entry["port"] == port);
    let target =
        &entry.unwrap_or_else(|| panic!("{at}: the Service has no such port"))["targetPort"];
    let workloads = place.manifests(&["Deployment", "StatefulSet"]);
    let workload = workloads.iter().find(named).unwrap_or_else(|| panic!("{at}: nobody runs"));
    let pod = &workload["spec"]["template"];
    for (label, value) in service["spec"]["selector"].as_mapping().unwrap() {
        assert_eq!(&pod["metadata"]["labels"][label], value, "{at}: the Service selects others");
    }
    let containers = list(&pod["spec"]["containers"]).iter();
    let mut ports = containers.flat_map(|container| list(&container["ports"]));
    let open = ports.any(|open| open["name"] == *target && open["containerPort"] == port);
    assert!(open, "{at}: no container listens there");
    let policies = place.manifests(&["NetworkPolicy"]);
    let policy = policies.iter().find(named).unwrap_or_else(|| panic!("{at}: no NetworkPolicy"));
    let rules = list(&policy["spec"]["ingress"]).iter();
    let mut ports = rules.flat_map(|rule| list(&rule["ports"]));
    assert!(ports.any(|open| open["port"] == port), "{at}: the policy lets nobody in");
}
