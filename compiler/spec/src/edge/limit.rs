//! Limits on requests.

use stackc_shape::{Decode, Spanned};
use stackc_unit::{HeaderName, Rate};

use crate::RoutePath;

/// A limit on requests.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:rate")]
pub struct LimitSpec {
    /// Requests per window, such as `100/15m`.
    pub rate: Spanned<Rate>,
    /// The path it covers, with everything below; by default everything.
    #[shape(key = "match")]
    pub path: Option<Spanned<RoutePath>>,
    /// The methods it covers; by default all.
    pub methods: Vec<Spanned<Method>>,
    /// Who is counted; by default `ip`.
    pub key: Option<Spanned<LimitKeyWord>>,
    /// The header that names the client, such as `X-Api-Key`; required by `key: header`.
    pub header: Option<Spanned<HeaderName>>,
    /// How the window is kept; by default `average`.
    pub mode: Option<Spanned<LimitModeWord>>,
    /// Who counts; by default the edge.
    pub enforce: Option<Spanned<EnforceWord>>,
    /// Addresses it does not count (CIDR).
    pub exempt: Vec<Spanned<String>>,
}

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum LimitKeyWord {
    /// Each address.
    Ip,
    /// Each signed-in user, whom only the application knows.
    User,
    /// Each value of a header; requests without it are counted by address.
    Header,
}

/// Who counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum EnforceWord {
    /// The edge.
    Edge,
    /// The application; the edge lets everything through.
    App,
    /// The application counts exactly, and the edge keeps off the worst.
    Both,
}

/// How a window is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum LimitModeWord {
    /// The rate holds on average; one window may see nearly twice as many.
    Average,
    /// No window ever sees more.
    Strict,
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Decode)]
pub enum Method {
    /// GET
    #[shape(word = "GET")]
    Get,
    /// HEAD
    #[shape(word = "HEAD")]
    Head,
    /// POST
    #[shape(word = "POST")]
    Post,
    /// PUT
    #[shape(word = "PUT")]
    Put,
    /// PATCH
    #[shape(word = "PATCH")]
    Patch,
    /// DELETE
    #[shape(word = "DELETE")]
    Delete,
}

impl Method {
    /// As it stands in a request.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}
