//! Service containers in place of stores that a provider runs: tests get an empty database of the
//! same engine and version, never the provider's.

use stackc_model::{Environment, External, Managed, SecretId, SecretSource, Segment, Service};
use stackc_source::codes;

use super::document::{Container, Values};
use super::pins;
use super::store::{PASSWORD, Stores, options};
use super::text::Scribe;

/// The user and the database of a test, whatever they are called at the provider.
const NAME: &str = "test";

/// How an engine is started empty.
struct Recipe {
    engine: &'static str,
    /// Variables of its image, as docker-library documents them, November 2026.
    env: &'static [(&'static str, &'static str)],
    /// Exits 0 where it answers over TCP: while an image sets itself up it listens on its socket alone.
    probe: &'static str,
    /// Scheme and login of its URL, and what follows the port.
    url: (&'static str, &'static str),
}

const RECIPES: [Recipe; 5] = [
    Recipe {
        engine: "postgres",
        env: &[("POSTGRES_DB", NAME), ("POSTGRES_PASSWORD", PASSWORD), ("POSTGRES_USER", NAME)],
        probe: "pg_isready --host 127.0.0.1",
        url: ("postgresql://test:throw-away@", "/test"),
    },
    Recipe {
        engine: "mysql",
        env: &[
            ("MYSQL_DATABASE", NAME),
            ("MYSQL_PASSWORD", PASSWORD),
            ("MYSQL_ROOT_PASSWORD", PASSWORD),
            ("MYSQL_USER", NAME),
        ],
        probe: "mysqladmin ping --host=127.0.0.1 --silent",
        url: ("mysql://test:throw-away@", "/test"),
    },
    Recipe {
        engine: "mariadb",
        env: &[
            ("MARIADB_DATABASE", NAME),
            ("MARIADB_PASSWORD", PASSWORD),
            ("MARIADB_ROOT_PASSWORD", PASSWORD),
            ("MARIADB_USER", NAME),
        ],
        probe: "healthcheck.sh --connect --innodb_initialized",
        url: ("mysql://test:throw-away@", "/test"),
    },
    Recipe { engine: "redis", env: &[], probe: "redis-cli ping", url: ("redis://", "") },
    Recipe { engine: "valkey", env: &[], probe: "valkey-cli ping", url: ("redis://", "") },
];

/// Adds the container of a managed store, and the variables that lead to it instead.
pub(crate) fn add(
    service: &Service,
    external: &External,
    environment: &Environment,
    stores: &mut Stores,
    free: &mut impl FnMut(u16) -> u16,
    scribe: &mut Scribe<'_>,
) {
    let Some(managed) = &external.store else { return };
    let recipe = RECIPES.iter().find(|recipe| recipe.engine == managed.engine);
    let (Some(recipe), Some(image)) = (recipe, &managed.image) else {
        let what = format!(
            "target `github`: the checks of `{}` run without the data store `{}`, because no \
             container is known that stands for it",
            service.name, external.name
        );
        scribe.say(codes::APPROXIMATED, what, Some(external.span));
        return;
    };
    let port = free(managed.port);
    let mut env = Values::default();
    for (name, value) in recipe.env {
        env.push(*name, *value);
    }
    let container = Container {
        image: pins::with_digest(&scribe.image(image, Some(external.span))),
        env,
        ports: vec![format!("{port}:{}", managed.port)],
        options: options(recipe.probe),
    };
    stores.containers.push(external.name.as_str(), container);
    let (before, after) = recipe.url;
    let url = format!("{before}localhost:{port}{after}");
    for name in variables(service, managed, environment) {
        stores.env.push(name, url.as_str());
    }
}

/// The variables that hold a URL of the store, and nothing else.
fn variables<'a>(
    service: &'a Service,
    managed: &Managed,
    environment: &Environment,
) -> impl Iterator<Item = &'a str> {
    let own = |id: SecretId| id == managed.url || managed.direct_url == Some(id);
    let holds = move |id: SecretId| match &environment[id].source {
        SecretSource::Derived(text) => {
            matches!(text.segments[..], [Segment::Secret(inner)] if own(inner))
        }
        _ => own(id),
    };
    let run = service.secrets.iter();
    run.filter(move |(_, id)| holds(**id)).map(|(name, _)| name.as_str())
}
