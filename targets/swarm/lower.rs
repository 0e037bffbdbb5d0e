//! From a container of compose to a service of a swarm: everything in which the two differ.
//!
//! The container is taken apart field by field, so that a field compose gains does not compile until
//! somebody has said here what a swarm makes of it.

use stackc_model::{Copies, Service as Ours, Update};
use stackc_source::{Diagnostic, codes};
use stackc_target::Commented;

use super::document::{
    Change, ConfigMount, Deploy, Memory, Mount, Placement, Port, Restart, SecretMount, Service,
    Spread,
};
use super::place;
use crate::compose::document::{
    self as compose, FileMount, Healthcheck, Said, Scratch, Short, VolumeMount,
};
use crate::compose::scope::Scope;
use crate::compose::text::Text;

/// A service of the swarm. `stack` is the name of the swarm's stack.
pub(super) fn service(
    scope: &mut Scope<'_>,
    stack: &str,
    name: &str,
    container: compose::Service,
) -> Service {
    let deploy = deploy(scope, stack, name, &container);
    let store = scope.env.stores.iter().any(|store| store.name.as_str() == name);
    let compose::Service {
        // Only what compose alone runs stands in other files, or has devices.
        part: _,
        devices: _,
        entrypoint,
        image,
        // Images are made before; a swarm only runs them.
        build: _,
        // Nothing waits for anything: what is too early ends, and starts again.
        depends_on: _,
        volumes,
        configs,
        secrets,
        environment,
        ports,
        networks,
        // The only one that has it is kept from the network by `data`, which leads nowhere.
        network_mode: _,
        command,
        // `deploy.restart_policy` says it.
        restart: _,
        healthcheck,
        logging,
        // They tell compose what changed; here the names of configs do.
        labels: _,
        user,
        cap_add,
        cap_drop,
        // A swarm reserves processors, which is the same wish.
        cpu_shares: _,
        deploy: _,
        develop: _,
        init,
        profiles: _,
        // Nodes pull what they lack; without a registry that is refused.
        pull_policy: _,
        read_only,
        // Ignored there: the daemons of all nodes must be told.
        security_opt: _,
        shm_size,
        stop_grace_period,
        sysctls,
        tmpfs,
        ulimits,
    } = container;
    let memory = tmpfs.into_iter().map(scratch);
    let shared = shm_size.map(|Short(size)| in_memory(Text::from("/dev/shm"), size.0));
    let kept: Vec<_> = volumes.into_iter().filter_map(|it| volume(scope, name, it)).collect();
    let networks = if networks.is_empty() { vec!["data"] } else { networks };
    Service {
        image: image.unwrap_or_else(|| Text::from("")),
        volumes: kept.into_iter().chain(shared).chain(memory).collect(),
        configs: configs.into_iter().map(config).collect(),
        secrets: secrets.into_iter().map(|mount| secret(mount, user.as_ref())).collect(),
        environment: environment
            .into_iter()
            .map(|(name, value)| (name, value.untemplated()))
            .collect(),
        ports: ports.iter().filter_map(|port| published(scope, name, port)).collect(),
        networks,
        entrypoint,
        command,
        healthcheck: healthcheck.map(|check| patient(check, store)),
        logging,
        user,
        cap_add,
        cap_drop,
        deploy,
        init,
        read_only,
        stop_grace_period,
        sysctls,
        ulimits,
    }
}

/// A swarm ends what does not answer, where compose only notes it. The check is the one that lets a
/// new copy take over, so it asks for readiness: what others are away for must not end a copy at once,
/// nor may a store be ended while it recovers from a crash.
fn patient(check: Healthcheck, store: bool) -> Healthcheck {
    match check {
        Healthcheck::Test { test, interval, timeout, start_interval, start_period, .. } => {
            let (retries, start_period) = if store { (30, "1h") } else { (12, start_period) };
            Healthcheck::Test { test, interval, timeout, retries, start_period, start_interval }
        }
        off @ Healthcheck::Off { .. } => off,
    }
}

/// A folder in memory. A swarm says nothing about its owner: it is everybody's, or as the folder of
/// the image that it covers.
fn scratch(scratch: Scratch) -> Mount {
    in_memory(scratch.path, scratch.size.0)
}

fn in_memory(target: Text, bytes: u64) -> Mount {
    let said = stackc_model::Bytes(bytes).kubernetes();
    Mount::Tmpfs { target: target.untemplated(), tmpfs: Memory { size: Commented(bytes, said) } }
}

/// A volume of the node. A folder of a host would be looked for on whichever node the container is
/// sent to.
fn volume(scope: &mut Scope<'_>, name: &str, mount: VolumeMount) -> Option<Mount> {
    if mount.r#type != "volume" {
        refuse(scope, format!("a swarm mounts no folder of one host into `{name}`"));
        return None;
    }
    let (source, target, read_only) = (mount.source, mount.target.untemplated(), mount.read_only);
    Some(Mount::Volume { source, target, read_only })
}

