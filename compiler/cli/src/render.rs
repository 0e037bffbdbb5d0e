//! Plain lines, until the renderer proper lands.
use crate::args::MessageFormat;
use stackc_source::{Diagnostic, SourceMap};
use std::io;
/// Writes one line per diagnostic.
pub(crate) fn render(
    _f: MessageFormat,
    d: &[Diagnostic],
    s: &SourceMap,
    _c: bool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for x in d {
        let p = x.primary.as_ref().and_then(|l| {
            s.file(l.span.file).map(|f| {
                let p = f.position(l.span.start);
                format!("{}:{}:{}: {:?}", f.name, p.line, p.column, s.text(l.span).lines().next())
            })
        });
        writeln!(
            out,
            "{} {} at {:?} help {:?} env {:?}",
            x.code.id, x.message, p, x.help, x.environment
        )?;
    }
    Ok(())
}
