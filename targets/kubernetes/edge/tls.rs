//! Certificates, by cert-manager.

use stackc_model::TlsProvider;
use stackc_source::codes;

use super::super::context::Context;
use super::super::manifest::*;
use super::super::options::EdgeKind;
use super::super::output::{Output, Place};
use super::{certificate_secret, hosts, subject, tls};

const ISSUER_NAME: &str = "letsencrypt";
const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// A certificate for each domain, and who signs them.
pub(super) fn lower(ctx: &Context<'_>, out: &mut Output<'_>) {
    let Some(tls) = tls(ctx) else { return };
    if *tls.provider == TlsProvider::Files {
        let names: Vec<_> = ctx
            .environment
            .domains
            .keys()
            .map(|name| format!("`{}`", certificate_secret(name)))
            .collect();
        let message = format!(
            "on Kubernetes a certificate is a secret of type kubernetes.io/tls; these must be there: {}",
            names.join(", ")
        );
        out.tell(codes::APPROXIMATED, tls.provider.origin.span(), message, "");
        return;
    }
    let shared = ctx.settings.written.issuer.as_ref();
    if shared.is_none() {
        let email = tls.email.as_ref().map(|email| email.value.clone());
        let object =
            Object::new(ISSUER, ctx.metadata_as(ISSUER_NAME, &subject(ctx)), issuer(ctx, email));
        out.add(Place::Main, ISSUER_NAME, "issuer", &object);
    }
    for (name, domain) in &ctx.environment.domains {
        let spec = CertificateSpec {
            secret_name: certificate_secret(name),
            dns_names: hosts(domain),
            private_key: PrivateKey { algorithm: "ECDSA", size: 256, rotation_policy: "Always" },
            issuer_ref: IssuerRef {
                group: "cert-manager.io",
                kind: if shared.is_some() { "ClusterIssuer" } else { ISSUER.name },
                name: shared.map_or_else(|| ISSUER_NAME.to_owned(), ToString::to_string),
            },
        };
        let object = Object::new(CERTIFICATE, ctx.metadata_as(name.as_str(), &subject(ctx)), spec);
        out.add(Place::Main, name.as_str(), "certificate", &object);
    }
}

/// Let's Encrypt, with proofs over plain HTTP through our own edge.
fn issuer(ctx: &Context<'_>, email: Option<String>) -> IssuerSpec {
    let http01 = match ctx.settings.edge {
        EdgeKind::Gateway => Http01::Gateway(GatewaySolver {
            parent_refs: vec![GatewayParent {
                group: "gateway.networking.k8s.io",
                kind: GATEWAY.name,
                name: ctx.stack.name.to_string(),
                section_name: super::gateway::PLAIN,
            }],
        }),
        EdgeKind::Ingress => Http01::Ingress(IngressSolver {
            ingress_class_name: ctx.settings.written.class.as_ref().map(ToString::to_string),
        }),
    };
    IssuerSpec {
        acme: Acme {
            server: LETS_ENCRYPT,
            email,
            private_key_secret_ref: Name::new(format!("{ISSUER_NAME}-account")),
            solvers: vec![Solver { http01 }],
        },
    }
}
