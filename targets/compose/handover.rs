//! What docker makes for root: a volume where the image has no folder at its path, and a missing folder
//! of the host. A user without rights cannot write to either. A run of its own hands it over first.

use std::collections::BTreeMap;

use stackc_model::{Bytes, Engine, Kind, Platform};
use stackc_target::Commented;

use super::document::{Condition, Containers, Part, Said, Service, VolumeMount};
use super::scope::Scope;
use super::text::texts;
use super::{edge, harden, health, tools};

/// The first argument is the user, the others are folders. What is root's no more was handed over
/// before, or by the image.
const HAND_OVER: &str = "user=$1; shift; for folder; do \
     test \"$(stat -c %u \"$folder\")\" != 0 || chown -R \"$user:$user\" \"$folder\" || exit; done";

/// The run for the folders of the edge.
const FOLDERS: &str = "nginx-volumes";

/// Adds the runs, by name, and lets those whose volumes they are wait for them.
pub(super) fn lower(scope: &mut Scope<'_>, containers: &mut Containers) -> Containers {
    let mut runs = Containers::new();
    for (name, user) in owners(scope) {
        let Some(container) = containers.get_mut(&name).filter(|it| !written(it).is_empty()) else {
            continue;
        };
        let run = format!("{name}-volumes");
        let mut service = hand_over(scope, user, &written(container));
        // A release of a swarm makes all volumes ready.
        if scope.platform == Platform::Compose {
            service.profiles.clone_from(&container.profiles);
        }
        runs.insert(run.clone(), service);
        container.depends_on.insert(run, Condition::Completed.into());
    }
    runs
}

/// Adds the run for the folders of the host that the edge writes to. Docker makes those that are missing
/// when it creates a container; whoever mounts one starts when it is the edge's.
pub(super) fn folders(scope: &mut Scope<'_>, edge: &mut Containers) {
    let mut made = BTreeMap::new();
    let mut part = Part::Main;
    for container in edge.values() {
        let written = container.volumes.iter().filter(|it| it.bind.is_some() && !it.read_only);
        for mount in written {
            part = part.max(container.part);
            made.insert(mount.source.clone(), mount.made());
        }
    }
    if made.is_empty() {
        return;
    }
    for container in edge.values_mut() {
        for mount in container.volumes.iter_mut().filter(|it| made.contains_key(&it.source)) {
            *mount = mount.made();
            container.depends_on.insert(FOLDERS.to_owned(), Condition::Completed.into());
        }
    }
    let mut run = hand_over(scope, edge::USER, &made.values().collect::<Vec<_>>());
    run.part = part;
    edge.insert(FOLDERS.to_owned(), run);
}

/// Who may find a volume that is root's, and the user he runs as. The images of the other stores have
/// the folder, and docker gives a fresh volume its owner.
fn owners(scope: &Scope<'_>) -> Vec<(String, u32)> {
    let stores = scope.env.stores.iter().filter_map(|store| match &store.engine {
        Engine::Server(server) if ["custom", "nats"].contains(&server.kind) => {
            Some((store.name.to_string(), server.user))
        }
        _ => None,
    });
    let images = scope.services().filter(|service| *service.kind == Kind::Image);
    let services = images.map(|service| (service.name.to_string(), *service.user));
    let saved =
        scope.env.stores.iter().map(|store| (tools::backup_name(store), tools::user(store)));
    stores.chain(services).chain(saved).filter(|(_, user)| *user > 0).collect()
}

/// What a container writes to and docker makes: named volumes, and folders of the host.
fn written(container: &Service) -> Vec<&VolumeMount> {
    let made = |mount: &VolumeMount| mount.bind.is_none_or(|bind| bind.create_host_path);
    let written = |mount: &&VolumeMount| made(mount) && !mount.read_only;
    container.volumes.iter().filter(written).collect()
}

/// Hands folders over with the image of nginx, which is on most hosts anyway.
pub(crate) fn hand_over(scope: &mut Scope<'_>, user: u32, volumes: &[&VolumeMount]) -> Service {
    const WHY: &str = "gives what docker made for root to its user, and ends";
    let bounds = edge::bounds(250, Bytes::mib(64), Bytes::mib(16));
    let mut service = harden::container(user, 32, &bounds);
    service.image = edge::image(scope, "nginx", "nginx");
    service.user = Some(Said::Because(Commented("0:0".to_owned(), WHY.to_owned())));
    service.cap_add = vec![Commented("CHOWN".to_owned(), WHY.to_owned())];
    service.network_mode = Some("none");
    let folder = |at: usize| format!("/volumes/{at}");
    let mounts = volumes.iter().enumerate().map(|(at, mount)| mount.at(&folder(at)));
    service.volumes = mounts.collect();
    let script = ["sh", "-c", HAND_OVER, "volumes"].map(str::to_owned).into_iter();
    let folders = (0..volumes.len()).map(folder);
    service.command = Some(texts(script.chain([user.to_string()]).chain(folders)));
    service.restart = Some("no");
    service.healthcheck = Some(health::off("it runs to its end, and others wait for its success"));
    service.stop_grace_period = "30s".to_owned();
    service
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use stackc_model::{Bytes, Kind, Platform, Stack, Tier, Volume};
    use stackc_source::Diagnostics;

    use super::*;
    use crate::compose::fixture::{self, label, stack, usual};

    fn services(stack: &Stack) -> Value {
        let mut diagnostics = Diagnostics::default();
        let mut scope =
            Scope::new(stack, &stack.environments[0], Platform::Compose, &mut diagnostics);
        serde_json::to_value(crate::compose::services(&mut scope)).unwrap()
    }

    fn kept(kind: Kind, user: u32) -> Value {
        let mut stack = stack(Tier::Production);
        let web = &mut stack.environments[0].services[0];
        (web.kind, web.user) = (usual(kind), usual(user));
        let size = usual(Bytes::mib(64));
        let path = usual("/data".to_owned());
        web.volumes.insert(label("kept"), Volume { path, size, shared: false, backup: None });
        services(&stack)
    }

    #[test]
    fn an_image_of_others_gets_its_volume_before_it_starts() {
        let services = kept(Kind::Image, 1000);
        let done = json!({"condition": "service_completed_successfully"});
        assert_eq!(services["web"]["depends_on"]["web-volumes"], done);
        let run = &services["web-volumes"];
        assert_eq!(run["volumes"][0]["source"], services["web"]["volumes"][0]["source"]);
        let arguments = &run["command"].as_array().unwrap()[3..];
        assert_eq!(arguments, ["volumes", "1000", run["volumes"][0]["target"].as_str().unwrap()]);
        assert_eq!((&run["network_mode"], &run["networks"]), (&json!("none"), &Value::Null));
        assert_eq!((&run["cap_drop"], &run["read_only"]), (&json!(["ALL"]), &json!(true)));
    }

    #[test]
    fn our_images_and_root_need_none() {
        assert_eq!(kept(Kind::Node, 1000)["web-volumes"], Value::Null);
        assert_eq!(kept(Kind::Image, 0)["web-volumes"], Value::Null);
    }

    #[test]
    fn of_the_stores_only_those_whose_image_has_no_folder() {
        let kept = |kind| {
            let mut stack = stack(Tier::Production);
            stack.environments[0].stores[0].engine =
                Engine::Server(Box::new(fixture::server(kind)));
            services(&stack)["postgres-volumes"].is_object()
        };
        assert_eq!(["custom", "nats", "mysql"].map(kept), [true, true, false]);
    }
}
