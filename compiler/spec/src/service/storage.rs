//! The bounds of a copy and what it keeps.

use stackc_shape::{Decode, Spanned, Switch};
use stackc_unit::{Bytes, Millicores};

/// Bounds of one copy.
#[derive(Debug, Clone, Default, Decode)]
pub struct ResourcesSpec {
    /// Processor time in cores: `0.25..1` reserves a quarter and allows one.
    pub cpu: Option<CpuSpec>,
    /// Memory: `256Mi..512Mi` reserves the first and allows the second.
    pub memory: Option<MemorySpec>,
    /// Most scratch disk; by default `1Gi`.
    pub disk: Option<Spanned<Bytes>>,
}

/// Processor time in cores.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "range:request,limit")]
pub struct CpuSpec {
    /// Reserved.
    pub request: Option<Spanned<Millicores>>,
    /// Most; `false` leaves it unbounded.
    pub limit: Option<Spanned<Switch<Millicores>>>,
}

/// Memory.
#[derive(Debug, Clone, Default, Decode)]
#[shape(short = "range:request,limit")]
pub struct MemorySpec {
    /// Reserved.
    pub request: Option<Spanned<Bytes>>,
    /// Most.
    pub limit: Option<Spanned<Bytes>>,
}

/// A volume.
#[derive(Debug, Clone, Decode)]
pub struct VolumeSpec {
    /// The absolute path inside.
    pub path: Spanned<String>,
    /// How large; by default `1Gi`.
    pub size: Option<Spanned<Bytes>>,
    /// Who may write it at once; by default one copy (`rwo`).
    pub access: Option<Spanned<AccessMode>>,
    /// Whether its content is saved; `false` for what can be made anew.
    pub backup: Option<Spanned<bool>>,
}

/// Who may write a volume at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum AccessMode {
    /// One copy.
    Rwo,
    /// Many copies.
    Rwx,
}
