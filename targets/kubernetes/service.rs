//! Services that run all the time: Deployment, Service, autoscaler, disruption budget, volumes.

use std::collections::BTreeMap;

use stackc_model::{Bytes, Copies, Origin, Protocol, Role, Rollout, Service, Update, Volume};

use super::context::{Context, Subject, port_ref};
use super::manifest::*;
use super::output::{Output, Place};
use super::pod::{self, Pod};
use super::probe;

/// What a service is called in labels.
pub(crate) fn component(service: &Service) -> &'static str {
    match *service.role {
        Role::Web => "web",
        Role::Internal => "internal",
        Role::Worker => "worker",
        Role::Cron => "cron",
        Role::Job => "job",
    }
}

/// The subject of a service's objects.
pub(crate) fn subject(service: &Service) -> Subject {
    let (name, component) = (service.name.as_str(), component(service));
    match service.is_built() {
        true => Subject::new(name, component),
        false => Subject::of_image(name, component, &service.image),
    }
}

/// All objects of a long-running service.
pub(crate) fn lower(ctx: &Context<'_>, service: &Service, out: &mut Output<'_>) {
    let (name, subject) = (service.name.as_str(), subject(service));
    account(ctx, &subject, pull_secret(service).as_deref(), out);
    let object = deployment(ctx, service, &subject, out);
    out.add(Place::Main, name, "deployment", &object);
    if !service.ports.is_empty() {
        let spec = exposed(ctx, service);
        let object = Object::new(SERVICE, ctx.metadata(&subject), spec);
        out.add(Place::Main, name, "service", &object);
    }
    if scales(service) {
        let object = Object::new(AUTOSCALER, ctx.metadata(&subject), autoscaler(service));
        out.add(Place::Main, name, "horizontalpodautoscaler", &object);
    }
    if *service.scale.max > 1 {
        budget(ctx, &subject, out);
    }
    for (volume, claim) in &service.volumes {
        let claim_name = format!("{name}-{volume}");
        let metadata = ctx.metadata_as(&claim_name, &subject);
        let object = Object::new(CLAIM, metadata, volume_claim(ctx, claim));
        out.add(Place::Main, &claim_name, "persistentvolumeclaim", &object);
    }
}

/// A service account without a token: nothing here talks to the API.
pub(crate) fn account(
    ctx: &Context<'_>,
    subject: &Subject,
    own: Option<&str>,
    out: &mut Output<'_>,
) {
    let shared = ctx.settings.written.pull_secret.iter().map(|name| name.as_str());
    let object = ServiceAccount {
        api_version: "v1",
        kind: "ServiceAccount",
        metadata: ctx.metadata(subject),
        automount_service_account_token: false,
        image_pull_secrets: shared.chain(own).map(Name::new).collect(),
    };
    out.add(Place::Main, &subject.name, "serviceaccount", &object);
}

/// The secret with which a third party's image is pulled.
pub(crate) fn pull_secret(service: &Service) -> Option<String> {
    service.pull_secret.map(|_| format!("{}-pull", service.name))
}

/// A disruption budget: nodes are drained one pod at a time, and a sick pod never stops that.
pub(crate) fn budget(ctx: &Context<'_>, subject: &Subject, out: &mut Output<'_>) {
    let spec = BudgetSpec {
        max_unavailable: 1,
        unhealthy_pod_eviction_policy: "AlwaysAllow",
        selector: ctx.selector(&subject.name),
    };
    let object = Object::new(BUDGET, ctx.metadata(subject), spec);
    out.add(Place::Main, &subject.name, "poddisruptionbudget", &object);
}

fn scales(service: &Service) -> bool {
    *service.scale.max > *service.scale.min && !*service.singleton
}

fn deployment(
    ctx: &Context<'_>,
    service: &Service,
    subject: &Subject,
    out: &mut Output<'_>,
) -> Object<DeploymentSpec> {
    let pod = running(ctx, service, out);
    let grace = pod.grace;
    let template = pod.template(ctx, subject, &subject.name);
    let spec = DeploymentSpec {
        // The autoscaler owns the number of replicas where there is one.
        replicas: (!scales(service)).then_some(*service.scale.min),
        revision_history_limit: 3,
        min_ready_seconds: 10,
        progress_deadline_seconds: 600.max(grace * 2),
        strategy: strategy(service),
        selector: ctx.selector(&subject.name),
        template,
    };
    Object::new(DEPLOYMENT, ctx.metadata(subject), spec)
}

fn strategy(service: &Service) -> Strategy {
    let rolling = |max_surge, max_unavailable| Strategy {
        kind: "RollingUpdate",
        rolling_update: Some(RollingUpdate { max_surge, max_unavailable }),
    };
    let Rollout { surge, unavailable } = &service.rollout;
    match *service.update {
        Update::Rolling => rolling(amount(**surge), amount(**unavailable)),
        Update::BlueGreen => rolling(amount(Copies::Share(100)), amount(Copies::Count(0))),
        Update::Recreate => Strategy { kind: "Recreate", rolling_update: None },
    }
}

