//! Each secret is declared where it is used, used where it is declared, and given by somebody.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;

use crate::{everywhere, list, text};

#[test]
fn compose_declares_what_containers_mount_and_nothing_else() {
    let seen = everywhere(|place| {
        let Some(compose) = place.compose() else { return 0 };
        let keys = |map: &Value| -> BTreeSet<String> {
            let keys = map.as_mapping().into_iter().flat_map(|map| map.keys());
            keys.map(|key| text(key).to_owned()).collect()
        };
        let services = compose["services"].as_mapping().unwrap().values();
        let mounts = services.flat_map(|service| list(&service["secrets"]));
        let used: BTreeSet<String> = mounts
            .map(|mount| mount.as_str().unwrap_or_else(|| text(&mount["source"])).to_owned())
            .collect();
        let declared = compose.get("secrets").map_or_else(BTreeSet::new, keys);
        assert_eq!(used, declared, "{}", place.name);
        used.len()
    });
    assert!(seen > 10, "{seen}");
}

/// Every `secretName` with the keys that are taken from it, wherever it stands.
fn taken(value: &Value, found: &mut BTreeMap<String, BTreeSet<String>>) {
    match value {
        Value::Sequence(items) => items.iter().for_each(|item| taken(item, found)),
        Value::Mapping(map) => {
            if let Some(name) = map.get("secretName") {
                let keys = map.get("items").map_or(&[][..], list).iter();
                let keys = keys.map(|item| text(&item["key"]).to_owned());
                found.entry(text(name).to_owned()).or_default().extend(keys);
            }
            if let Some(one) = map.get("secretKeyRef") {
                let keys = found.entry(text(&one["name"]).to_owned()).or_default();
                keys.insert(text(&one["key"]).to_owned());
            }
            map.values().for_each(|value| taken(value, found));
        }
        _ => {}
    }
}

#[test]
fn external_secrets_give_what_pods_take() {
    let seen = everywhere(|place| {
        let mut given = BTreeMap::new();
        for secret in place.manifests(&["ExternalSecret"]) {
            let target = &secret["spec"]["target"];
            let keys: BTreeSet<String> = match target["template"]["data"].as_mapping() {
                Some(made) => made.keys().map(|key| text(key).to_owned()).collect(),
                None => {
                    let read = list(&secret["spec"]["data"]).iter();
                    read.map(|entry| text(&entry["secretKey"]).to_owned()).collect()
                }
            };
            given.insert(text(&target["name"]).to_owned(), keys);
        }
        // Elsewhere people put them there.
        if given.is_empty() {
            return 0;
        }
        let mut found = BTreeMap::new();
        for workload in place.manifests(&["Deployment", "StatefulSet", "Job", "CronJob"]) {
            taken(&workload["spec"], &mut found);
        }
        for (name, keys) in &found {
            let given = given.get(name).unwrap_or_else(|| panic!("{}: no {name}", place.name));
            let missing: Vec<_> = keys.difference(given).collect();
            assert!(missing.is_empty(), "{}: {name} has no {missing:?}", place.name);
        }
        found.len()
    });
    assert!(seen > 5, "{seen}");
}
