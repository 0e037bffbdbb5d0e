//! The engines: one row each. A preset row says everything that is needed to run one.
//!
//! The texts are templates over `${host}`, `${port}`, `${user}`, `${database}`, `${password}`,
//! `${password_file}`, `${config_file}`, and the server's share of the memory as `${memory}` (in
//! MiB), `${memory_bytes}` and `${memory_gib}`.

use stackc_model::RedisPurpose;
use stackc_spec::EngineWord;

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

/// How to run a server about which the targets know nothing.
#[derive(Debug)]
pub(crate) struct Preset {
    /// The user of its image.
    pub(crate) user: u32,
    pub(crate) env: &'static [(&'static str, &'static str)],
    /// The variable that takes the password itself, where no variable takes its file.
    pub(crate) login: Option<&'static str>,
    /// What runs in place of the image's own command; none where it is empty.
    pub(crate) command: &'static [&'static str],
    /// How a parameter is added to the command; `None` where it takes none there.
    pub(crate) param: Option<&'static str>,
    /// Exits 0 where the server answers.
    pub(crate) health: &'static [&'static str],
    pub(crate) volume: &'static str,
    /// Folders it writes besides its volume.
    pub(crate) scratch: &'static [&'static str],
    /// Percent of the memory that its main cache may take.
    pub(crate) share: u64,
    /// Seconds from the signal to stop to the end.
    pub(crate) grace: u64,
    /// Writes all data to the standard output, from a container of the same image.
    pub(crate) dump: &'static [&'static str],
    /// Reads it back from the standard input.
    pub(crate) restore: &'static [&'static str],
}

const REDIS_ACL: (&str, &str) = ("ACL", "user default on >${password} ~* &* +@all\n");

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

// Variables, folders and users as the images of docker-library document them, November 2026. The
// root of MySQL and MariaDB is reached from inside the container alone, so it needs no password of
// its own.
const MYSQL: Preset = Preset {
    user: 999,
    env: &[
        ("MYSQL_DATABASE", "${database}"),
        ("MYSQL_PASSWORD_FILE", "${password_file}"),
        ("MYSQL_ROOT_HOST", "localhost"),
        ("MYSQL_ROOT_PASSWORD_FILE", "${password_file}"),
        ("MYSQL_USER", "${user}"),
    ],
    login: None,
    command: &["mysqld", "--innodb-buffer-pool-size=${memory}M"],
    param: Some("--${key}=${value}"),
    // Over TCP: while a new server is set up, it answers on its socket only.
    health: &["mysqladmin", "ping", "--host=127.0.0.1", "--silent"],
    volume: "/var/lib/mysql",
    scratch: &["/var/run/mysqld"],
    share: 50,
    grace: 60,
    dump: &[
        "sh",
        "-c",
        "MYSQL_PWD=\"$(cat \"$1\")\" exec mysqldump --host=\"$2\" --user=\"$3\" \
         --single-transaction --no-tablespaces \"$4\"",
        "dump",
        "${password_file}",
        "${host}",
        "${user}",
        "${database}",
    ],
    restore: &[
        "sh",
        "-c",
        "MYSQL_PWD=\"$(cat \"$1\")\" exec mysql --host=\"$2\" --user=\"$3\" \"$4\"",
        "restore",
        "${password_file}",
        "${host}",
        "${user}",
        "${database}",
    ],
};

