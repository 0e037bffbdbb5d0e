//! How many copies of a service run, and how a new version replaces them.

use std::collections::BTreeMap;

use stackc_model::{Label, Origin, Percent, Role, Scale, Sourced, Tier, Update, Volume};
use stackc_source::{Diagnostic, codes};
use stackc_spec::{ServiceSpec, UpdateWord};

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

/// How a new version replaces the old.
pub(crate) fn update(
    own: &ServiceSpec,
    singleton: bool,
    volumes: &BTreeMap<Label, Volume>,
    cx: &mut Context<'_>,
) -> Sourced<Update> {
    let alone = singleton || volumes.values().any(|volume| !volume.shared);
    let strategy = own.update.as_ref().and_then(|update| update.value.strategy.as_ref());
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
    or_map(
        strategy,
        |word| match word {
            UpdateWord::Rolling => Update::Rolling,
            UpdateWord::Recreate => Update::Recreate,
            UpdateWord::BlueGreen => Update::BlueGreen,
        },
        default,
        reason,
    )
}
