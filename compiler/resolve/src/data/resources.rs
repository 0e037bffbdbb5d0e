//! Bounds: what is written, else defaults that never contradict it.

use stackc_model::{Bytes, Millicores, Resources, Sourced};
use stackc_spec::ResourcesSpec;

use crate::context::or;

/// Bounds where nothing is written.
#[derive(Debug)]
pub(crate) struct Defaults {
    /// Reserved and most processor time.
    pub(crate) cpu: (Millicores, Millicores),
    /// Reserved and most memory.
    pub(crate) memory: (Bytes, Bytes),
    /// Why these.
    pub(crate) reason: &'static str,
}

/// Bounds: what is written, else defaults that never contradict it.
pub(crate) fn resources(spec: Option<&ResourcesSpec>, defaults: &Defaults) -> Resources {
    let reason = defaults.reason;
    let cpu = spec.and_then(|spec| spec.cpu.as_ref());
    let memory = spec.and_then(|spec| spec.memory.as_ref());
    let limit = cpu.and_then(|cpu| cpu.limit.as_ref());
    let written_limit = limit
        .and_then(|limit| limit.value.value().map(|value| Sourced::written(*value, limit.span)));
    let cpu_limit = match limit {
        Some(limit) if limit.value.is_off() => None,
        _ => Some(written_limit.unwrap_or_else(|| {
            let request = cpu
                .and_then(|cpu| cpu.request.as_ref())
                .map_or(Millicores(0), |request| request.value);
            Sourced::default(defaults.cpu.1.max(request), reason)
        })),
    };
    let cpu_cap = cpu_limit.as_ref().map_or(Millicores(u32::MAX), |limit| limit.value);
    let cpu_request =
        or(cpu.and_then(|cpu| cpu.request.as_ref()), defaults.cpu.0.min(cpu_cap), reason);
    let asked =
        memory.and_then(|memory| memory.request.as_ref()).map_or(Bytes(0), |request| request.value);
    let memory_limit =
        or(memory.and_then(|memory| memory.limit.as_ref()), defaults.memory.1.max(asked), reason);
    let memory_request = or(
        memory.and_then(|memory| memory.request.as_ref()),
        defaults.memory.0.min(memory_limit.value),
        reason,
    );
    let disk =
        or(spec.and_then(|spec| spec.disk.as_ref()), Bytes::gib(1), "scratch space for one copy");
    Resources { cpu_request, cpu_limit, memory_request, memory_limit, disk }
}
