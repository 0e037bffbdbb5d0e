//! The command line.

use std::path::PathBuf;

use crate::render::Format;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Compile one stack.yaml into the files that run the system.
#[derive(Debug, Parser)]
#[command(name = "stackc", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Args {
    /// The stack's file; by default `stack.yaml` here or in a folder above.
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// How diagnostics are written.
    #[arg(long, global = true, value_enum, default_value = "human", value_name = "FORMAT")]
    pub(crate) message_format: Format,
    /// Treat warnings as errors.
    #[arg(long, global = true)]
    pub(crate) deny_warnings: bool,
    /// Warn of patches and acceptances that were meant to end before this day (`YYYY-MM-DD`).
    #[arg(long, global = true, value_name = "DAY", value_parser = day)]
    pub(crate) today: Option<String>,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub(crate) color: ColorChoice,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

fn day(text: &str) -> Result<String, String> {
    stackc_driver::check_day(text).map(|()| text.to_owned())
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the generated files.
    Build(Build),
    /// Fail when the stack is wrong or a generated file is not up to date; write nothing but fixes.
    Check(Check),
    /// Show what `build` would change.
    Diff(Diff),
    /// Print the JSON Schema of stack.yaml.
    Schema,
    /// Explain a path such as `services.web.scale`, or a code such as `E0107`.
    Explain {
        /// The path or code.
        subject: String,
    },
    /// Print the resolved model of an environment.
    Resolve(Resolve),
    /// Show what each target makes of each field the stack uses.
    Support(Support),
    /// Print shell completions.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// The part of the output that is meant.
#[derive(Debug, Clone, Default, ClapArgs)]
pub(crate) struct Select {
    /// Only this environment.
    #[arg(long, value_name = "ENV")]
    pub(crate) env: Option<String>,
    /// Only this target.
    #[arg(long, value_name = "TARGET", value_parser = target_names())]
    pub(crate) target: Option<String>,
    /// The folder the tree lies in, instead of the one the stack names.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

fn target_names() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(stackc_targets::ALL.iter().map(|target| target.id()))
}

/// Options of `build`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) select: Select,
    /// Overwrite and delete files that were edited by hand or are not ours.
    #[arg(long)]
    pub(crate) force: bool,
    /// Replace this file or folder, as seen from the output folder, by the generated one even where
    /// it was edited by hand or is not ours; may be repeated.
    #[arg(long, value_name = "PATH")]
    pub(crate) adopt: Vec<String>,
    /// Say nothing when all is well.
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Say how long each stage took.
    #[arg(long)]
    pub(crate) timings: bool,
}

/// Options of `check`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) select: Select,
    /// First apply every certain fix to the stack's file.
    #[arg(long)]
    pub(crate) fix: bool,
}

/// Options of `diff`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "`--env staging..production` compares two environments instead: every value \
that the stack resolves to another one in the second."
)]
pub(crate) struct Diff {
    #[command(flatten)]
    pub(crate) select: Select,
    /// Only which files change and by how much.
    #[arg(long)]
    pub(crate) stat: bool,
    /// The form of the diff.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: DiffFormat,
}

/// The form of a diff.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// Unified, coloured on a terminal.
    #[default]
    Text,
    /// JSON.
    Json,
    /// Markdown, for a pull request.
    Markdown,
}

/// Options of `support`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Support {
    /// Only this target.
    #[arg(long, value_name = "TARGET", value_parser = target_names())]
    pub(crate) target: Option<String>,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ReportFormat,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// A table.
    #[default]
    Text,
    /// JSON.
    Json,
}

/// Options of `resolve`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Resolve {
    /// The environment.
    #[arg(long, value_name = "ENV", default_value = "production")]
    pub(crate) env: String,
    /// The form of the model.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ModelFormat,
}

/// The form of the model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModelFormat {
    /// YAML.
    #[default]
    Yaml,
    /// JSON.
    Json,
}
