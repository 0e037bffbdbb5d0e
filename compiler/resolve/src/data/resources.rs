//! Bounds: what is written, else defaults that never contradict it.

use stackc_model::{Bytes, Millicores, Resources, Sourced};
use stackc_shape::{Spanned, Switch};
use stackc_spec::{CpuSpec, MemorySpec, ResourcesSpec};

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

/// Bounds of a service's own laid over those of the service it is like, as an environment's are laid
/// over the stack's. What is its own wins where the two would contradict each other.
pub(crate) fn laid_over(own: &ResourcesSpec, shared: &ResourcesSpec) -> ResourcesSpec {
    let (cpu, below) =
        (own.cpu.clone().unwrap_or_default(), shared.cpu.clone().unwrap_or_default());
    let most = |limit: &Spanned<Switch<Millicores>>| limit.value.value().copied();
    let cpu = {
        let (request, limit) = (cpu.request, cpu.limit);
        let most_own = limit.as_ref().and_then(most);
        let least_own = request.as_ref().map(|request| request.value);
        let fits =
            |request: &Spanned<Millicores>| most_own.is_none_or(|most| request.value <= most);
        let holds = |limit: &Spanned<Switch<Millicores>>| {
            most(limit).zip(least_own).is_none_or(|(most, least)| least <= most)
        };
        CpuSpec {
            request: request.or(below.request.filter(fits)),
            limit: limit.or(below.limit.filter(holds)),
        }
    };
    let (memory, below) =
        (own.memory.clone().unwrap_or_default(), shared.memory.clone().unwrap_or_default());
    let most = memory.limit.as_ref().map(|limit| limit.value);
    let least = memory.request.as_ref().map(|request| request.value);
    let memory = MemorySpec {
        request: memory
            .request
            .or(below.request.filter(|it| most.is_none_or(|most| it.value <= most))),
        limit: memory
            .limit
            .or(below.limit.filter(|it| least.is_none_or(|least| least <= it.value))),
    };
    let disk = own.disk.clone().or(shared.disk.clone());
    ResourcesSpec { cpu: Some(cpu), memory: Some(memory), disk }
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

#[cfg(test)]
mod tests {
    use stackc_model::Bytes;
    use stackc_shape::Spanned;
    use stackc_source::{FileId, Span};
    use stackc_spec::{MemorySpec, ResourcesSpec};

    use super::laid_over;

    fn memory(request: Option<u64>, limit: Option<u64>) -> ResourcesSpec {
        let said =
            |value: u64| Spanned { value: Bytes::mib(value), span: Span::new(FileId(0), 0, 0) };
        let memory = MemorySpec { request: request.map(said), limit: limit.map(said) };
        ResourcesSpec { memory: Some(memory), ..ResourcesSpec::default() }
    }

    #[test]
    fn bounds_of_its_own_lie_over_those_it_shares() {
        let both = |own: &ResourcesSpec, shared: &ResourcesSpec| {
            let memory = laid_over(own, shared).memory.unwrap_or_default();
            (memory.request.map(|it| it.value), memory.limit.map(|it| it.value))
        };
        let shared = memory(Some(256), Some(512));
        let found = both(&memory(None, Some(1024)), &shared);
        assert_eq!(found, (Some(Bytes::mib(256)), Some(Bytes::mib(1024))));
        let found = both(&memory(None, Some(128)), &shared);
        assert_eq!(found, (None, Some(Bytes::mib(128))), "less than what is shared is reserved");
        let found = both(&memory(Some(600), None), &shared);
        assert_eq!(found, (Some(Bytes::mib(600)), None), "more than what is shared is allowed");
    }
}
