//! The generated nginx configuration, proven by running it.
//!
//! `cargo test -p stackc-testkit --features tools --test live`, after `tools/install.sh`. Every
//! environment with an edge, of every golden stack and of the stacks of this test, is started as its
//! container would start it, in a network of its own; groups of assertions ask it for what the model
//! of the stack promises. Then single directives are taken away, and the group that guards each of
//! them has to notice.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::exit,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a test may panic, and tells how much it did"
)]

mod certificate;
mod client;
mod container;
mod dns;
mod expect;
mod groups;
mod http;
mod inside;
mod mutate;
mod namespace;
mod outside;
mod place;
mod report;
mod server;
mod upstream;
mod world;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use groups::{GROUPS, When};
use mutate::MUTATIONS;
use outside::{Session, Totals};
use place::places;

/// Most trials wait rather than work, so there are more of them at a time than processors.
const AT_ONCE: usize = 10;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some(namespace::WORLD) => return inside::main(&words[1..]),
        Some(namespace::CONTAINER) => return container::main(&words[1..]),
        _ => {}
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let places = places().unwrap_or_else(|fault| panic!("the stacks cannot be read: {fault}"));
    let totals = Arc::new(Totals::default());
    let sessions: Vec<_> =
        places.iter().map(|place| Arc::new(Session::new(place.name()))).collect();
    let mut trials = Vec::new();
    for group in &GROUPS {
        for (place, session) in places.iter().zip(&sessions) {
            let name = format!("{}::{}", place.name(), group.name);
            let (session, totals) = (session.clone(), totals.clone());
            trials.push(Trial::test(name, move || {
                let found = match group.when {
                    When::Alone => Session::new(session.place().to_owned()).ask(group.name),
                    When::Asked | When::Beside => session.ask(group.name),
                }?;
                totals.add(session.place(), group.name, &found);
                found.judge()
            }));
        }
        // What guards a group is tried as soon as the group is.
        for mutation in MUTATIONS.iter().filter(|it| it.group == group.name) {
            let name = format!("without::{}::{}", mutation.group, mutation.name);
            trials.push(Trial::test(name, move || noticed(mutation)));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    match totals.print() {
        true => conclusion.exit_code(),
        false => ExitCode::FAILURE,
    }
}

/// A broken configuration has to be noticed by the group that guards what is broken.
fn noticed(mutation: &'static mutate::Mutation) -> Result<(), Failed> {
    let found = Session::broken(mutation).ask(mutation.group)?;
    match found.faults.is_empty() {
        true => Err(format!("nobody noticed: {} assertions hold", found.assertions).into()),
        false => Ok(()),
    }
}
