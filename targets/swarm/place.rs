//! Where containers must run: with their volumes, which lie on the disk of one node.

use std::collections::{BTreeMap, BTreeSet};

use crate::compose::document::{Containers, Service};
use crate::compose::scope::Scope;
use crate::compose::text::Text;
use crate::compose::{backup_copies, service_volume, store_volume};

/// The container that the public reaches.
pub(crate) const EDGE: &str = "nginx";
/// Which nodes a container may run on: those with the label of whoever owns its volumes, and for the
/// edge those the public's addresses lead to.
pub(super) fn constraints(
    scope: &Scope<'_>,
    stack: &str,
    name: &str,
    container: &Service,
) -> Vec<String> {
    let owners = owners(scope);
    let kept = container.volumes.iter().filter_map(|mount| owners.get(&mount.source).cloned());
    let found: BTreeSet<_> = kept.chain((name == EDGE).then(|| EDGE.to_owned())).collect();
    found.iter().map(|owner| format!("node.labels.{} == true", label(stack, owner))).collect()
}

/// The label of the one node that holds somebody's volumes.
pub(crate) fn label(stack: &str, owner: &str) -> String {
    format!("{stack}.{owner}")
}

/// Who owns each volume.
pub(crate) fn owners(scope: &Scope<'_>) -> BTreeMap<Text, String> {
    let stores = scope.env.stores.iter().filter(|store| store.persistent);
    let stores = stores.map(|store| (Text::from(store_volume(store)), store.name.to_string()));
    let services = scope.services().flat_map(|service| {
        let volume = |name: &stackc_model::Label| service_volume(service, name.as_str());
        service.volumes.keys().map(move |name| (Text::from(volume(name)), service.name.to_string()))
    });
    stores.chain(services).chain(hosts(scope).into_values()).collect()
}

/// The volumes that folders of a compose host are here, by folder, each with its owner.
fn hosts(scope: &Scope<'_>) -> BTreeMap<Text, (Text, String)> {
    let edge =
        FOLDERS.map(|(folder, volume)| (folder.to_owned(), volume.to_owned(), EDGE.to_owned()));
    // Copies lie beside what they are copies of.
    let copies = scope.env.stores.iter().map(|store| {
        let folder = backup_copies(scope.env, store);
        (folder, format!("{}-backups", store.name), store.name.to_string())
    });
    let volume = |(folder, volume, owner)| (Text::from(folder), (Text::from(volume), owner));
    edge.into_iter().chain(copies).map(volume).collect()
}

/// The folders of a compose host that nginx and certbot share, and the volumes they are here.
const FOLDERS: [(&str, &str); 3] = [
    ("./acme/state", "nginx-acme-state"),
    ("./acme/webroot", "nginx-acme-webroot"),
    ("./certs", "nginx-certs"),
];

/// Turns folders of the host into volumes on the node of their owner, and drops the folder of nginx's
/// configuration.
pub(super) fn folders(scope: &Scope<'_>, containers: &mut Containers) {
    let hosts = hosts(scope);
    let configuration = Text::from(format!("./nginx/{}", scope.env.name));
    for container in containers.values_mut() {
        container.volumes.retain(|mount| mount.source != configuration);
        for mount in &mut container.volumes {
            if let Some((volume, _)) = hosts.get(&mount.source) {
                (mount.source, mount.r#type, mount.bind) = (volume.clone(), "volume", None);
            }
        }
    }
}
