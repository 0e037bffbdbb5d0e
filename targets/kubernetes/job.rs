//! What runs and ends: migrations before a release, and services on a schedule.

use stackc_model::{Concurrency, Service};

use super::context::{Context, Subject};
use super::manifest::*;
use super::output::{Output, Place};
use super::pod;
use super::service::{account, subject};

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
    let mut pod = pod::of_service(service, name, Some(&migrate.command), Place::Jobs, out);
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
    account(ctx, &subject, out);
    let args = service.command.as_ref().map(|command| command.value.as_slice());
    let mut pod = pod::of_service(service, name, args, Place::Main, out);
    pod.restart = Some("Never");
    let job = JobSpec {
        backoff_limit: 1,
        active_deadline_seconds: cron.deadline.as_ref().map(|deadline| deadline.ceil()),
        // The cron job's own history keeps the last ones.
        ttl_seconds_after_finished: None,
        pod_failure_policy: ignore_disruptions(),
        template: pod.template(ctx, &subject, name),
    };
    let concurrency = match cron.concurrency {
        Concurrency::Forbid => "Forbid",
        Concurrency::Replace => "Replace",
        Concurrency::Allow => "Allow",
    };
    let spec = scheduled(ctx, &subject, &cron.schedule, concurrency, job);
    out.add(Place::Main, name, "cronjob", &Object::new(CRON_JOB, ctx.metadata(&subject), spec));
}

/// A job on a schedule in the stack's time zone.
pub(crate) fn scheduled(
    ctx: &Context<'_>,
    subject: &Subject,
    schedule: &str,
    concurrency: &'static str,
    job: JobSpec,
) -> CronJobSpec {
    CronJobSpec {
        schedule: schedule.to_owned(),
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
