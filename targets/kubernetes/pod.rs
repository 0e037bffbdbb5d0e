//! The pods of services and stores: one hardened shape, filled in by each workload.

use std::collections::BTreeMap;

use stackc_model::{Bytes, Exception, Millicores, Origin, Resources as Bounds, Service};
use stackc_target::conventions::{APP_UID, SECRETS_DIR};

use super::context::{Context, Subject};
use super::given;
use super::manifest::*;
use super::output::{Output, Place};
use super::text::unexpanded;

/// `0440` and `0555` as the numbers YAML 1.2 and JSON know.
pub(crate) const GROUP_READS: u32 = 0o440;
const ALL_RUN: u32 = 0o555;

/// A pod of one container.
pub(crate) struct Pod {
    pub(crate) container: Container,
    pub(crate) volumes: Vec<Volume>,
    pub(crate) user: u32,
    pub(crate) grace: u64,
    pub(crate) restart: Option<&'static str>,
    /// Whether several copies are to be kept apart.
    pub(crate) spread: bool,
    /// What it may do beyond what others may.
    pub(crate) rights: Rights,
}

/// What a pod may do beyond what others may, each with its reason.
#[derive(Debug, Default)]
pub(crate) struct Rights {
    root: Option<String>,
    ports: Option<String>,
}

impl Pod {
    /// The template of a workload.
    pub(crate) fn template(
        self,
        ctx: &Context<'_>,
        subject: &Subject,
        account: &str,
    ) -> PodTemplate {
        let spec = PodSpec {
            service_account_name: account.to_owned(),
            automount_service_account_token: false,
            enable_service_links: false,
            host_users: (ctx.settings.minor >= 36).then_some(false),
            restart_policy: self.restart,
            termination_grace_period_seconds: self.grace,
            security_context: PodSecurity {
                run_as_non_root: match self.rights.root {
                    Some(reason) => Noted::with(false, reason),
                    None => Noted::Plain(true),
                },
                run_as_user: self.user,
                run_as_group: self.user,
                fs_group: self.user,
                fs_group_change_policy: "OnRootMismatch",
                seccomp_profile: Seccomp { kind: "RuntimeDefault" },
                sysctls: self.rights.ports.into_iter().map(all_ports).collect(),
            },
            affinity: self.spread.then(|| affinity(ctx, &subject.name)),
            topology_spread_constraints: match self.spread {
                true => vec![
                    spread(ctx, &subject.name, "topology.kubernetes.io/zone"),
                    spread(ctx, &subject.name, "kubernetes.io/hostname"),
                ],
                false => Vec::new(),
            },
            containers: vec![self.container],
            volumes: self.volumes,
        };
        PodTemplate { metadata: ctx.template_metadata(subject), spec }
    }

    /// Mounts a volume.
    pub(crate) fn mount(&mut self, name: &str, path: &str, read_only: bool, source: VolumeSource) {
        self.container.volume_mounts.push(VolumeMount {
            name: name.to_owned(),
            mount_path: path.to_owned(),
            sub_path: None,
            read_only: read_only.then_some(true),
        });
        self.volumes.push(Volume { name: name.to_owned(), source });
    }

    /// Mounts keys of a secret as files.
    pub(crate) fn mount_secret(&mut self, secret: &str, keys: impl Iterator<Item = String>) {
        // The keys are listed so that a missing one keeps the pod from starting.
        let items: Vec<_> = keys.map(|key| KeyToPath { path: key.clone(), key }).collect();
        if items.is_empty() {
            return;
        }
        let volume = SecretVolume {
            secret_name: secret.to_owned(),
            default_mode: Noted::with(GROUP_READS, "0440"),
            items,
        };
        self.mount("secrets", SECRETS_DIR, true, VolumeSource::Secret(volume));
    }

    /// Mounts a config map of scripts.
    pub(crate) fn mount_scripts(&mut self, config_map: &str, path: &str) {
        let volume = ConfigMapVolume {
            name: config_map.to_owned(),
            default_mode: Noted::with(ALL_RUN, "0555"),
        };
        self.mount("scripts", path, true, VolumeSource::ConfigMap(volume));
    }
}

/// Any user may listen below port 1024; the strictest of the pod security standards admits it.
fn all_ports(reason: String) -> Sysctl {
    Sysctl { name: "net.ipv4.ip_unprivileged_port_start", value: Noted::with("0", reason) }
}

/// Scratch space on the node's disk.
pub(crate) fn scratch(size: Bytes) -> VolumeSource {
    VolumeSource::EmptyDir(EmptyDir { medium: None, size_limit: size.kubernetes() })
}

/// A variable with a plain value.
pub(crate) fn variable(name: &str, value: &str) -> EnvVar {
    EnvVar { name: name.to_owned(), value: Some(unexpanded(value)), value_from: None }
}

/// What every container may not do.
pub(crate) fn hardened(read_only_root: Noted<bool>, keep: Vec<Noted<String>>) -> ContainerSecurity {
    ContainerSecurity {
        allow_privilege_escalation: false,
        read_only_root_filesystem: read_only_root,
        capabilities: Capabilities { add: keep, drop: ["ALL"] },
    }
}

