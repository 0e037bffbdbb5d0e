//! What the pod of a service is given: variables, secrets, files.

use stackc_model::{Delivery, Service};
use stackc_target::conventions::SECRETS_DIR;

use super::manifest::*;
use super::output::{Output, Place};
use super::pod::{GROUP_READS, Pod, variable};
use super::text::literal;

/// The plain variables, by a config map whose name follows its content, so that a change rolls the
/// pods.
pub(crate) fn variables(
    service: &Service,
    name: &str,
    place: Place,
    out: &mut Output<'_>,
) -> Vec<EnvFrom> {
    if service.env.is_empty() {
        return Vec::new();
    }
    let literals = service.env.iter().map(|(key, value)| literal(key.as_str(), value)).collect();
    out.config_map(place, ConfigMap { name: name.to_owned(), literals, files: Vec::new() });
    vec![EnvFrom { config_map_ref: Name::new(name) }]
}

/// The secrets of a service lie in one secret of its name, one key for each variable.
pub(crate) fn secrets(service: &Service, pod: &mut Pod) {
    let secret = service.name.as_str();
    if *service.delivery == Delivery::Env {
        pod.container.env.extend(service.secrets.keys().map(|key| {
            let source = SecretKey { name: secret.to_owned(), key: key.to_string() };
            EnvVar {
                name: key.to_string(),
                value: None,
                value_from: Some(ValueFrom { secret_key_ref: source }),
            }
        }));
        return;
    }
    if *service.delivery == Delivery::FileEnv {
        pod.container.env.extend(
            service
                .secrets
                .keys()
                .map(|key| variable(&format!("{key}_FILE"), &format!("{SECRETS_DIR}/{key}"))),
        );
    }
    pod.mount_secret(secret, service.secrets.keys().map(ToString::to_string));
}

/// The files whose content is written in the stack, by a config map of their own.
pub(crate) fn files(
    service: &Service,
    name: &str,
    place: Place,
    pod: &mut Pod,
    out: &mut Output<'_>,
) {
    let written =
        || service.files.iter().filter_map(|(key, file)| Some((key, file, file.content.as_ref()?)));
    let literals: Vec<_> =
        written().map(|(key, _, content)| literal(key.as_str(), content)).collect();
    if literals.is_empty() {
        return;
    }
    let config_map = format!("{name}-files");
    for (key, file, _) in written() {
        pod.container.volume_mounts.push(VolumeMount {
            name: "files".to_owned(),
            mount_path: file.path.value.clone(),
            sub_path: Some(key.to_string()),
            read_only: Some(true),
        });
    }
    let source =
        ConfigMapVolume { name: config_map.clone(), default_mode: Noted::with(0o444, "0444") };
    pod.volumes.push(Volume { name: "files".to_owned(), source: VolumeSource::ConfigMap(source) });
    out.config_map(place, ConfigMap { name: config_map, literals, files: Vec::new() });
}

/// The files whose content is a secret: keys of the service's secret, named after the files.
pub(crate) fn secret_files(service: &Service, pod: &mut Pod) {
    let files = || service.files.iter().filter(|(_, file)| file.secret.is_some());
    let items: Vec<_> =
        files().map(|(key, _)| KeyToPath { key: key.to_string(), path: key.to_string() }).collect();
    if items.is_empty() {
        return;
    }
    for (key, file) in files() {
        pod.container.volume_mounts.push(VolumeMount {
            name: "secret-files".to_owned(),
            mount_path: file.path.value.clone(),
            sub_path: Some(key.to_string()),
            read_only: Some(true),
        });
    }
    let source = VolumeSource::Secret(SecretVolume {
        secret_name: service.name.to_string(),
        default_mode: Noted::with(GROUP_READS, "0440"),
        items,
    });
    pod.volumes.push(Volume { name: "secret-files".to_owned(), source });
}
