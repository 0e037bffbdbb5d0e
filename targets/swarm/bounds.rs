//! What was asked for and a swarm can only come close to, or not do at all.

use stackc_model::{Copies, Delivery, ObserveLevel, Service, Start, TlsProvider, Update};
use stackc_source::{Diagnostic, codes};

use crate::compose::bounds::{approximated, shared, written};
use crate::compose::document::Containers;
use crate::compose::health;
use crate::compose::scope::Scope;

/// Reports everything of an environment.
pub(super) fn report(scope: &mut Scope<'_>, containers: &Containers) {
    shared(scope);
    for service in scope.services() {
        if service.is_long_running() {
            replacement(scope, service);
            readiness(scope, service);
        }
        pulled(scope, service, containers);
        delivery(scope, service);
        order(scope, service);
        writable(scope, service);
        volumes(scope, service);
        if let Some(span) = service.migrate.as_ref().and_then(|it| written(&it.timeout)) {
            let message = format!("a swarm does not end migrations of `{}` in time", service.name);
            let help = "let whoever deploys the run end it: `docker service rm` stops it";
            approximated(scope, span, message, help);
        }
    }
    certificates(scope);
    privileges(scope);
    planned(scope);
}

/// New copies come one by one, or a few at a time, and go first only where nothing else can be done.
fn replacement(scope: &mut Scope<'_>, service: &Service) {
    let nothing = [Copies::Count(0), Copies::Share(0)];
    let rollout = &service.rollout;
    let both = !nothing.contains(&rollout.surge) && !nothing.contains(&rollout.unavailable);
    let message = match *service.update {
        Update::BlueGreen => {
            format!("a swarm sends requests to each new copy of `{}` as it comes", service.name)
        }
        Update::Rolling if both => {
            format!("a swarm starts new copies of `{}` first, and never has fewer", service.name)
        }
        _ => return,
    };
    let place = written(&service.update).filter(|_| *service.update == Update::BlueGreen);
    if let Some(span) = place.or_else(|| written(&rollout.unavailable)) {
        let help = "both versions answer for a while: let each understand what the other wrote";
        approximated(scope, span, message, help);
    }
}

/// There is one check, and who fails it is ended.
fn readiness(scope: &mut Scope<'_>, service: &Service) {
    let ready = service.health.as_ref().and_then(|health| health.ready.as_ref()).and_then(written);
    if let Some(span) = ready.filter(|_| health::command(scope.env, service).is_some()) {
        let message = format!("a swarm restarts `{}` when it is not ready for long", service.name);
        let help = "there is one check, which also tells when a new copy can take over: after \
                    twelve failures in a row the copy is replaced";
        approximated(scope, span, message, help);
    }
}

/// Every node pulls what it runs. Without a registry the name of an image of ours leads to Docker
/// Hub, and there to whoever took it.
fn pulled(scope: &mut Scope<'_>, service: &Service, containers: &Containers) {
    let ours = containers.get(service.name.as_str()).is_some_and(|it| it.pull_policy == "never");
    if ours {
        let message = format!("the nodes of a swarm find the image of `{}` nowhere", service.name);
        let help = "write where images are pushed to: `registry: ghcr.io/…`";
        scope.tell(codes::CANNOT_CARRY, service.span, message, help);
    }
}

/// A value that came from a secret lies open in the definition of the service.
fn delivery(scope: &mut Scope<'_>, service: &Service) {
    if *service.delivery != Delivery::Env || service.secrets.is_empty() {
        return;
    }
    let span = written(&service.delivery).unwrap_or(service.span);
    let message =
        format!("a swarm shows the secrets of `{}` to whoever may inspect it", service.name);
    let help = "they stand in its variables, and in the log of the managers: where its image can \
                read files, take `secret_delivery: file_env`";
    approximated(scope, span, message, help);
}

/// Everything starts at once.
fn order(scope: &mut Scope<'_>, service: &Service) {
    for (name, need) in &service.needs {
        let Some(span) = written(&need.start).filter(|_| *need.start != Start::Any) else {
            continue;
        };
        let message = format!("a swarm does not let `{}` wait for `{name}`", service.name);
        let help = "what starts too early ends and starts again, until it finds what it needs";
        approximated(scope, span, message, help);
    }
}

/// Stack files cannot say who owns a folder in memory.
fn writable(scope: &mut Scope<'_>, service: &Service) {
    for path in &service.writable {
        if let Some(span) = written(path) {
            let message =
                format!("a swarm cannot give `{}` to the user of `{}`", **path, service.name);
            let help = "everybody in the container may write to it; where the image has the folder, \
                        only whom its mode lets";
            approximated(scope, span, message, help);
        }
    }
}

/// A volume is on the disk of one node.
fn volumes(scope: &mut Scope<'_>, service: &Service) {
    let copies = *service.scale.min;
    for (name, volume) in service.volumes.iter().filter(|(_, volume)| volume.shared) {
        let span = written(&volume.path).filter(|_| copies > 1 && !*service.singleton);
        if let Some(span) = span {
            let message = format!(
                "all copies of `{}` run on one node, where its volume `{name}` is",
                service.name
            );
            let help = "keep the files in a store for objects, or give the node room for all";
            approximated(scope, span, message, help);
        }
    }
}

fn certificates(scope: &mut Scope<'_>) {
    let Some(tls) = scope.env.edge.tls.as_ref() else { return };
    if let Some(span) = written(&tls.provider).filter(|_| *tls.provider == TlsProvider::Files) {
        let message = "a swarm takes no certificates from a folder of the host".to_owned();
        let help = "put them into the volume `nginx-certs` of the stack, on the node of the edge: \
                    `<host>/fullchain.pem` and `<host>/privkey.pem`";
        approximated(scope, span, message, help);
    }
}

/// The one thing about containers that only daemons can be told.
fn privileges(scope: &mut Scope<'_>) {
    let message = "a swarm cannot forbid a container to gain privileges";
    let fault = match scope.env.span {
        Some(span) => Diagnostic::new(codes::APPROXIMATED, span, message),
        None => Diagnostic::global(codes::APPROXIMATED, message),
    };
    let help = "set `\"no-new-privileges\": true` in `/etc/docker/daemon.json` of every node";
    scope.diagnostics.push(fault.help(help));
}

/// What other targets make and this one does not yet.
fn planned(scope: &mut Scope<'_>) {
    let level = &scope.env.observe.level;
    if let Some(span) = written(level).filter(|_| **level == ObserveLevel::Full) {
        let message = "no stack file runs the monitoring yet".to_owned();
        let help = "rules and `prometheus.yml` are generated, and ask for `tasks.<service>`: run \
                    Prometheus on the networks of the stack";
        scope.tell(codes::PLANNED, span, message, help);
    }
}