const MARIADB: Preset = Preset {
    env: &[
        ("MARIADB_DATABASE", "${database}"),
        ("MARIADB_PASSWORD_FILE", "${password_file}"),
        ("MARIADB_ROOT_HOST", "localhost"),
        ("MARIADB_ROOT_PASSWORD_FILE", "${password_file}"),
        ("MARIADB_USER", "${user}"),
    ],
    command: &["mariadbd", "--innodb-buffer-pool-size=${memory}M"],
    health: &["healthcheck.sh", "--connect", "--innodb_initialized"],
    dump: &[
        "sh",
        "-c",
        "MYSQL_PWD=\"$(cat \"$1\")\" exec mariadb-dump --host=\"$2\" --user=\"$3\" \
         --single-transaction \"$4\"",
        "dump",
        "${password_file}",
        "${host}",
        "${user}",
        "${database}",
    ],
    restore: &[
        "sh",
        "-c",
        "MYSQL_PWD=\"$(cat \"$1\")\" exec mariadb --host=\"$2\" --user=\"$3\" \"$4\"",
        "restore",
        "${password_file}",
        "${host}",
        "${user}",
        "${database}",
    ],
    ..MYSQL
};

const RABBITMQ: Preset = Preset {
    user: 999,
    env: &[
        ("RABBITMQ_DEFAULT_USER", "${user}"),
        // The folder of the data is named after the node, and the host's name changes.
        ("RABBITMQ_NODENAME", "rabbit@localhost"),
        (
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
            "-rabbit vm_memory_high_watermark {absolute,${memory_bytes}}",
        ),
    ],
    login: Some("RABBITMQ_DEFAULT_PASS"),
    // The server takes its first password from its environment only.
    command: &[
        "sh",
        "-c",
        "RABBITMQ_DEFAULT_PASS=\"$(cat \"$1\")\" exec docker-entrypoint.sh rabbitmq-server",
        "start",
        "${password_file}",
    ],
    param: None,
    health: &["rabbitmq-diagnostics", "--quiet", "ping"],
    volume: "/var/lib/rabbitmq",
    scratch: &[],
    share: 60,
    grace: 60,
    dump: &[],
    restore: &[],
};

const NATS: Preset = Preset {
    // The image knows no user, and a fresh volume belongs to root.
    user: 0,
    env: &[("GOMEMLIMIT", "${memory}MiB")],
    login: None,
    command: &["nats-server", "--config", "${config_file}"],
    param: None,
    health: &["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8222/healthz"],
    volume: "/data",
    scratch: &[],
    share: 90,
    grace: 30,
    dump: &[],
    restore: &[],
};

const MONGODB: Preset = Preset {
    user: 999,
    env: &[
        ("MONGO_INITDB_ROOT_PASSWORD_FILE", "${password_file}"),
        ("MONGO_INITDB_ROOT_USERNAME", "${user}"),
    ],
    login: None,
    command: &["mongod", "--bind_ip_all", "--wiredTigerCacheSizeGB", "${memory_gib}"],
    param: None,
    // Over the container's own address: while a new server is set up, it answers on loopback only.
    health: &[
        "sh",
        "-c",
        "exec mongosh --quiet --norc --host \"$(hostname)\" --eval \"db.runCommand({ping: 1}).ok\"",
    ],
    volume: "/data/db",
    scratch: &["/data/configdb"],
    share: 50,
    grace: 60,
    dump: &[
        "sh",
        "-c",
        "printf 'password: %s\\n' \"$(cat \"$1\")\" >/tmp/dump.yaml && exec mongodump \
         --config=/tmp/dump.yaml --host=\"$2\" --username=\"$3\" --authenticationDatabase=admin \
         --db=\"$4\" --archive --gzip",
        "dump",
        "${password_file}",
        "${host}",
        "${user}",
        "${database}",
    ],
    restore: &[
        "sh",
        "-c",
        "printf 'password: %s\\n' \"$(cat \"$1\")\" >/tmp/dump.yaml && exec mongorestore \
         --config=/tmp/dump.yaml --host=\"$2\" --username=\"$3\" --authenticationDatabase=admin \
         --drop --archive --gzip",
        "restore",
        "${password_file}",
        "${host}",
        "${user}",
    ],
};

impl Row {
    /// The row of an engine's word.
    pub(crate) fn of(word: EngineWord) -> Option<&'static Self> {
        ROWS.iter().find(|row| row.word == word)
    }

    /// The row of a store's name, where it is an engine's.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        ROWS.iter().find(|row| row.name == name)
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
