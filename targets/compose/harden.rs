//! What every container has, whoever made its image: as little as it needs.

use stackc_model::{Bytes, Exception, Resources as Bounds, Rotate, Service as Ours};
use stackc_target::Commented;

use super::document::{Amounts, Deploy, Logging, Resources, Said, Scratch, Service};
use super::text::Text;

/// How many processes and threads an application may have.
pub(super) const PIDS: u32 = 512;

/// A container without rights: no capabilities, no way to gain any, nothing to write to but a
/// temporary folder, bounded in everything. The log is bounded by its default.
pub(super) fn container(user: u32, pids: u32, bounds: &Bounds) -> Service {
    Service {
        user: Some(Said::Plain(format!("{user}:{user}"))),
        cap_drop: vec!["ALL"],
        cpu_shares: Some(shares(bounds.cpu_request.0)),
        deploy: Deploy { replicas: None, resources: resources(pids, bounds) },
        pull_policy: "missing",
        security_opt: vec!["no-new-privileges:true"],
        tmpfs: vec![temporary("/tmp", scratch(bounds))],
        ..Service::default()
    }
}

/// What a service was excepted from, each with its reason beside it.
pub(super) fn except(service: &Ours, into: &mut Service) {
    let because = |exception| service.exceptions.get(&exception).cloned();
    if let Some(reason) = because(Exception::WritableRoot) {
        into.read_only = Said::Because(Commented(false, reason));
    }
    if let Some(reason) = because(Exception::Root) {
        into.user = Some(Said::Because(Commented("0:0".to_owned(), reason)));
    }
    if let Some(reason) = because(Exception::PrivilegedPorts) {
        into.sysctls = [("net.ipv4.ip_unprivileged_port_start", Commented(0, reason))].into();
    }
    let kept = service.capabilities.iter();
    into.cap_add = kept.map(|(name, reason)| Commented(name.clone(), reason.clone())).collect();
}

/// How much of a log is kept, as docker counts: `k` and `m` are decimal.
pub(super) fn logging(rotate: &Rotate) -> Logging {
    let size = match rotate.size.0 {
        bytes if bytes.is_multiple_of(1_000_000) => format!("{}m", bytes / 1_000_000),
        bytes if bytes.is_multiple_of(1000) => format!("{}k", bytes / 1000),
        bytes => bytes.to_string(),
    };
    Logging::kept(size, *rotate.files)
}

/// Compose passes a reserved share of processors to nobody but swarm; the weight is what docker has
/// for it, converted as Kubernetes does. Two is the least that docker takes.
fn shares(millicores: u32) -> u32 {
    (millicores.saturating_mul(1024) / 1000).max(2)
}

fn resources(pids: u32, bounds: &Bounds) -> Resources {
    let limits = Amounts {
        cpus: bounds.cpu_limit.as_ref().map(|limit| limit.cores()),
        memory: bounds.memory_limit.short(),
        pids: Some(pids),
    };
    let cpus = Some(bounds.cpu_request.cores());
    Resources {
        limits,
        reservations: Amounts { cpus, memory: bounds.memory_request.short(), pids: None },
    }
}

/// How large a folder in memory may grow. It counts as memory of the container, so it gets half at
/// most: a full folder is an error the program sees, memory used up is its end.
pub(super) fn scratch(bounds: &Bounds) -> Bytes {
    bounds.disk.value.min(Bytes(bounds.memory_limit.0 / 2))
}

/// A folder in memory that everybody in the container may write to.
pub(super) fn temporary(path: &str, size: Bytes) -> Scratch {
    Scratch { path: Text::from(path), size, owner: None }
}

/// A folder in memory that belongs to one user.
pub(super) fn private(path: &str, size: Bytes, user: u32) -> Scratch {
    Scratch { owner: Some(user), ..temporary(path, size) }
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn a_core_weighs_1024_and_nothing_weighs_less_than_docker_takes() {
        assert_eq!((shares(1000), shares(250), shares(1)), (1024, 256, 2));
    }
}
