//! What happens to the database around a new version.

use stackc_shape::{Decode, Spanned, Words};
use stackc_unit::Seconds;

use crate::ReachWord;

/// Database migrations.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:tool")]
pub struct MigrateSpec {
    /// A tool whose command is known.
    pub tool: Option<Spanned<MigrateTool>>,
    /// The command, instead of a tool.
    pub command: Option<Spanned<Words>>,
    /// How it reaches the store; by default `direct`, past any pool.
    #[shape(planned)]
    pub via: Option<Spanned<ReachWord>>,
    /// It takes away what the version before still needs, so there is no way back without a restore.
    #[shape(planned)]
    pub destructive: Option<Spanned<bool>>,
    /// How long it may take; by default `10m`.
    pub timeout: Option<Spanned<Seconds>>,
}

/// A migration tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum MigrateTool {
    /// `prisma migrate deploy`
    Prisma,
    /// `drizzle-kit migrate`
    Drizzle,
    /// `alembic upgrade head`
    Alembic,
    /// `python manage.py migrate`
    Django,
}

/// Data for a fresh database.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:tool")]
pub struct SeedSpec {
    /// A tool whose command is known.
    pub tool: Option<Spanned<SeedTool>>,
    /// The command, instead of a tool.
    pub command: Option<Spanned<Words>>,
}

/// A tool that fills a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum SeedTool {
    /// `prisma db seed`
    Prisma,
}
