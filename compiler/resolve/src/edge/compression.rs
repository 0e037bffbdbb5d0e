//! Compression of answers.

use stackc_model::Compression;
use stackc_shape::{Spanned, Switch};
use stackc_source::{Diagnostic, codes};
use stackc_spec::EdgeSpec;

use crate::context::{Context, or};

/// Types worth compressing: text in one way or another.
const COMPRESSED: [&str; 8] = [
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "application/xml",
    "image/svg+xml",
    "text/css",
    "text/javascript",
    "text/plain",
];

/// Compression; `None` where it is off.
pub(super) fn resolve(spec: &EdgeSpec, cx: &mut Context<'_>) -> Option<Compression> {
    let default = stackc_spec::CompressionSpec::default();
    let spec = match &spec.compression {
        Some(Switch::Off(_)) => return None,
        Some(Switch::On(Some(spec))) => spec,
        Some(Switch::On(None)) | None => &default,
    };
    let level = or(spec.level.as_ref(), 5, "most of the gain for little work");
    if !(1..=9).contains(&level.value) {
        let message = format!("a compression level is 1 to 9, not {}", level.value);
        cx.push(Diagnostic::new(codes::OUT_OF_RANGE, level.origin.span()?, message));
    }
    let types = match &spec.types {
        None => COMPRESSED.iter().map(|kind| (*kind).to_owned()).collect(),
        Some(types) => types.iter().filter_map(|kind| media_type(kind, cx)).collect(),
    };
    Some(Compression { level, types })
}

/// A media type as RFC 6838 has it, without parameters.
fn media_type(kind: &Spanned<String>, cx: &mut Context<'_>) -> Option<String> {
    let name = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#&-^_.+".contains(&b))
    };
    let fits = kind.value.split_once('/').is_some_and(|(main, sub)| name(main) && name(sub));
    if !fits {
        let message = format!("`{}` is no media type such as `text/css`", kind.value);
        cx.push(Diagnostic::new(codes::BAD_FORMAT, kind.span, message));
    }
    fits.then(|| kind.value.clone())
}
