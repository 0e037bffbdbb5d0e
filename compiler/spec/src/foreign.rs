//! Words of other tools, and what they are called here.
//!
//! Sources: the Compose specification, services and top-level elements, November 2026; nginx.

use stackc_shape::Foreign;

const fn word(word: &'static str, ours: Option<&'static str>, help: &'static str) -> Foreign {
    Foreign { word, ours, help }
}

/// In a service.
pub(crate) static SERVICE: [Foreign; 30] = [
    word(
        "role",
        None,
        "it follows from the rest: `routes` make it public, a `schedule` or `run` a job, no port a worker",
    ),
    word(
        "depends_on",
        Some("needs"),
        "write `needs`: it gives the order of start, the address and the rights",
    ),
    word("links", Some("needs"), "write `needs`: it gives the order of start and the address"),
    word("environment", Some("env"), "write `env: {NAME: value}`; secrets stand under `secrets`"),
    word(
        "env",
        None,
        "its entries are known by name: write `NAME: value` instead of `- NAME=value`",
    ),
    word("env_file", None, "write the values under `env` and the names of secrets under `secrets`"),
    word(
        "healthcheck",
        None,
        "write `health: {ready: /path}` or `health: {command: …}`; `test` is called `command`",
    ),
    word(
        "volumes",
        None,
        "write `volumes: {NAME: {path: /where/it/lies, size: 1Gi}}`; a file belongs under `files`",
    ),
    word(
        "ports",
        None,
        "write `port: 8080`, the one it listens on; what is public is said by `routes`",
    ),
    word("expose", None, "write `port: 8080`, the one it listens on"),
    word("restart", None, "take it out: every service starts again, and a job does not"),
    word("replicas", Some("scale"), "write `scale: 3`, or a range such as `scale: 3..10`"),
    word(
        "deploy",
        None,
        "`deploy` lists platforms here; replicas are `scale`, bounds are `resources`",
    ),
    word("networks", None, "take it out: who may reach whom follows from `needs` and `routes`"),
    word("network_mode", None, "take it out: who may reach whom follows from `needs` and `routes`"),
    word(
        "container_name",
        None,
        "take it out: containers are named after the stack and the service",
    ),
    word("hostname", None, "take it out: a service is reached by its name"),
    word("entrypoint", None, "write `command`"),
    word("labels", None, "take it out: labels are the compiler's; use `patches` for others"),
    word("mem_limit", None, "write `resources: {memory: 512Mi}`"),
    word("mem_reservation", None, "write `resources: {memory: 256Mi..512Mi}`"),
    word("cpus", None, "write `resources: {cpu: 0.5}`"),
    word("user", None, "write `security: {user: 1000}`"),
    word("privileged", None, "take it out: no service runs privileged"),
    word("cap_add", None, "write the exception and its reason under `security`"),
    word("cap_drop", None, "take it out: every capability is dropped anyway"),
    word(
        "read_only",
        None,
        "take it out: the root is read-only anyway; `writable` lists exceptions",
    ),
    word("tmpfs", None, "write `writable: [/path]`"),
    word("logging", None, "write `logs: {format: json, level: info}`"),
    word("stop_grace_period", None, "write `stop: {grace: 30s}`"),
];

/// What a service is not made of.
const OTHER_KIND: &str = "no Dockerfile is written for it: put its image into a registry and write \
                          `kind: image` and `image: …`";

/// As the kind of a service.
pub(crate) static KIND: [Foreign; 13] = [
    word("next", Some("nextjs"), "write `nextjs`"),
    word("next.js", Some("nextjs"), "write `nextjs`"),
    word("nodejs", Some("node"), "write `node`"),
    word("react", Some("vite"), "write `vite` for an application that Vite builds"),
    word("vue", Some("vite"), "write `vite` for an application that Vite builds"),
    word("golang", Some("go"), "write `go`"),
    word("docker", Some("image"), "write `image` for an image that somebody else builds"),
    word("php", None, OTHER_KIND),
    word("ruby", None, OTHER_KIND),
    word("java", None, OTHER_KIND),
    word("dotnet", None, OTHER_KIND),
    word("elixir", None, OTHER_KIND),
    word("deno", None, OTHER_KIND),
];

/// In `deploy`.
pub(crate) static PLATFORM: [Foreign; 4] = [
    word("docker", Some("compose"), "write `compose` for one host, `swarm` for several"),
    word("docker-compose", Some("compose"), "write `compose`"),
    word("docker-swarm", Some("swarm"), "write `swarm`"),
    word("k8s", Some("kubernetes"), "write `kubernetes`"),
];

/// A store stands under its name.
const STORES: &str = "write `data`: stores by name, such as `data: {postgres: 16}`";
/// TLS is there without a word.
const EDGE_TLS: &str = "take it out: TLS is on with a `domain`; what differs is under `edge.tls`";

/// At the top of the file.
pub(crate) static STACK: [Foreign; 17] = [
    word("database", None, STORES),
    word("databases", None, STORES),
    word("stores", None, STORES),
    word("tls", None, EDGE_TLS),
    word("ssl", None, EDGE_TLS),
    word("https", None, EDGE_TLS),
    word("monitoring", None, "write `observe: full`, or `basic` for alert rules alone"),
    word("environment", None, "write `env: {NAME: value}`; secrets stand under `secrets`"),
    word("env_file", None, "write the values under `env` and the names of secrets under `secrets`"),
    word("headers", None, "write `edge: {headers: {…}}`"),
    word("routes", None, "write routes in their service: `services.NAME.routes`"),
    word("platforms", None, "write `deploy: [compose]`"),
    word("include", None, "one file says it all; the word is kept for a later version"),
    word("version", None, "take it out: `stack: 1` is the version of the language"),
    word("volumes", None, "write volumes in their service: `services.NAME.volumes`"),
    word("networks", None, "take it out: who may reach whom follows from `needs` and `routes`"),
    word("configs", None, "write files in their service: `services.NAME.files`"),
];

/// What Let's Encrypt has taken out of its certificates (its notice on the end of OCSP, 2025-08-06).
const OCSP: &str =
    "take it out: Let's Encrypt ended OCSP in August 2025, and browsers use lists instead";

/// In `edge.tls`.
pub(crate) static TLS: [Foreign; 4] = [
    word("stapling", None, OCSP),
    word("ocsp", None, OCSP),
    word("dhparam", None, "take it out: no cipher of these profiles uses it"),
    word("ciphers", None, "write `profile: intermediate` or `modern`, which follow the guideline"),
];
