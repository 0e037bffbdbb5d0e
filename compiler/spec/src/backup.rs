//! How data is saved.

use stackc_shape::{Decode, Spanned};
use stackc_unit::{EnvName, Seconds};

use crate::{AgeRecipient, BucketPath, CronText, DaysText, WebUrl};

/// How data is saved.
#[derive(Debug, Clone, Default, Decode)]
pub struct BackupSpec {
    /// When, as five cron fields; by default `0 2 * * *`.
    pub schedule: Option<Spanned<CronText>>,
    /// How long copies are kept; by default `14d`.
    pub keep: Option<Spanned<KeepSpec>>,
    /// The formats; by default `[custom]`.
    pub formats: Vec<Spanned<FormatWord>>,
    /// Where copies go besides the disk of the host; by default nowhere else.
    #[shape(planned)]
    pub to: Option<Spanned<BackupToSpec>>,
    /// How copies are encrypted; by default they are not.
    #[shape(planned)]
    pub encrypt: Option<Spanned<EncryptSpec>>,
    /// How a copy is tested; by default `list`.
    #[shape(planned)]
    pub verify: Option<Spanned<VerifyWord>>,
    /// Recovery to a point in time, from the write-ahead log; by default `false`.
    #[shape(planned)]
    pub pitr: Option<Spanned<bool>>,
    /// Who makes the copies; by default `self`.
    #[shape(planned)]
    pub mode: Option<Spanned<BackupModeWord>>,
    /// Save the volumes of services too, except those that say otherwise; by default `true`.
    #[shape(planned)]
    pub volumes: Option<Spanned<bool>>,
    /// The largest loss that is promised.
    pub rpo: Option<Spanned<Seconds>>,
    /// The longest recovery that is promised.
    #[shape(planned)]
    pub rto: Option<Spanned<Seconds>>,
}

/// How long copies are kept: all that are young enough, and besides them the newest of each day, week
/// or month.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "key:all")]
pub struct KeepSpec {
    /// All copies younger than this; by default `14d`, or none where a number below is given.
    pub all: Option<Spanned<DaysText>>,
    /// The newest copy of each of so many days.
    #[shape(planned)]
    pub daily: Option<Spanned<u32>>,
    /// The newest copy of each of so many weeks.
    #[shape(planned)]
    pub weekly: Option<Spanned<u32>>,
    /// The newest copy of each of so many months.
    #[shape(planned)]
    pub monthly: Option<Spanned<u32>>,
}

/// The format of a database dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum FormatWord {
    /// PostgreSQL's own, compressed.
    Custom,
    /// Plain SQL.
    Sql,
}

/// Where copies go.
#[derive(Debug, Clone, Decode)]
pub struct BackupToSpec {
    /// A bucket of an S3 store and the folder in it, such as `acme-backups/shop`.
    pub s3: Spanned<BucketPath>,
    /// The address of the store, such as `https://s3.example.com`; by default that of AWS.
    pub endpoint: Option<Spanned<WebUrl>>,
    /// The region of the bucket, such as `eu-north-1`.
    pub region: Option<Spanned<String>>,
    /// How the names of the two secrets start: `BACKUP` stands for `BACKUP_ACCESS_KEY_ID` and
    /// `BACKUP_SECRET_ACCESS_KEY`; without it the host's own identity is used.
    pub credentials: Option<Spanned<EnvName>>,
}

/// How copies are encrypted.
#[derive(Debug, Clone, Decode)]
pub struct EncryptSpec {
    /// The recipient: the public key of an age pair, whose other half stays with people.
    pub age: Spanned<AgeRecipient>,
}

/// How a copy is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum VerifyWord {
    /// Its table of contents is read.
    List,
    /// It is restored into a server of its own.
    Restore,
}

/// Who makes the copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum BackupModeWord {
    /// The stack itself.
    #[shape(word = "self")]
    Own,
    /// The provider of a managed store.
    Provider,
}
