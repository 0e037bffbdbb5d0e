//! The `stackc` command. The only room that prints and exits.

mod args;
mod commands;
mod exit;
mod project;
mod render;
mod report;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};
use crate::exit::Exit;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // A closed pipe is nobody's fault.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Fine.into() };
        }
    };
    run(&args).into()
}

fn run(args: &Args) -> Exit {
    match &args.command {
        Command::Build(options) => commands::build::run(args, options),
        Command::Check(options) => commands::check::run(args, options),
        Command::Diff(options) => commands::diff::run(args, options),
        Command::Schema => commands::schema::run(),
        Command::Explain { subject } => commands::explain::run(args, subject),
        Command::Resolve(options) => commands::resolve::run(args, options),
        Command::Support(options) => commands::support::run(args, options),
        Command::Completions { shell } => commands::completions::run(*shell),
    }
}
