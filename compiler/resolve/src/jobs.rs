//! What runs and ends: migrations, seeds, jobs and scheduled runs.

use stackc_model::{
    Concurrency, Cron, EnvName, Job, Label, Migrate, Moment, Seconds, Sourced, Tier,
};
use stackc_shape::{Spanned, Words};
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::{ConcurrencyWord, MigrateTool, MomentWord, SeedTool, ServiceSpec};

use crate::context::{Context, or, written};
use crate::data;
use crate::service::DraftService;
use crate::text::{self, Place, Scope};

/// A command with its references followed; a secret in it would be seen by everybody on the host.
pub(crate) fn command(
    words: &Spanned<Words>,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Sourced<Vec<String>> {
    no_shell(words, cx);
    let mut found = Vec::with_capacity(words.value.0.len());
    for word in &words.value.0 {
        let draft = text::resolve(word, words.span, Place::Plain, scope, cx);
        found.push(draft.and_then(|draft| draft.plain()).unwrap_or_default());
    }
    Sourced::written(found, words.span)
}

/// Warns of what only a shell understands, unless one is started.
fn no_shell(words: &Spanned<Words>, cx: &mut Context<'_>) {
    let list = &words.value.0;
    if list.iter().any(|word| word == "-c") {
        return;
    }
    let signs = ["&&", "||", "|", ";", ">", ">>", "<", "2>&1", "&"];
    let variable = |word: &str| {
        word.split_once('$')
            .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_uppercase() || c == '('))
    };
    let found = list.iter().find(|word| signs.contains(&word.as_str()) || variable(word));
    if let Some(word) = found {
        let message = format!("no shell runs this command, so `{word}` is passed on as it stands");
        cx.push(
            Diagnostic::new(codes::SHELL, words.span, message)
                .help("put it into a script, or start a shell: `[sh, -c, '…']`"),
        );
    }
}

/// The migrations a service owns.
pub(crate) fn migrate(
    draft: &DraftService<'_>,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Migrate> {
    let spec = draft.own.migrate.as_ref()?;
    let tool = spec.tool.as_ref().map(|tool| {
        written(tool).map(|tool| match tool {
            MigrateTool::Prisma => words(&["npx", "--no-install", "prisma", "migrate", "deploy"]),
            MigrateTool::Drizzle => words(&["npx", "--no-install", "drizzle-kit", "migrate"]),
            MigrateTool::Alembic => words(&["alembic", "upgrade", "head"]),
            MigrateTool::Django => words(&["python", "manage.py", "migrate", "--noinput"]),
        })
    });
    if tool.is_some() {
        without_database(draft, "migrate", spec.span, cx);
    }
    let own = spec.command.as_ref();
    let command = one_of(draft, "migrate", spec.span, tool, own, scope, cx)?;
    let timeout = or(spec.timeout.as_ref(), Seconds::new(600), "ten minutes for a migration");
    Some(Migrate { command, timeout })
}

/// What fills a fresh database. Production has its data already, and would lose it to examples.
pub(crate) fn seed(
    draft: &DraftService<'_>,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Sourced<Vec<String>>> {
    let spec = draft.own.seed.as_ref()?;
    let tool = spec.tool.as_ref().map(|tool| {
        written(tool).map(|tool| match tool {
            SeedTool::Prisma => words(&["npx", "--no-install", "prisma", "db", "seed"]),
        })
    });
    if tool.is_some() {
        without_database(draft, "seed", spec.span, cx);
    }
    let own = spec.command.as_ref();
    let command = one_of(draft, "seed", spec.span, tool, own, scope, cx)?;
    if cx.tier == Tier::Production {
        if cx.in_overlay(spec.span) {
            let message = format!("`{}` is production, which is never seeded", cx.name);
            cx.push(
                Diagnostic::new(codes::NO_EFFECT, spec.span, message)
                    .help("take it out here; bring data that production needs as a migration"),
            );
        }
        return None;
    }
    Some(command)
}

