//! Generated specs: teams of ten services, each with stores, routes and limits of their own.

use std::fmt::Write as _;

/// Services of one team.
const TEAM: usize = 10;

const HEAD: &str = r#"stack: 1
name: bench
domain: bench.example
registry: ghcr.io/acme/bench
deploy: [compose, kubernetes]
edge: {tls: {provider: certbot, acme: {email: ops@bench.example}}, body_limit: 5Mi}
backup: {keep: 7d}
observe: {level: basic, alerts: {error_rate: 1%/5%, latency_p95: 500ms/1s, cpu: 80%/90%, memory: 80%/95%}}
notify: {slack: SLACK_WEBHOOK}
"#;

/// A spec of so many services; the same text each time.
pub(crate) fn generate(services: usize) -> String {
    let mut text = HEAD.to_owned();
    let teams = services.div_ceil(TEAM);
    text += "services:\n";
    for at in 0..services {
        service(&mut text, at / TEAM, at % TEAM);
    }
    text += "data:\n";
    for team in 0..teams {
        let _ = writeln!(text, "  db-{team}: {{engine: postgres, version: 17, storage: 20Gi}}");
        let _ = writeln!(text, "  cache-{team}: {{engine: redis, version: 7, purpose: cache}}");
    }
    text += "limits:\n  default: 600/1m\n";
    for team in 0..teams {
        let _ = writeln!(text, "  login-{team}: {{rate: 10/1m, match: /t{team}/api/login}}");
    }
    environments(&mut text, services);
    text
}

/// One of the ten services of a team; the first is what the others lean on.
fn service(text: &mut String, team: usize, place: usize) {
    let name = format!("s{team}-{place}");
    let _ = match place {
        0 => write!(
            text,
            "  {name}:
    kind: node
    build: teams/t{team}/api
    command: [node, dist/server.js]
    port: 3000
    routes:
      api: {{path: /t{team}/api, body_limit: 10Mi}}
      ws: {{path: /t{team}/socket, websocket: true}}
    needs: [db-{team}, cache-{team}]
    migrate: prisma
    health: {{live: /live, ready: /ready}}
    metrics: {{path: /metrics, db_pool_waiting: db_pool_waiting}}
    scale: 3..10
    secrets: [JWT_SECRET_{team}]
    env:
      CORS_ORIGIN: \"${{url}}\"
      UPLOAD_LIMIT: 10Mi
      TEAM: \"{team}\"
"
        ),
        1 => writeln!(text, "  {name}: {{like: s{team}-0, command: [node, dist/worker.js]}}"),
        2 => write!(
            text,
            "  {name}:
    kind: vite
    build: teams/t{team}/web
    routes: /t{team}/web
    scale: 2..5
"
        ),
        3 | 7 => write!(
            text,
            "  {name}:
    kind: go
    build: teams/t{team}/{name}
    port: 8080
    needs: {{s{team}-0: {{}}, cache-{team}: {{start: started}}}}
    health: {{live: /healthz, ready: /readyz}}
    env: {{LOG_FORMAT: json, REGION: eu}}
"
        ),
        4 | 8 => write!(
            text,
            "  {name}:
    kind: python
    build: teams/t{team}/{name}
    command: [uvicorn, \"app:main\", --port, \"8000\"]
    port: 8000
    routes: {{api: {{path: /t{team}/p{place}, timeout: 2m}}}}
    needs: [db-{team}]
    health: {{ready: /readyz}}
    resources: {{cpu: 0.25..1, memory: 256Mi..512Mi}}
    scale: 2
"
        ),
        5 => write!(
            text,
            "  {name}:
    kind: python
    build: teams/t{team}/nightly
    command: [python, -m, nightly]
    needs: [db-{team}]
    schedule: \"30 3 * * *\"
"
        ),
        6 => write!(
            text,
            "  {name}:
    kind: image
    image: getmeili/meilisearch:v1.22.1
    port: 7700
    secrets: [MEILI_MASTER_KEY_{team}]
    secret_delivery: env
    singleton: true
    volumes: {{index: {{path: /meili_data, size: 5Gi}}}}
    health: {{live: /health}}
"
        ),
        _ => writeln!(
            text,
            "  {name}: {{kind: rust, build: teams/t{team}/{name}, needs: [cache-{team}]}}"
        ),
    };
}

/// Staging overrides a tenth of the services; production takes what stands there.
fn environments(text: &mut String, services: usize) {
    text.push_str(
        "environments:
  development: {}
  staging:
    branch: develop
    domain: staging.bench.example
    services:
",
    );
    for team in 0..services.div_ceil(TEAM) {
        let _ = writeln!(text, "      s{team}-0: {{scale: 1..3, env: {{TEAM: staging}}}}");
    }
    text.push_str("  production: {branch: main}\n");
}
