//! The groups of assertions. Each asks the running server what the model promises, in every world;
//! where a stack does not ask for a feature, its group sees to it that nothing of it is there.

mod access;
mod bodies;
mod caching;
mod closed;
mod connections;
mod cors;
mod gzip;
mod headers;
mod hosts;
mod limits;
mod log;
mod maintenance;
mod redirects;
mod resolve;
mod slow;
mod tls;
mod told;
mod websocket;

use crate::report::Report;
use crate::world::World;

/// A group of assertions.
pub(crate) struct Group {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it does; an error means that the world itself is broken.
    pub(crate) run: fn(&World, &Report) -> Result<(), String>,
    /// When it is done.
    pub(crate) when: When,
}

/// When a group is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// From the start of the world, beside all others, because it mostly waits.
    Beside,
    /// When it is asked for.
    Asked,
    /// In a world of its own, in which no service is known yet.
    Alone,
}

const fn group(name: &'static str, run: fn(&World, &Report) -> Result<(), String>) -> Group {
    Group { name, run, when: When::Asked }
}

/// Every group. Those that wait for what runs beside come last.
pub(crate) const GROUPS: [Group; 18] = [
    Group { when: When::Alone, ..group("resolve", resolve::run) },
    group("tls", tls::run),
    group("hosts", hosts::run),
    group("headers", headers::run),
    group("redirects", redirects::run),
    group("told", told::run),
    group("closed", closed::run),
    group("bodies", bodies::run),
    group("access", access::run),
    group("maintenance", maintenance::run),
    group("caching", caching::run),
    group("cors", cors::run),
    group("gzip", gzip::run),
    group("log", log::run),
    group("limits", limits::run),
    group("connections", connections::run),
    Group { when: When::Beside, ..group("slow", slow::run) },
    Group { when: When::Beside, ..group("websocket", websocket::run) },
];

/// The group of a name.
pub(crate) fn named(name: &str) -> Option<&'static Group> {
    GROUPS.iter().find(|group| group.name == name)
}