fn config(mount: FileMount) -> ConfigMount {
    match mount {
        FileMount::Plain(source) => {
            ConfigMount { target: Text::from(format!("/{source}")), source }
        }
        FileMount::At { source, target } => ConfigMount { source, target },
    }
}

/// Readable by the user of the container alone. Compose leaves that to the file on the host.
fn secret(mount: FileMount, user: Option<&Said<String>>) -> SecretMount {
    let user = match user {
        Some(Said::Plain(user) | Said::Because(Commented(user, _))) => user.as_str(),
        None => "0:0",
    };
    let (uid, gid) = user.split_once(':').unwrap_or((user, user));
    let (source, target) = match mount {
        FileMount::Plain(source) => (source, None),
        FileMount::At { source, target } => (source, Some(target)),
    };
    let mode = Commented(0o400, "0400".to_owned());
    SecretMount { source, target, uid: uid.to_owned(), gid: gid.to_owned(), mode }
}

/// On the node itself: the mesh of a swarm hides who asks, and all would share one rate limit. A
/// swarm listens on every address, so a port for the host alone is refused.
fn published(scope: &mut Scope<'_>, name: &str, port: &compose::Port) -> Option<Port> {
    if port.host_ip != "0.0.0.0" {
        refuse(scope, format!("a swarm opens a port of `{name}` to everybody, not to its host"));
        return None;
    }
    let (target, published, protocol) = (port.target, port.published, port.protocol);
    Some(Port { target, published, protocol, mode: "host" })
}

/// What this target itself would have to do otherwise.
fn refuse(scope: &mut Scope<'_>, message: String) {
    let fault = match scope.env.span {
        Some(span) => Diagnostic::new(codes::UNSUPPORTED, span, message),
        None => Diagnostic::global(codes::UNSUPPORTED, message),
    };
    scope.diagnostics.push(fault.help("run it on compose, beside the swarm"));
}

fn deploy(scope: &Scope<'_>, stack: &str, name: &str, container: &compose::Service) -> Deploy {
    let constraints = place::constraints(scope, stack, name, container);
    let resources = container.deploy.resources.clone();
    if is_run(container) {
        let placement = Placement { constraints, ..Placement::default() };
        return job(container.profiles.is_empty(), placement, resources);
    }
    let replicas = container.deploy.replicas.unwrap_or(1);
    let service = scope.services().find(|service| service.name.as_str() == name);
    let (order, parallelism) = match service {
        Some(service) if container.volumes.is_empty() => replacement(service, replicas),
        _ => ("stop-first", 1),
    };
    let change = |failure_action| Change { parallelism, failure_action, monitor: "30s", order };
    let spread = (replicas > 1).then_some(Spread { spread: "node.labels.zone" });
    Deploy {
        mode: None,
        // Names lead to the copies themselves. Behind a virtual address nginx would see one server,
        // and connections that idle for a quarter of an hour would be cut.
        endpoint_mode: Some("dnsrr"),
        replicas,
        update_config: Some(change("rollback")),
        rollback_config: Some(change("pause")),
        restart_policy: Restart { condition: "any", delay: Some("5s"), max_attempts: None },
        placement: Placement { constraints, preferences: spread.into_iter().collect() },
        resources,
    }
}

/// Whether a container runs to its end.
pub(super) fn is_run(container: &compose::Service) -> bool {
    container.restart == Some("no")
}

/// Runs once each time it is deployed. What goes before a release may have to wait for its store;
/// what somebody asked for runs once.
fn job(first: bool, placement: Placement, resources: compose::Resources) -> Deploy {
    let restart_policy = match first {
        true => Restart { condition: "on-failure", delay: Some("10s"), max_attempts: Some(5) },
        false => Restart { condition: "none", delay: None, max_attempts: None },
    };
    Deploy {
        mode: Some("replicated-job"),
        endpoint_mode: None,
        replicas: 1,
        update_config: None,
        rollback_config: None,
        restart_policy,
        placement,
        resources,
    }
}

/// In which order copies are replaced, and how many at a time.
fn replacement(service: &Ours, replicas: u32) -> (&'static str, u32) {
    let of = |copies: Copies, up: bool| match copies {
        Copies::Count(count) => count,
        Copies::Share(share) if up => (replicas.saturating_mul(share)).div_ceil(100),
        Copies::Share(share) => replicas.saturating_mul(share) / 100,
    };
    let surge = of(*service.rollout.surge, true);
    match *service.update {
        _ if *service.singleton => ("stop-first", 1),
        Update::Recreate => ("stop-first", replicas.max(1)),
        Update::BlueGreen => ("start-first", replicas.max(1)),
        Update::Rolling if surge == 0 => {
            ("stop-first", of(*service.rollout.unavailable, false).max(1))
        }
        Update::Rolling => ("start-first", surge),
    }
}
