//! What the Prometheus operator is told to scrape.

use stackc_model::{ObserveLevel, Service};
use stackc_source::codes;

use super::context::{Context, NAME, port_ref};
use super::manifest::*;
use super::options::Monitoring;
use super::output::{Output, Place};
use super::service::subject;

/// The monitors, and what is not watched here.
pub(crate) fn lower(ctx: &Context<'_>, out: &mut Output<'_>) {
    let observe = &ctx.environment.observe;
    let operator = ctx.settings.monitoring == Monitoring::Operator;
    if operator && *observe.level != ObserveLevel::None {
        for (_, service) in ctx.services() {
            if let Some(spec) = spec(ctx, service) {
                let object = Object::new(POD_MONITOR, ctx.metadata(&subject(service)), spec);
                out.add(Place::Main, service.name.as_str(), "podmonitor", &object);
            }
        }
    }
    if *observe.level == ObserveLevel::Full && observe.level.origin.span().is_some() {
        let message = match operator {
            true => {
                "on Kubernetes the alerts are not rendered yet, only what is scraped".to_owned()
            }
            false => "on Kubernetes the monitoring stack is not rendered yet".to_owned(),
        };
        let help = match operator {
            true => "the rules under `monitoring/` can be loaded by hand",
            false => {
                "with `targets.kubernetes.monitoring: operator` a Prometheus operator that is there scrapes the services"
            }
        };
        out.tell(codes::PLANNED, observe.level.origin.span(), message, help);
    }
}

/// The monitor of a service that has metrics.
fn spec(ctx: &Context<'_>, service: &Service) -> Option<PodMonitorSpec> {
    let metrics = service.metrics.as_ref()?;
    let port = service.ports.get(&metrics.port)?;
    let (named, numbered) = match port_ref(metrics.port.as_str(), *port.number) {
        name @ PortRef::Name(_) => (Some(name), None),
        number @ PortRef::Number(_) => (None, Some(number)),
    };
    Some(PodMonitorSpec {
        // The job is called as the service, as everywhere.
        job_label: NAME,
        selector: ctx.selector(service.name.as_str()),
        pod_metrics_endpoints: vec![Endpoint {
            port: named,
            port_number: numbered,
            path: metrics.path.value.clone(),
            authorization: metrics.token.as_ref().map(|token| Authorization {
                credentials: SecretKey {
                    name: service.name.to_string(),
                    key: token.value.to_string(),
                },
            }),
        }],
    })
}
