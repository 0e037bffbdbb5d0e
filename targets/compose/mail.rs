//! What catches the mail of a developer's machine: Mailpit, which takes any password, sends nothing on
//! and shows what it has. Its flags and ports are those of `axllent/mailpit`, `cmd/root.go`.

use std::collections::BTreeMap;

use stackc_model::{Bytes, CATCHER};

use super::document::{Containers, Port};
use super::scope::Scope;
use super::store::LoopbackPorts;
use super::text::{Text, texts};
use super::{edge, harden, health};

/// The ordinary user it runs as: its program is one file that anybody may run.
const USER: u32 = 65534;
/// Where it shows what it caught.
const PAGES: u16 = 8025;

/// The catcher, where an external system's mail is led to it.
pub(super) fn lower(scope: &mut Scope<'_>, ports: &mut LoopbackPorts) -> Containers {
    if !scope.env.externals.iter().any(|external| external.caught) {
        return Containers::new();
    }
    // Mail is kept in the folder for temporary files, so it is gone with the container.
    let bounds = edge::bounds(500, Bytes::mib(256), Bytes::mib(128));
    let mut service = harden::container(USER, 64, &bounds);
    service.image = edge::image(scope, "mailpit", "axllent/mailpit");
    let settings =
        ["MP_DISABLE_VERSION_CHECK", "MP_SMTP_AUTH_ACCEPT_ANY", "MP_SMTP_AUTH_ALLOW_INSECURE"];
    let on = |name: &str| (name.to_owned(), Text::from("1"));
    service.environment = settings.map(on).into();
    service.ports = vec![Port::loopback(ports.take(PAGES), PAGES)];
    service.networks = vec!["app"];
    service.healthcheck = Some(health::usual(texts(["CMD", "/mailpit", "readyz"])));
    service.stop_grace_period = "10s".to_owned();
    BTreeMap::from([(CATCHER.to_owned(), service)])
}
