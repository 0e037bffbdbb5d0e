//! The engines: one row each; [`super::preset`] says how to run those that are no more than a row.

use stackc_model::RedisPurpose;
use stackc_spec::EngineWord;

use super::preset::{MARIADB, MONGODB, MYSQL, NATS, Preset, RABBITMQ};

/// What is known of an engine.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) word: EngineWord,
    /// Its name, which a store of that name need not say.
    pub(crate) name: &'static str,
    pub(crate) image: &'static str,
    pub(crate) port: u16,
    pub(crate) url: &'static str,
    /// Whether it is a relational database: services know it as `DATABASE_URL`.
    pub(crate) relational: bool,
    pub(crate) user: Option<&'static str>,
    /// Whether it holds databases with names.
    pub(crate) database: bool,
    /// A file that holds the password, and the end of its name.
    pub(crate) config: Option<(&'static str, &'static str)>,
    /// Memory in production, in MiB.
    pub(crate) memory: u64,
    /// How to run it; the full engines are the targets' to run.
    pub(crate) preset: Option<&'static Preset>,
}

const REDIS_ACL: (&str, &str) = ("ACL", "user default on >${password} ~* &* +@all\n");

/// The line of the exporter's user: what it asks without flags, and no key. Source:
/// `oliver006/redis_exporter` v1.88.0, `README.md` and `exporter/`; a command that a server does not
/// know would keep it from starting, so only those stand here that Redis 7 and Valkey have.
pub(crate) const REDIS_MONITOR: &str = "user monitoring on >${monitor_password} +ping +info \
     +config|get +client|setname +latency|latest +latency|histogram +slowlog|get +slowlog|len\n";

/// How the exporter finds its password: by the address with the user in it. Source:
/// `oliver006/redis_exporter` v1.88.0, `exporter/redis.go`.
pub(crate) const REDIS_EXPORTER: &str =
    "{\"redis://monitoring@${host}:${port}\": \"${monitor_password}\"}\n";

/// Every engine.
pub(crate) const ROWS: [Row; 8] = [
    Row {
        word: EngineWord::Postgres,
        name: "postgres",
        image: "postgres",
        port: 5432,
        url: "postgresql://${user}:${password}@${host}:${port}/${database}",
        relational: true,
        user: Some("app"),
        database: true,
        config: None,
        memory: 1024,
        preset: None,
    },
    Row {
        word: EngineWord::Redis,
        name: "redis",
        image: "redis",
        port: 6379,
        url: "redis://:${password}@${host}:${port}",
        relational: false,
        user: None,
        database: false,
        config: Some(REDIS_ACL),
        memory: 256,
        preset: None,
    },
    Row {
        word: EngineWord::Valkey,
        name: "valkey",
        image: "valkey/valkey",
        port: 6379,
        url: "redis://:${password}@${host}:${port}",
        relational: false,
        user: None,
        database: false,
        config: Some(REDIS_ACL),
        memory: 256,
        preset: None,
    },
    Row {
        word: EngineWord::Mysql,
        name: "mysql",
        image: "mysql",
        port: 3306,
        url: "mysql://${user}:${password}@${host}:${port}/${database}",
        relational: true,
        user: Some("app"),
        database: true,
        config: None,
        memory: 1024,
        preset: Some(&MYSQL),
    },
    Row {
        word: EngineWord::Mariadb,
        name: "mariadb",
        image: "mariadb",
        port: 3306,
        url: "mysql://${user}:${password}@${host}:${port}/${database}",
        relational: true,
        user: Some("app"),
        database: true,
        config: None,
        memory: 1024,
        preset: Some(&MARIADB),
    },
    Row {
        word: EngineWord::Rabbitmq,
        name: "rabbitmq",
        image: "rabbitmq",
        port: 5672,
        url: "amqp://${user}:${password}@${host}:${port}",
        relational: false,
        user: Some("app"),
        database: false,
        config: None,
        memory: 512,
        preset: Some(&RABBITMQ),
    },
    Row {
        word: EngineWord::Nats,
        name: "nats",
        image: "nats",
        port: 4222,
        url: "nats://${user}:${password}@${host}:${port}",
        relational: false,
        user: Some("app"),
        database: false,
        config: Some((
            "CONF",
            "port: ${port}\nhttp: \"127.0.0.1:8222\"\njetstream { store_dir: \"/data\" }\nauthorization { \
             user: \"${user}\", password: \"${password}\" }\n",
        )),
        memory: 256,
        preset: Some(&NATS),
    },
    Row {
        word: EngineWord::Mongodb,
        name: "mongodb",
        image: "mongo",
        port: 27017,
        url: "mongodb://${user}:${password}@${host}:${port}/${database}?authSource=admin",
        relational: false,
        user: Some("app"),
        database: true,
        config: None,
        memory: 1024,
        preset: Some(&MONGODB),
    },
];

impl Row {
    /// The row of an engine's word.
    pub(crate) fn of(word: EngineWord) -> Option<&'static Self> {
        ROWS.iter().find(|row| row.word == word)
    }

    /// The row of a store's name, where it is an engine's.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        ROWS.iter().find(|row| row.name == name)
    }

    /// How the password of the one who may do everything is called, where it has one.
    pub(crate) fn root(&self) -> Option<&'static str> {
        match self.preset {
            Some(preset) => preset.root.then_some("ROOT_PASSWORD"),
            None => self.is_postgres().then_some("SUPERUSER_PASSWORD"),
        }
    }

    /// Whether it is PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        self.word == EngineWord::Postgres
    }

    /// Whether it is Redis or what descends from it.
    pub(crate) fn is_redis(&self) -> bool {
        matches!(self.word, EngineWord::Redis | EngineWord::Valkey)
    }
}

/// What a purpose is called in the language.
pub(crate) fn purpose(word: stackc_spec::PurposeWord) -> RedisPurpose {
    use stackc_spec::PurposeWord;
    match word {
        PurposeWord::Cache => RedisPurpose::Cache,
        PurposeWord::Queue => RedisPurpose::Queue,
        PurposeWord::Session => RedisPurpose::Session,
        PurposeWord::Pubsub => RedisPurpose::Pubsub,
    }
}
