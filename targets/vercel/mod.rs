//! Vercel. Its options are checked; no file is written for it yet, and using an option says so.

use stackc_model::{Label, Platform, Seconds, Stack};
use stackc_shape::{Decode, Shape, Spanned};
use stackc_source::Diagnostics;
use stackc_target::{Artifacts, Target, options};

const ID: &str = "vercel";

/// Projects at Vercel.
#[derive(Debug)]
pub(crate) struct Vercel;

impl Target for Vercel {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "projects at Vercel; checked, not written yet"
    }

    fn options(&self) -> Shape {
        Options::shape()
    }

    fn render(&self, stack: &Stack, _: &mut Artifacts, diagnostics: &mut Diagnostics) {
        for environment in stack.environments.iter().filter(|env| env.runs_on(Platform::Vercel)) {
            let _: Options = options(environment, ID, diagnostics);
        }
    }
}

/// Options of a project at Vercel.
#[derive(Debug, Default, Decode)]
#[expect(dead_code, reason = "checked, not written yet")]
struct Options {
    /// The plan that is paid for; it bounds schedules and functions. By default `pro`.
    #[shape(planned)]
    plan: Option<Spanned<PlanWord>>,
    /// The regions functions run in, such as `fra1`; choose those next to the database.
    #[shape(planned)]
    regions: Vec<Spanned<Label>>,
    /// How long a function may take; by default as long as the longest of its routes.
    #[shape(planned)]
    max_duration: Option<Spanned<Seconds>>,
    /// Who deploys: the workflow of an environment, or Vercel's own connection to the repository. By
    /// default `actions`.
    #[shape(planned)]
    via: Option<Spanned<ViaWord>>,
}

/// A plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
enum PlanWord {
    /// For oneself: no teams, schedules once a day.
    Hobby,
    /// For teams.
    Pro,
    /// By contract.
    Enterprise,
}

/// Who deploys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
enum ViaWord {
    /// The workflow.
    Actions,
    /// Vercel.
    Git,
}
