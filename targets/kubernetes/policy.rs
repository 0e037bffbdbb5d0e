//! Network policies: nothing talks to anything, and then exactly what the stack says.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{External, NeedTarget, ObserveLevel, Service, ServiceId, Store, StoreId};
use stackc_source::codes;

use super::backup;
use super::context::{Context, NAME, Subject, policy_ports, runs_here};
use super::job;
use super::manifest::*;
use super::options::EdgeKind;
use super::output::{Output, Place};
use super::service;
use super::store;

const DNS_PORT: u16 = 53;
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// What is not the internet.
const PRIVATE_V4: &[&str] = &[
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
];
const PRIVATE_V6: &[&str] = &["fc00::/7", "fe80::/10"];

/// All policies of an environment.
pub(crate) fn lower(ctx: &Context<'_>, out: &mut Output<'_>) {
    let callers = callers(ctx);
    default_deny(ctx, out);
    allow_dns(ctx, out);
    for (id, item) in ctx.services() {
        let spec = of_service(ctx, id, item, &callers);
        add(ctx, Place::Main, &service::subject(item), spec, out);
        let migration = job::migration(item).map(|subject| (Place::Jobs, subject));
        let seed = job::seeding(item).map(|subject| (Place::Main, subject));
        for (place, subject) in migration.into_iter().chain(seed) {
            let mut spec =
                PolicySpec { pod_selector: ctx.selector(&subject.name), ..PolicySpec::default() };
            spec.egress = egress(ctx, item);
            add(ctx, place, &subject, spec, out);
        }
    }
    for (id, item) in ctx.environment.stores() {
        let spec = of_store(ctx, id, item, &callers);
        add(ctx, Place::Main, &store::subject(item), spec, out);
    }
    for (id, item) in ctx.environment.stores().filter(|(_, item)| backup::covers(ctx, item)) {
        let subject = backup::subject(item);
        let mut spec =
            PolicySpec { pod_selector: ctx.selector(&subject.name), ..PolicySpec::default() };
        spec.egress = vec![to_store(ctx, id)];
        add(ctx, Place::Main, &subject, spec, out);
    }
    warn_of_wide_egress(ctx, out);
}

/// Adds a policy that allows something.
fn add(
    ctx: &Context<'_>,
    place: Place,
    subject: &Subject,
    mut spec: PolicySpec,
    out: &mut Output<'_>,
) {
    if spec.ingress.is_empty() && spec.egress.is_empty() {
        return;
    }
    // Both, so that a policy closes its pods without the default one too.
    spec.policy_types = vec!["Ingress", "Egress"];
    let object = Object::new(NETWORK_POLICY, ctx.metadata(subject), spec);
    out.add(place, &subject.name, "networkpolicy", &object);
}

/// Every pod of the namespace, but for two kinds that are not ours and that any policy would close:
/// the proxies some implementations run beside their Gateway, and the pods with which cert-manager
/// answers ACME challenges.
fn every_pod(ctx: &Context<'_>) -> Selector {
    let absent = |key| Expression { key, operator: "DoesNotExist", values: Vec::new() };
    let mut match_expressions = vec![absent("acme.cert-manager.io/http01-solver")];
    if ctx.settings.edge == EdgeKind::Gateway {
        match_expressions.push(absent("gateway.networking.k8s.io/gateway-name"));
    }
    Selector { match_expressions, ..Selector::default() }
}

/// Denies everything.
fn default_deny(ctx: &Context<'_>, out: &mut Output<'_>) {
    let spec = PolicySpec {
        pod_selector: every_pod(ctx),
        policy_types: vec!["Ingress", "Egress"],
        ..PolicySpec::default()
    };
    namespace_wide(ctx, "default-deny", spec, out);
}

