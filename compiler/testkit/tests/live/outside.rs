//! The side that starts worlds, each in a process of its own, and collects what they found.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::Mutex;

use libtest_mimic::Failed;
use serde_json::Value;
use tempfile::TempDir;

use crate::mutate::Mutation;
use crate::namespace;

/// A world that is started when it is first asked for something, and ends with this.
pub(crate) struct Session {
    place: String,
    mutation: Option<&'static Mutation>,
    running: Mutex<Option<Running>>,
}

struct Running {
    child: Child,
    ask: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Where the world puts its files; goes away with this.
    _root: TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        // A world ends with its input; its namespace of processes with it, and nginx with that.
        drop(self.ask.take());
        drop(self.child.wait());
    }
}

/// What a group found.
pub(crate) struct Found {
    /// Assertions.
    pub(crate) assertions: u64,
    requests: u64,
    /// What did not hold.
    pub(crate) faults: Vec<String>,
    /// Which location answered with which status, with its headers.
    held: BTreeSet<(String, u16)>,
}

impl Found {
    /// Passes where something was asserted and all of it holds.
    pub(crate) fn judge(self) -> Result<(), Failed> {
        match (self.assertions, self.faults.is_empty()) {
            (0, _) => Err("nothing was asserted".into()),
            (_, false) => Err(self.faults.join("\n").into()),
            _ => Ok(()),
        }
    }
}

impl Session {
    /// A world as it is.
    pub(crate) fn new(place: String) -> Self {
        Self { place, mutation: None, running: Mutex::new(None) }
    }

    /// A world in which something is broken.
    pub(crate) fn broken(mutation: &'static Mutation) -> Self {
        Self { mutation: Some(mutation), ..Self::new(mutation.place.to_owned()) }
    }

    /// Its name.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// What a group finds there.
    pub(crate) fn ask(&self, group: &str) -> Result<Found, Failed> {
        let mut running = self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let running = match &mut *running {
            Some(running) => running,
            none => none.insert(self.start(group)?),
        };
        let mut line = String::new();
        let asked = running.ask.as_mut().map(|ask| writeln!(ask, "{group}"));
        if matches!(asked, Some(Ok(()))) {
            running.answers.read_line(&mut line).ok();
        }
        let found: Value = serde_json::from_str(&line).unwrap_or_default();
        if let Some(fault) = found["broken"].as_str() {
            return Err(fault.into());
        }
        let Some(assertions) = found["assertions"].as_u64() else {
            let mut text = String::new();
            drop(running.child.kill());
            running.child.stderr.take().map(|mut errors| errors.read_to_string(&mut text));
            return Err(format!("the world ended: {text}").into());
        };
        let faults = found["faults"].as_array().cloned().unwrap_or_default();
        let faults = faults.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let held = serde_json::from_value(found["held"].clone()).unwrap_or_default();
        Ok(Found { assertions, requests: found["requests"].as_u64().unwrap_or(0), faults, held })
    }

    fn start(&self, group: &str) -> Result<Running, Failed> {
        let root = tempfile::tempdir()?;
        let folder = root.path().to_string_lossy();
        let mut words = vec![self.place.as_str(), group, &*folder];
        words.extend(self.mutation.map(|mutation| mutation.name));
        let mut child = namespace::world(&words)?.spawn()?;
        let (ask, answers) = (child.stdin.take(), child.stdout.take());
        let (Some(ask), Some(answers)) = (ask, answers) else { return Err("no pipes".into()) };
        Ok(Running { child, ask: Some(ask), answers: BufReader::new(answers), _root: root })
    }
}

/// The statuses that every location has to be seen to answer with.
const STATUSES: [u16; 5] = [200, 301, 404, 429, 502];

/// The groups that see to it.
const SEEN_BY: [&str; 3] = ["headers", "limits", "connections"];

/// How much was done, by place.
#[derive(Default)]
pub(crate) struct Totals(Mutex<BTreeMap<String, Total>>);

#[derive(Default)]
struct Total {
    assertions: u64,
    requests: u64,
    groups: BTreeSet<&'static str>,
    held: BTreeSet<(String, u16)>,
}

impl Total {
    fn locations(&self) -> BTreeSet<&String> {
        self.held.iter().map(|(location, _)| location).collect()
    }

    /// The locations that were not seen with every status, if all groups that see to it ran.
    fn missing(&self) -> Vec<String> {
        let all = SEEN_BY.iter().all(|group| self.groups.contains(group));
        let pairs = self.locations().into_iter().flat_map(|it| STATUSES.map(|status| (it, status)));
        let missing = pairs.filter(|(at, status)| !self.held.contains(&((*at).clone(), *status)));
        missing.filter(|_| all).map(|(at, status)| format!("{at} never {status}")).collect()
    }
}

impl Totals {
    /// Adds what a group did.
    pub(crate) fn add(&self, place: &str, group: &'static str, found: &Found) {
        let mut totals = self.0.lock().unwrap();
        let total = totals.entry(place.to_owned()).or_default();
        total.assertions += found.assertions;
        total.requests += found.requests;
        total.groups.insert(group);
        total.held.extend(found.held.iter().cloned());
    }

    /// Says it; whether every location was seen with every status.
    pub(crate) fn print(&self) -> bool {
        let totals = self.0.lock().unwrap();
        println!("{:<36}{:>12}{:>12}{:>12}", "what ran", "assertions", "requests", "locations");
        let mut all = (0, 0, 0);
        for (place, total) in &*totals {
            let (assertions, requests) = (total.assertions, total.requests);
            let locations = total.locations().len();
            println!("{place:<36}{assertions:>12}{requests:>12}{locations:>12}");
            all = (all.0 + assertions, all.1 + requests, all.2 + locations);
        }
        println!("{:<36}{:>12}{:>12}{:>12}", "all", all.0, all.1, all.2);
        let missing: Vec<_> = totals
            .iter()
            .flat_map(|(place, total)| {
                total.missing().into_iter().map(move |it| format!("{place}: {it}"))
            })
            .collect();
        missing.iter().for_each(|it| println!("{it}"));
        missing.is_empty()
    }
}
