//! `stackc completions`

use clap::CommandFactory;

use crate::args::Args;
use crate::exit::Exit;
use crate::report;

/// Prints completions for a shell.
pub(crate) fn run(shell: clap_complete::Shell) -> Exit {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "stackc", &mut text);
    report::result(&String::from_utf8_lossy(&text))
}
