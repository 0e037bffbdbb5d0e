//! What a group of assertions found, and how much it did.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

/// No more than so many faults of one group are told: the first ones say it.
const TOLD: usize = 12;

/// Nor is more of one fault.
const WIDTH: usize = 500;

/// Counts assertions and requests, and keeps the faults.
#[derive(Debug, Default)]
pub(crate) struct Report {
    assertions: AtomicUsize,
    requests: AtomicUsize,
    faults: Mutex<Vec<String>>,
    held: Mutex<BTreeSet<(String, u16)>>,
    hasty: bool,
}

impl Report {
    /// One that ends the process with its first fault, where one is all that is asked for.
    pub(crate) fn hasty() -> Self {
        Self { hasty: true, ..Self::default() }
    }

    /// One assertion.
    pub(crate) fn check(&self, holds: bool, fault: impl FnOnce() -> String) {
        self.assertions.fetch_add(1, Ordering::Relaxed);
        if !holds {
            self.faults.lock().unwrap().push(fault());
            if self.hasty {
                println!("{}", self.json());
                std::process::exit(0);
            }
        }
    }

    /// One assertion: both are the same.
    pub(crate) fn equal<T: PartialEq + Debug>(
        &self,
        found: &T,
        expected: &T,
        what: impl FnOnce() -> String,
    ) {
        self.check(found == expected, || format!("{}: {found:?} instead of {expected:?}", what()));
    }

    /// A request was made.
    pub(crate) fn request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// A location answered with a status, and the headers of its answer were looked at.
    pub(crate) fn held(&self, location: String, status: u16) {
        self.held.lock().unwrap().insert((location, status));
    }

    /// What is sent to the process that asked.
    pub(crate) fn json(&self) -> Value {
        let mut faults = self.faults.lock().unwrap().clone();
        let more = faults.len().saturating_sub(TOLD);
        faults.truncate(TOLD);
        if more > 0 {
            faults.push(format!("and {more} more"));
        }
        faults.iter_mut().for_each(|fault| *fault = fault.chars().take(WIDTH).collect());
        json!({
            "assertions": self.assertions.load(Ordering::Relaxed),
            "requests": self.requests.load(Ordering::Relaxed),
            "faults": faults,
            "held": *self.held.lock().unwrap(),
        })
    }
}
