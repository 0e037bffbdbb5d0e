//! The side that lives in the namespace: starts one world and answers with what groups find there.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use crate::groups::{GROUPS, Group, When, named};
use crate::mutate::MUTATIONS;
use crate::place::places;
use crate::report::Report;
use crate::world::World;

/// No world lives longer.
const LIFE: Duration = Duration::from_secs(400);

/// Answers groups named on standard input until it ends; the words are those of the command line.
pub(crate) fn main(words: &[String]) -> ExitCode {
    std::thread::spawn(|| {
        std::thread::sleep(LIFE);
        std::process::exit(124);
    });
    let started = start(words);
    let mut beside = match &started {
        Ok(world) if words.len() == 2 => run_beside(world),
        _ => BTreeMap::new(),
    };
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let answer = match (&started, named(&line)) {
            (Ok(world), Some(group)) => match beside.remove(group.name) {
                Some(thread) => thread.join().unwrap_or_else(|_| broken("the group panicked")),
                None if words.len() == 2 => run(world, group, &Report::default()),
                // A world that is broken on purpose.
                None => run(world, group, &Report::hasty()),
            },
            (Err(fault), _) => broken(fault),
            (_, None) => broken("no such group"),
        };
        println!("{answer}");
        drop(std::io::stdout().flush());
    }
    ExitCode::SUCCESS
}

fn broken(fault: &str) -> Value {
    json!({ "broken": fault })
}

fn start(words: &[String]) -> Result<Arc<World>, String> {
    let [place, group, mutation @ ..] = words else { return Err("no place".to_owned()) };
    let found = places()?.into_iter().find(|it| it.name() == *place);
    let mut place = found.ok_or_else(|| format!("no place is called {place}"))?;
    let mutation = mutation.first();
    place.mutation =
        mutation.and_then(|name| MUTATIONS.iter().find(|it| it.group == group && it.name == name));
    let alone = named(group).is_some_and(|group| group.when == When::Alone);
    Ok(Arc::new(World::start(&place, !alone)?))
}

/// Groups that mostly wait begin at once.
fn run_beside(world: &Arc<World>) -> BTreeMap<&'static str, JoinHandle<Value>> {
    let groups = GROUPS.iter().filter(|group| group.when == When::Beside);
    let start = |group: &'static Group| {
        let world = world.clone();
        (group.name, std::thread::spawn(move || run(&world, group, &Report::default())))
    };
    groups.map(start).collect()
}

fn run(world: &World, group: &Group, report: &Report) -> Value {
    let done = (group.run)(world, report);
    let mut found = report.json();
    if let (Err(fault), Some(faults)) = (done, found["faults"].as_array_mut()) {
        faults.push(Value::String(fault));
    }
    found
}