fn amount(copies: Copies) -> Amount {
    match copies {
        Copies::Count(count) => Amount::Count(count),
        Copies::Share(share) => Amount::Share(format!("{share}%")),
    }
}

/// The pod of a long-running service.
fn running(ctx: &Context<'_>, service: &Service, out: &mut Output<'_>) -> Pod {
    let name = service.name.as_str();
    let args = service.command.as_ref().map(|command| command.value.as_slice());
    let mut pod = pod::of_service(service, name, (args, None), Place::Main, out);
    pod.spread = *service.scale.max > 1;
    let drain = drain(service);
    pod.grace += drain;
    pod.container.lifecycle =
        (drain > 0).then_some(Lifecycle { pre_stop: PreStop { sleep: Sleep { seconds: drain } } });
    pod.container.ports = container_ports(service);
    let probes = probe::of_service(ctx.environment, service);
    if probes.liveness.is_none() {
        let why = "no probe: it listens on no port and names no health command";
        pod.container.name = Noted::with(name.to_owned(), why);
    }
    pod.container.startup_probe = probes.startup;
    pod.container.liveness_probe = probes.liveness;
    pod.container.readiness_probe = probes.readiness;
    for (volume, claim) in &service.volumes {
        let source = ClaimVolume { claim_name: format!("{name}-{volume}") };
        let source = VolumeSource::PersistentVolumeClaim(source);
        pod.mount(&format!("volume-{volume}"), &claim.path, false, source);
    }
    pod
}

/// How long new connections are kept away before the signal; nobody connects to what has no port.
fn drain(service: &Service) -> u64 {
    let asked = matches!(service.stop.drain.origin, Origin::Written(_));
    if service.ports.is_empty() && !asked { 0 } else { service.stop.drain.ceil() }
}

fn container_ports(service: &Service) -> Vec<ContainerPort> {
    let port = |(name, port): (&stackc_model::Label, &stackc_model::Port)| ContainerPort {
        name: match port_ref(name.as_str(), *port.number) {
            PortRef::Name(name) => Some(name),
            PortRef::Number(_) => None,
        },
        container_port: *port.number,
        protocol: "TCP",
    };
    service.ports.iter().map(port).collect()
}

/// The Service: what others reach by the service's name, on the ports the pods listen on.
fn exposed(ctx: &Context<'_>, service: &Service) -> ServiceSpec {
    let ports = service.ports.iter().map(|(name, port)| ServicePort {
        name: name.to_string(),
        port: *port.number,
        target_port: port_ref(name.as_str(), *port.number),
        protocol: "TCP",
        app_protocol: match port.protocol {
            Protocol::Grpc => Some("kubernetes.io/h2c"),
            Protocol::Http | Protocol::Tcp => None,
        },
    });
    ServiceSpec {
        kind: "ClusterIP",
        cluster_ip: None,
        session_affinity: service.scale.sticky.then_some("ClientIP"),
        selector: ctx.stable_labels(service.name.as_str()),
        ports: ports.collect(),
    }
}

fn autoscaler(service: &Service) -> AutoscalerSpec {
    let scale = &service.scale;
    let metric = |name, target: u32| Metric {
        kind: "Resource",
        resource: MetricResource {
            name,
            target: MetricTarget { kind: "Utilization", average_utilization: target.div_ceil(100) },
        },
    };
    let mut metrics = vec![metric("cpu", scale.cpu.0)];
    metrics.extend(scale.memory.as_ref().map(|memory| metric("memory", memory.0)));
    AutoscalerSpec {
        scale_target_ref: TargetRef {
            api_version: DEPLOYMENT.api,
            kind: DEPLOYMENT.name,
            name: service.name.to_string(),
        },
        min_replicas: *scale.min,
        max_replicas: *scale.max,
        metrics,
        behavior: behavior(),
    }
}

/// Up fast, down slowly: a burst is answered at once, a lull must last.
fn behavior() -> Behavior {
    let policy = |kind, value, period| ScalingPolicy { kind, value, period_seconds: period };
    Behavior {
        scale_up: ScalingRules {
            stabilization_window_seconds: 0,
            select_policy: "Max",
            policies: vec![policy("Percent", 100, 30), policy("Pods", 2, 30)],
        },
        scale_down: ScalingRules {
            stabilization_window_seconds: 300,
            select_policy: "Min",
            policies: vec![policy("Pods", 1, 60)],
        },
    }
}

fn volume_claim(ctx: &Context<'_>, volume: &Volume) -> ClaimSpec {
    let mode = if volume.shared { "ReadWriteMany" } else { "ReadWriteOnce" };
    claim(ctx, mode, *volume.size)
}

/// A claim on storage of the stack's class.
pub(crate) fn claim(ctx: &Context<'_>, mode: &'static str, size: Bytes) -> ClaimSpec {
    ClaimSpec {
        access_modes: [mode],
        storage_class_name: ctx.settings.written.storage_class.as_ref().map(ToString::to_string),
        resources: ClaimResources { requests: BTreeMap::from([("storage", size.kubernetes())]) },
    }
}