/// Names are resolved by the cluster's DNS, or by the cache that nodes may run on a link-local
/// address.
fn allow_dns(ctx: &Context<'_>, out: &mut Output<'_>) {
    let cluster = Peer {
        namespace_selector: Some(namespace("kube-system".to_owned())),
        pod_selector: Some(labelled("k8s-app", "kube-dns")),
        ip_block: None,
    };
    let node = Peer {
        ip_block: Some(IpBlock { cidr: "169.254.20.10/32", except: &[] }),
        ..Peer::default()
    };
    let port = |protocol| PolicyPort { port: Noted::Plain(DNS_PORT), protocol };
    let spec = PolicySpec {
        pod_selector: every_pod(ctx),
        policy_types: vec!["Egress"],
        egress: vec![EgressRule { to: vec![cluster, node], ports: vec![port("UDP"), port("TCP")] }],
        ..PolicySpec::default()
    };
    namespace_wide(ctx, "allow-dns", spec, out);
}

fn namespace_wide(ctx: &Context<'_>, name: &str, spec: PolicySpec, out: &mut Output<'_>) {
    let metadata = Metadata {
        name: name.to_owned(),
        namespace: Some(ctx.settings.namespace.clone()),
        labels: ctx.common_labels(),
    };
    out.add(Place::Main, name, "networkpolicy", &Object::new(NETWORK_POLICY, metadata, spec));
}

fn of_service(ctx: &Context<'_>, id: ServiceId, item: &Service, callers: &Callers) -> PolicySpec {
    let mut ingress = Vec::new();
    ingress.extend(from_edge(ctx, item));
    ingress.extend(from_callers(ctx, callers, NeedTarget::Service(id), policy_ports(item)));
    ingress.extend(from_prometheus(ctx, item));
    PolicySpec {
        pod_selector: ctx.selector(item.name.as_str()),
        policy_types: Vec::new(),
        ingress,
        egress: egress(ctx, item),
    }
}

fn of_store(ctx: &Context<'_>, id: StoreId, item: &Store, callers: &Callers) -> PolicySpec {
    let ports = vec![PolicyPort::tcp(item.port)];
    PolicySpec {
        pod_selector: ctx.selector(item.name.as_str()),
        ingress: from_callers(ctx, callers, NeedTarget::Store(id), ports).into_iter().collect(),
        ..PolicySpec::default()
    }
}

/// Public traffic on the ports that routes lead to. Where the proxies run is known only when it is
/// said: some load balancers are no pods at all.
fn from_edge(ctx: &Context<'_>, item: &Service) -> Option<IngressRule> {
    const OPEN: &str = "from anywhere; targets.kubernetes.edge_namespace narrows it";
    let numbers: BTreeSet<u16> = item
        .routes
        .iter()
        .filter_map(|id| item.ports.get(&ctx.environment[*id].port))
        .map(|port| *port.number)
        .collect();
    let port = |number| PolicyPort { port: Noted::with(number, OPEN), protocol: "TCP" };
    let (from, ports): (_, Vec<_>) = match &ctx.settings.written.edge_namespace {
        Some(name) => {
            let peer =
                Peer { namespace_selector: Some(namespace(name.to_string())), ..Peer::default() };
            (vec![peer], numbers.into_iter().map(PolicyPort::tcp).collect())
        }
        None => (Vec::new(), numbers.into_iter().map(port).collect()),
    };
    (!ports.is_empty()).then_some(IngressRule { from, ports })
}

/// The names of what needs a target, for all targets.
type Callers = BTreeMap<NeedTarget, BTreeSet<String>>;

fn callers(ctx: &Context<'_>) -> Callers {
    let mut callers = Callers::new();
    for (_, caller) in ctx.services() {
        for need in caller.needs.values() {
            let names = callers.entry(need.target).or_default();
            names.insert(caller.name.to_string());
            names.extend(job::migration(caller).map(|subject| subject.name));
        }
    }
    callers
}

/// Everything of the stack that needs a target.
fn from_callers(
    ctx: &Context<'_>,
    callers: &Callers,
    target: NeedTarget,
    ports: Vec<PolicyPort>,
) -> Option<IngressRule> {
    let mut names = callers.get(&target).cloned().unwrap_or_default();
    if let NeedTarget::Store(id) = target {
        let store = &ctx.environment[id];
        names.extend(backup::covers(ctx, store).then(|| backup::subject(store).name));
    }
    let values: Vec<_> = names.into_iter().collect();
    (!values.is_empty() && !ports.is_empty()).then(|| {
        let expression = Expression { key: NAME, operator: "In", values };
        let selector = Selector { match_expressions: vec![expression], ..Selector::default() };
        IngressRule { from: vec![Peer { pod_selector: Some(selector), ..Peer::default() }], ports }
    })
}

