//! The fields of a stack that take free text, or text whose form is checked late.

/// A stack that fills all of them. Each value of [`FIELDS`] stands in it once.
pub(crate) const BASE: &str = r#"
stack: 1
name: shop
title: the title
owner: the owner
repository: https://repository.example
domain: shop.example
registry: ghcr.io/acme/shop
deploy: [compose, kubernetes]
timezone: Europe/Vienna
versions: {nginx: "1.30", node: 24}
env: {EVERYWHERE: everywhere-value}
services:
  web:
    kind: node
    build: {context: web-folder, target: web-stage, args: {FLAVOUR: argument-value}}
    command: [node, command-word]
    port: 3000
    routes: {web: {path: /web-path}}
    needs: {postgres: {}, mail: {}}
    health: {command: [probe, probe-word]}
    migrate: {command: [move, migrate-word]}
    metrics: {path: /metrics, http: http_name, db_latency: latency_name, db_pool_waiting: pool_name}
    scale: 2
    env: {OWN: own-value}
    files: {conf: {path: /etc/file-path, content: file-content}}
    writable: [/var/writable-path]
    security: {writable_root: writable-reason}
  box:
    kind: image
    image: box/box:1.2.3
    port: 80
    volumes: {data: {path: /volume-path}}
    security: {user: 1000}
  job: {kind: go, build: job/own-dockerfile, command: job, schedule: "0 3 * * *"}
data:
  postgres: {version: 16, params: {parameter_name: parameter-value}}
external: {mail: {env: {MAIL_FROM: external-value}, egress: [egress.example]}}
edge:
  headers: {referrer: referrer-value, permissions: permissions-value, extra: {X-Extra: extra-value},
            csp: {sources: {img-src: ["https://source.example"]}}}
  compression: {types: [text/compressed]}
limits: {default: {rate: 10/1s, exempt: [192.0.2.0/28]}}
secrets: {SLACK_URL: {description: secret-description}}
observe: {level: basic}
notify: {slack: SLACK_URL}
ci: {checks: {lint: lint-command, types: true}}
environments:
  production: {branch: main-branch}
targets:
  compose: {host: deploy-host, user: deploy-user, path: /srv/deploy-path, project: compose-project, file: compose-file}
  github: {runner: github-runner, branches: [github-branch]}
  kubernetes: {namespace: the-namespace, class: the-class}
"#;

/// A field.
pub(crate) struct Field {
    /// Its value in [`BASE`].
    pub(crate) value: &'static str,
    /// Whether its value, where it is accepted, is a scalar of a compose document.
    pub(crate) in_compose: bool,
    /// The same of a Kubernetes document.
    pub(crate) in_kubernetes: bool,
    /// Whether references are followed in it.
    pub(crate) refers: bool,
}

impl Field {
    /// The stack with this value, written as YAML, in the field.
    pub(crate) fn stack(&self, value: &str) -> String {
        assert_eq!(BASE.matches(self.value).count(), 1, "{}", self.value);
        BASE.replace(self.value, value)
    }
}

const fn field(value: &'static str, in_compose: bool, in_kubernetes: bool) -> Field {
    Field { value, in_compose, in_kubernetes, refers: false }
}

const fn refers(value: &'static str, in_compose: bool) -> Field {
    Field { value, in_compose, in_kubernetes: true, refers: true }
}

/// All of them.
pub(crate) const FIELDS: [Field; 47] = [
    refers("own-value", true),
    refers("everywhere-value", true),
    field("external-value", true, true),
    field("command-word", true, true),
    field("probe-word", true, true),
    field("migrate-word", true, true),
    field("argument-value", true, false),
    // Compose reads it from a file beside.
    field("file-content", false, true),
    refers("extra-value", false),
    field("referrer-value", false, true),
    field("permissions-value", false, true),
    field("the title", false, false),
    field("the owner", false, false),
    field("https://repository.example", false, false),
    field("shop.example", false, false),
    field("ghcr.io/acme/shop", false, false),
    field("Europe/Vienna", false, false),
    field("24", false, false),
    field("web-folder", false, false),
    field("web-stage", false, false),
    field("/web-path", false, false),
    field("http_name", false, false),
    field("latency_name", false, false),
    field("pool_name", false, false),
    field("/etc/file-path", false, false),
    field("/var/writable-path", false, false),
    field("writable-reason", false, false),
    field("box/box:1.2.3", false, false),
    field("/volume-path", false, false),
    field("job/own-dockerfile", false, false),
    field("\"0 3 * * *\"", false, false),
    field("parameter_name", false, false),
    field("parameter-value", false, false),
    field("egress.example", false, false),
    field("\"https://source.example\"", false, false),
    field("text/compressed", false, false),
    field("192.0.2.0/28", false, false),
    field("secret-description", false, false),
    field("lint-command", false, false),
    field("main-branch", false, false),
    field("deploy-host", false, false),
    field("deploy-user", false, false),
    field("/srv/deploy-path", false, false),
    field("compose-project", false, false),
    field("compose-file", false, false),
    field("github-runner", false, false),
    field("github-branch", false, false),
];
