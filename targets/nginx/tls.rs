//! TLS as the Server Side TLS guideline 6.0 has it.

use stackc_model::{Tls, TlsProfile};

use super::conf::{Directive, one, plain};

/// The cipher suites of the intermediate profile; TLS 1.3 has its own and takes no list.
const INTERMEDIATE: [&str; 6] = [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
];

/// `tls.conf`.
pub(super) fn conf(tls: &Tls) -> Vec<Directive> {
    let mut out = match *tls.profile {
        TlsProfile::Modern => vec![plain("ssl_protocols", "TLSv1.3")],
        TlsProfile::Intermediate => vec![
            plain("ssl_protocols", "TLSv1.2 TLSv1.3"),
            one("ssl_ciphers", INTERMEDIATE.join(":")),
        ],
    };
    out.extend([
        plain("ssl_prefer_server_ciphers", "off"),
        plain("ssl_ecdh_curve", "?X25519MLKEM768:X25519:prime256v1:secp384r1")
            .comment("The question mark lets an OpenSSL before 3.5 pass over the group it lacks."),
        plain("ssl_session_cache", "shared:TLS:10m").comment("Resumed sessions."),
        plain("ssl_session_timeout", "1d"),
    ]);
    out
}