/// A tool for databases, where nothing tells the service of one. What it needs may be one that is
/// not known, and a variable may lead to one.
fn without_database(draft: &DraftService<'_>, key: &str, span: Span, cx: &mut Context<'_>) {
    let spec = cx.spec;
    let sql = |name: &Label| {
        let store = spec.data.get(name).map(|store| data::may_be_relational(name, store));
        store.unwrap_or_else(|| !spec.services.contains_key(name))
    };
    let names = |name: &EnvName| {
        ["DATABASE", "DB", "PG", "POSTGRES", "SQL"].iter().any(|part| name.as_str().contains(part))
    };
    let said = draft.both(|service| &service.needs).into_keys().any(sql)
        || draft.both(|service| &service.env).into_keys().any(names)
        || draft.both(|service| &service.secrets).into_keys().any(names)
        || spec.env.keys().any(names);
    if !said {
        let message =
            format!("`services.{0}.{key}` finds no database: `{0}` needs none", draft.name);
        cx.push(
            Diagnostic::new(codes::NO_EFFECT, span, message)
                .help("add the SQL store to its `needs`, or take it out"),
        );
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Either the command of a tool or one that was written.
fn one_of(
    draft: &DraftService<'_>,
    key: &str,
    span: Span,
    tool: Option<Sourced<Vec<String>>>,
    own: Option<&Spanned<Words>>,
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Option<Sourced<Vec<String>>> {
    match (tool, own) {
        (Some(tool), None) => Some(tool),
        (None, Some(own)) => Some(command(own, scope, cx)),
        _ => {
            let message =
                format!("`services.{}.{key}` takes either `tool` or `command`", draft.name);
            cx.push(Diagnostic::new(codes::EXCLUSIVE, span, message));
            None
        }
    }
}

/// The schedule of a service.
pub(crate) fn cron(own: &ServiceSpec) -> Option<Cron> {
    let schedule = own.schedule.as_ref()?;
    Some(Cron {
        schedule: written(schedule).map(|cron| cron.0),
        concurrency: match own.concurrency.as_ref().map(|word| word.value) {
            None | Some(ConcurrencyWord::Forbid) => Concurrency::Forbid,
            Some(ConcurrencyWord::Replace) => Concurrency::Replace,
            Some(ConcurrencyWord::Allow) => Concurrency::Allow,
        },
        deadline: own.deadline.as_ref().map(written),
    })
}

/// When a job runs.
pub(crate) fn job(draft: &DraftService<'_>, cx: &mut Context<'_>) -> Option<Job> {
    let own = &draft.own.value;
    let run = own.run.as_ref()?;
    let schedule = own.schedule.as_ref().map(|schedule| ("schedule", schedule.span));
    let route = own.routes.values().next().map(|route| ("routes", route.span));
    for (key, span) in schedule.into_iter().chain(route) {
        let message =
            format!("`services.{}` runs once: `run` and `{key}` exclude each other", draft.name);
        cx.push(Diagnostic::new(codes::EXCLUSIVE, span, message).related(run.span, "it is a job"));
    }
    Some(Job {
        moment: written(run).map(|word| match word {
            MomentWord::BeforeDeploy => Moment::BeforeDeploy,
            MomentWord::AfterDeploy => Moment::AfterDeploy,
            MomentWord::Manual => Moment::Manual,
        }),
        deadline: or(own.deadline.as_ref(), Seconds::new(600), "ten minutes for a job"),
    })
}

/// Says what has no meaning for a service that runs all the time.
pub(crate) fn unused(draft: &DraftService<'_>, cx: &mut Context<'_>) {
    let own = &draft.own.value;
    let concurrency = own.concurrency.as_ref().map(|word| ("concurrency", word.span));
    let deadline = own.deadline.as_ref().map(|time| ("deadline", time.span));
    let unused = match (&own.schedule, &own.run) {
        (Some(_), _) => [None, None],
        (None, Some(_)) => [concurrency, None],
        (None, None) => [concurrency, deadline],
    };
    for (key, span) in unused.into_iter().flatten() {
        let message =
            format!("`services.{}.{key}` changes nothing without a `schedule`", draft.name);
        cx.push(
            Diagnostic::new(codes::NO_EFFECT, span, message)
                .help("take it out, or add a `schedule`"),
        );
    }
}
