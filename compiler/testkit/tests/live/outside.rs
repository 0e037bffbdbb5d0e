//! The side that starts worlds, each in a process of its own, and collects what they found.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::Mutex;

use libtest_mimic::Failed;
use serde_json::Value;

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
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // The namespace of processes ends with its first, and takes nginx along.
        drop(self.child.kill());
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
        let asked = writeln!(running.ask, "{group}").and_then(|()| running.ask.flush());
        asked.and_then(|()| running.answers.read_line(&mut line)).ok();
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
        Ok(Found { assertions, requests: found["requests"].as_u64().unwrap_or(0), faults })
    }

    fn start(&self, group: &str) -> Result<Running, Failed> {
        let mut words = vec![self.place.as_str(), group];
        words.extend(self.mutation.map(|mutation| mutation.name));
        let mut child = namespace::world(&words)?.spawn()?;
        let (ask, answers) = (child.stdin.take(), child.stdout.take());
        let (Some(ask), Some(answers)) = (ask, answers) else { return Err("no pipes".into()) };
        Ok(Running { child, ask, answers: BufReader::new(answers) })
    }
}

/// How much was done, by place.
#[derive(Default)]
pub(crate) struct Totals(Mutex<BTreeMap<String, (u64, u64)>>);

impl Totals {
    /// Adds what a group did.
    pub(crate) fn add(&self, place: &str, found: &Found) {
        let mut totals = self.0.lock().unwrap();
        let entry = totals.entry(place.to_owned()).or_default();
        entry.0 += found.assertions;
        entry.1 += found.requests;
    }

    /// Says it.
    pub(crate) fn print(&self) {
        let totals = self.0.lock().unwrap();
        println!("{:<36}{:>12}{:>12}", "what ran", "assertions", "requests");
        for (place, (assertions, requests)) in &*totals {
            println!("{place:<36}{assertions:>12}{requests:>12}");
        }
        let all = totals.values().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        println!("{:<36}{:>12}{:>12}", "all", all.0, all.1);
    }
}
