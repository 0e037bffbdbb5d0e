//! What runs and ends: migrations and jobs before a release, services on a schedule, and what
//! waits to be asked for.

use stackc_model::{Concurrency, Moment, Service};
use stackc_target::image::tools;

use super::context::{Context, Subject};
use super::manifest::*;
use super::output::{Output, Place};
use super::pod;
use super::service::{account, pull_secret, subject};

/// How long a finished migration is kept for its log.
const KEPT: u64 = 86_400;
/// How late a scheduled run may start, in seconds; a later one is left out.
const LATEST_START: u64 = 600;

/// The subject of a service's migration job, where it has one.
pub(crate) fn migration(service: &Service) -> Option<Subject> {
    service.migrate.as_ref().map(|_| Subject::new(format!("{}-migrate", service.name), "migration"))
}

/// The migration job of a service.
///
/// A Job cannot be changed, so it lies in a folder of its own: a deployment deletes the last one
/// and creates it anew from there.
pub(crate) fn migrate(ctx: &Context<'_>, service: &Service, out: &mut Output<'_>) {
    let (Some(subject), Some(migrate)) = (migration(service), &service.migrate) else { return };
    let name = subject.name.as_str();
    let started = (Some(migrate.command.as_slice()), tools(ctx.environment, service));
    let mut pod = pod::of_service(service, name, started, Place::Jobs, out);
    pod.restart = Some("Never");
    let spec = JobSpec {
        // A migration that failed half-way wants a person, not another try.
        backoff_limit: 0,
        active_deadline_seconds: Some(migrate.timeout.ceil()),
        ttl_seconds_after_finished: Some(KEPT),
        pod_failure_policy: ignore_disruptions(),
        template: pod.template(ctx, &subject, service.name.as_str()),
    };
    let object = Object::new(JOB, ctx.metadata(&subject), spec);
    out.add(Place::Jobs, name, "job", &object);
}

/// A service on a schedule.
pub(crate) fn cron(ctx: &Context<'_>, service: &Service, out: &mut Output<'_>) {
    let Some(cron) = &service.cron else { return };
    let (name, subject) = (service.name.as_str(), subject(service));
    account(ctx, &subject, pull_secret(service).as_deref(), out);
    let deadline = cron.deadline.as_ref().map(|deadline| deadline.ceil());
    let job = run(ctx, service, &subject, (command(service), None), deadline, out);
    let concurrency = match cron.concurrency {
        Concurrency::Forbid => "Forbid",
        Concurrency::Replace => "Replace",
        Concurrency::Allow => "Allow",
    };
    let spec = scheduled(ctx, &subject, When::At(&cron.schedule), concurrency, job);
    out.add(Place::Main, name, "cronjob", &Object::new(CRON_JOB, ctx.metadata(&subject), spec));
}

/// A service that runs once: before a release as its migrations do, else when somebody asks.
pub(crate) fn once(ctx: &Context<'_>, service: &Service, out: &mut Output<'_>) {
    let Some(job) = &service.job else { return };
    let (name, subject) = (service.name.as_str(), subject(service));
    account(ctx, &subject, pull_secret(service).as_deref(), out);
    let deadline = Some(job.deadline.ceil());
    if *job.moment != Moment::BeforeDeploy {
        let job = run(ctx, service, &subject, (command(service), None), deadline, out);
        return asked_for(ctx, &subject, job, out);
    }
    let mut pod = pod::of_service(service, name, (command(service), None), Place::Jobs, out);
    pod.restart = Some("Never");
    let spec = JobSpec {
        backoff_limit: 0,
        active_deadline_seconds: deadline,
        ttl_seconds_after_finished: Some(KEPT),
        pod_failure_policy: ignore_disruptions(),
        template: pod.template(ctx, &subject, name),
    };
    out.add(Place::Jobs, name, "job", &Object::new(JOB, ctx.metadata(&subject), spec));
}

/// The subject of what fills a service's fresh database, where something does.
pub(crate) fn seeding(service: &Service) -> Option<Subject> {
    service.seed.as_ref().map(|_| Subject::new(format!("{}-seed", service.name), "seed"))
}

/// What fills a fresh database, when somebody asks for it.
pub(crate) fn seed(ctx: &Context<'_>, service: &Service, out: &mut Output<'_>) {
    let (Some(subject), Some(seed)) = (seeding(service), &service.seed) else { return };
    let job = run(
        ctx,
        service,
        &subject,
        (Some(seed.as_slice()), tools(ctx.environment, service)),
        None,
        out,
    );
    asked_for(ctx, &subject, job, out);
}

fn command(service: &Service) -> Option<&[String]> {
    service.command.as_ref().map(|command| command.value.as_slice())
}

/// One run of a service's image, with the service's own account.
fn run(
    ctx: &Context<'_>,
    service: &Service,
    subject: &Subject,
    started: (Option<&[String]>, Option<String>),
    deadline: Option<u64>,
    out: &mut Output<'_>,
) -> JobSpec {
    let mut pod = pod::of_service(service, &subject.name, started, Place::Main, out);
    pod.restart = Some("Never");
    JobSpec {
        backoff_limit: 1,
        active_deadline_seconds: deadline,
        // The cron job's own history keeps the last ones.
        ttl_seconds_after_finished: None,
        pod_failure_policy: ignore_disruptions(),
        template: pod.template(ctx, subject, service.name.as_str()),
    }
}

/// A job that waits to be asked for: a cron job that never starts one by itself.
fn asked_for(ctx: &Context<'_>, subject: &Subject, job: JobSpec, out: &mut Output<'_>) {
    let spec = scheduled(ctx, subject, When::Asked, "Forbid", job);
    let object = Object::new(CRON_JOB, ctx.metadata(subject), spec);
    out.add(Place::Main, &subject.name, "cronjob", &object);
}

/// When a job starts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum When<'a> {
    /// At these times.
    At(&'a str),
    /// When somebody asks for it.
    Asked,
}

/// A job on a schedule in the stack's time zone.
pub(crate) fn scheduled(
    ctx: &Context<'_>,
    subject: &Subject,
    when: When<'_>,
    concurrency: &'static str,
    job: JobSpec,
) -> CronJobSpec {
    let ask = format!("never; kubectl create job --from=cronjob/{0} {0}-1", subject.name);
    CronJobSpec {
        schedule: match when {
            When::At(schedule) => Noted::Plain(schedule.to_owned()),
            When::Asked => Noted::with("0 0 1 1 *".to_owned(), ask),
        },
        suspend: matches!(when, When::Asked),
        time_zone: ctx.stack.timezone.value.clone(),
        concurrency_policy: concurrency,
        starting_deadline_seconds: LATEST_START,
        successful_jobs_history_limit: 3,
        failed_jobs_history_limit: 3,
        job_template: JobTemplate { metadata: ctx.template_metadata(subject), spec: job },
    }
}

/// A drained node is no failure of the job.
pub(crate) fn ignore_disruptions() -> FailurePolicy {
    let condition = PodCondition { kind: "DisruptionTarget", status: "True" };
    FailurePolicy {
        rules: vec![FailureRule { action: "Ignore", on_pod_conditions: vec![condition] }],
    }
}
