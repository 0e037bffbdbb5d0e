//! The order in which services start.

use stackc_model::{Label, NeedTarget, Service};
use stackc_source::{Diagnostic, codes};

use crate::context::Context;
use crate::service::DraftService;

/// Finds services that wait for each other; each cycle is said once.
pub(crate) fn cycles(drafts: &[DraftService<'_>], services: &[Service], cx: &mut Context<'_>) {
    // 0: not seen, 1: on the way, 2: done. The walk keeps its own stack: a long chain is no reason
    // to overflow the thread's.
    let mut state = vec![0u8; services.len()];
    for start in 0..services.len() {
        let mut path = vec![(start, 0)];
        while let Some((at, next)) = path.pop() {
            state[at] = 1;
            let waits: Vec<_> = services[at]
                .needs
                .iter()
                .filter(|(_, need)| *need.start != stackc_model::Start::Any)
                .filter_map(|(name, need)| match need.target {
                    NeedTarget::Service(id) => Some((name, id.position())),
                    _ => None,
                })
                .collect();
            match waits.get(next) {
                None => state[at] = 2,
                Some((name, to)) => {
                    path.push((at, next + 1));
                    match state.get(*to) {
                        Some(0) => path.push((*to, 0)),
                        Some(1) => report_cycle(drafts, services, &path, at, *to, name, cx),
                        _ => {}
                    }
                }
            }
        }
    }
}

fn report_cycle(
    drafts: &[DraftService<'_>],
    services: &[Service],
    path: &[(usize, usize)],
    at: usize,
    to: usize,
    name: &Label,
    cx: &mut Context<'_>,
) {
    let from = path.iter().position(|(step, _)| *step == to).unwrap_or(0);
    let names: Vec<_> =
        path[from..].iter().map(|(step, _)| services[*step].name.as_str()).collect();
    let span = drafts[at]
        .own
        .needs
        .get(name)
        .or(drafts[at].shared.needs.get(name))
        .map_or(drafts[at].own.span, |need| need.span);
    let message =
        format!("services wait for each other: {} → {}", names.join(" → "), services[to].name);
    cx.push(
        Diagnostic::new(codes::CYCLE, span, message)
            .help("let one of them start without the other: `needs: {NAME: {start: any}}`"),
    );
}
