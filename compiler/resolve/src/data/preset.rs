//! How to run the servers about which the targets know nothing.
//!
//! The texts are templates over `${host}`, `${port}`, `${user}`, `${database}`, `${password}`,
//! `${password_file}`, `${root_password_file}`, `${config_file}`, and the server's share of the memory as `${memory}` (in
//! MiB), `${memory_bytes}` and `${memory_gib}`.

/// How to run a server about which the targets know nothing.
#[derive(Debug)]
pub(crate) struct Preset {
    /// The user of its image.
    pub(crate) user: u32,
    pub(crate) env: &'static [(&'static str, &'static str)],
    /// The variable that takes the password itself, where no variable takes its file.
    pub(crate) login: Option<&'static str>,
    /// Whether the one who may do everything has a password of its own.
    pub(crate) root: bool,
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

// Variables, folders and users as the images define them; read in their sources in November 2026. With a
// read-only root, no capabilities and their own numeric user they write here and nowhere else:
//
// | image | user | writes to | source |
// |---|---|---|---|
// | mysql | 999 | its volume, `/var/run/mysqld` | `docker-library/mysql`: `8.4/Dockerfile.oracle` |
// | mariadb | 999, the first system user | its volume, `/run/mysqld`, which `/var/run/mysqld` is | `MariaDB/mariadb-docker`: `11.8/Dockerfile`, `healthcheck.sh` |
// | rabbitmq | 999 | its volume, which is the home with the cookie | `docker-library/rabbitmq`: `4.1/ubuntu/Dockerfile` |
// | mongo | 999 | its volume, which is the home; `/data/configdb`; `/tmp` | `docker-library/mongo`: `8.0/Dockerfile`, `docker-entrypoint.sh` |
//
// The entrypoints change nothing of a container that does not start as root. The root of MySQL and
// MariaDB is reached from inside the container alone.
pub(crate) const MYSQL: Preset = Preset {
    user: 999,
    env: &[
        ("MYSQL_DATABASE", "${database}"),
        ("MYSQL_PASSWORD_FILE", "${password_file}"),
        ("MYSQL_ROOT_HOST", "localhost"),
        ("MYSQL_ROOT_PASSWORD_FILE", "${root_password_file}"),
        ("MYSQL_USER", "${user}"),
    ],
    login: None,
    root: true,
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

pub(crate) const MARIADB: Preset = Preset {
    env: &[
        ("MARIADB_DATABASE", "${database}"),
        ("MARIADB_PASSWORD_FILE", "${password_file}"),
        ("MARIADB_ROOT_HOST", "localhost"),
        ("MARIADB_ROOT_PASSWORD_FILE", "${root_password_file}"),
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

pub(crate) const RABBITMQ: Preset = Preset {
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
    root: false,
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

pub(crate) const NATS: Preset = Preset {
    // The image knows no user, and runs as any.
    user: super::server::USER,
    env: &[("GOMEMLIMIT", "${memory}MiB")],
    login: None,
    root: false,
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

pub(crate) const MONGODB: Preset = Preset {
    user: 999,
    env: &[
        ("MONGO_INITDB_ROOT_PASSWORD_FILE", "${password_file}"),
        ("MONGO_INITDB_ROOT_USERNAME", "${user}"),
    ],
    login: None,
    root: false,
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
