//! What this target does not render, each told at the place it was written.

use stackc_model::{Job, Moment, Origin, Service, Start, Update};
use stackc_source::codes;

use super::context::Context;
use super::output::Output;
use super::probe::asked_with;

/// Tells what the services lose here.
pub(crate) fn tell(ctx: &Context<'_>, out: &mut Output<'_>) {
    registry(ctx, out);
    for (_, service) in ctx.services() {
        job(service, out);
        first(ctx, service, out);
        sticky(service, out);
        logs(service, out);
        token(ctx, service, out);
        files(service, out);
        update(service, out);
        starts(service, out);
    }
}

/// A cluster builds nothing, so images of ours must come from somewhere.
fn registry(ctx: &Context<'_>, out: &mut Output<'_>) {
    let built = ctx.services().map(|(_, service)| service).find(|service| service.is_built());
    let (None, Some(service)) = (&ctx.stack.registry, built) else { return };
    let message = format!(
        "Kubernetes does not pull the image of `{}`: without `registry` it has no address",
        service.name
    );
    let help = "write `registry: ghcr.io/owner/repository`, or load the images onto every node";
    out.tell(codes::APPROXIMATED, Some(service.span), message, help);
}

/// kustomize reads nothing outside its own folder.
fn files(service: &Service, out: &mut Output<'_>) {
    for (name, file) in &service.files {
        if let Some(from) = &file.from {
            let message = format!(
                "the file `{name}` of `{}` lies outside the manifests, where kustomize does not read",
                service.name
            );
            let span = from.origin.span().or(Some(service.span));
            out.tell(
                codes::UNSUPPORTED,
                span,
                message,
                "write it as `content`, or put it into the image",
            );
        }
    }
}

/// Nothing in the cluster waits for a deployment to be through.
fn job(service: &Service, out: &mut Output<'_>) {
    let Some(job) = service.job.as_ref().filter(|job| *job.moment == Moment::AfterDeploy) else {
        return;
    };
    let message =
        format!("Kubernetes does not run `{}` after a deployment by itself", service.name);
    let help = format!(
        "run `kubectl create job --from=cronjob/{0} {0}-1` when it is rolled out",
        service.name
    );
    out.tell(codes::APPROXIMATED, job.moment.origin.span(), message, &help);
}

/// Migrations and jobs before a deployment lie in one folder and start at once.
fn first(ctx: &Context<'_>, service: &Service, out: &mut Output<'_>) {
    let first = |job: &&Job| *job.moment == Moment::BeforeDeploy;
    let Some(job) = service.job.as_ref().filter(first) else { return };
    if ctx.services().any(|(_, other)| other.migrate.is_some()) {
        let message = format!("on Kubernetes `{}` does not wait for the migrations", service.name);
        let help = "let it try again until it finds what it needs, or make it a migration";
        out.tell(codes::APPROXIMATED, job.moment.origin.span(), message, help);
    }
}

/// A service keeps its callers by their address; what comes through the edge has the edge's.
fn sticky(service: &Service, out: &mut Output<'_>) {
    let span = service.scale.sticky.origin.span();
    if let (Some(span), true) = (span, *service.scale.sticky && !service.routes.is_empty()) {
        let message = format!(
            "on Kubernetes callers of `{}` inside the cluster stay with their copy; what comes \
             through the edge is spread by its controller",
            service.name
        );
        let help = "set the controller's session persistence, or keep no state in a copy";
        out.tell(codes::APPROXIMATED, Some(span), message, help);
    }
}

/// Logs are the kubelet's.
fn logs(service: &Service, out: &mut Output<'_>) {
    let rotate = &service.logs.rotate;
    if let Some(span) = rotate.size.origin.span().or(rotate.files.origin.span()) {
        let message = format!(
            "on Kubernetes the logs of `{}` are kept as the nodes keep all logs",
            service.name
        );
        let help = "set `containerLogMaxSize` and `containerLogMaxFiles` of the kubelet";
        out.tell(codes::APPROXIMATED, Some(span), message, help);
    }
}

/// A token is sent from inside the container, where something must be able to send it.
fn token(ctx: &Context<'_>, service: &Service, out: &mut Output<'_>) {
    let Some(health) = &service.health else { return };
    let Some(token) = &health.token else { return };
    let asked = [&health.live, &health.ready, &health.startup];
    let sent = |path: &str| asked_with(ctx.environment, service, path, token).is_some();
    if asked.into_iter().flatten().any(|path| !sent(path)) {
        let message = format!(
            "Kubernetes cannot send `{}` with a probe of `{}`, and nothing is known of what its \
             image holds to send it with",
            **token, service.name
        );
        let help = "open the path inside the stack, or give a `health.command`";
        out.tell(codes::UNSUPPORTED, token.origin.span(), message, help);
    }
}

/// A deployment starts all new copies beside the old ones, but its service knows no switch.
fn update(service: &Service, out: &mut Output<'_>) {
    if let (Origin::Written(span), Update::BlueGreen) = (service.update.origin, *service.update) {
        let message = format!(
            "Kubernetes starts all new copies of `{}` beside the old ones, but requests move over \
             copy by copy",
            service.name
        );
        let help = "old and new answer side by side for as long as the new ones take to get ready";
        out.tell(codes::APPROXIMATED, Some(span), message, help);
    }
}

/// Everything starts at once and tries again until what it needs is there.
fn starts(service: &Service, out: &mut Output<'_>) {
    for (name, need) in &service.needs {
        if let (Origin::Written(span), Start::Healthy | Start::Started) =
            (need.start.origin, *need.start)
        {
            let message = format!(
                "Kubernetes has no order of start: `{}` is restarted until `{name}` answers",
                service.name
            );
            out.tell(codes::APPROXIMATED, Some(span), message, "");
        }
    }
}
