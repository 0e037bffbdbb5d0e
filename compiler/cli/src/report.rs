//! What goes to the two streams: results to standard output, everything else to standard error.

use std::io::{self, IsTerminal, Write};

use stackc_source::{Diagnostic, SourceMap};

use crate::args::{Args, ColorChoice};
use crate::exit::Exit;
use crate::render;

/// Writes diagnostics and says what they mean for the run.
pub(crate) fn diagnostics(args: &Args, all: &[Diagnostic], sources: &SourceMap) -> Exit {
    let colour = colour(args, &io::stderr());
    let mut out = io::BufWriter::new(io::stderr().lock());
    // A stream that is closed cannot be told so.
    let _ = render::render(args.message_format, all, sources, colour, &mut out);
    let _ = out.flush();
    Exit::of(all, args.deny_warnings)
}

/// Writes a result. A reader that went away ends the run quietly.
pub(crate) fn result(text: &str) -> Exit {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Exit::Fine,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Fine,
        Err(error) => {
            remark(&format!("standard output cannot be written: {error}"));
            Exit::Io
        }
    }
}

/// Writes a remark.
pub(crate) fn remark(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether a stream is to be coloured.
pub(crate) fn colour(args: &Args, stream: &impl IsTerminal) -> bool {
    match args.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            stream.is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    }
}