/// The bounds of a container.
pub(crate) fn resources(bounds: &Bounds) -> Resources {
    let disk = bounds.disk.kubernetes();
    let requests = BTreeMap::from([
        ("cpu", cores(*bounds.cpu_request)),
        ("ephemeral-storage", disk.clone()),
        ("memory", bounds.memory_request.kubernetes()),
    ]);
    let mut limits =
        BTreeMap::from([("ephemeral-storage", disk), ("memory", bounds.memory_limit.kubernetes())]);
    if let Some(limit) = &bounds.cpu_limit {
        limits.insert("cpu", cores(**limit));
    }
    Resources { requests, limits }
}

/// Processor time in the canonical form: `250m`, `2`.
pub(crate) fn cores(time: Millicores) -> String {
    if time.0.is_multiple_of(1000) { time.cores() } else { format!("{}m", time.0) }
}

fn affinity(ctx: &Context<'_>, name: &str) -> Affinity {
    let term = Term { topology_key: "kubernetes.io/hostname", label_selector: ctx.selector(name) };
    let preference = Preference { weight: 100, pod_affinity_term: term };
    let preferred = vec![preference];
    Affinity {
        pod_anti_affinity: AntiAffinity {
            preferred_during_scheduling_ignored_during_execution: preferred,
        },
    }
}

fn spread(ctx: &Context<'_>, name: &str, topology: &'static str) -> Spread {
    Spread {
        max_skew: 1,
        topology_key: topology,
        when_unsatisfiable: "ScheduleAnyway",
        label_selector: ctx.selector(name),
        match_label_keys: ["pod-template-hash"],
    }
}

/// The pod of a service, without ports, probes and what only long-running pods have.
///
/// `name` is that of the workload, which is the service's own or that of one of its jobs; with the
/// arguments goes the image of their tools, where that is another.
pub(crate) fn of_service(
    service: &Service,
    name: &str,
    (args, tools): (Option<&[String]>, Option<String>),
    place: Place,
    out: &mut Output<'_>,
) -> Pod {
    let (image, image_pull_policy) = match service.is_built() {
        true => out.built_image(place, tools.as_ref().unwrap_or(&service.image)),
        false => (service.image.value.clone(), "Always"),
    };
    let container = Container {
        name: Noted::Plain(name.to_owned()),
        image,
        image_pull_policy,
        command: Vec::new(),
        // The image's entrypoint stays: in our images it reads the secrets.
        args: args.unwrap_or_default().iter().map(|word| unexpanded(word)).collect(),
        ports: Vec::new(),
        env_from: given::variables(service, name, place, out),
        env: Vec::new(),
        resources: resources(&service.resources),
        startup_probe: None,
        liveness_probe: None,
        readiness_probe: None,
        lifecycle: None,
        security_context: hardened(read_only_root(service), kept(service)),
        volume_mounts: Vec::new(),
    };
    let mut pod = Pod {
        container,
        volumes: Vec::new(),
        user: user(service),
        grace: service.stop.grace.ceil(),
        restart: None,
        spread: false,
        rights: Rights {
            root: service.exceptions.get(&Exception::Root).cloned(),
            ports: service.exceptions.get(&Exception::PrivilegedPorts).cloned(),
        },
    };
    given::secrets(service, &mut pod);
    pod.mount("tmp", "/tmp", false, scratch(*service.resources.disk));
    for (at, path) in service.writable.iter().enumerate() {
        pod.mount(&format!("writable-{}", at + 1), path, false, scratch(*service.resources.disk));
    }
    given::files(service, name, place, &mut pod, out);
    given::secret_files(service, &mut pod);
    pod
}

/// Whether the root stays read-only; an exception carries its reason.
fn read_only_root(service: &Service) -> Noted<bool> {
    match service.exceptions.get(&Exception::WritableRoot) {
        Some(reason) => Noted::with(false, reason.clone()),
        None => Noted::Plain(true),
    }
}

/// The capabilities it keeps, each with its reason.
fn kept(service: &Service) -> Vec<Noted<String>> {
    let noted = |(name, reason): (&String, &String)| Noted::with(name.clone(), reason.clone());
    service.capabilities.iter().map(noted).collect()
}

/// Our images run as any user: where none was asked for it is one above those of the nodes, also
/// for web servers whose image has a low one.
fn user(service: &Service) -> u32 {
    match service.user.origin {
        Origin::Default(_) if service.is_built() => APP_UID,
        _ => *service.user,
    }
}

#[cfg(test)]
mod tests {
    use super::cores;
    use stackc_model::Millicores;

    #[test]
    fn writes_processor_time_as_the_api_gives_it_back() {
        assert_eq!(cores(Millicores(250)), "250m");
        assert_eq!(cores(Millicores(1500)), "1500m");
        assert_eq!(cores(Millicores(2000)), "2");
    }
}