fn from_prometheus(ctx: &Context<'_>, item: &Service) -> Option<IngressRule> {
    let metrics = item.metrics.as_ref()?;
    let port = item.ports.get(&metrics.port)?;
    (*ctx.environment.observe.level != ObserveLevel::None).then(|| IngressRule {
        from: vec![Peer {
            namespace_selector: Some(namespace(ctx.settings.monitoring_namespace())),
            pod_selector: Some(labelled(NAME, "prometheus")),
            ip_block: None,
        }],
        ports: vec![PolicyPort::tcp(*port.number)],
    })
}

/// Where a service may go: what it needs.
fn egress(ctx: &Context<'_>, item: &Service) -> Vec<EgressRule> {
    let mut rules = Vec::new();
    let mut outside = BTreeSet::new();
    for need in item.needs.values() {
        match need.target {
            NeedTarget::Store(id) => rules.push(to_store(ctx, id)),
            NeedTarget::Service(id) => rules.extend(to_service(ctx, &ctx.environment[id])),
            // The browser goes there, and not the server of the files.
            NeedTarget::External(_) if item.kind.is_static() => {}
            NeedTarget::External(id) => {
                outside.extend(outside_ports(&ctx.environment[id]));
            }
        }
    }
    if !outside.is_empty() {
        rules.push(to_internet(outside));
    }
    rules
}

fn to_store(ctx: &Context<'_>, id: StoreId) -> EgressRule {
    let store = &ctx.environment[id];
    to_pods(ctx, store.name.as_str(), vec![PolicyPort::tcp(store.port)])
}

fn to_service(ctx: &Context<'_>, target: &Service) -> Option<EgressRule> {
    let ports = policy_ports(target);
    (runs_here(target) && !ports.is_empty()).then(|| to_pods(ctx, target.name.as_str(), ports))
}

fn to_pods(ctx: &Context<'_>, name: &str, ports: Vec<PolicyPort>) -> EgressRule {
    let peer = Peer { pod_selector: Some(ctx.selector(name)), ..Peer::default() };
    EgressRule { to: vec![peer], ports }
}

fn to_internet(ports: BTreeSet<u16>) -> EgressRule {
    let block = |cidr, except| Peer { ip_block: Some(IpBlock { cidr, except }), ..Peer::default() };
    EgressRule {
        to: vec![block("0.0.0.0/0", PRIVATE_V4), block("::/0", PRIVATE_V6)],
        ports: ports.into_iter().map(PolicyPort::tcp).collect(),
    }
}

/// The ports an external system is reached on, where it has hosts.
fn outside_ports(external: &External) -> &[u16] {
    if external.egress.is_empty() { &[] } else { &external.ports }
}

fn namespace(name: String) -> Selector {
    Selector { match_labels: Labels::from([(NAMESPACE_NAME, name)]), ..Selector::default() }
}

fn labelled(key: &'static str, value: &str) -> Selector {
    Selector { match_labels: Labels::from([(key, value.to_owned())]), ..Selector::default() }
}

/// A NetworkPolicy knows addresses, not hosts.
fn warn_of_wide_egress(ctx: &Context<'_>, out: &mut Output<'_>) {
    let mut by_external = BTreeMap::new();
    for (_, item) in ctx.services().filter(|(_, item)| !item.kind.is_static()) {
        for need in item.needs.values() {
            if let NeedTarget::External(id) = need.target {
                by_external.insert(id, ctx.environment[id].egress.len());
            }
        }
    }
    for (id, _) in by_external.into_iter().filter(|(_, hosts)| *hosts > 0) {
        let external = &ctx.environment[id];
        let ports = outside_ports(external).iter().map(u16::to_string).collect::<Vec<_>>();
        let ports = ports.join(" and ");
        let message = format!(
            "a NetworkPolicy cannot name hosts: for `{}` the services that need it may connect to every \
             public address on port {ports}",
            external.name
        );
        out.tell(codes::APPROXIMATED, Some(external.span), message, "");
    }
}
