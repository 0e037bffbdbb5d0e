//! The damage that errors do not point to, and why not.

use crate::dice::Damage;

/// Damage whose errors lie elsewhere.
#[derive(Debug)]
pub(crate) struct Row {
    stack: &'static str,
    line: &'static str,
    damage: Damage,
    /// Why no error can know the place.
    #[allow(dead_code, reason = "it is for the reader")]
    why: &'static str,
}

impl Row {
    /// Whether it speaks of this damage.
    pub(crate) fn is(&self, stack: &str, line: &str, damage: Damage) -> bool {
        self.stack == stack && self.line == line && self.damage == damage
    }
}

/// The rows, stack by stack.
pub(crate) const FAR: &[Row] = &[
    Row {
        stack: "grocery-list",
        line: "registry: ghcr.io/acme/grocery-list",
        damage: Damage::Deleted,
        why: "what a stack does not say has no place; the services that a swarm cannot pull do",
    },
    Row {
        stack: "kroi-auto-center",
        line: "redis: {provider: other}",
        damage: Damage::Deleted,
        why: "the store that then runs nowhere is the one of the stack, far above",
    },
    Row {
        stack: "stores",
        line: "rabbitmq: \"4.3\"",
        damage: Damage::Deleted,
        why: "whole entries leave no trace but where they were needed",
    },
    Row {
        stack: "workshop",
        line: "api: {routes: {api: {cache: 1m}, console: {access: staff}}}",
        damage: Damage::Deleted,
        why: "an empty `services` takes them all out of the environment, as it may",
    },
    Row {
        stack: "workshop",
        line: "cache: {engine: redis, version: \"7.2\", purpose: cache}",
        damage: Damage::Deleted,
        why: "whole entries leave no trace but where they were needed",
    },
];
