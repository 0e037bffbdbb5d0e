//! How many copies of a service run, and how a new version replaces them.

use std::collections::BTreeMap;

use stackc_model::{
    Copies, Label, Origin, Percent, Role, Rollout, Scale, Seconds, Sourced, Stop, Tier, Update,
    Volume,
};
use stackc_source::{Diagnostic, codes};
use stackc_spec::{ServiceSpec, UpdateSpec, UpdateWord};

use crate::context::{Context, or, or_map, written};
use crate::service::DraftService;

/// How many copies run.
pub(crate) fn scale(
    draft: &DraftService<'_>,
    singleton: bool,
    volumes: &BTreeMap<Label, Volume>,
    cx: &mut Context<'_>,
) -> Scale {
    let spec = draft.own.scale.as_ref().map(|scale| &scale.value);
    let single_volume = volumes.values().any(|volume| !volume.shared);
    let (usual, reason) = match cx.tier {
        _ if singleton => (1, "it is a singleton"),
        _ if single_volume => (1, "its volume is written by one copy"),
        Tier::Production if matches!(*draft.role, Role::Web | Role::Internal) => {
            (2, "one copy may be replaced while the other serves")
        }
        _ => (1, "one copy is enough here"),
    };
    let mut min = or(spec.and_then(|scale| scale.min.as_ref()), usual, reason);
    let top = usual.max(*min);
    let mut max = or(spec.and_then(|scale| scale.max.as_ref()), top, reason);
    if cx.tier == Tier::Development {
        for bound in [&mut min, &mut max] {
            if let Some(span) = bound.origin.span().filter(|span| !cx.in_overlay(*span)) {
                *bound = Sourced {
                    value: 1,
                    origin: Origin::Derived(span, "one copy on a developer's machine"),
                };
            }
        }
    }
    check_scale(draft, &min, &max, singleton, single_volume, cx);
    Scale {
        min,
        max,
        cpu: or(
            spec.and_then(|scale| scale.cpu.as_ref()),
            Percent(7000),
            "room for a peak while copies start",
        ),
        memory: spec.and_then(|scale| scale.memory.as_ref()).map(written),
        sticky: or(spec.and_then(|scale| scale.sticky.as_ref()), false, "any copy can answer"),
    }
}

/// How it stops. What is under way may take as long as its route allows.
pub(crate) fn stop(own: &ServiceSpec) -> Stop {
    let stop = own.stop.as_ref();
    let usual = Seconds::new(30);
    let longest = own
        .routes
        .values()
        .filter(|route| !route.websocket.as_ref().is_some_and(|websocket| websocket.value))
        .filter_map(|route| route.timeout.as_ref())
        .max_by_key(|timeout| timeout.value)
        .filter(|timeout| timeout.value > usual);
    let grace = stop.and_then(|stop| stop.grace.as_ref());
    Stop {
        grace: match (grace, longest) {
            (None, Some(route)) => Sourced {
                value: route.value,
                origin: Origin::Derived(route.span, "the longest request may end"),
            },
            _ => or(grace, usual, "time to finish requests"),
        },
        drain: or(
            stop.and_then(|stop| stop.drain.as_ref()),
            Seconds::new(10),
            "time for the edge to look elsewhere",
        ),
    }
}

fn check_scale(
    draft: &DraftService<'_>,
    min: &Sourced<u32>,
    max: &Sourced<u32>,
    singleton: bool,
    single_volume: bool,
    cx: &mut Context<'_>,
) {
    let span = max.origin.span().or(min.origin.span()).unwrap_or(draft.own.span);
    let fault = if min.value == 0 || max.value == 0 {
        Some((
            "a service with no copies does not run".to_owned(),
            "to turn it off, take it out; in an environment write `null` for it",
        ))
    } else if max.value < min.value {
        Some((
            format!("at most {} copies are fewer than at least {}", max.value, min.value),
            "swap them",
        ))
    } else if max.value > 1 && singleton {
        Some((
            "a singleton cannot have several copies".to_owned(),
            "take out `scale` or `singleton`",
        ))
    } else if max.value > 1 && single_volume {
        Some((
            "several copies cannot write one volume".to_owned(),
            "set the volume's `access: rwx`, or `scale: 1`",
        ))
    } else {
        None
    };
    if let Some((message, help)) = fault {
        cx.push(Diagnostic::new(codes::SCALE, span, message).help(help));
    }
}

/// How a new version replaces the old, and how far the number of copies may stray meanwhile.
pub(crate) fn update(
    own: &ServiceSpec,
    singleton: bool,
    volumes: &BTreeMap<Label, Volume>,
    cx: &mut Context<'_>,
) -> (Sourced<Update>, Rollout) {
    let alone = singleton || volumes.values().any(|volume| !volume.shared);
    let spec = own.update.as_ref().map(|update| &update.value);
    let strategy = spec.and_then(|update| update.strategy.as_ref());
    if let (true, Some(word)) = (alone, strategy.filter(|word| word.value != UpdateWord::Recreate))
    {
        let message =
            "two copies would run at once during the update, which this service cannot take";
        cx.push(
            Diagnostic::new(codes::SCALE, word.span, message)
                .help("write `update: recreate`, or take it out"),
        );
    }
    let (default, reason) = match alone {
        true => (Update::Recreate, "two copies must never run at once"),
        false => (Update::Rolling, "no request is lost"),
    };
    let update = or_map(
        strategy,
        |word| match word {
            UpdateWord::Rolling => Update::Rolling,
            UpdateWord::Recreate => Update::Recreate,
            UpdateWord::BlueGreen => Update::BlueGreen,
        },
        default,
        reason,
    );
    let rollout = rollout(spec, *update, cx);
    (update, rollout)
}

fn rollout(spec: Option<&UpdateSpec>, update: Update, cx: &mut Context<'_>) -> Rollout {
    let surge = spec.and_then(|update| update.surge.as_ref());
    let unavailable = spec.and_then(|update| update.unavailable.as_ref());
    let said = [("surge", surge), ("unavailable", unavailable)];
    for (key, copies) in said.into_iter().filter(|_| update != Update::Rolling) {
        let Some(copies) = copies else { continue };
        let message = format!("`{key}` changes nothing: this update is not rolling");
        cx.push(Diagnostic::new(codes::NO_EFFECT, copies.span, message).help("take it out"));
    }
    let none = |copies: &Sourced<Copies>| matches!(**copies, Copies::Count(0) | Copies::Share(0));
    let rollout = Rollout {
        surge: or_map(surge, copies, Copies::Share(25), "a quarter more, for a while"),
        unavailable: or_map(unavailable, copies, Copies::Count(0), "nobody waits"),
    };
    if let (true, true, Some(surge)) = (none(&rollout.surge), none(&rollout.unavailable), surge) {
        let message = "with no copy more and none fewer, nothing can be replaced";
        cx.push(
            Diagnostic::new(codes::SCALE, surge.span, message)
                .help("allow `surge: 1`, or `unavailable: 1`"),
        );
    }
    rollout
}

fn copies(copies: &stackc_spec::Copies) -> Copies {
    match *copies {
        stackc_spec::Copies::Count(count) => Copies::Count(count),
        stackc_spec::Copies::Share(share) => Copies::Share(share),
    }
}
