//! The claims of the targets, each proven by what they make.
//!
//! `STACKC_UPDATE=1` tries everything and writes the claims anew, keeping the notes there are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use libtest_mimic::Failed;
use stackc_target::{Claims, Level};
use stackc_testkit::effect::{Effect, OnTarget};
use stackc_testkit::repository;
use stackc_testkit::sites::sites;

/// The claims of every target.
pub(crate) fn claims() -> BTreeMap<&'static str, Claims> {
    let claims = |target: &&dyn stackc_target::Target| {
        (target.id(), serde_json::from_str(target.support()).unwrap())
    };
    stackc_targets::ALL.iter().map(claims).collect()
}

/// Whether all that is claimed of a field was seen.
pub(crate) fn proven(claims: &BTreeMap<&'static str, Claims>, path: &str, effect: &Effect) -> bool {
    claims.iter().all(|(target, claims)| match claims.level(path) {
        None => true,
        Some(level) => effect.targets.get(target).is_some_and(|on| shows(level, on)),
    })
}

fn shows(level: Level<'_>, on: &OnTarget) -> bool {
    level.word() == seen(on).map_or("", |(word, _)| word)
}

/// What was seen, in the words of the claims, with what the target said.
fn seen(on: &OnTarget) -> Option<(&'static str, Option<&String>)> {
    match on {
        OnTarget { refused: Some(said), .. } => Some(("unsupported", Some(said))),
        OnTarget { approximated: Some(said), .. }
        | OnTarget { planned: Some(said), changed: true, .. } => Some(("approximated", Some(said))),
        OnTarget { planned: Some(said), .. } => Some(("planned", Some(said))),
        OnTarget { changed: true, .. } => Some(("exact", None)),
        OnTarget { .. } => None,
    }
}

/// What is claimed of a field is so, and nothing else was seen.
pub(crate) fn hold(
    claims: &BTreeMap<&'static str, Claims>,
    path: &str,
    effect: &Effect,
) -> Result<(), Failed> {
    let mut faults = Vec::new();
    for (target, claims) in claims {
        let found = effect.targets.get(target).and_then(seen).map(|(word, _)| word);
        let claimed = claims.level(path).map(Level::word);
        if found != claimed {
            let word = |level: Option<&'static str>| level.unwrap_or("no concern");
            faults.push(format!(
                "`{target}` claims of `{path}`: {}; seen: {}",
                word(claimed),
                word(found)
            ));
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("\n").into()),
    }
}

/// Each claim is about a field that is rendered, and each bound is given.
pub(crate) fn speaks_of_fields() -> Result<(), Failed> {
    let fields: BTreeSet<String> = sites().iter().map(|site| site.path.join(".")).collect();
    let mut faults = Vec::new();
    for (target, claims) in claims() {
        for path in claims.paths() {
            if !fields.contains(path) {
                faults.push(format!("`{target}` speaks of `{path}`, which is no field"));
            }
            if claims.level(path).and_then(|level| level.note().map(str::is_empty)) == Some(true) {
                faults.push(format!("`{target}` gives no bound or reason for `{path}`"));
            }
        }
    }
    match faults.is_empty() || stackc_testkit::updating() {
        true => Ok(()),
        false => Err(faults.join("\n").into()),
    }
}

static NOTED: Mutex<BTreeMap<String, Effect>> = Mutex::new(BTreeMap::new());

/// Keeps what was seen of a field, for [`write`].
pub(crate) fn note(path: String, effect: &Effect) {
    NOTED.lock().unwrap().insert(path, effect.clone());
}

/// Writes the claims as they were seen; fields that were not tried keep theirs.
pub(crate) fn write() {
    let noted = NOTED.lock().unwrap();
    let fields: BTreeSet<String> = sites().iter().map(|site| site.path.join(".")).collect();
    for (target, old) in claims() {
        let mut new = Claims::default();
        for path in &fields {
            let kept = old.level(path);
            let Some(effect) = noted.get(path) else {
                if let Some(level) = kept {
                    add(&mut new, path, level.word(), level.note());
                }
                continue;
            };
            if let Some((word, said)) = effect.targets.get(target).and_then(seen) {
                let same = kept.filter(|level| level.word() == word);
                let note = same.and_then(|level| level.note().map(str::to_owned));
                add(&mut new, path, word, note.as_deref().or(said.map(String::as_str)));
            }
        }
        let text = serde_json::to_string_pretty(&new).unwrap() + "\n";
        let path = repository().join("targets").join(target).join("support.json");
        std::fs::write(path, text).unwrap();
    }
}

fn add(claims: &mut Claims, path: &str, word: &str, note: Option<&str>) {
    let noted = match word {
        "exact" => {
            claims.exact.push(path.to_owned());
            return;
        }
        "approximated" => &mut claims.approximated,
        "planned" => &mut claims.planned,
        _ => &mut claims.unsupported,
    };
    noted.insert(path.to_owned(), note.unwrap_or("").to_owned());
}
