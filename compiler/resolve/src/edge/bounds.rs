//! How large, how long, and from where: checks of single values.

use std::net::IpAddr;

use stackc_model::{Bytes, Seconds, Sourced};
use stackc_shape::Spanned;
use stackc_source::{Diagnostic, codes};

use crate::context::{Context, written};

/// Bodies pass through memory on their way.
const LARGEST: Bytes = Bytes::gib(16);

/// Longer than anything that still is one answer.
const LONGEST: Seconds = Seconds::new(7 * 86_400);

/// Refuses a request body that no edge takes.
pub(super) fn body(size: &Sourced<Bytes>, cx: &mut Context<'_>) {
    let Some(span) = size.origin.span().filter(|_| size.value > LARGEST) else { return };
    cx.push(
        Diagnostic::new(codes::OUT_OF_RANGE, span, "a request body has at most 16Gi")
            .help("let clients upload to object storage, in parts"),
    );
}

/// Refuses to wait for no time, or for ever.
pub(super) fn wait(time: &Sourced<Seconds>, cx: &mut Context<'_>) {
    let fits = time.value.millis > 0 && time.value <= LONGEST;
    let Some(span) = time.origin.span().filter(|_| !fits) else { return };
    let message = "the edge waits for longer than no time and at most for 7d";
    cx.push(Diagnostic::new(codes::OUT_OF_RANGE, span, message));
}

/// Ranges of addresses; those that are none have been complained of.
pub(crate) fn ranges(list: &[Spanned<String>], cx: &mut Context<'_>) -> Vec<Sourced<String>> {
    list.iter().filter(|range| cidr(range, cx)).map(written).collect()
}

/// A range of addresses, such as `10.0.0.0/8` or `2001:db8::/32`.
fn cidr(range: &Spanned<String>, cx: &mut Context<'_>) -> bool {
    let (address, length) =
        range.value.split_once('/').map_or((range.value.as_str(), None), |(a, l)| (a, Some(l)));
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => Some(32),
        Ok(IpAddr::V6(_)) => Some(128),
        Err(_) => None,
    };
    let length_fits = |most: u8| {
        length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= most))
    };
    let fits = most.is_some_and(length_fits);
    if !fits {
        let message = format!("`{}` is no range of addresses such as `10.0.0.0/8`", range.value);
        cx.push(Diagnostic::new(codes::BAD_FORMAT, range.span, message));
    }
    fits
}
