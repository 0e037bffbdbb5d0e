//! Whether a store takes as many connections as the services will open.

use stackc_model::{Engine, Environment, NeedTarget, Service, Store};
use stackc_source::{Diagnostic, codes};

use crate::context::Context;

/// What PostgreSQL keeps back for an administrator where nothing else is said
/// (`superuser_reserved_connections`).
const RESERVED: u32 = 3;

/// Every copy opens one connection at the very least, and as many as its pool holds at the most.
pub(crate) fn check(environment: &Environment, cx: &mut Context<'_>) {
    let mut users: Vec<Vec<&Service>> = vec![Vec::new(); environment.stores.len()];
    for service in &environment.services {
        for need in service.needs.values() {
            let NeedTarget::Store(id) = need.target else { continue };
            users[id.position()].push(service);
        }
    }
    for (store, users) in environment.stores.iter().zip(users) {
        let Engine::Postgres { max_connections, .. } = store.engine else { continue };
        let copies: u32 = users.iter().map(|service| *service.scale.max).sum();
        let each = store.pool.as_ref().map_or(1, |pool| pool.value);
        if copies.saturating_mul(each) > max_connections.saturating_sub(RESERVED) {
            report(store, max_connections, copies, &users, cx);
        }
    }
}

fn report(store: &Store, most: u32, copies: u32, users: &[&Service], cx: &mut Context<'_>) {
    let Some(largest) = users.iter().max_by_key(|service| *service.scale.max) else { return };
    let span = largest.scale.max.origin.span().unwrap_or(largest.span);
    let (span, need) = match &store.pool {
        Some(pool) => (
            pool.origin.span().unwrap_or(span),
            format!(
                "{copies} copies with {} connections each open {}",
                pool.value,
                copies * pool.value
            ),
        ),
        None => (span, format!("{copies} copies need at least a connection each")),
    };
    let message = format!(
        "{need}, and `{}` takes {most}, {RESERVED} of them kept for administrators",
        store.name
    );
    cx.push(
        Diagnostic::new(codes::CONNECTIONS, span, message)
            .related(store.span, "the store")
            .help("lower the scale or the `pool`, or raise `params.max_connections` with the store's memory"),
    );
}
