//! `stackc schema`

use crate::exit::Exit;
use crate::{project, report};

/// Prints the JSON Schema.
pub(crate) fn run() -> Exit {
    report::result(&stackc_driver::schema(project::targets()))
}
