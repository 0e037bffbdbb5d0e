//! What a store does with the memory it is given.

use std::collections::BTreeMap;

use stackc_model::{Bytes, Persistence};

const MIB: u64 = 1 << 20;

/// PostgreSQL parameters that follow from the memory limit: a quarter for its own cache, three
/// quarters assumed cached in total, and what sorts may take if every connection sorts at once.
/// Without `tuned` the server's own defaults stay.
#[must_use]
pub fn postgres(memory: Bytes, max_connections: u32, tuned: bool) -> BTreeMap<String, String> {
    if !tuned {
        return BTreeMap::from([("max_connections".to_owned(), max_connections.to_string())]);
    }
    let total = (memory.0 / MIB).max(64);
    let shared = total / 4;
    let per_sort = (total - shared) / (u64::from(max_connections.max(1)) * 3);
    let values = [
        ("effective_cache_size", format!("{}MB", total * 3 / 4)),
        ("maintenance_work_mem", format!("{}MB", (total / 16).clamp(16, 1024))),
        ("max_connections", max_connections.to_string()),
        ("shared_buffers", format!("{shared}MB")),
        ("work_mem", format!("{}MB", per_sort.max(1))),
    ];
    values.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The size of `/dev/shm`, where parallel queries exchange rows; docker's 64 MiB are soon full.
#[must_use]
pub fn shared_memory(memory: Bytes) -> Bytes {
    Bytes::mib((memory.0 / MIB / 4).max(64))
}

/// How much redis may hold. The rest is for buffers and, where it persists, for the pages that are
/// copied while a child process rewrites the log.
#[must_use]
pub fn redis(memory: Bytes, persistent: bool) -> String {
    let percent = if persistent { 60 } else { 75 };
    format!("{}mb", (memory.0 / MIB * percent / 100).max(1))
}

/// When redis writes a snapshot, where it does: after an hour with one change, five minutes with a
/// hundred, a minute with ten thousand, as it does by itself. Beside a log it would only fork a
/// second time.
#[must_use]
pub fn redis_save(persistence: Persistence) -> &'static str {
    match persistence {
        Persistence::Rdb => "3600 1 300 100 60 10000",
        Persistence::Aof | Persistence::None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_share_lies_below_the_limit() {
        let values = postgres(Bytes::gib(1), 100, true);
        assert_eq!(values["shared_buffers"], "256MB");
        assert_eq!(values["effective_cache_size"], "768MB");
        assert_eq!(values["work_mem"], "2MB");
        assert_eq!(postgres(Bytes::mib(128), 500, true)["work_mem"], "1MB");
        assert_eq!(postgres(Bytes::gib(1), 100, false).len(), 1);
        assert_eq!(redis(Bytes::mib(256), true), "153mb");
        assert_eq!(redis(Bytes::mib(256), false), "192mb");
        assert_eq!(shared_memory(Bytes::mib(128)), Bytes::mib(64));
    }
}
