//! TLS at the edge.

use stackc_model::{Sourced, Tls, TlsProfile, TlsProvider};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, codes};
use stackc_spec::{EdgeSpec, HstsWord, TlsProfileWord, TlsProviderWord, TlsSpec};

use crate::context::{Context, or, or_map, written};

/// Certificates and protocols.
pub(super) fn tls(spec: Option<&TlsSpec>, cx: &mut Context<'_>) -> Tls {
    let default = TlsSpec::default();
    let spec = spec.unwrap_or(&default);
    let hsts = spec.hsts.as_ref().map(|hsts| (hsts.value, hsts.span));
    if let Some((HstsWord::Preload, span)) = hsts {
        cx.push(
            Diagnostic::new(
                codes::HSTS_PRELOAD,
                span,
                "browsers will refuse plain HTTP for this domain and all below it",
            )
            .help(
                "getting off the preload list takes months; be sure every subdomain speaks HTTPS",
            ),
        );
    }
    let lasting = "max-age=63072000; includeSubDomains";
    Tls {
        profile: or_map(
            spec.profile.as_ref(),
            |word| match word {
                TlsProfileWord::Intermediate => TlsProfile::Intermediate,
                TlsProfileWord::Modern => TlsProfile::Modern,
            },
            TlsProfile::Intermediate,
            "every browser of the last years, nothing weak",
        ),
        provider: or_map(
            spec.provider.as_ref(),
            |word| match word {
                TlsProviderWord::Certbot => TlsProvider::Certbot,
                TlsProviderWord::Nginx => TlsProvider::Nginx,
                TlsProviderWord::Files => TlsProvider::Files,
                TlsProviderWord::Cloud => TlsProvider::Cloud,
                TlsProviderWord::None => TlsProvider::None,
            },
            TlsProvider::Certbot,
            "free certificates that renew themselves",
        ),
        email: email(spec, cx),
        hsts: match spec.hsts.as_ref() {
            None => Some(Sourced::default(lasting.to_owned(), "two years, subdomains included")),
            Some(word) => match word.value {
                HstsWord::None => None,
                HstsWord::Standard => Some(Sourced::written(lasting.to_owned(), word.span)),
                HstsWord::Preload => {
                    Some(Sourced::written(format!("{lasting}; preload"), word.span))
                }
            },
        },
    }
}

/// The address for the ACME account, where somebody asks for certificates.
fn email(spec: &TlsSpec, cx: &mut Context<'_>) -> Option<Sourced<String>> {
    let email = spec.acme.as_ref()?.email.as_ref()?;
    let fits = email.value.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && email.value.bytes().all(|b| b.is_ascii_graphic())
    });
    if !fits {
        let message = format!("`{}` is no mail address", email.value);
        cx.push(Diagnostic::new(codes::BAD_FORMAT, email.span, message));
    }
    let asks = [TlsProviderWord::Certbot, TlsProviderWord::Nginx];
    if let Some(provider) = spec.provider.as_ref().filter(|word| !asks.contains(&word.value)) {
        let message = "nobody asks for certificates here, so the account is not used";
        cx.push(
            Diagnostic::new(codes::NO_EFFECT, email.span, message)
                .related(provider.span, "certificates come from elsewhere"),
        );
    }
    Some(written(email))
}

/// HTTP/3, which needs TLS to end at the edge itself.
pub(super) fn http3(spec: &EdgeSpec, cx: &mut Context<'_>) -> Sourced<bool> {
    let provider = spec.tls.as_ref().and_then(|tls| tls.provider.as_ref());
    let elsewhere = provider
        .filter(|word| matches!(word.value, TlsProviderWord::None | TlsProviderWord::Cloud));
    let wanted = |flag: &&Spanned<bool>| flag.value;
    if let Some((flag, provider)) = spec.http3.as_ref().filter(wanted).zip(elsewhere) {
        let message = "HTTP/3 needs TLS at the edge, and TLS ends before it";
        cx.push(
            Diagnostic::new(codes::EXCLUSIVE, flag.span, message)
                .related(provider.span, "TLS ends there")
                .help("take it out; what stands in front may speak HTTP/3"),
        );
    }
    or(spec.http3.as_ref(), false, "nginx calls its module for it experimental")
}
