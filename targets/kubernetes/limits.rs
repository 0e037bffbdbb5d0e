//! What this target does not render, each told at the place it was written.

use stackc_model::{Origin, Role, Service, Start, Update};
use stackc_source::codes;

use super::context::Context;
use super::output::Output;

/// Tells what the services lose here.
pub(crate) fn tell(ctx: &Context<'_>, out: &mut Output<'_>) {
    for (_, service) in ctx.services() {
        if *service.role == Role::Job {
            let message = format!("on Kubernetes the job `{}` is not rendered yet", service.name);
            out.tell(codes::PLANNED, Some(service.span), message, "");
        }
        files(service, out);
        update(service, out);
        starts(service, out);
    }
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
